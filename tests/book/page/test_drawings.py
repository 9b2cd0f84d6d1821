"""A drawing on a page: found in its file, never by running it."""

from pathlib import Path

import pytest

from book.errors import BookError
from book.page.blocks import read
from book.page.drawings import drawings, file_name

SOURCE = '''\
"""Some drawings."""

raise SystemExit("this file must not be run to be read")


def cell() -> Sheet: ...


def _part() -> None: ...


def with_one(x): ...


def with_any(*x): ...


def with_names(**x): ...


def only_named(*, x=1): ...


class Shape:
    def method(): ...


async def later(): ...


def two_layers() -> Sheet: ...
'''

EN = "docs/en/part/one.md"


def test_a_public_function_without_arguments_is_a_drawing(
    tmp_path: Path,
) -> None:
    assert drawings(tmp_path, "part/one") == {}
    path = tmp_path / "drawings" / "part" / "one.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE)
    assert drawings(tmp_path, "part/one") == {
        "one-cell.svg": ("cell", 6),
        "one-two_layers.svg": ("two_layers", 31),
    }


def test_a_file_that_is_no_python_is_named(tmp_path: Path) -> None:
    path = tmp_path / "drawings" / "part" / "one.py"
    path.parent.mkdir(parents=True)
    path.write_text("def cell(:\n")
    with pytest.raises(BookError, match=r"part/one\.py:1: this is not Pyth"):
        drawings(tmp_path, "part/one")


def test_the_file_is_named_after_chapter_and_function() -> None:
    assert file_name("recurrent/gru", "cell") == "gru-cell.svg"


def test_a_drawing_needs_no_block_and_belongs_to_none(
    drawn_book: Path,
) -> None:
    page = read(drawn_book / EN)
    (block,) = [b for b in page.blocks if b.kind == "drawing"]
    assert block.info == "one-cell.svg"
    assert block.text == "A step from $x$."
    assert block.formulas == ["x"]
    assert block.line < page.codes[0].fence.line
    assert not any(code.figures for code in page.codes)


def test_behind_a_block_it_belongs_to_none_either(drawn_book: Path) -> None:
    path = drawn_book / EN
    text = path.read_text(encoding="utf-8")
    text = text.replace("4.0\n```\n", "4.0\n```\n\n![A.](one-cell.svg)\n", 1)
    path.write_text(text, encoding="utf-8")
    assert not any(code.figures for code in read(path).codes)


def test_without_a_function_the_line_is_refused(drawn_book: Path) -> None:
    (drawn_book / "drawings/part/one.py").unlink()
    with pytest.raises(BookError) as error:
        read(drawn_book / EN).codes  # noqa: B018 - raises
    assert "without a Python block before it" in str(error.value)
    assert "or draw it: a function in drawings/part/one.py" in str(error.value)
