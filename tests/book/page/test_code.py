"""Listings: cut from a module by the name of their object."""

from pathlib import Path

import pytest

from book.errors import BookError
from book.page.blocks import read
from book.page.code import Code

EN, MODULE = "docs/en/part/one.md", "d2lcode/part/one.py"

SOURCE = '''\
"""Several objects."""

import functools

Pairs = list[tuple[int, int]]
"""What is paired."""

LEAST: float = 0.5


# Why it is so.
# In two lines.
@functools.cache
def double(x: float) -> float:
    """Return twice x."""

    return 2 * x  # eq:one-double


# This belongs to nothing.

class Cell:
    """A cell."""

    size = 3

    def forward(self, x: int) -> str:
        # Within.
        return f"""
{x}
"""

    def backward(self) -> None:
        pass


def half(x: float) -> float:
    return x / 2
'''


def listing(root: Path, names: str) -> Code:
    (root / MODULE).write_text(SOURCE, encoding="utf-8")
    page = root / EN
    text = page.read_text(encoding="utf-8")
    new = text.replace("one.py:double", f"one.py:{names}")
    page.write_text(new, encoding="utf-8")
    return read(page).codes[0]


@pytest.mark.parametrize(
    ("names", "first", "last"),
    [
        ("double", "# Why it is so.", "return 2 * x  # eq:one-double"),
        ("Pairs", "Pairs = list[tuple[int, int]]", '"""What is paired."""'),
        ("LEAST", "LEAST: float = 0.5", "LEAST: float = 0.5"),
        ("Cell", "class Cell:", "pass"),
        ("Cell.forward", "def forward(self, x: int) -> str:", '"""'),
        ("Cell.size", "size = 3", "size = 3"),
        ("half", "def half(x: float) -> float:", "return x / 2"),
        ("LEAST,half", "LEAST: float = 0.5", "return x / 2"),
    ],
)
def test_an_object_is_cut_whole(
    names: str, first: str, last: str, small_book: Path
) -> None:
    lines = listing(small_book, names).code.splitlines()
    assert lines[0] == first
    assert lines[-1].strip() == last


def test_a_method_is_not_indented(small_book: Path) -> None:
    assert listing(small_book, "Cell.forward").code == (
        "def forward(self, x: int) -> str:\n    # Within.\n"
        '    return f"""\n{x}\n"""\n'
    )


def test_between_two_objects_stands_what_is_blank(small_book: Path) -> None:
    code = listing(small_book, "LEAST, half").code
    assert code.startswith("LEAST: float = 0.5\n\n\ndef half")


def test_every_line_knows_its_place(small_book: Path) -> None:
    code = listing(small_book, "Pairs,double,half")
    assert code.source == small_book / MODULE
    module, placed = SOURCE.splitlines(), code.placed.splitlines()
    for number, line in zip(code.lines, code.code.splitlines(), strict=True):
        assert module[number - 1] == placed[number - 1] == line
    assert sum(map(bool, placed)) == sum(map(bool, code.code.split("\n")))


def test_a_page_shows_the_listing(small_book: Path) -> None:
    text = read(small_book / EN).expanded()
    assert "def double" in text and "one.py:" not in text


def test_an_annotation_is_no_listing(small_book: Path) -> None:
    """One that is a path would be no Python."""
    page = small_book / EN
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("print(double(2.0))", "x: int = 4"))
    assert read(page).codes[1].code == "x: int = 4\n"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("triple", "has no object 'triple'; it has Pairs, LEAST, double"),
        ("Cell.triple", "has no object 'Cell.triple'"),
        ("half,double", "name the objects in the order of d2lcode/part"),
        ("Cell,Cell.forward", "name the objects in the order of"),
        ("double!", "a listing is one line in its fence"),
        ("double\nx = 1", "a listing is one line in its fence"),
    ],
)
def test_what_cannot_be_cut(
    names: str, message: str, small_book: Path
) -> None:
    with pytest.raises(BookError, match=message):
        listing(small_book, names)


def test_a_module_that_is_not_python(small_book: Path) -> None:
    (small_book / MODULE).write_text("def f(:\n", encoding="utf-8")
    with pytest.raises(BookError, match="one.py:1: this is not Python"):
        assert read(small_book / EN).codes
