"""What was wrong in the book and is right now: a page, and a feed.

Both are made from docs/corrections.yml, in both languages.
"""

import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from book import files, layout
from book.errors import BookError
from book.page.blocks import read
from book.page.outline import numbers
from book.words.site import words

DATA = "corrections.yml"
FEED = "corrections.xml"

_ATOM = "http://www.w3.org/2005/Atom"
_ID = "tag:d2lcode,2026:corrections"
_NEW = "write a date, a page, and `was` and `now` in both languages"


@dataclass(frozen=True)
class Correction:
    """An entry, in one language; `number` counts from the oldest."""

    number: int
    date: datetime.date
    page: str
    was: str
    now: str


def corrections(root: Path, language: str) -> list[Correction]:
    """All entries, the latest first.

    Raises: BookError for an entry that lacks something, names no page,
        or is out of order.
    """
    path = root / "docs" / DATA
    if not path.is_file():
        return []
    given = files.data(path) or []
    found = [
        _entry(root, language, len(given) - place, entry)
        for place, entry in enumerate(given)
    ]
    if found != sorted(found, key=lambda c: c.date, reverse=True):
        raise BookError(path, 1, "the latest correction comes first")
    return found


def _entry(root: Path, language: str, number: int, entry: Any) -> Correction:
    path = root / "docs" / DATA
    try:
        said = [entry[key][language].strip() for key in ("was", "now")]
        date, page = entry["date"], entry["page"]
    except (KeyError, TypeError, AttributeError):
        raise BookError(path, 1, f"{entry}: {_NEW}") from None
    if not isinstance(date, datetime.date):
        raise BookError(path, 1, f"{date} is no date: {_NEW}")
    if not layout.page(root, language, page).is_file():
        raise BookError(path, 1, f"there is no page {page}: {_NEW}")
    return Correction(number, date, page, *said)


def entries(root: Path, language: str) -> str:
    """The list of all corrections as Markdown, below the feed's address."""
    said = words("corrections", language)
    blocks = [said["subscribe"].format(FEED)]
    for each in corrections(root, language):
        address = layout.page(root, language, each.page).relative_to(
            root / "docs" / language
        )
        blocks += [
            f"{each.date} · [{_title(root, language, each.page)}]"
            f"({address.as_posix()})\n{{ #correction-{each.number} .dated }}",
            "- " + said["was"].format(each.was),
            "- " + said["now"].format(each.now),
        ]
    return "\n\n".join(blocks)


def _title(root: Path, language: str, name: str) -> str:
    path = layout.page(root, language, name)
    title = layout.titles(root, language).get(name) or name
    if path.suffix == ".md":
        title = read(path).blocks[0].text
    return f"{numbers(root, language).get(name, '')} {title}".strip()


def stage_feed(root: Path, language: str, folder: Path) -> None:
    """Write the feed of corrections beside their page."""
    if not (folder / "corrections.md").is_file():
        return
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": language})
    for tag, text, attributes in _feed(root, language):
        parent = feed
        if tag.startswith("entry/"):
            tag = tag.removeprefix("entry/")
            parent = feed[-1]
        element = ET.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
        element.text = text or None
    made = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    (folder / FEED).write_bytes(made)


def _feed(
    root: Path, language: str
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the elements of the feed; those of an entry follow it."""
    said = words("corrections", language)
    name = layout.config(root, language)["site_name"]
    found = corrections(root, language)
    base = os.environ.get("D2LCODE_SITE", "").rstrip("/")
    base = f"{base}/{language}/" if base else ""
    latest = max((c.date for c in found), default=datetime.date(2026, 1, 1))
    yield "title", said["feed_title"].format(name), {}
    yield "id", f"{_ID}/{language}", {}
    yield "updated", f"{latest}T00:00:00Z", {}
    yield "author", "", {}
    yield "entry/name", name, {}
    yield "link", "", {"href": f"{base}corrections.html"}
    if base:
        yield "link", "", {"rel": "self", "href": f"{base}{FEED}"}
    for each in found:
        text = "\n".join(
            said[key].format(value).replace("**", "")
            for key, value in (("was", each.was), ("now", each.now))
        )
        address = f"{base}corrections.html#correction-{each.number}"
        yield "entry", "", {}
        yield "entry/title", _title(root, language, each.page), {}
        yield "entry/id", f"{_ID}/{language}/{each.number}", {}
        yield "entry/updated", f"{each.date}T00:00:00Z", {}
        yield "entry/link", "", {"href": address}
        yield "entry/content", text, {"type": "text"}
