"""What stands at the head of a chapter: what it needs, how long it takes.

The front matter says on which chapters it builds (`needs`) and how many
hours it takes with its exercises (`hours`); how long it takes to read
follows from its text.
"""

import math
import re
from collections.abc import Iterator

from book.errors import BookError
from book.layout import is_chapter
from book.page.block import PROSE, Block
from book.page.blocks import Page
from book.page.formulas import replaced

WORDS, CHARACTERS = 220, 400
"""English words and Chinese characters that one reads in a minute."""

LINE, FORMULA = 2 / 60, 15 / 60
"""Minutes for a line of code, and for a formula that stands alone."""

_CLOSED = {"info", "success"}
"""The notes of a second reading and of a solution."""

_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W_][\w'’.,-]*")
_ADDRESS = re.compile(r"\]\([^)]*\)")


def needs(page: Page) -> list[str]:
    """The chapters that a page says it builds on, by name.

    Raises: BookError for what is no list of chapters of the book.
    """
    given = page.meta.get("needs", [])
    if not isinstance(given, list):
        raise _error(page, "needs", "is a list: [PART/CHAPTER], [] for none")
    for name in given:
        path = page.docs / page.language / f"{name}.md"
        known = isinstance(name, str) and is_chapter(name) and path.is_file()
        if not known or name == page.name or given.count(name) > 1:
            raise _error(
                page, "needs", f"names {name!r}: name each other chapter once"
            )
    return given


def hours(page: Page) -> float | None:
    """The hours that a page takes with its exercises, if it says so.

    Raises: BookError for what is no whole or half number above zero.
    """
    given = page.meta.get("hours")
    if given is None:
        return None
    if (
        isinstance(given, bool)
        or not isinstance(given, (int, float))
        or given <= 0
        or given * 2 != int(given * 2)
    ):
        raise _error(page, "hours", "is a number such as 3 or 2.5")
    return float(given)


def minutes(page: Page) -> int:
    """The minutes that a first reading takes, rounded up."""
    time = 0.0
    codes = {code.fence: code.code for code in page.codes}
    for block in first_reading(page):
        if block.kind in PROSE:
            text = replaced(block.text, lambda _: " x ", lambda _: " x ")
            text = _ADDRESS.sub(" ", text)
            time += len(_CHINESE.findall(text)) / CHARACTERS
            time += len(_WORD.findall(_CHINESE.sub(" ", text))) / WORDS
        elif block.kind == "equation":
            time += FORMULA
        elif block in codes:
            lines = codes[block].splitlines()
            time += LINE * sum(bool(line.strip()) for line in lines)
    return max(1, math.ceil(time))


def first_reading(page: Page) -> Iterator[Block]:
    """Yield the blocks of a page that do not stand in a closed note."""
    closed: int | None = None
    for block in page.blocks:
        if closed is not None and block.indent > closed:
            continue
        closed = None
        if block.kind == "note" and block.info in _CLOSED:
            closed = block.indent
        else:
            yield block


def _error(page: Page, key: str, message: str) -> BookError:
    starts = (text.startswith(f"{key}:") for text in page.lines)
    line = next((n for n, found in enumerate(starts, 1) if found), 1)
    return page.error(line, f"`{key}` {message}")
