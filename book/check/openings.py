"""Refuse a part whose opening does not name its chapters, in order."""

from collections.abc import Iterator
from pathlib import Path

from book import files, layout
from book.errors import BookError
from book.layout import LANGUAGES
from book.page.outline import Part, outline

LIST = "<!--book:chapters-->"
"""What makes the list, from the navigation."""


def problems(root: Path) -> Iterator[BookError]:
    """Yield what the openings of parts lack, in both languages."""
    for language in LANGUAGES:
        for part in outline(root, language):
            if part.opening is not None:
                path = layout.page(root, language, part.opening.name)
                if path.is_file():
                    yield from _of(path, part)


def _of(path: Path, part: Part) -> Iterator[BookError]:
    text = files.text(path)
    if LIST in text:
        return
    places = []
    for entry in part.entries:
        link = f"]({entry.name.rpartition('/')[2]}."
        if link not in text:
            yield BookError(
                path,
                1,
                f"it does not name the chapter {entry.name}: add it to the "
                f"list, or let {LIST} make one",
            )
            return
        places.append(text.index(link))
    if places != sorted(places):
        yield BookError(
            path, 1, "its chapters stand in another order than in the "
            "navigation: put them in that one"
        )  # fmt: skip
