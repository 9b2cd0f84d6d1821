"""Figures are compared by what was plotted in them."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from book.run import compare_figures, figures
from book.run.session import drawn
from d2lcode import plotting

STYLE = {"svg.fonttype": "none", "svg.hashsalt": "x"}
LINE = (1.0, 3.0, 2.0, 9.0)
X = np.arange(9.0)


def figure(plot: Callable[[Axes], Any], **style: Any) -> str:
    with plt.rc_context(STYLE | style):
        fig, ax = plt.subplots()
        plot(ax)
        svg = drawn(fig)
        plt.close(fig)
    return svg


@cache
def line(
    values: tuple[float, ...] = LINE,
    label: str = "loss",
    color: str = "C0",
    limit: float = 10.0,
    scale: str = "linear",
    **style: Any,
) -> str:
    def plot(ax: Axes) -> None:
        ax.set_yscale(scale)
        ax.set_ylim(0.1, limit)
        ax.plot(range(len(values)), values, label=label, color=color)
        ax.legend()

    return figure(plot, **style)


def image(cells: np.ndarray) -> str:
    return figure(lambda ax: ax.imshow(cells, vmin=0, vmax=63))


def difference(one: str, other: str, tolerance: float | None = None) -> str:
    return str(compare_figures.difference(one, other, tolerance))


def test_a_figure_agrees_with_itself() -> None:
    assert line() == line()
    assert difference(line(), line()) == "None"


def test_another_place_of_the_same_data_agrees() -> None:
    """As another version of Matplotlib might put it."""
    moved = line(**{"figure.subplot.left": 0.2, "font.size": 8})
    assert "<path" in moved and moved != line()
    assert difference(line(), moved) == "None"


def test_data_may_be_a_little_off() -> None:
    near = (1.009, 3.02, 2.01, 9.08)
    assert difference(line(), line(near)) == "None"
    assert "place 2" in difference(line(), line((1.0, 3.1, 2.0, 9.0)))
    assert difference(line(), line((1.0, 3.3, 2.0, 9.0)), 0.1) == "None"


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize(("place", "share"), [(0, 0.02), (3, -0.02)])
def test_each_falsified_datum_is_caught(
    scale: str, place: int, share: float
) -> None:
    """By 2 % of its axis, and of itself."""
    values = list(LINE)
    if scale == "log":
        values[place] *= 100**share * (1 + share)
    else:
        values[place] += 10 * share
    assert "Line2D" in difference(
        line(scale=scale), line(tuple(values), scale=scale)
    )


def test_other_words_colours_limits_or_scales() -> None:
    assert "'gain'" in difference(line(), line(label="gain"))
    assert "look" in difference(line(), line(color="C1"))
    assert "limits of y" in difference(line(), line(limit=10.5))
    assert "log" in difference(line(), line(scale="log"))
    assert "came as" in difference(line(), line((*LINE, 3.0)))


def test_what_lies_outside_of_the_axes_is_not_seen() -> None:
    high, higher = ((1.0, 3.0, 2.0, v) for v in (20.0, 1e5))
    assert difference(line(high), line(higher)) == "None"
    assert "Line2D" in difference(line(), line(higher))


def test_an_image_is_compared_cell_by_cell() -> None:
    cells = np.arange(64.0).reshape(8, 8)
    for place in ((0, 0), (3, 5), (7, 7)):
        other = cells.copy()
        other[place] += 1.3
        assert "AxesImage" in difference(image(cells), image(other))


@pytest.mark.parametrize(
    "plot",
    [
        lambda ax, k: ax.bar([0, 1, 2], [1, 2 * k, 3]),
        lambda ax, k: ax.scatter([0, 1, 2], [1, 2 * k, 3]),
        lambda ax, k: ax.scatter([0, 1, 2], [1, 2, 3], c=[1, 2 * k, 3]),
        lambda ax, k: ax.fill_between([0, 1, 2], [1, 2 * k, 3]),
        lambda ax, k: ax.vlines([0, 1, 2], 0, [1, 2 * k, 3]),
        lambda ax, k: ax.pcolormesh(np.array([[1, 2 * k], [3, 4]])),
        lambda ax, k: ax.axhline(2 * k) and ax.set_ylim(0, 3),
        lambda ax, k: ax.add_patch(plt.Rectangle((0, 0), 0.5 * k, 0.5)),
        lambda ax, k: ax.text(0.5 * k, 0.5, "here"),
        lambda ax, k: ax.annotate("", xy=(0.5 * k, 1), xytext=(0, 0)),
        lambda ax, k: ax.inset_axes([0.5, 0.5, 0.5, 0.5]).plot([1, 2 * k, 3]),
        lambda ax, k: ax.errorbar([0, 1], [1, 2], [0.5, 0.5 * k]),
        lambda ax, k: ax.hist([1, 1, 2, 3, 3, 3], weights=[1, k, 1, 1, 1, 1]),
        lambda ax, k: ax.contour(k * np.outer(X, X), [2.3, 31.7]),
        lambda ax, k: ax.set_xticks([0, 1], ["none", f"{0.5 * k:.3f}"]),
    ],
)
def test_every_kind_of_artist_is_recorded(
    plot: Callable[[Axes, float], Any],
) -> None:
    shown, same, other = (
        figure(lambda ax, k=k: plot(ax, k)) for k in (1.0, 1.0001, 1.1)
    )
    assert difference(shown, same) == "None"
    assert difference(shown, other) != "None"


def test_a_drawing_changed_by_hand_is_noticed() -> None:
    svg = line()
    place = re.search(r"L (\d+\.\d+) ", svg)
    assert place
    moved = svg.replace(place[1], f"{float(place[1]) + 5}", 1)
    assert "by hand" in difference(moved, svg)
    words = svg.replace(">loss</text>", ">gain</text>")
    assert "by hand" in difference(words, svg)


@pytest.mark.parametrize(
    "kept", ["", "<metadata></metadata>", "<metadata>[]</metadata>"]
)
def test_a_file_that_holds_no_data(kept: str) -> None:
    svg = line()
    bare = re.sub(r"<metadata>.*</metadata>", kept, svg, flags=re.DOTALL)
    assert "does not hold" in difference(bare, svg)


@cache
def frames(
    slopes: tuple[float, ...] = (1.0, 2.0, 3.0),
    label: str = "slope m",
    value: str = "m = {}",
) -> str:
    def plot(ax: Axes) -> None:
        ax.set_ylim(0, 9)
        for m in plotting.frames((1, 2, 3), label, value):
            ax.plot([0, 1], [0, slopes[m - 1]])

    return figure(plot)


@pytest.mark.parametrize("frame", range(3))
def test_each_falsified_frame_is_caught(frame: int) -> None:
    slopes = [1.0, 2.0, 3.0]
    assert difference(frames(), frames(tuple(slopes))) == "None"
    slopes[frame] += 0.2
    assert "place 2" in difference(frames(), frames(tuple(slopes)))


def test_frames_are_told_apart() -> None:
    other = frames((2.0, 1.0, 3.0))
    assert "place 2" in difference(frames(), other)
    svg = frames()
    data = json.dumps(figures.plotted(svg)).replace("frame-0", "frame-2")
    moved = figures.sealed(svg, json.loads(data))
    assert "frame frame-0 came as frame-2" in difference(svg, moved)


def test_the_words_of_a_slider_are_compared_and_translated() -> None:
    assert "'slope m' came as 'gain g'" in difference(
        frames(), frames(label="gain g")
    )
    assert "m = 1" in difference(frames(), frames(value="g = {}"))
    with pytest.raises(figures.LabelError, match="'slope m'"):
        figures.translate(frames(), "zh", {})
    svg = figures.translate(frames(), "zh", {"slope m": "斜率 m"})
    assert ' data-slider="斜率 m"' in svg and figures.is_as_drawn(svg)


def test_a_figure_with_frames_shows_the_middle_one() -> None:
    groups = re.findall(r'<g data-frame="(\d)"([^>]*)>', frames())
    assert len(groups) == 6  # a curve and the value each
    for number, attributes in groups:
        assert ('display="none"' in attributes) == (number != "1")


def test_what_is_kept_is_small() -> None:
    x = np.linspace(0, 1, 200)
    svg = figure(lambda ax: ax.plot(x, np.sin(9 * x)))
    kept = json.dumps(figures.plotted(svg))
    assert len(kept) < len(svg) / 2 and len(kept) < 8000


def test_chinese_labels() -> None:
    table = {"loss": "损失 & 值"}
    svg = figures.translate(line(), "zh", table)
    assert ">损失 &amp; 值</text>" in svg
    assert figures.is_as_drawn(svg)
    assert figures.translate(line(), "en", table) == line()
    with pytest.raises(figures.LabelError, match="'gain'"):
        figures.translate(line(label="gain"), "zh", table)


def test_words_beside_a_formula_have_no_translation() -> None:
    svg = figure(lambda ax: ax.set_xlabel("zebra of $w_1$"))
    with pytest.raises(figures.LabelError, match="beside a formula"):
        figures.translate(svg, "zh", {})
    alone = figure(lambda ax: ax.set_xlabel("$w_1$"))
    assert figures.translate(alone, "zh", {})
