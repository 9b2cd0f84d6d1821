"""Drawings are drawn by their file, and compared by what was drawn."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from book.errors import BookError
from book.page.blocks import read
from book.run import drawings, figures, last
from tests.book.run.test_report import run

Edit = Callable[[str, str, str], None]

EN, ZH = "docs/en/part/one.md", "docs/zh/part/one.md"
MODULE = "drawings/part/one.py"
SVG = "docs/{}/part/one-cell.svg"


def differences(root: Path) -> list[str]:
    return list(drawings.differences(read(root / EN)))


def test_what_is_drawn_agrees_with_both_files(drawn_book: Path) -> None:
    assert differences(drawn_book) == []
    for language, words in (("en", "time step"), ("zh", "时间步")):
        path = drawn_book / SVG.format(language)
        svg = path.read_text(encoding="utf-8")
        assert figures.labels(svg) == [words]
        assert figures.is_as_drawn(svg)
        assert "prefers-color-scheme: dark" in svg
        assert "'DejaVu Sans', sans-serif" in svg


def test_the_file_does_not_depend_on_what_ran_before(
    drawn_book: Path,
) -> None:
    before = drawings.draw(read(drawn_book / EN))
    modules, path = dict(sys.modules), list(sys.path)
    assert drawings.draw(read(drawn_book / EN)) == before
    assert sys.path == path
    assert set(sys.modules) == set(modules)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("(7.0, 2.0)", "(6.5, 2.0)", "FancyArrowPatch 3: it lies elsewhere"),
        ("(4.5, 3.2,", "(4.5, 3.3,", "Text"),
        ("(box, (7.0, 2.0))", "(box, (7.0, 2.0), bend=0.3)", "FancyArrow"),
        ("(box, (7.0, 2.0))", "(box, (7.0, 2.0), dashed=True)", "style"),
        ('"time step")', '"time step", size=12)', "style"),
        ('"time step")', '"time step", color=BLUE)', "style"),
        (", color=BLUE)", ")", "look"),
        ("time step", "steps back", "the texts ['time step'] came as"),
        ('"$x$"', '"$y$"', "text $x$ came as $y$"),
        ("Sheet(9.0, 4.0)", "Sheet(9.0, 4.6)", "the sheet"),
        ("    return", "    sheet.gate(7, 1, '')\n    return", "marks came"),
    ],
)
def test_a_stale_drawing(
    old: str, new: str, reason: str, drawn_book: Path, edit: Edit
) -> None:
    edit(MODULE, old, new)
    found = differences(drawn_book)
    assert len(found) == 2
    assert found[0].startswith("one.py:4: one-cell.svg: en: ")
    assert found[1].startswith("one.py:4: one-cell.svg: zh: ")
    assert reason in found[0]
    assert found[0].endswith(": run python -m book draw docs/en/part/one.md")


def test_less_than_two_percent_of_a_side_is_the_machine(
    drawn_book: Path, edit: Edit
) -> None:
    edit(MODULE, "(4.5, 3.2,", "(4.65, 3.14,")
    assert differences(drawn_book) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_drawing_changed_by_hand(language: str, drawn_book: Path) -> None:
    path = drawn_book / SVG.format(language)
    svg = path.read_text(encoding="utf-8")
    path.write_text(svg.replace("#3b82c4", "#3b82c5"), encoding="utf-8")
    (found,) = differences(drawn_book)
    assert f"{language}: the drawing was changed by hand" in found


def test_a_missing_file_and_one_that_is_none(drawn_book: Path) -> None:
    (drawn_book / SVG.format("zh")).unlink()
    assert "zh: the file is missing" in differences(drawn_book)[0]
    (drawn_book / SVG.format("en")).write_text("<svg></svg>")
    assert "does not hold what was drawn" in differences(drawn_book)[0]


def test_a_word_without_chinese(drawn_book: Path, edit: Edit) -> None:
    edit(MODULE, "time step", "unheard words")
    found = "\n".join(differences(drawn_book))
    assert "zh: no Chinese label for 'unheard words'" in found


def test_words_beside_a_formula_line_by_line(
    drawn_book: Path, edit: Edit
) -> None:
    edit(MODULE, '"time step"', r'"time step\n$x$: (B, D)"')
    assert not any("beside a formula" in x for x in differences(drawn_book))
    edit(MODULE, r"\n$x$", "$x$")
    assert any("words beside a formula" in x for x in differences(drawn_book))


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("return sheet", "return sheet.nothing", 9, "has no attribute"),
        ("return sheet", "return 3", 4, "cell() returns no Sheet"),
        ("Sheet(9.0, 4.0)", "Sheet(19.0, 4.0)", 5, "width must be at most"),
        ("from drawings", "1 / 0\nfrom drawings", 1, "division by zero"),
    ],
)
def test_what_fails_is_named(
    old: str, new: str, line: int, message: str,
    drawn_book: Path, edit: Edit,
) -> None:  # fmt: skip
    edit(MODULE, old, new)
    with pytest.raises(BookError, match=re.escape(message)) as error:
        drawings.draw(read(drawn_book / EN))
    assert (error.value.path.name, error.value.line) == ("one.py", line)


def test_pytest_runs_the_drawings_of_a_page(
    drawn_book: Path, edit: Edit
) -> None:
    name, test = "part/one", "tests/part/test_one.py"
    (drawn_book / test).write_text("def test_one():\n    pass\n")
    found = run(drawn_book, EN, test)
    assert found
    assert (found.blocks, found.figures, found.failures) == (2, 1, [])
    edit(MODULE, "(7.0, 2.0)", "(6.5, 2.0)")
    assert last.latest(drawn_book, name) is None
    found = run(drawn_book, EN, test)
    assert found
    assert (found.blocks, found.failures) == (2, ["drawings"])
