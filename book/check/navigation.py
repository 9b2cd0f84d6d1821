"""Refuse a page that no navigation shows, and an entry to none."""

from collections.abc import Iterator
from pathlib import Path

from book import files, layout
from book.check.rooms import written
from book.errors import BookError
from book.layout import LANGUAGES


def problems(root: Path) -> Iterator[BookError]:
    """Yield what is wrong with the navigations of both languages.

    They concern every page: what is wrong with them shows always.
    """
    try:
        orders = {la: layout.navigation(root, la) for la in LANGUAGES}
    except BookError as error:
        yield error
        return
    for language, entries in orders.items():
        config = root / layout.CONFIGS[language]
        there = written(root, language)
        for name in sorted(there.keys() - set(entries)):
            yield BookError(
                there[name],
                1,
                f"missing from the navigation in {config.name}: add it",
            )
        for name in sorted(set(entries) - there.keys()):
            yield BookError(
                config,
                _line(config, name),
                f"the navigation names {name}, which does not exist: "
                "remove the entry",
            )
    if sorted(orders["en"]) == sorted(orders["zh"]):
        for ours, theirs in zip(orders["en"], orders["zh"], strict=True):
            if ours != theirs:
                config = root / layout.CONFIGS["zh"]
                yield BookError(
                    config,
                    _line(config, theirs),
                    f"the navigation has another order than in mkdocs.yml: "
                    f"{ours} comes here",
                )
                return


def _line(path: Path, name: str) -> int:
    lines = files.text(path).splitlines()
    return next((n for n, s in enumerate(lines, 1) if f"{name}." in s), 1)
