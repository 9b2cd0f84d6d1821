"""A label in code that the page shows names a formula of the page."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.check import formulas
from book.check import problems as check
from book.layout import LANGUAGES
from book.page.blocks import read

Edit = Callable[[str, str, str], None]
MODULE = "d2lcode/part/one.py"


@pytest.mark.parametrize("comment", ["# eq:one", "# (B, H), eq:one-double2"])
def test_a_label_of_no_formula_is_refused_where_it_stands(
    small_book: Path, edit: Edit, comment: str
) -> None:
    edit(MODULE, "# eq:one-double", comment)
    found = [p for p in check.problems(small_book) if "formula of" in str(p)]
    assert [(p.path, p.line) for p in found] == [(small_book / MODULE, 6)] * 2
    for language, problem in zip(LANGUAGES, found, strict=True):
        assert f": {language}/part/one, which shows" in str(problem)


def test_a_label_in_a_block_of_the_page_is_refused(
    small_book: Path, edit: Edit
) -> None:
    name = "docs/en/part/one.md"
    edit(name, "print(double(2.0))", "print(double(2.0))  # eq:none")
    page = read(small_book / name)
    (problem,) = formulas.problems(page)
    assert problem.path == page.path
    assert page.lines[problem.line - 1] == "print(double(2.0))  # eq:none"


def test_the_labels_of_the_page_are_not(small_book: Path) -> None:
    assert check.problems(small_book) == []
