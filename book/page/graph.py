"""Which chapter needs which: the arrows of the book's maps."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from book import layout
from book.page.blocks import read
from book.page.head import needs

Edge = tuple[str, str]
"""A chapter, and one that needs it."""


def edges(root: Path, language: str) -> list[Edge]:
    """The needs of all chapters, without those that follow from others.

    Raises: BookError for a front matter that is not as it should be.
    """
    before = {}
    order = layout.navigation(root, language)
    for name in filter(layout.is_chapter, order):
        path = layout.page(root, language, name)
        if path.is_file():  # the builder names one that is missing
            before[name] = needs(read(path))
    return reduced(before, order)


def reduced(
    before: Mapping[str, Collection[str]], order: Iterable[str] = ()
) -> list[Edge]:
    """The edges of a graph, but those that a longer way replaces.

    before: what stands directly before each node; it has no circles.
    """
    known: dict[str, set[str]] = {}

    def ancestors(name: str) -> set[str]:
        if name not in known:
            known[name] = set()  # ends a circle, which the checks refuse
            for each in before.get(name, ()):
                known[name] |= {each} | ancestors(each)
        return known[name]

    place = {name: number for number, name in enumerate(order)}
    return [
        (start, end)
        for end in before
        for start in sorted(before[end], key=lambda n: place.get(n, 0))
        if not any(
            start in ancestors(each) for each in before[end] if each != start
        )
    ]
