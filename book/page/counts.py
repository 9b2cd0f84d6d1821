"""How much a page asks of its reader: words, drawings, lines of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from book.page.block import PROSE
from book.page.blocks import Block, Page
from book.page.formulas import replaced
from book.page.listing import is_listing, listing

_CORE = ("question", "math", "scratch", "check", "watch", "wrong", "practice")
_WAITS = {"info", "question"}
_TRUTH = re.compile(r"\b(?:True|False)\b")
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Counts:
    """What is counted on a page.

    `core` are the words of a first reading, of `words` in all; `truths`
    the lines of output that say True or False, `bare` those of them
    without a number. `longest` and `listed` are lines of listings as
    the page shows them, `guarded` as the modules have them.
    """

    drawings: int
    core: int
    words: int
    truths: int
    bare: int
    longest: int
    listed: int
    guarded: int


def counts(page: Page) -> Counts:
    """Count what a page has.

    Raises: BookError for a listing of what is not there.
    """
    core, whole = words(page)
    said = [line for _, line in truths(page)]
    cuts = [listing(page, b) for b in page.blocks if is_listing(b)]
    shown = [len(cut.lines) for cut in cuts]
    return Counts(
        drawings=sum(block.kind == "drawing" for block in page.blocks),
        core=core,
        words=whole,
        truths=len(said),
        bare=sum(not has_number(line) for line in said),
        longest=max(shown, default=0),
        listed=sum(shown),
        guarded=sum(cut.length for cut in cuts),
    )


def words(page: Page) -> tuple[int, int]:
    """The words of a first reading and those of the whole page.

    A formula or a piece of code within a sentence is one word; displays,
    code, outputs and references are none. A first reading is without the
    questions on its way.
    """
    core = whole = 0
    for section, block, folded in placed(page):
        if block.kind not in PROSE or section == "references":
            continue
        text = replaced(block.text, lambda _: " x ", lambda _: " x ")
        number = sum(bool(_WORD.search(word)) for word in text.split())
        whole += number
        if section in _CORE and not folded:
            core += number
    return core, whole


def placed(page: Page) -> Iterator[tuple[str, Block, bool]]:
    """Yield each block with its section, and whether it can wait.

    What is folded waits for a second reading; a question can be left.
    """
    section, folded = "", -1
    for block in page.blocks:
        if block.kind == "heading" and block.info.startswith("2#"):
            section = block.info[2:]
        if block.indent <= folded:
            folded = -1
        if block.kind == "note" and block.info in _WAITS and folded < 0:
            folded = block.indent
        yield section, block, folded >= 0


def truths(page: Page) -> Iterator[tuple[Block, str]]:
    """Yield the lines of outputs that say True or False."""
    for block in page.blocks:
        if block.kind == "output":
            for line in block.text.splitlines():
                if _TRUTH.search(line):
                    yield block, line


def has_number(line: str) -> bool:
    return bool(re.search(r"\d", line))
