"""The descriptions of figures: all that their labels say, once."""

import html
import re
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from book.layout import LANGUAGES, ROOT
from book.run import figures
from book.stage.alt_text import describe
from d2lcode.plotting import STYLE

LEAST = {"en": 16, "zh": 6}
"""The characters of a description."""

CHINESE = {"step": "步数", "loss": "损失", "GRU": "GRU", "hold": "保持"}


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context(STYLE):
        yield
        plt.close("all")


def svg(figure: Figure, language: str = "en") -> str:
    buffer = StringIO()
    figure.savefig(buffer, format="svg")
    text = buffer.getvalue()
    return figures.translate(text[text.index("<svg") :], language, CHINESE)


def plot() -> Figure:
    fig, ax = plt.subplots()
    ax.semilogy([0, 10], [1e-2, 1e2], label="GRU")
    ax.set_xticks([0, 5, 10])
    ax.set_xlabel("step")
    ax.set_ylabel("loss")
    ax.legend()
    return fig


def test_a_plot_is_its_axes_and_its_legend() -> None:
    assert describe(svg(plot()), "en") == (
        "Plot. Horizontal axis: step, 0 to 10. "
        "Vertical axis: loss, 10⁻² to 10². Legend: GRU."
    )
    assert describe(svg(plot(), "zh"), "zh") == (
        "图表。横轴：步数，0 到 10。纵轴：损失，10⁻² 到 10²。图例：GRU。"
    )


def test_a_label_of_a_diagram_is_said_once() -> None:
    fig, ax = plt.subplots()
    ax.axis("off")
    for place, word in enumerate(("GRU", "loss", "GRU")):
        ax.text(0.5, place / 3, word)
    assert describe(svg(fig), "en") == "Diagram: GRU; loss."


def test_panels_are_counted_and_have_their_titles() -> None:
    fig, axes = plt.subplots(1, 2, sharey=True)
    axes[0].set_title("hold")
    axes[1].set_xticks([0, 1], ["none", "both"])
    axes[1].set_yticks([-1, 0])
    axes[0].set_xticks([])
    axes[1].set_xlim(0, 1)
    axes[1].plot([], label="GRU")
    fig.legend()
    assert describe(svg(fig), "en") == (
        "Plot 1: hold. Vertical axis: −1 to 0. "
        "Plot 2. Horizontal axis: none; both. Legend: GRU."
    )


def test_of_many_words_the_first_and_the_last() -> None:
    fig, ax = plt.subplots()
    ax.set_yticks([])
    ax.set_xticks(range(13), [f"s{k}" for k in range(13)])
    assert describe(svg(fig), "en") == "Plot. Horizontal axis: s0 to s12."


def test_formulas_are_read_from_left_to_right() -> None:
    fig, ax = plt.subplots()
    ax.set_yticks([])
    ax.set_xlabel("loss of $x^2 + y$ (J)")
    words = describe(svg(fig), "en")
    assert words == "Plot. Horizontal axis: loss of x²+y (J), 0.0 to 1.0."


def test_a_drawing_is_its_words_without_the_numbers() -> None:
    fig, ax = plt.subplots()
    ax.set_axis_off()
    for k, text in enumerate(["x\nstride (4, 1)", "3", "−1.5", "z = 8"]):
        ax.text(0, k / 4, text)
    assert describe(svg(fig), "en") == "Diagram: x stride (4, 1); z = 8."


def test_pictures_in_a_row_are_their_titles() -> None:
    fig, axes = plt.subplots(1, 3)
    for ax, title in zip(axes, ("6", "5", "5"), strict=True):
        ax.set_axis_off()
        ax.set_title(title)
    assert describe(svg(fig), "en") == "A grid of 3 pictures: 6; 5; 5."
    for ax in axes:
        ax.set_title("")
    assert describe(svg(fig, "zh"), "zh") == "3 幅小图。"


def test_another_drawing_is_not_described() -> None:
    assert describe('<svg xmlns="http://www.w3.org/2000/svg"/>', "en") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_book_is_described(language: str) -> None:
    for path in (ROOT / "docs" / language).rglob("*.svg"):
        words = describe(path.read_text(encoding="utf-8"), language)
        assert len(words) >= LEAST[language], path


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_of_the_site_is_heard_twice(
    site: Path, language: str
) -> None:
    seen = 0
    for path in (site / language).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        for figure in re.findall("<figure>.*?</figure>", page, re.DOTALL):
            words = re.search('<img alt="([^"]*)"', figure)
            assert words and len(words[1]) >= LEAST[language], path
            assert words[1] not in html.unescape(re.sub("<.*?>", "", figure))
            assert bool(re.search("[一-鿿]", words[1])) == (language == "zh")
            seen += 1
    assert seen
