"""Sync fills the Chinese page; the lock notices what changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book import translation
from book.pages import Page, PageError, read
from tests.book.conftest import accept

EN, ZH = "docs/en/part/one.md", "docs/zh/part/one.md"
Edit = Callable[[str, str, str], None]


def both(root: Path) -> tuple[Page, Page]:
    return read(root / EN), read(root / ZH)


def test_sync_fills_code_output_and_math(small_book: Path, edit: Edit) -> None:
    before = (small_book / ZH).read_text(encoding="utf-8")
    edit(ZH, "print(double(2.0))\n", "")
    edit(ZH, "4.0\n", "")
    edit(ZH, r"y = 2 x \label{eq:one-double}" + "\n", "")
    english, chinese = both(small_book)
    assert len(list(translation.problems(english, chinese))) == 3
    assert translation.sync(english)
    assert (small_book / ZH).read_text(encoding="utf-8") == before
    assert not translation.sync(english)


def test_sync_keeps_chinese_text_in_a_formula(
    small_book: Path, edit: Edit
) -> None:
    edit(EN, "y = 2 x", r"y = 3 x \text{ if } x > 0")
    edit(ZH, "y = 2 x", r"y = 2 x \text{ 若 } x > 0")
    translation.sync(read(small_book / EN))
    text = (small_book / ZH).read_text(encoding="utf-8")
    assert r"y = 3 x \text{ 若 } x > 0 \label{eq:one-double}" in text


def test_sync_keeps_the_indent_of_a_solution(
    small_book: Path, edit: Edit
) -> None:
    note = '??? success "{}"\n\n    ```python\n    {}\n    ```\n'
    edit(EN, "Some words.", note.format("Solution", "x = 1"))
    edit(ZH, "几句话。", note.format("解答", ""))
    translation.sync(read(small_book / EN))
    text = (small_book / ZH).read_text(encoding="utf-8")
    assert note.format("解答", "x = 1") in text


def test_sync_refuses_another_number_of_blocks(
    small_book: Path, edit: Edit
) -> None:
    edit(EN, "Some words.", "```python\nx = 1\n```")
    with pytest.raises(PageError, match="2 blocks of kind fence, the English"):
        translation.sync(read(small_book / EN))


def test_sync_refuses_another_order(small_book: Path, edit: Edit) -> None:
    edit(EN, "## Part {#scratch}", "$$\nz\n$$\n\n## Part {#scratch}")
    edit(ZH, "## 节 {#check}", "$$\nz\n$$\n\n## 节 {#check}")
    with pytest.raises(PageError, match="stands where the English page has"):
        translation.sync(read(small_book / EN))


def test_accept_refuses_pages_that_differ(
    small_book: Path, edit: Edit
) -> None:
    edit(ZH, "4.0", "5.0")
    with pytest.raises(PageError, match="this output differs"):
        accept(small_book)


def test_a_page_never_accepted_drifts(small_book: Path) -> None:
    (small_book / "docs" / translation.LOCK).unlink()
    english, chinese = both(small_book)
    found = list(translation.drift(english, chinese))
    prose = [b for b in english.blocks if b.kind not in translation.COPIED]
    assert len(found) == len(prose)


def test_both_places_are_named(small_book: Path, edit: Edit) -> None:
    edit(EN, "double a number", "double any number")
    (problem,) = translation.drift(*both(small_book))
    assert "docs/en/part/one.md:7, docs/zh/part/one.md:7" in str(problem)
    assert "sync --accept docs/en/part/one.md" in str(problem)


def test_both_changed(small_book: Path, edit: Edit) -> None:
    edit(EN, "double a number", "double any number")
    edit(ZH, "你能把一个数", "你会把一个数")
    (problem,) = translation.drift(*both(small_book))
    assert "both blocks are new or changed" in str(problem)


def test_an_accepted_block_that_is_gone(small_book: Path, edit: Edit) -> None:
    edit(EN, "After this page you can double a number $x$.\n\n", "")
    edit(ZH, "读完本页，你能把一个数 $x$ 加倍。\n\n", "")
    (problem,) = translation.drift(*both(small_book))
    assert "1 accepted blocks are gone" in str(problem)


def test_code_is_not_locked(small_book: Path, edit: Edit) -> None:
    for page in (EN, ZH):
        edit(page, "print(double(2.0))", "print(double(2))")
    assert list(translation.drift(*both(small_book))) == []


def test_the_lock_survives_reading_and_writing(small_book: Path) -> None:
    docs = small_book / "docs"
    before = (docs / translation.LOCK).read_text(encoding="utf-8")
    translation.save(docs, translation.load(docs))
    assert (docs / translation.LOCK).read_text(encoding="utf-8") == before
