"""What the search knows of a built page: its sections, cut at headings.

The list of terms is cut at its terms. overrides/assets/javascripts/search.js
searches the index as it stands, in a site that is served or read from disk.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from selectolax.lexbor import LexborNode

from book import layout
from book.finish.built import BuiltPage
from book.words import search, terms

PLACE = "search/index.js"

Entry: TypeAlias = tuple[str, int | str, str, str, str]
"""Anchor, level of its heading (of a term, the page that it links), title,
prose, and the words of code that the prose has not."""


class Found(NamedTuple):
    """What is to be found on a page."""

    place: str
    title: str
    entries: list[Entry]


_LEVELS = {"h1": 1, "h2": 2, "h3": 3}
_APART = frozenset({"annotation", "script", "style", "svg"})
_INLINE = frozenset(("a", "b", "code", "dfn", "em", "i", "span", "strong"))
_BETWEEN = {"msub": "_", "msup": "^", "mfrac": "/"}
_BEFORE = {"msqrt": "√"}
_WORD = re.compile(r"[^\W\d]\w+(?:\.\w+)*")


def read(page: BuiltPage) -> list[Found]:
    """Read a page; of one that shows a file, nothing is found."""
    article = page.tree.css_first("article")
    if article is None or page.place.startswith(("404", "code/")):
        return []
    reader = _Reader()
    reader.read(article)
    entries = [section.entry for section in reader.sections]
    return [Found(page.place, entries[0][2], entries)] if entries else []


class _Section:
    """A section while it is being read."""

    def __init__(self, anchor: str, level: int) -> None:
        self.anchor = anchor
        self.level = level
        self.page = ""
        self.title: list[str] = []
        self.prose: list[str] = []
        self.code: list[str] = []

    @property
    def entry(self) -> Entry:
        prose = _line(self.prose)
        words = dict.fromkeys(_WORD.findall(" ".join(self.code)))
        rare = words.keys() - set(_WORD.findall(prose))
        code = " ".join(word for word in words if word in rare)
        level = self.level or self.page
        return self.anchor, level, _line(self.title), prose, code


class _Reader:
    """Reads an article, section by section."""

    def __init__(self) -> None:
        self.sections: list[_Section] = []
        self.into: list[str] = []

    def read(self, node: LexborNode) -> None:
        """Read what stands in an element."""
        child = node.first_child
        while child is not None:
            if child.is_text_node:
                self.into.append(child.text_content or "")
            elif child.is_element_node:
                self._element(child)
            child = child.next

    def _element(self, node: LexborNode) -> None:
        given = node.attributes
        if node.tag in _APART or "data-search-exclude" in given:
            return
        if "headerlink" in (given.get("class") or ""):
            return
        if node.tag in _LEVELS or (node.tag == "dt" and node.id):
            self._open(node)
        elif node.tag == "pre" and self.sections:
            self.sections[-1].code.append(node.text())
        elif node.tag == "math":
            if given.get("display") != "block":
                self._formula(node)
        else:
            if node.tag == "a" and self.sections:
                self.sections[-1].page = given.get("href") or ""
            self._spaced(node)

    def _open(self, heading: LexborNode) -> None:
        """Begin a section; the first is the page, and has no anchor."""
        anchor = (heading.id or "") if self.sections else ""
        section = _Section(anchor, _LEVELS.get(heading.tag or "", 0))
        self.sections.append(section)
        self.into = section.title
        self.read(heading)
        self.into = section.prose

    def _spaced(self, node: LexborNode) -> None:
        gap = "" if node.tag in _INLINE else " "
        self.into.append(gap)
        self.read(node)
        self.into.append(gap)

    def _formula(self, node: LexborNode) -> None:
        """Read a formula as it would be typed in a line."""
        self.into.append(_BEFORE.get(node.tag or "", ""))
        first = True
        child = node.first_child
        while child is not None:
            if child.is_text_node:
                self.into.append(child.text_content or "")
            elif child.is_element_node and child.tag not in _APART:
                self.into.append(
                    "" if first else _BETWEEN.get(node.tag or "", "")
                )
                self._formula(child)
                first = False
            child = child.next


def _line(texts: Iterable[str]) -> str:
    words = "".join(texts).translate({0x2061: " ", 0x2062: None}).split()
    return " ".join(words)


def write(
    root: Path, language: str, site: Path, found: Iterable[Found]
) -> None:
    """Write the index of a site, as a script: a page from disk loads it."""
    parts = {
        f"{name}.html": title
        for title, names in layout.parts(root, language)
        for name in names
    }
    data = {
        "pages": [
            (place, title, parts.get(place, ""), _worth(place), entries)
            for place, title, entries in found
        ],
        "synonyms": list(search.synonyms(terms.base())),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    path = site / PLACE
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"bookSearch.index = {text};\n", encoding="utf-8")


def _worth(place: str) -> float:
    """What a page is worth beside a chapter that says the same."""
    if place == "glossary.html":
        return 0.25
    name = place.removesuffix(".html")
    return 1 if layout.is_chapter(name) else 0.6
