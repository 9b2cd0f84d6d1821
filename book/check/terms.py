"""Refuse a term of art that is not translated as agreed."""

import re
from collections.abc import Iterable, Iterator

from book.errors import BookError
from book.page.blocks import Block, Page
from book.words.terms import Term

_GLOSS = re.compile(r"([\u4e00-\u9fff]+)（([a-z][a-z -]*[a-z])）")


def problems(
    english: Page, chinese: Page, terms: Iterable[Term]
) -> Iterator[BookError]:
    """Yield every place where a term is not translated as agreed."""
    terms = list(terms)
    for block in chinese.blocks:
        yield from _wrong_words(chinese, block, terms)
    for ours, theirs in zip(
        _sections(english), _sections(chinese), strict=False
    ):
        here = " ".join(block.prose for block in ours)
        there = " ".join(block.prose for block in theirs)
        for term in terms:
            if not term.pattern.search(here):
                continue
            if term.zh not in there and not term.pattern.search(there):
                yield chinese.error(
                    theirs[0].line,
                    f"the English section (line {ours[0].line}) speaks of "
                    f"{term.en!r}, this one nowhere of {term.zh!r}: use the "
                    "term, or change the term base",
                )


def _wrong_words(
    chinese: Page, block: Block, terms: list[Term]
) -> Iterator[BookError]:
    words = block.prose
    for term in terms:
        for avoid in term.zh_avoid:
            if avoid in words:
                yield chinese.error(
                    block.line,
                    f"{avoid!r} for {term.en!r}: this book says {term.zh!r}",
                )
    for before, gloss in _GLOSS.findall(words):
        known = [t for t in terms if t.pattern.fullmatch(gloss)]
        if not known:
            yield chinese.error(
                block.line,
                f"{gloss!r} is introduced as a term and is not in the term "
                "base: add it to book/words/terms/PART.yml",
            )
        elif not before.endswith(known[0].zh):
            yield chinese.error(
                block.line,
                f"{before!r} for {gloss!r}: this book says {known[0].zh!r}",
            )


def _sections(page: Page) -> list[list[Block]]:
    """The blocks of a page, cut at its headings of level two."""
    found: list[list[Block]] = [[]]
    for block in page.blocks:
        if block.kind == "heading" and block.info.startswith("2#"):
            found.append([])
        found[-1].append(block)
    return [section for section in found if section]
