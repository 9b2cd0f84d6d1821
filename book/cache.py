"""Results kept on disk, each by the hash of all that it is made of.

What an entry holds follows from its parts and from the book's own code,
words, templates and style, the versions of what is installed, and the
address of the site: a change of any of them asks anew. `make clean`
removes the folder; so may anybody, at any time.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from book import layout

FOLDER = Path("build", "cache")
"""Where the entries lie below the book's root."""


def get(root: Path, *parts: str) -> Any:
    """What is kept for these parts; None if nothing is."""
    path = root / FOLDER / _key(root, parts)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        os.utime(path)
    except (OSError, ValueError):  # none, or one that was cut short
        return None
    return found


def put(root: Path, *parts: str, value: Any) -> None:
    """Keep for these parts a value that JSON has."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(value, file)
    Path(name).replace(folder / _key(root, parts))


def prune(root: Path, start: float) -> None:
    """Remove what nobody has asked for since a time."""
    for path in (root / FOLDER).glob("*"):
        if path.stat().st_mtime < start:
            path.unlink(missing_ok=True)


def _key(root: Path, parts: tuple[str, ...]) -> str:
    return _hash((_surroundings(root), *parts))


def _hash(parts: tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def _surroundings(root: Path) -> str:
    """A hash of all that goes into every entry."""
    site = os.environ.get("D2LCODE_SITE", "")
    return _hash((sys.version, site, *_installed(), *_files(root)))


def _installed() -> Iterator[str]:
    """The names of all packages, with their versions."""
    for folder in filter(os.path.isdir, sys.path):
        yield from sorted(p.name for p in Path(folder).glob("*.dist-info"))


def _files(root: Path) -> Iterator[tuple[str, str]]:
    """The files that make pages of pages, each with a hash of it."""
    own = Path(__file__).parent
    for folder in dict.fromkeys((own, root / "book", root / "overrides")):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                yield _file(path)
    for folder in dict.fromkeys((own.parent, root)):
        for name in layout.CONFIGS.values():
            if (folder / name).is_file():
                yield _file(folder / name)


def _file(path: Path) -> tuple[str, str]:
    return str(path), hashlib.sha256(path.read_bytes()).hexdigest()
