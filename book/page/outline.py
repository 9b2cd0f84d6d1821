"""The book's parts and chapters with their numbers, from the navigation.

Nobody types a number: a chapter that is moved, or comes between two
others, has the number of its place.
"""

import posixpath
from dataclasses import dataclass
from pathlib import Path

from book import layout


@dataclass(frozen=True)
class Entry:
    """A page in the navigation: its number, if it has one, and title."""

    name: str
    title: str
    number: str = ""


@dataclass(frozen=True)
class Part:
    """A part: where its pages lie, its opening, and what it opens."""

    folder: str
    title: str
    number: str
    opening: Entry | None
    entries: tuple[Entry, ...]


def outline(root: Path, language: str) -> tuple[Part, ...]:
    """The parts of a book; those that have chapters are numbered."""
    titles = layout.titles(root, language)
    found: list[Part] = []
    count = 0
    for title, names in layout.parts(root, language):
        if not title:
            continue
        number = ""
        if any(map(layout.is_chapter, names)):
            count += 1
            number = str(count)
        opening: Entry | None = None
        entries: list[Entry] = []
        for name in names:
            if posixpath.basename(name) == "index":
                opening = Entry(name, title, number)
            else:
                place = len(entries) + 1
                own = f"{number}.{place}" if number else ""
                entries.append(Entry(name, titles[name] or name, own))
        folder = posixpath.dirname(names[0])
        found.append(Part(folder, title, number, opening, tuple(entries)))
    return tuple(found)


def numbers(root: Path, language: str) -> dict[str, str]:
    """The numbers of all pages that have one: name -> number."""
    found = {}
    for part in outline(root, language):
        for entry in (part.opening, *part.entries):
            if entry and entry.number:
                found[entry.name] = entry.number
    return found
