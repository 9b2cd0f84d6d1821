"""What the last run of each chapter showed, as the tests have left it.

A site is built from this without what runs: neither torch nor pytest is
imported here.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from book import files, layout
from book.layout import LANGUAGES
from book.page import imports
from book.page.blocks import read

REPORT = Path("build", "report.json")
"""Where the report lies below the book's root."""

_TOPS = frozenset({"book", "d2lcode", "drawings", "tests"})
"""Where what is imported is the book's own."""


@dataclass(frozen=True)
class Run:
    """What ran and passed in a chapter's last run, and with what.

    `files` stands for the content of all that was run, `evaluated` are
    the labels of formulas that the tests have computed, `failures` the
    names of the blocks and tests that failed, `device` is what the
    pages computed on.
    """

    files: str
    blocks: int
    outputs: int
    figures: int
    equations: int
    evaluated: list[str]
    tests: int
    skipped: int
    failed: int
    failures: list[str]
    seconds: float
    python: str
    torch: str
    device: str
    date: str
    commit: str


def latest(root: Path, name: str) -> Run | None:
    """The last run of a chapter as it stands; None if there is none."""
    run = load(root).get(name)
    return run if run and run.files == fingerprint(root, name) else None


def fingerprint(root: Path, name: str) -> str:
    """Hash the files of a chapter, and what they import of the book's.

    Raises: BookError if the chapter's page cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(_files(root, name)):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path, name: str) -> set[Path]:
    docs = root / "docs"
    found = {
        path
        for language in LANGUAGES
        for pattern in (f"{name}.md", f"{name}-*.svg")
        for path in (docs / language).glob(pattern)
    }
    for code in read(docs / "en" / f"{name}.md").codes:
        _add_imports(root, code.code, found)
    for room in (layout.module, layout.test, layout.drawing):
        _add(root, room(root, name), found)
    return found


def _add(root: Path, source: Path, found: set[Path]) -> None:
    """Add a file and what it imports, if it is one of the book's."""
    if source.is_file() and source not in found:
        found.add(source)
        _add_imports(root, files.text(source), found)


def _add_imports(root: Path, text: str, found: set[Path]) -> None:
    with suppress(SyntaxError, ValueError):  # which running it reports
        for path in _candidates(root, text):
            _add(root, path, found)


@lru_cache(maxsize=1024)
def _candidates(root: Path, text: str) -> tuple[Path, ...]:
    """The files that Python code imports if the book has them."""
    found: dict[Path, None] = {}
    for name, _ in imports.imports(text):
        top, *_ = parts = name.split(".")
        if top in _TOPS:
            stem = root.joinpath(*parts)
            found[stem.with_suffix(".py")] = None
            found[stem / "__init__.py"] = None
    return tuple(found)


@lru_cache(maxsize=1)
def _parsed(text: str) -> dict[str, Run]:
    return {n: Run(**run) for n, run in json.loads(text).items()}


def load(root: Path) -> dict[str, Run]:
    """All runs; none from a report that another version has written."""
    try:
        text = (root / REPORT).read_text(encoding="utf-8")
        return dict(_parsed(text))
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
