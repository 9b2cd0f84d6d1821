"""Where a formula may go on in a new line."""

import pytest
from markdown import Markdown

from book.finish.breaks import add
from book.finish.built import read
from book.layout import ROOT


def parts(tex: str) -> list[list[str]]:
    """The texts of the parts of each display that has some."""
    html = Markdown(extensions=["book.markdown.mathml"]).convert(tex)
    page = read(ROOT, "en", "one.html", html)
    spaces = html.count("<mspace")
    before = "".join(page.tree.root.text().split())
    add(page)
    assert page.html.count("<mspace") == spaces  # for who breaks nothing
    assert "".join(page.tree.root.text().split()) == before
    return [[part.text() for part in row.iter()] for row in page.all(".parts")]


@pytest.mark.parametrize("label", ["", r" \label{eq:a}"])
def test_a_display_may_break_at_wide_spaces(label: str) -> None:
    tex = rf"a = b, \qquad c = \frac{{d}}{{2}} \qquad e{label}"
    assert parts(f"$$\n{tex}\n$$") == [["a=b,", "c=d2", "e"]]


@pytest.mark.parametrize(
    "tex",
    [
        r"a = b, \quad c = d",
        r"\begin{aligned} a &= b, \qquad c = d \end{aligned} \label{eq:a}",
        r"\frac{a \qquad b}{c}",
        r"\begin{cases} a & \qquad b \\ c & d \end{cases}",
    ],
)
def test_other_spaces_are_no_place_to_break(tex: str) -> None:
    assert parts(f"$$\n{tex}\n$$") == []
