"""What agrees within tolerance, and what does not."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from book import compare, figures
from book.run import Result, _draw


@pytest.mark.parametrize(
    ("page", "run"),
    [
        ("", "\n"),
        ("a  b", "a b\n"),
        ("1.000", "1.009"),
        ("-1.000", "-1.009"),
        ("0.01", "0.02"),
        ("0.00", "-0.00"),
        ("1.23e-05", "1.24e-05"),
        ("tensor([1.00, 2])", "tensor([1.01, 2])"),
        ("nan inf", "nan inf"),
    ],
)
def test_outputs_that_agree(page: str, run: str) -> None:
    assert compare.texts(page, run, None) is None


@pytest.mark.parametrize(
    ("page", "run"),
    [
        ("1", "2"),
        ("100", "101"),
        ("1.000", "1.012"),
        ("1.000", "-1.000"),
        ("0.01", "0.03"),
        ("1.23e-05", "1.23e-04"),
        ("1.23e-05", "1.26e-05"),
        ("1.0", "nan"),
        ("GRU2 1.0", "GRU3 1.0"),
        ("True", "False"),
        ("a", "a\nb"),
        ("1.0 2.0", "1.0"),
    ],
)
def test_outputs_that_differ(page: str, run: str) -> None:
    assert compare.texts(page, run, None) is not None


def test_another_tolerance() -> None:
    assert compare.texts("100.0", "104.0", None) is not None
    assert compare.texts("100.0", "104.0", 0.05) is None
    assert compare.texts("100.0", "106.0", 0.05) is not None


def draw(scale: float = 1.0, label: str = "loss", color: str = "C0") -> str:
    _, ax = plt.subplots()
    ax.set_ylim(0, 10)
    ax.plot([0, 1, 2], [1, 3 * scale, 2], label=label, color=color)
    ax.pcolormesh(np.arange(4.0).reshape(2, 2) * scale, vmin=0, vmax=5)
    ax.legend()
    result = Result("")
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": "x"}):
        _draw(result)
    return result.figures[0]


def test_a_figure_agrees_with_itself() -> None:
    assert draw() == draw()
    assert compare.figures(draw(), draw(), None) is None


def test_a_figure_may_be_a_little_off() -> None:
    assert draw() != draw(1.01)
    assert compare.figures(draw(), draw(1.01), None) is None
    assert compare.figures(draw(), draw(1.2), None) is not None
    assert compare.figures(draw(), draw(1.2), 0.3) is None


def test_other_words_or_colours_of_a_figure() -> None:
    assert "'gain'" in str(compare.figures(draw(), draw(label="gain"), None))
    assert "colour" in str(compare.figures(draw(), draw(color="C1"), None))


def test_a_figure_with_another_line() -> None:
    more = draw().replace("</svg>", "<text>more</text></svg>")
    assert "more elements" in str(compare.figures(draw(), more, None))


def test_chinese_labels() -> None:
    table = {"loss": "损失 & 值"}
    svg = figures.translate(draw(), "zh", table)
    assert ">损失 &amp; 值</text>" in svg
    assert figures.translate(draw(), "en", table) == draw()
    with pytest.raises(figures.LabelError, match="'gain'.*figures.yml"):
        figures.translate(draw(label="gain"), "zh", table)
