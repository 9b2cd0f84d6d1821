"""The look of the figures."""

import matplotlib as mpl
import matplotlib.pyplot as plt
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


def test_a_frame_is_what_is_drawn_for_a_value() -> None:
    _, ax = plt.subplots()
    (before,) = ax.plot([0, 1], [0, 1])
    frames = plotting.frames([1.0, 2.0, 3.0], "power", "p = {:.0f}")
    curves = [ax.plot([0, 1], [0, p], label="curve")[0] for p in frames]
    (after,) = ax.plot([0, 1], [1, 0])
    assert before.get_visible() and after.get_visible()
    assert [curve.get_visible() for curve in curves] == [False, True, False]
    assert [t.get_text() for t in ax.texts] == ["p = 1", "p = 2", "p = 3"]
    assert [t.get_visible() for t in ax.texts] == [False, True, False]
    assert len({curve.get_color() for curve in curves}) == 1
    assert ax.get_ylim()[1] > 3  # room for every frame
    shown = [t.get_text() for t in ax.legend().get_texts()]
    assert shown == ["curve"]
    plt.close("all")


@pytest.mark.parametrize("count", [1, 2, 4])
def test_one_of_the_frames_is_in_the_middle(count: int) -> None:
    with pytest.raises(ValueError, match=f"odd number.*got {count}"):
        next(plotting.frames(range(count), "power", "p = {}"))
