"""Refuse a reference that is not cited by key, or a key without entry."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from book.errors import BookError
from book.page.block import PROSE
from book.page.blocks import Block, Page
from book.page.formulas import replaced
from book.words import references
from book.words.references import KEY, Reference, unknown

Base = Mapping[str, Reference]

_TITLES = {"References", "参考文献"}
"""What the section is called in a lab, whose headings have no ids."""

_CITATION = re.compile(
    r"(?P<name>[^\W\d_a-z][\w-]*)(?:['’]s)?"
    r"(?P<more>\s*(?:et\s+al\.|等人?))?"
    r"[,，]?\s*[(（]?(?P<year>(?:18|19|20)\d\d)\b"
)
"""A name, with whatever stands between it and a year."""

_IDENTIFIED = re.compile(
    r"\[(?:doi|arXiv|DOI|arxiv)\s*:\s*([^\]\s]+)\]\(([^()\s]*(?:\([^()]*\)[^()]*)*)\)"
)
"""The text of a link that is an identifier, and its address."""

_AND = re.compile(r"[^\W\d_a-z][\w-]*(?:\s+and|\s*[和与、])\s*$")
"""Another name before it."""


def load(root: Path) -> tuple[dict[str, Reference] | None, list[BookError]]:
    """The entries of a book, or what is wrong with them."""
    path = _base(root)
    wrong = list(references.problems(path))
    return (None if wrong else references.load(path)), wrong


def problems(
    root: Path, pages: Collection[Page], base: Base, *, whole: bool
) -> Iterator[BookError]:
    """Yield what is wrong with the references of pages.

    If they are the whole book, an entry that none cites is refused.
    """
    for page in pages:
        yield from of_page(page, base)
    by_place = {page.path: page for page in pages}
    for page in pages:
        other = page.partner.with_suffix(page.path.suffix)
        if page.language == "en" and other in by_place:
            yield from _unlike(page, by_place[other])
    if whole:
        yield from _uncited(root, pages, base)


def of_page(page: Page, base: Base) -> Iterator[BookError]:
    """Yield what is wrong with a page's references and citations."""
    inside = False
    cited: set[str] = set()
    text: list[Block] = []
    for block in page.blocks:
        if block.kind == "heading" and block.info[0] <= "2":
            inside = block.info == "2#references" or block.text in _TITLES
        keys = KEY.findall(block.text) if block.kind in PROSE else []
        if not inside or block.kind != "item":
            text += [] if inside else [block]
            for key in keys:
                yield page.error(
                    block.line,
                    f"[@{key}] stands at the head of an item of the "
                    "references, nowhere else",
                )
            continue
        match = KEY.match(block.text)
        if match is None or len(keys) > 1:
            yield page.error(
                block.line, "write `- [@key] why to read it.`, one key an item"
            )
        elif match[1] not in base:
            yield page.error(block.line, unknown(match[1]))
        elif match[1] in cited:
            yield page.error(block.line, f"[@{match[1]}] stands here twice")
        cited |= {*keys}
    yield from _loose(page)
    works = [base[key] for key in cited if key in base]
    authors = {name for work in base.values() for name in _names(work)}
    for block in text:
        yield from _citations(page, block, works, authors)


def _loose(page: Page) -> Iterator[BookError]:
    """Yield each link that says one identifier and goes to another."""
    for block in page.blocks:
        for said, address in _IDENTIFIED.findall(block.text):
            if block.kind in PROSE and said.lower() not in address.lower():
                yield page.error(
                    block.line,
                    f"{said!r} links to {address}: cite the work by its key",
                )


def _unlike(english: Page, chinese: Page) -> Iterator[BookError]:
    """Yield each item that cites another work than its partner."""
    for here, there in zip(english.blocks, chinese.blocks, strict=False):
        ours, theirs = KEY.match(here.text), KEY.match(there.text)
        if ours and theirs and ours[1] != theirs[1]:
            yield chinese.error(
                there.line,
                f"[@{theirs[1]}] stands where the English page has "
                f"[@{ours[1]}] (line {here.line})",
            )


def _uncited(
    root: Path, pages: Iterable[Page], base: Base
) -> Iterator[BookError]:
    """Yield every entry that no page cites."""
    cited = {
        key
        for page in pages
        for block in page.blocks
        for key in KEY.findall(block.text)
    }
    path = _base(root)
    lines = references.place(path)
    for key in sorted(base.keys() - cited):
        yield BookError(
            path,
            lines.get(key, 1),  # the file may have changed since
            f"no page cites {key}: cite it or remove it",
        )


def _base(root: Path) -> Path:
    return root / "book" / "words" / references.BASE.name


def _citations(
    page: Page,
    block: Block,
    works: Collection[Reference],
    authors: Collection[str],
) -> Iterator[BookError]:
    """Yield each author with a year who is not among the works.

    A name and a year are a citation if the year stands in parentheses,
    unless the name stands alone and is none of the authors of entries.
    """
    if block.kind not in PROSE:
        return
    words = replaced(block.text, lambda _: "·", lambda _: "·")
    for match in _CITATION.finditer(words):
        name, year = match["name"], int(match["year"])
        before = words[: match.start("year")]
        depth = sum(map(before.count, "(（")) - sum(map(before.count, ")）"))
        several = match["more"] or _AND.search(before[: match.start()])
        if depth < 1 or not (several or name in authors):
            continue
        if not any(_is_of(work, name, year, match["more"]) for work in works):
            line = block.line + words.count("\n", 0, match.start())
            said = " ".join(match[0].split())
            yield page.error(
                line, f"{said!r}: no work in this page's references"
            )


def _is_of(work: Reference, name: str, year: int, more: str | None) -> bool:
    who = _names(work)[:1] if more else _names(work)
    return work.year == year and name in who


def _names(work: Reference) -> list[str]:
    """The last word of each author's name, as prose cites it."""
    return [author.split()[-1] for author in work.authors]
