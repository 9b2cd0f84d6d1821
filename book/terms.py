"""The term base: one translation of each term of art, everywhere."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import yaml

from book.pages import Block, Page, PageError

BASE = Path(__file__).with_name("terms.yml")

_PROSE = {"heading", "paragraph", "item", "note", "figure", "table"}
_NOT_PROSE = re.compile(r"(`+).*?\1|\$[^$]+\$|\]\([^)]*\)", re.DOTALL)
_GLOSS = re.compile(r"([\u4e00-\u9fff]+)（([a-z][a-z -]*[a-z])）")


@dataclass(frozen=True)
class Term:
    """A term in both languages, as the term base has it."""

    en: str
    zh: str
    en_definition: str
    zh_definition: str
    en_forms: tuple[str, ...] = ()
    zh_avoid: tuple[str, ...] = ()
    everyday: bool = False

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def forms(self, language: str) -> tuple[str, ...]:
        """The words that count as this term."""
        return (self.en, *self.en_forms) if language == "en" else (self.zh,)

    def definition(self, language: str) -> str:
        return self.en_definition if language == "en" else self.zh_definition

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        forms = sorted(self.forms("en"), key=len, reverse=True)
        either = "|".join(re.escape(form) for form in forms)
        return re.compile(rf"\b(?:{either})\b", re.IGNORECASE)


def load(path: Path) -> list[Term]:
    """Read the term base.

    Raises: PageError for an entry that lacks a key, stands twice or
        out of order.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    terms: list[Term] = []
    for entry in entries:
        lists = {
            key: tuple(entry[key])
            for key in ("en_forms", "zh_avoid")
            if key in entry
        }
        try:
            terms.append(Term(**{**entry, **lists}))
        except TypeError as error:
            raise PageError(path, 1, f"{entry.get('en')}: {error}") from error
    names = [term.en.lower() for term in terms]
    for before, after in itertools.pairwise(names):
        if before >= after:
            raise PageError(
                path,
                1,
                f"{after!r} stands behind {before!r}: one entry a term, "
                "in alphabetical order",
            )
    return terms


@cache
def base() -> list[Term]:
    """Return the term base of this book."""
    return load(BASE)


def problems(
    english: Page, chinese: Page, terms: Iterable[Term]
) -> Iterator[PageError]:
    """Yield every place where a term is not translated as agreed."""
    terms = list(terms)
    for block in chinese.blocks:
        yield from _wrong_words(chinese, block, terms)
    for ours, theirs in zip(
        _sections(english), _sections(chinese), strict=False
    ):
        here = " ".join(prose(block) for block in ours)
        there = " ".join(prose(block) for block in theirs)
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


def prose(block: Block) -> str:
    """The words of a block, without code, formulas and addresses."""
    if block.kind not in _PROSE:
        return ""
    return " ".join(_NOT_PROSE.sub(" ", block.text).split())


def _wrong_words(
    chinese: Page, block: Block, terms: list[Term]
) -> Iterator[PageError]:
    words = prose(block)
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
                "base: add it to book/terms.yml",
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
