"""What the preview's processes do."""

from pathlib import Path

from book import layout
from book.build.live import Site, forget
from book.finish import math_font, root_pages
from book.page.blocks import read

_sites: dict[str, Site] = {}


def begin(root: Path, language: str, folder: Path) -> Site:
    """The site of a language; made, if this process has none yet.

    Raises: BookError.
    """
    if language not in _sites:
        _sites[language] = Site(root, language, folder)
    return _sites[language]


def ready(root: Path, language: str, folder: Path) -> None:
    """Get ready for the first page.

    Raises: BookError.
    """
    begin(root, language, folder)


def change(language: str, paths: list[Path]) -> set[str] | None:
    """Take note of changed files.

    Returns: the pages that they concern; None for all.
    Raises: BookError; the site then begins anew with the next page.
    """
    site = _sites.pop(language, None)
    pages = site.change(paths) if site else None
    if site:
        _sites[language] = site
    return pages


def page(root: Path, language: str, folder: Path, name: str) -> list[str]:
    """Make a page if need be; return what the builder warns of.

    Raises: BookError.
    """
    return begin(root, language, folder).page(name)


def share(folder: Path) -> None:
    """Write what both sites share: the front door, the font of formulas.

    The font keeps all that it has: a formula may be written at any time.
    """
    root_pages.write(folder)
    ranges = range(0x20, 0xD800), range(0x1D400, 0x1D800)
    math_font.write(folder, {chr(code) for each in ranges for code in each})


def draw(root: Path, name: str) -> list[str]:
    """Draw the drawings of a chapter; return what cannot be read in them.

    Raises: BookError.
    """
    from book.edit import draw  # loads Matplotlib and torch

    forget("book.words")
    _, unreadable = draw.draw(read(layout.page(root, "en", name)))
    return unreadable
