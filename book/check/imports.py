"""Refuse code that imports what a later chapter teaches."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from book import files, layout
from book.errors import BookError
from book.page.blocks import Page
from book.page.imports import imports


def problems(root: Path, pages: Iterable[Page]) -> Iterator[BookError]:
    """Yield such imports of the modules and the blocks of chapters."""
    order = [
        name for name in layout.navigation(root, "en")
        if layout.is_chapter(name)
    ]  # fmt: skip
    for page in pages:
        if page.name not in order:
            continue
        position = order.index(page.name)
        later = {_module(name) for name in order[position + 1 :]}
        path = layout.module(root, page.name)
        if path.is_file():
            yield from _of_module(path, later)
        yield from _of_page(root, page, later)


def _of_module(path: Path, later: set[str]) -> Iterator[BookError]:
    files.tree(path)
    for imported, line in imports(files.text(path)):
        if imported.startswith("."):
            yield BookError(path, line, "import by full name: d2lcode.…")
        if imported in later:
            yield BookError(
                path,
                line,
                f"{imported} is a later chapter: a module imports only "
                "shared helpers and earlier chapters",
            )


def _of_page(root: Path, page: Page, later: set[str]) -> Iterator[BookError]:
    for code in page.codes:
        if code.source != page.path:
            path = code.source.relative_to(root).with_suffix("")
            if ".".join(path.parts) in later:
                yield page.error(
                    code.fence.line,
                    "this listing is of a later chapter: take one of this "
                    "chapter or an earlier one",
                )
            continue
        try:
            found = list(imports(code.code))
        except SyntaxError as error:
            line = code.source_line + (error.lineno or 1) - 1
            yield page.error(line, f"this is not Python: {error.msg}")
            continue
        for imported, line in found:
            if imported in later:
                yield page.error(
                    code.source_line + line - 1,
                    f"{imported} is a later chapter: a page imports only "
                    "shared helpers, its own chapter and earlier ones",
                )


def _module(name: str) -> str:
    return "d2lcode." + name.replace("/", ".")
