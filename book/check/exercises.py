"""Refuse an exercise without its solution, or a reference to none."""

import re
from collections.abc import Iterator

from book.errors import BookError
from book.page.block import PROSE
from book.page.blocks import Block, Page
from book.page.formulas import replaced

_REFERENCE = re.compile(
    r"(?:\b[Ee]xercises?|练习)\s*"
    r"(?P<numbers>\d+(?:\s*(?:,|、|–|-|and|or|to|和|与|或|至|到)\s*\d+)*)"
    r"(?!\s+(?:of|in)\b)"
)
_LINK = re.compile(r"\[[^\[\]]*\]\([^)]*\)")
"""What is linked, the site finds: an exercise of another page, too."""


def problems(page: Page) -> Iterator[BookError]:
    """Yield what is wrong with a page's exercises."""
    known = set()
    for heading, solutions in exercises(page):
        known.add(heading.info.removeprefix("3#exercise-"))
        if solutions != 1:
            yield page.error(
                heading.line,
                f"{solutions} solutions of this exercise: write one, in a "
                '`??? success "Solution"`',
            )
    for block in page.blocks:
        if block.kind not in PROSE or block.kind == "heading":
            continue
        words = replaced(block.text, lambda _: "·", lambda _: "·")
        for match in _REFERENCE.finditer(_LINK.sub("·", words)):
            for number in re.findall(r"\d+", match["numbers"]):
                if number not in known:
                    yield page.error(
                        block.line,
                        f"{match[0]!r}: this page has no exercise {number}; "
                        "link one of another page",
                    )


def exercises(page: Page) -> Iterator[tuple[Block, int]]:
    """The headings of exercises, each with the number of its solutions."""
    heading, solutions = None, 0
    for block in (*page.blocks, None):
        if block is None or (block.kind == "heading" and block.info[0] < "4"):
            if heading:
                yield heading, solutions
            heading, solutions = None, 0
            if block and block.info.startswith("3#exercise-"):
                heading = block
        elif block.kind == "note" and block.info == "success":
            solutions += 1
