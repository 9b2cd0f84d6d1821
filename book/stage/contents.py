"""Lists of chapters, from the navigation: of the book, and of a part."""

import posixpath
from collections.abc import Iterator
from pathlib import Path

from book.layout import page as page_of
from book.page import lab
from book.page.blocks import read
from book.page.outline import Entry, Part, outline


def book_contents(root: Path, language: str) -> str:
    """All parts with their chapters, as Markdown for the home page."""
    blocks = []
    for part in outline(root, language):
        opening = part.opening or part.entries[0]
        lines = [f"- **{_link(opening, part)}**"]
        lines += [f"    - {_link(entry)}" for entry in part.entries]
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def part_contents(root: Path, language: str, name: str) -> str:
    """The chapters of the part that a page opens, each with its promise."""
    folder = posixpath.dirname(name)
    return "\n".join(
        line
        for part in outline(root, language)
        if part.folder == folder
        for line in _promises(root, language, part)
    )


def _promises(root: Path, language: str, part: Part) -> Iterator[str]:
    for entry in part.entries:
        address = posixpath.basename(page_of(root, language, entry.name).name)
        link = f"[{_titled(entry.number, entry.title)}]({address})"
        path = page_of(root, language, entry.name)
        if path.suffix == ".ipynb":
            promise = _first_words(path)
        else:
            promise = str(read(path).meta.get("description") or "")
        yield f"- {link}  \n    {promise}"


def _first_words(path: Path) -> str:
    """The first paragraph of a lab, below its title."""
    text = lab.read(path).cells[0].source
    _, _, rest = text.partition("\n\n")
    return " ".join(rest.partition("\n\n")[0].split())


def _link(entry: Entry, part: Part | None = None) -> str:
    number, title = entry.number, entry.title
    if part is not None:
        number, title = part.number, part.title
    address = page_of(Path(), "", entry.name).relative_to("docs")
    return f"[{_titled(number, title)}]({address.as_posix()})"


def _titled(number: str, title: str) -> str:
    return f"{number} {title}".strip()
