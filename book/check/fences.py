"""Refuse a fence that looks run and is not, a check that shows nothing."""

from collections.abc import Iterator

from book import layout
from book.errors import BookError
from book.page.block import GIVEN, MARKER
from book.page.blocks import Page
from book.page.listing import is_listing

_KNOWN = {"python", "sh", "text"}


def problems(page: Page) -> Iterator[BookError]:
    """Yield each such fence of a page."""
    for block in page.blocks:
        if block.kind != "fence" or block.info == "python":
            continue
        if block.info not in _KNOWN:
            yield page.error(
                block.line,
                f"a fence of {block.info!r}, which nothing runs: a page has "
                "`python`, what it prints behind its marker, and `sh`",
            )
        elif block.info == "text" and not block.given:
            yield page.error(
                block.line,
                "this looks like an output, and nothing compares it: put "
                f"{MARKER} before what the block above prints, {GIVEN} "
                "before what no block does",
            )
    if layout.is_chapter(page.name):
        yield from _checks(page)


def _checks(page: Page) -> Iterator[BookError]:
    """Yield each part of the checks whose last block shows nothing."""
    places = [b for b in page.blocks if b.kind == "heading"]
    inside, parts = False, []
    for heading, behind in zip(places, (*places[1:], None), strict=True):
        if heading.info[0] <= "2":
            inside = heading.info == "2#check"
        if inside:
            end = behind.line if behind else len(page.lines) + 1
            parts.append((heading.line, end))
    for start, end in parts:
        here = [
            code
            for code in page.codes
            if start < code.fence.line < end and not is_listing(code.fence)
        ]
        if here and not (here[-1].outputs or here[-1].figures):
            yield page.error(
                here[-1].fence.line,
                "the last block of a check shows nothing: print what it found",
            )
