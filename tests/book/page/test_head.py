"""What the head of a chapter says: what it needs, how long it takes."""

from pathlib import Path

import pytest

from book.errors import BookError
from book.page.blocks import Page, parse
from book.page.head import first_reading, hours, minutes, needs


def page(
    root: Path, body: str, *, meta: str = "", language: str = "en"
) -> Page:
    text = f"---\ndescription: A page.\n{meta}\n---\n\n# One\n\n{body}\n"
    path = root / "docs" / language / "part" / "three.md"
    return parse(path, text.splitlines())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("word " * 218, 1),  # and the title
        ("word " * 220, 2),
        ("$x + y$ `a b c` " * 110, 2),  # a formula is a word, so is code
        ("[word](https://example.org/a/b/c/d) " * 218, 1),
        ("$$\nx\n$$\n\n" * 8, 3),  # two minutes, and the title
        ("```python\nx = 1\n\ny = 2\n```\n\n" * 30, 3),
        ("| a |\n|---|\n| b |\n", 1),
    ],
)
def test_english_is_read_word_by_word(
    tmp_path: Path, body: str, expected: int
) -> None:
    assert minutes(page(tmp_path, body)) == expected


@pytest.mark.parametrize(
    ("count", "more", "expected"),
    [(390, "", 1), (400, "", 2), (300, " word" * 100, 2)],
)
def test_chinese_is_read_character_by_character(
    tmp_path: Path, count: int, more: str, expected: int
) -> None:
    body = "字" * count + "。" + more
    assert minutes(page(tmp_path, body, language="zh")) == expected


@pytest.mark.parametrize("kind", ["info", "success"])
def test_what_is_closed_can_wait(tmp_path: Path, kind: str) -> None:
    closed = (
        f'??? {kind} "Title"\n\n    {"word " * 400}\n\n    $$\n    x\n    $$'
    )
    read = page(tmp_path, f"Before.\n\n{closed}\n\nBehind.")
    texts = [block.text for block in first_reading(read)]
    assert texts == ["One", "Before.", "Behind."]
    assert minutes(read) == 1
    assert (
        minutes(page(tmp_path, closed.replace(f"??? {kind}", "!!! note"))) > 1
    )


@pytest.mark.parametrize(
    ("meta", "expected"),
    [("", None), ("hours: 3", 3.0), ("hours: 0.5", 0.5), ("hours: 2.0", 2.0)],
)
def test_hours_are_whole_or_half(
    tmp_path: Path, meta: str, expected: float | None
) -> None:
    assert hours(page(tmp_path, "Words.", meta=meta)) == expected


@pytest.mark.parametrize("value", ["0", "-1", "1.2", "three", "true", "[1]"])
def test_other_hours_are_refused(tmp_path: Path, value: str) -> None:
    wrong = page(tmp_path, "Words.", meta=f"hours: {value}")
    with pytest.raises(BookError, match="`hours` is a number") as raised:
        hours(wrong)
    assert raised.value.line == 3


@pytest.mark.parametrize("value", ["[]", "[part/one]"])
def test_needs_are_chapters(small_book: Path, value: str) -> None:
    right = page(small_book, "Words.", meta=f"needs: {value}")
    assert needs(right) == ([] if value == "[]" else ["part/one"])
    assert needs(page(small_book, "Words.")) == []


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("part/one", "is a list"),
        ("[part/two]", "names 'part/two'"),
        ("[index]", "names 'index'"),
        ("[part/three]", "names 'part/three'"),
        ("[part/one, part/one]", "once"),
        ("[3]", "names 3"),
    ],
)
def test_other_needs_are_refused(
    small_book: Path, value: str, what: str
) -> None:
    wrong = page(small_book, "Words.", meta=f"needs: {value}")
    with pytest.raises(BookError, match=what) as raised:
        needs(wrong)
    assert raised.value.line == 3
