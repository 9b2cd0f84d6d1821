r"""One answer to where a formula stands, for all who ask."""

import pytest

from book.check import formulas as check
from book.check.typography import problems as typography
from book.layout import LANGUAGES, ROOT
from book.page.blocks import Page, find, parse, read
from book.page.formulas import formulas, inline, replaced
from book.stage.downloads import convert

FOUND = {
    r"$a \$ b$": [r"a \$ b"],
    r"\$5 if $x \in \R$": [r"x \in \R"],
    r"a house costs \$5, or \$6": [],
    r"`\N*$` and $y$": ["y"],
    r"``a ` $b$ c`` and $d$": ["d"],
    r"from $x$ to $y$, $80\,\%$": ["x", "y", r"80\,\%"],
    "no $ x$ here": [],
}
"""Texts and the formulas in them."""

LIST = """\
1. first

    more of $x$

2. second

    ```python
    print(1)
    ```

3. third

- other

??? success "Solution"

    1. inner

        $$
        x
        $$
"""


def page(text: str, language: str = "en") -> Page:
    path = ROOT / "docs" / language / "part" / "page.md"
    return parse(path, ["# Title", "", *text.splitlines()])


@pytest.mark.parametrize("text", FOUND)
def test_they_all_agree(text: str) -> None:
    wanted = FOUND[text]
    assert inline(text) == wanted
    block = page(text).blocks[1]
    assert block.formulas == wanted
    assert not any(f"${formula}$" in block.prose for formula in wanted)
    left = convert(page(text)).cells[0].source
    if "`" in text:
        assert text[: text.rindex("`") + 1] in left  # code stays as it is
    else:
        assert (r"\mathbb" in left) == any(r"\R" in f for f in wanted)


def test_a_numbered_list_goes_on_in_a_notebook() -> None:
    """Past a paragraph, a block of code; not past another list."""
    first, _, second, solution = convert(page(LIST)).cells
    assert "1. first\n\n    more of $x$\n\n2. second" in first.source
    assert second.source == "3. third\n\n- other"
    assert "1. inner\n\n    $$\n    x\n    $$" in solution.source


def test_a_dollar_in_code_is_no_formula_of_a_notebook() -> None:
    cell = convert(page(r"Write `\N*$`, or \$5 if $x \in \R$.")).cells[0]
    assert cell.source.endswith(r"Write `\N*$`, or \$5 if $x \in \mathbb{R}$.")


def test_punctuation_in_a_formula_or_code_is_not_chinese() -> None:
    assert list(typography(page(r"值 $a, \$ 二$ 与 `a, 二` 。", "zh"))) == []
    assert list(typography(page("值, $a$", "zh")))


def test_what_stands_around_a_formula_stays() -> None:
    words = replaced("（$x$），`$y$`", lambda _: "F", lambda _: "C")
    assert words == "（F），C"


@pytest.mark.parametrize(
    ("tex", "refused"),
    [
        (r"\begin{align}a &= b \\ c &= d\end{align}", "numbers 2 line"),
        (
            r"\begin{align}a &= b \label{eq:a} \\ c &= d\end{align}",
            "numbers 2 line",
        ),
        (
            r"\begin{align}a &= b \label{eq:a} \\ c &= d \nonumber"
            r"\end{align}",
            "",
        ),
        (
            r"\begin{align}a &= b \label{eq:a} \\ c &= d \label{eq:b}"
            r"\end{align}",
            "",
        ),
        (r"\begin{aligned}a &= b \\ c &= d\end{aligned}", ""),
        (r"a \label{eq:a}", ""),
        ("a % b", "% hides the rest"),
        (r"80\,\%", ""),
    ],
)
def test_numbers_are_those_of_labels(tex: str, refused: str) -> None:
    found = [e.reason for e in check.errors(f"$$\n{tex}\n$$")]
    assert bool(found) == bool(refused)
    assert not found or refused in found[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_blocks_and_formulas_of_the_book_are_the_same(language: str) -> None:
    for path in find(ROOT / "docs", language):
        found = read(path)
        whole = formulas("\n".join(found.lines))
        shown = [f for f in whole if f.display]
        equations = [b for b in found.blocks if b.kind == "equation"]
        assert [b.line for b in equations] == [f.line for f in shown], path
        assert [b.labels for b in equations] == [f.labels for f in shown]
        inside = [f for block in found.blocks for f in block.formulas]
        words = [f.tex.strip() for f in whole if not f.display]
        assert len(inside) == len(words), path
