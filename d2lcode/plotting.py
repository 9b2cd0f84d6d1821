"""One look for every figure, on a white page and on a dark one.

Lines have colours of medium lightness, the background is transparent,
and text stays text in the SVG, so that a page's font draws it.
"""

import matplotlib as mpl
from cycler import cycler

COLORS = ["#3b82c4", "#d9663d", "#3a9d6e", "#a56cc1", "#b8860b", "#7a8290"]
"""Blue, orange, green, violet, ochre, grey: at least 3:1 on both pages."""

INK = "#767c89"
"""Axes and text: about 4:1 on white and on the site's dark page."""

STYLE = {
    "figure.figsize": (5.2, 3.0),
    "figure.dpi": 100,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "none",
    "savefig.edgecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": "medium",
    "axes.prop_cycle": cycler(color=COLORS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "path.simplify": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "d2lcode",
}


def use_style() -> None:
    """Make the book's style Matplotlib's default in this session."""
    mpl.rcParams.update(STYLE)
