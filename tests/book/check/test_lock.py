"""The lock notices what changed in one language."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.check import lock
from book.page.blocks import Page, read
from tests.book.conftest import accept

EN, ZH = "docs/en/part/one.md", "docs/zh/part/one.md"
Edit = Callable[[str, str, str], None]


def both(root: Path) -> tuple[Page, Page]:
    return read(root / EN), read(root / ZH)


def test_a_page_never_accepted_drifts(small_book: Path) -> None:
    (small_book / "docs" / lock.LOCK).unlink()
    english, chinese = both(small_book)
    found = list(lock.drift(english, chinese))
    read_by_a_person = [b for b in english.blocks if b.kind != "output"]
    assert len(found) == len(read_by_a_person) + 1


def test_both_places_are_named(small_book: Path, edit: Edit) -> None:
    edit(EN, "double a number", "double any number")
    (problem,) = lock.drift(*both(small_book))
    assert "docs/en/part/one.md:7, docs/zh/part/one.md:7" in str(problem)
    assert "sync --accept docs/en/part/one.md" in str(problem)


def test_both_changed(small_book: Path, edit: Edit) -> None:
    edit(EN, "double a number", "double any number")
    edit(ZH, "你能把一个数", "你会把一个数")
    (problem,) = lock.drift(*both(small_book))
    assert "both blocks are new or changed" in str(problem)


def test_an_accepted_block_that_is_gone(small_book: Path, edit: Edit) -> None:
    edit(EN, "After this page you can double a number $x$.\n\n", "")
    edit(ZH, "读完本页，你能把一个数 $x$ 加倍。\n\n", "")
    (problem,) = lock.drift(*both(small_book))
    assert "1 accepted blocks are gone" in str(problem)


def test_an_output_is_not_locked(small_book: Path, edit: Edit) -> None:
    for page in (EN, ZH):
        edit(page, "4.0", "4.1")
    assert list(lock.drift(*both(small_book))) == []


CHANGED = {
    "code": (("print(double(2.0))", "print(double(3.0))"),) * 2,
    "a labelled formula": (("y = 2 x", "y = -2 x"),) * 2,
    "its label": (("x \\label{eq:one-double}", "x \\label{eq:one-twice}"),)
    * 2,
    "the description": (
        ("description: A small", "description: A big"),
        ("description: 一个小", "description: 一个大"),
    ),
}


@pytest.mark.parametrize("case", CHANGED)
def test_what_changed_in_both_is_read_again(
    case: str, small_book: Path, edit: Edit
) -> None:
    for page, (old, new) in zip((EN, ZH), CHANGED[case], strict=True):
        edit(page, old, new)
    (problem,) = lock.drift(*both(small_book))
    assert "both blocks are new or changed" in str(problem)
    accept(small_book)
    assert list(lock.drift(*both(small_book))) == []


def test_labels_swapped_between_formulas(small_book: Path, edit: Edit) -> None:
    second = "\n\n$$\nz = 3 x \\label{eq:one-triple}\n$$\n"
    label = "\\label{eq:one-double}\n$$"
    for page in (EN, ZH):
        edit(page, label, label + second)
    accept(small_book)
    for page in (EN, ZH):
        edit(page, "2 x \\label{eq:one-double}", "2 x \\label{eq:one-triple}")
        edit(page, "3 x \\label{eq:one-triple}", "3 x \\label{eq:one-double}")
    assert len(list(lock.drift(*both(small_book)))) == 2


def test_the_lock_survives_reading_and_writing(small_book: Path) -> None:
    docs = small_book / "docs"
    before = (docs / lock.LOCK).read_text(encoding="utf-8")
    assert lock.text(lock.load(docs)) == before
