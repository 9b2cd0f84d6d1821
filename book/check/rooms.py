"""Refuse a chapter without one of its rooms, a room without chapter."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from book import layout
from book.errors import BookError
from book.layout import LANGUAGES
from book.page import lab
from book.page.block import FIGURES
from book.page.blocks import Page, find


def problems(
    root: Path, names: Collection[str] | None = None
) -> Iterator[BookError]:
    """Yield what is missing or left over, of some pages or of all."""
    docs = root / "docs"
    there = {language: written(root, language) for language in LANGUAGES}
    either = sorted({**there["en"], **there["zh"]})
    for name in either if names is None else names:
        for language in LANGUAGES:
            if name not in there[language]:
                yield BookError(
                    there[layout.other(language)][name],
                    1,
                    "the other language has no such page: write "
                    f"docs/{language}/{name}.md",
                )
        if not layout.is_chapter(name) or name not in there["en"]:
            continue
        for path in (layout.module(root, name), layout.test(root, name)):
            if not path.is_file():
                yield BookError(
                    docs / "en" / f"{name}.md",
                    1,
                    f"the chapter needs {path.relative_to(root).as_posix()}",
                )
    if names is None:
        yield from _left_over(root, there)


def figures(page: Page) -> Iterator[BookError]:
    """Yield figure files of a page that are foreign or without use."""
    shown = {b.info: b for b in page.blocks if b.kind in FIGURES}
    stem = page.path.stem
    for name, block in shown.items():
        if not re.fullmatch(rf"{stem}(-[\w-]+)?\.svg", name):
            yield page.error(
                block.line, f"{name}: a figure is called {stem}-NAME.svg"
            )
    for path in page.path.parent.glob(f"{stem}-*.svg"):
        if path.name not in shown:
            yield BookError(
                path, 1, f"{page.path.name} does not show it: remove it"
            )


def written(root: Path, language: str) -> dict[str, Path]:
    """The names and files of all pages of a language, labs as well."""
    docs = root / "docs"
    return {
        path.relative_to(docs / language).with_suffix("").as_posix(): path
        for path in (*find(docs, language), *lab.find(docs, language))
    }


def _left_over(
    root: Path, there: dict[str, dict[str, Path]]
) -> Iterator[BookError]:
    for path in sorted(root.glob("tests/*/bench_*.py")):
        last = path.stem.removeprefix("bench_")
        if f"{path.parent.name}/{last}" not in there["en"]:
            yield BookError(
                path,
                1,
                f"no page docs/en/{path.parent.name}/{last}.md: "
                "write it, or remove this",
            )
    for folder in (root / "d2lcode", root / "drawings"):
        for path in sorted(folder.glob("*/*.py")):
            name = path.relative_to(folder).with_suffix("").as_posix()
            if path.name == "__init__.py" or name.startswith("data/"):
                continue
            if name not in there["en"]:
                yield BookError(
                    path,
                    1,
                    f"no page docs/en/{name}.md: write it, or remove this",
                )
    folder = root / "book" / "words" / "comments"
    for path in sorted(folder.rglob("*.yml")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name not in there["en"] or name.startswith("labs/"):
            yield BookError(
                path, 1, f"no page docs/en/{name}.md: write it, or remove this"
            )
    for language in LANGUAGES:
        pages = root / "docs" / language
        for path in sorted(pages.rglob("*.svg")):
            page = path.relative_to(pages).with_name(
                path.stem.partition("-")[0]
            )
            if page.as_posix() not in there[language]:
                yield BookError(
                    path,
                    1,
                    f"there is no page {page.as_posix()}.md that could show "
                    "it: remove it",
                )
