"""A page: its place, front matter, blocks, code.

Everything that reads a page (runner, checks, translation, notebooks)
reads it through `read`, so that all agree on what a page is.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import yaml

from book import files
from book.errors import BookError
from book.layout import LANGUAGES, other
from book.page import code
from book.page.block import MARKER, Block
from book.page.drawings import drawings
from book.page.markup import blocks_of

__all__ = ["MARKER", "Block", "Page", "find", "parse", "read", "unchanged"]


@dataclass(frozen=True)
class Page:
    """A page: its place, front matter and blocks in order."""

    path: Path
    docs: Path
    meta: dict[str, object]
    blocks: tuple[Block, ...]
    lines: tuple[str, ...] = field(repr=False)

    @property
    def language(self) -> str:
        return self.path.relative_to(self.docs).parts[0]

    @property
    def name(self) -> str:
        """The path without language and ending: `recurrent/gru`."""
        inside = self.path.relative_to(self.docs / self.language)
        return inside.with_suffix("").as_posix()

    @property
    def root(self) -> Path:
        """The folder that listings are relative to."""
        return self.docs.parent

    @property
    def partner(self) -> Path:
        """The path of the same page in the other language."""
        return self.docs / other(self.language) / f"{self.name}.md"

    @cached_property
    def codes(self) -> tuple[code.Code, ...]:
        """The page's Python fences, listings expanded.

        Raises: BookError for a fence that would not be run as it looks.
        """
        return tuple(code.codes(self))

    def error(self, line: int, message: str) -> BookError:
        return BookError(self.path, line, message)

    def expanded(self) -> str:
        """The text with every listing in the place of its reference."""
        return code.expanded(self)


_kept: dict[Path, Page] | None = None
"""The pages that were read, while none can change."""


@contextmanager
def unchanged() -> Iterator[None]:
    """Take it that files do not change meanwhile: each is read once."""
    global _kept
    before, _kept = _kept, {}
    try:
        yield
    finally:
        _kept = before


def read(path: Path) -> Page:
    """Parse the page at `path`, which lies in `docs/LANGUAGE/`.

    Raises: BookError if the text does not form a page.
    """
    path = path.resolve()
    if _kept is not None and path in _kept:
        return _kept[path]
    page = parse(path, files.text(path).splitlines())
    if _kept is not None:
        _kept[path] = page
    return page


def parse(
    path: Path, lines: list[str], drawn: Collection[str] | None = None
) -> Page:
    """Parse the lines of the page at `path`.

    drawn: the files that are drawings; by default, those that the
        chapter's file of drawings has functions for.
    Raises: BookError if they do not form a page.
    """
    docs = next((p for p in path.parents if p.name == "docs"), None)
    if docs is None or path.relative_to(docs).parts[0] not in LANGUAGES:
        raise BookError(path, 1, "a page lies in docs/en or docs/zh: move it")
    meta, start = _front_matter(path, lines)
    blocks = list(blocks_of(path, lines, start))
    page = Page(path, docs, meta, tuple(blocks), tuple(lines))
    if drawn is None:
        drawn = drawings(page.root, page.name)
    for number, block in enumerate(blocks):
        if block.kind == "figure" and block.info in drawn:
            blocks[number] = replace(block, kind="drawing")
    return replace(page, blocks=tuple(blocks))


def find(docs: Path, language: str = "en") -> list[Path]:
    """All pages of a language, in alphabetical order."""
    return sorted((docs / language).rglob("*.md"))


def _front_matter(
    path: Path, lines: list[str]
) -> tuple[dict[str, object], int]:
    if not lines or lines[0] != "---":
        return {}, 0
    if "---" not in lines[1:]:
        raise BookError(path, 1, "the front matter has no end: add `---`")
    end = lines.index("---", 1)
    try:
        meta = yaml.safe_load("\n".join(lines[1:end])) or {}
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise BookError(
            path, 2, f"the front matter is not YAML: {reason}"
        ) from error
    if not isinstance(meta, dict):
        raise BookError(path, 2, "the front matter has no `key: value`")
    return meta, end + 1
