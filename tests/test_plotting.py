"""The look of the figures."""

import matplotlib as mpl
import numpy as np
import pytest

from d2lcode import plotting


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in channels
    ]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("color", [*plotting.COLORS, plotting.INK])
@pytest.mark.parametrize("page", ["#ffffff", "#1e2129"])
def test_colors_are_seen_on_both_pages(color: str, page: str) -> None:
    dark, light = sorted([_luminance(color), _luminance(page)])
    assert (light + 0.05) / (dark + 0.05) >= 3  # WCAG 2.2, 1.4.11


def test_use_style_sets_the_defaults() -> None:
    with mpl.rc_context():
        mpl.rcdefaults()
        plotting.use_style()
        assert mpl.rcParams["svg.fonttype"] == "none"
        assert mpl.rcParams["axes.facecolor"] == "none"
