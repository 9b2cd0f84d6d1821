"""The works that the book cites: one entry each, one way to print them."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from book import files
from book.errors import BookError

BASE = Path(__file__).with_name("references.yml")

KEY = re.compile(r"\[@([^\]\s]*)\]")
"""How a page cites an entry: at the head of an item."""

FIELDS = ("key", "authors", "title", "venue", "year")
IDENTIFIERS = ("doi", "arxiv", "url")

_FORMS = {
    "doi": re.compile(r"10\.\d{4,9}/\S+"),
    "arxiv": re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7}"),
    "url": re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?"),
}
_HEAD = re.compile(r"^(?P<mark> *- )?\[@(?P<key>[^\]\s]*)\]", re.MULTILINE)
_PARTICLES = {"van", "der", "den", "de", "von", "le"}
_SMALL = {"a", "an", "the", "on", "in", "of", "for", "from", "to", "towards"}
_MANY = 6
"""Of more authors than these, the first three are named."""


@dataclass(frozen=True)
class Reference:
    """A work, as its publisher's record has it."""

    key: str
    authors: tuple[str, ...]
    title: str
    venue: str
    year: int
    doi: str = ""
    arxiv: str = ""
    url: str = ""

    @property
    def proper_key(self) -> str:
        """First author, year, first significant word of the title."""
        name = _plain(surname(self.authors[0]))
        words = re.findall(r"\w+", _plain(self.title, " "))
        word = next((w for w in words if w not in _SMALL), "")
        return f"{name}{self.year}{word}"


@cache
def base() -> Mapping[str, Reference]:
    """The entries of this book, by key."""
    return load(BASE)


def load(path: Path) -> dict[str, Reference]:
    """Read the entries; no file has none.

    Raises: BookError for the first thing that is wrong with them.
    """
    for problem in problems(path):
        raise problem
    works = map(_reference, _entries(path))
    return {work.key: work for work in works}


def problems(path: Path) -> Iterator[BookError]:
    """Yield every entry that lacks a field, is malformed or misplaced."""
    try:
        entries = _entries(path)
    except BookError as error:
        yield error
        return
    lines = place(path)
    for entry in entries:
        key = str(entry.get("key"))
        for message in _wrong(entry):
            yield BookError(path, lines.get(key, 1), f"{key}: {message}")
    keys = [str(entry.get("key")) for entry in entries]
    for before, after in itertools.pairwise(keys):
        if before >= after:
            yield BookError(
                path,
                lines.get(after, 1),
                f"{after} stands behind {before}: one entry a work, in "
                "alphabetical order of keys",
            )


def place(path: Path) -> dict[str, int]:
    """The line of each key."""
    text = files.text(path) if path.is_file() else ""
    return {
        line.partition("key:")[2].strip(): number
        for number, line in enumerate(text.splitlines(), 1)
        if "key:" in line
    }


def surname(author: str) -> str:
    """The family name of a full name, with its particles."""
    *given, name = author.split()
    while len(given) > 1 and given[-1].lower() in _PARTICLES:
        name = f"{given.pop()} {name}"
    return name


def formatted(entry: Reference, language: str) -> str:
    """A reference as a page prints it, in Markdown."""
    english = language == "en"
    comma, stop = (", ", ". ") if english else ("，", "。")
    title = f'"{entry.title}"' if english else f"“{entry.title}”"
    parts = (_names(entry.authors, english), title, entry.venue)
    words = comma.join([*parts, str(entry.year)])
    links = (", " if english else "，").join(_links(entry))
    return stop.join(filter(None, [words, links])) + stop.strip()


def filled(path: Path, text: str, language: str) -> str:
    """The text of a page with references where it cites by key.

    Raises: BookError for a key that has no entry.
    """

    def written(match: re.Match[str]) -> str:
        entry = base().get(match["key"])
        if entry is None:
            line = text.count("\n", 0, match.start()) + 1
            raise BookError(path, line, unknown(match["key"]))
        return (match["mark"] or "") + formatted(entry, language)

    done = _HEAD.sub(written, text)
    return re.sub(r"。 (?=\S)", "。", done) if language != "en" else done


def unknown(key: str) -> str:
    """What to say of a key that has no entry."""
    return f"[@{key}]: no such key; add the work to {BASE.name}"


def _entries(path: Path) -> list[dict[str, Any]]:
    entries = files.data(path) if path.is_file() else None
    if not isinstance(entries or [], list) or not all(
        isinstance(entry, dict) for entry in entries or []
    ):
        raise BookError(path, 1, "not a list of entries: begin each `- key:`")
    return entries or []


def _reference(entry: Mapping[str, Any]) -> Reference:
    authors = tuple(entry["authors"])
    return Reference(**{**entry, "authors": authors})


def _wrong(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the fields of an entry."""
    if missing := [name for name in FIELDS if not entry.get(name)]:
        yield f"add {', '.join(missing)}"
        return
    if not any(entry.get(name) for name in IDENTIFIERS):
        yield f"add one of {', '.join(IDENTIFIERS)}"
    if extra := sorted(entry.keys() - {*FIELDS, *IDENTIFIERS}):
        yield f"no such field: {', '.join(extra)}"
        return
    authors, year = entry["authors"], entry["year"]
    if not isinstance(authors, list) or not all(
        isinstance(name, str) for name in authors
    ):
        yield "authors are a list of full names: [Ada Lovelace, …]"
        return
    if not isinstance(year, int) or not 1600 < year < 2100:
        yield f"{year!r} is no year"
    for name, form in _FORMS.items():
        value = entry.get(name)
        if value is not None and not (
            isinstance(value, str) and form.fullmatch(value)
        ):
            yield f"{value!r} is no {name}: as in its record, in quotes"
    proper = _reference(entry).proper_key
    if entry["key"] != proper:
        yield f"the key of this work is {proper}"


def _names(authors: tuple[str, ...], english: bool) -> str:
    if len(authors) > _MANY:
        first = (", " if english else "、").join(authors[:3])
        return first + (" et al." if english else " 等")
    if not english:
        return "、".join(authors)
    *others, last = authors
    return f"{', '.join(others)} and {last}" if others else last


def _links(entry: Reference) -> Iterator[str]:
    """Yield links: to the record and the preprint, or to a page."""
    if entry.doi:
        address = quote(entry.doi, safe="/:;.-_")
        yield f"[doi:{entry.doi}](https://doi.org/{address})"
    if entry.arxiv:
        address = f"https://arxiv.org/abs/{entry.arxiv}"
        yield f"[arXiv:{entry.arxiv}]({address})"
    if entry.url and not (entry.doi or entry.arxiv):
        host = urlsplit(entry.url).netloc.removeprefix("www.")
        yield f"[{host}]({entry.url})"


def _plain(text: str, other: str = "") -> str:
    """Letters and digits in small ASCII, `other` for the rest."""
    apart = unicodedata.normalize("NFKD", text).lower()
    marked = (c for c in apart if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isalnum() else other for c in marked)
