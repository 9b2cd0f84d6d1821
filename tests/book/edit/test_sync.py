"""Sync fills the Chinese page; accepting shows what it accepts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book import layout
from book.check import languages, lock
from book.edit import sync
from book.errors import BookError
from book.page.blocks import Page, read
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
    assert len(list(languages.problems(english, chinese))) == 3
    assert sync.sync(english)
    assert (small_book / ZH).read_text(encoding="utf-8") == before
    assert not sync.sync(english)


def test_sync_keeps_chinese_text_in_a_formula(
    small_book: Path, edit: Edit
) -> None:
    edit(EN, "y = 2 x", r"y = 3 x \text{ if } x > 0")
    edit(ZH, "y = 2 x", r"y = 2 x \text{ 若 } x > 0")
    sync.sync(read(small_book / EN))
    text = (small_book / ZH).read_text(encoding="utf-8")
    assert r"y = 3 x \text{ 若 } x > 0 \label{eq:one-double}" in text


def test_sync_keeps_the_indent_of_a_solution(
    small_book: Path, edit: Edit
) -> None:
    note = '??? success "{}"\n\n    ```python\n    {}\n    ```\n'
    edit(EN, "Some words.", note.format("Solution", "x = 1"))
    edit(ZH, "几句话。", note.format("解答", ""))
    sync.sync(read(small_book / EN))
    text = (small_book / ZH).read_text(encoding="utf-8")
    assert note.format("解答", "x = 1") in text


def test_sync_refuses_another_number_of_blocks(
    small_book: Path, edit: Edit
) -> None:
    edit(EN, "Some words.", "```python\nx = 1\n```")
    with pytest.raises(BookError, match="2 blocks of kind fence, the English"):
        sync.sync(read(small_book / EN))


def test_sync_refuses_another_order(small_book: Path, edit: Edit) -> None:
    edit(EN, "## Part {#scratch}", "$$\nz\n$$\n\n## Part {#scratch}")
    edit(ZH, "## 节 {#check}", "$$\nz\n$$\n\n## 节 {#check}")
    with pytest.raises(BookError, match="stands where the English page has"):
        sync.sync(read(small_book / EN))


def test_accept_refuses_pages_that_differ(
    small_book: Path, edit: Edit
) -> None:
    edit(ZH, "4.0", "5.0")
    with pytest.raises(BookError, match="this output differs"):
        accept(small_book)


def test_accept_tells_what_it_accepts(small_book: Path, edit: Edit) -> None:
    edit(EN, "double a number", "double any number")
    edit(ZH, "几句话。", "几句别的话。")
    changes = sync.accept(*both(small_book))
    assert [c.english.line for c in changes] == [7, 11]
    assert changes[1].chinese.text == "几句别的话。"
    assert sync.accept(*both(small_book)) == []


@pytest.mark.parametrize(
    ("english", "chinese", "refused"),
    [
        ("0.24 of them", "其中的 0.42", True),
        ("0.24 of them", "其中的一些", True),
        ("20 of 30 rows", "三十行里的 21 行", True),
        ("3 % and 40 %", "3 % 与 41 %", True),
        ("twenty rows", "20 行", False),
        ("20,000 rows", "两万行", False),
        ("1,024 rows, 0.50", "1024 行，0.5", False),
        ("a shape (2, 3)", "形状 $(2, 3)$，不用 1", False),
        ("GRU2 and 3x", "GRU3 与 4x", False),
    ],
)
def test_a_pair_has_the_same_numbers(
    english: str, chinese: str, refused: bool, small_book: Path, edit: Edit
) -> None:
    edit(EN, "Some words.", english)
    edit(ZH, "几句话。", chinese.replace("$", ""))
    if refused:
        before = (small_book / "docs" / lock.LOCK).read_bytes()
        with pytest.raises(BookError, match="one.md:11: .*: correct one"):
            accept(small_book)
        assert (small_book / "docs" / lock.LOCK).read_bytes() == before
    else:
        accept(small_book)


def test_numbers_that_were_accepted_are_not_asked_again(
    small_book: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sync, "unlike_numbers", lambda *_: iter(()))
        edit(EN, "Some words.", "0.24 of them")
        accept(small_book)
    accept(small_book)


def test_sync_translates_comments_and_keeps_the_indent(
    small_book: Path, edit: Edit
) -> None:
    note = '??? success "{}"\n\n    ```python\n    {}\n    ```\n'
    code = "def f():\n        # why\n\n        return 1"
    edit(EN, "Some words.", note.format("Solution", code))
    edit(ZH, "几句话。", note.format("解答", ""))
    path = layout.comments(small_book, "part/one")
    path.parent.mkdir(parents=True)
    path.write_text('"Return twice x.": 两倍\nwhy: 原因\n', encoding="utf-8")
    assert sync.sync(read(small_book / EN))
    text = (small_book / ZH).read_text(encoding="utf-8")
    assert note.format("解答", code.replace("why", "原因")) in text
    assert not sync.sync(read(small_book / EN))


def test_sync_refuses_comments_without_translation(
    small_book: Path, edit: Edit
) -> None:
    edit(EN, "print(double(2.0))", "print(double(2.0))  # why")
    path = layout.comments(small_book, "part/one")
    path.parent.mkdir(parents=True)
    path.write_text("{}\n", encoding="utf-8")
    before = (small_book / ZH).read_bytes()
    with pytest.raises(BookError) as caught:
        sync.sync(read(small_book / EN))
    first, second = str(caught.value).split("\n")
    assert 'one.py:5: no Chinese for this: add "Return twice x."' in first
    assert 'one.md:30: no Chinese for this: add "why"' in second
    assert (small_book / ZH).read_bytes() == before
