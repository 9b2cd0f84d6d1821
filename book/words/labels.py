"""The words of figures in Chinese: a file a part, read as one."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from book import files
from book.errors import BookError

FOLDER = Path(__file__).with_name("figures")


@cache
def table(folder: Path = FOLDER) -> dict[str, str]:
    """All labels: English to Chinese.

    Raises: BookError for the first thing that is wrong with them.
    """
    for problem in problems(folder):
        raise problem
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        found |= files.data(path) or {}
    return found


def problems(folder: Path) -> Iterator[BookError]:
    """Yield what is wrong with the files of labels.

    A label may stand in the files of several parts, but it has one
    translation.
    """
    known: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            held = files.data(path) or {}
        except BookError as error:
            yield error
            continue
        before = ""
        lines = files.text(path).splitlines()
        for label, chinese in held.items():
            line = _line(lines, label)
            if not (isinstance(label, str) and isinstance(chinese, str)):
                yield BookError(
                    path, line, f"{label!r}: {chinese!r}: put it into quotes"
                )
                continue
            if label.casefold() < before.casefold():
                yield BookError(
                    path,
                    line,
                    f"{label!r} stands behind {before!r}: labels stand in "
                    "alphabetical order, so that two authors seldom meet",
                )
            before = label
            there, place = known.setdefault(label, (chinese, path.name))
            if there != chinese:
                yield BookError(
                    path,
                    line,
                    f"{label!r} is {chinese!r} here and {there!r} in "
                    f"{place}: one label has one translation",
                )


def _line(lines: list[str], label: object) -> int:
    """The line of a label; the first where it cannot be told."""
    starts = (f"{label}:", f"'{label}':", f'"{label}":', f"? {label}")
    return next((n for n, s in enumerate(lines, 1) if s.startswith(starts)), 1)
