"""A page as a plain script: all its Python, in order, nothing else."""

from collections.abc import Collection
from pathlib import Path

from book.layout import is_chapter
from book.page.blocks import Page, find, read


def convert(page: Page) -> str:
    """Return the page's code, listings expanded.

    The button that copies all code of a page makes the same text of
    what it finds on the page (overrides/assets/javascripts/book.js).
    """
    return "\n\n\n".join(code.code.rstrip() for code in page.codes) + "\n"


def write(
    docs: Path,
    language: str,
    folder: Path,
    pages: Collection[Path] | None = None,
) -> list[Path]:
    """Write all chapters of a language: folder/PART/CHAPTER.py.

    With pages, only those among them.
    """
    written = []
    for path in find(docs, language):
        if pages is not None and path not in pages:
            continue
        page = read(path)
        if is_chapter(page.name):
            target = folder / f"{page.name}.py"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(convert(page), encoding="utf-8")
            written.append(target)
    return written
