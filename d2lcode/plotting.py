"""One look for every figure, on a white page and on a dark one.

Lines have colours of medium lightness, the background is transparent,
and text stays text in the SVG, so that a page's font draws it.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.artist import Artist
from matplotlib.figure import Figure

T = TypeVar("T")

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


def frames(values: Sequence[T], label: str, text: str) -> Iterator[T]:
    """Yield values; what is drawn for each is a frame of the figure.

    The figure shows the frame in the middle. The book's site has a
    slider for all of them; axes and labels drawn before or after the
    loop stand in every frame.

    values: an odd number of them, at least three.
    label: what the slider changes.
    text: a format; the figure shows the value by it, "η = {:.2f}".
    Raises: ValueError for another number of values.
    """
    if len(values) < 3 or len(values) % 2 == 0:
        raise ValueError(
            "values must be an odd number of at least 3, so that one is in "
            f"the middle, got {len(values)}"
        )
    figure = plt.gcf()
    figure.set_label(label)
    for number, value in enumerate(values):
        before = _drawn(figure)
        for ax in figure.axes:
            ax.set_prop_cycle(None)  # each frame has the same colours
        yield value
        ax = figure.axes[0]
        ax.text(
            0,
            1.03,
            text.format(value),
            transform=ax.transAxes,
            gid=f"frame-{number}-value",
        )
        for artist in _drawn(figure) - before:
            if artist.get_gid() is None:
                artist.set_gid(f"frame-{number}")
            if number != len(values) // 2:
                artist.set_visible(False)
                artist.set_label("_hidden")  # and in no legend


def _drawn(figure: Figure) -> set[Artist]:
    return {artist for ax in figure.axes for artist in ax.get_children()}
