"""What MkDocs reads: the pages of a language and what is made for them.

Each step of `BEFORE_BUILD` adds to the folder that the steps before it
have filled.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat

from book import (
    chapters,
    describe,
    glossary,
    lab_pages,
    labs,
    notebooks,
    proof,
    scripts,
    sources,
)
from book.pages import find

Step = Callable[[Path, str, Path], None]
"""What a step takes: the book's root, the language, the folder."""

WORDS = {
    "en": {
        "page": "Chapter",
        "source": "Source",
        "tests": "Tests",
        "notebook": "Notebook",
        "script": "Script",
        "all": "[All notebooks in one file (zip)]({})",
        "other": '<a href="{}" hreflang="zh" lang="zh">中文</a>',
    },
    "zh": {
        "page": "正文",
        "source": "源代码",
        "tests": "测试",
        "notebook": "笔记本",
        "script": "脚本",
        "all": "[全部笔记本（zip）]({})",
        "other": '<a href="{}" hreflang="en" lang="en">English</a>',
    },
}
"""What the links between the rooms of a chapter are called."""

_TITLE = re.compile(r"^# .*$", re.MULTILINE)


def stage(root: Path, language: str, folder: Path) -> None:
    """Fill `folder` with all that the site of a language is built from."""
    for step in BEFORE_BUILD:
        step(root, language, folder)


def stage_pages(root: Path, language: str, folder: Path) -> None:
    """Copy the pages and figures."""
    shutil.copytree(root / "docs" / language, folder)


def stage_notebooks(root: Path, language: str, folder: Path) -> None:
    """Write each chapter as notebook and script: notebooks/PART/CHAPTER.

    A zip of all notebooks is linked at the end of the home page.
    """
    made = folder / "notebooks"
    written = notebooks.write(root / "docs", language, made)
    archive = made / f"notebooks-{language}.zip"
    notebooks.pack(written, made, archive)
    scripts.write(root / "docs", language, made)
    home = folder / "index.md"
    if home.is_file():
        address = archive.relative_to(folder).as_posix()
        with home.open("a", encoding="utf-8") as page:
            page.write("\n" + WORDS[language]["all"].format(address) + "\n")


def stage_glossary(root: Path, language: str, folder: Path) -> None:
    """Add the list of all terms to the glossary."""
    page = folder / "glossary.md"
    if page.is_file():
        with page.open("a", encoding="utf-8") as file:
            file.write("\n" + glossary.entries(root, language))


def stage_links(root: Path, language: str, folder: Path) -> None:
    """Link page, source, tests, notebook and script of a chapter.

    The line of links stands below the title, and ends with the same
    page in the other language.
    """
    other = "zh" if language == "en" else "en"
    docs = root / "docs"
    for path in (*find(docs, language), *labs.find(docs, language)):
        name = path.relative_to(docs / language).with_suffix("").as_posix()
        if not (chapters.is_chapter(name) or path.suffix == ".ipynb"):
            continue
        rooms = dict(_rooms(root, name, folder))
        for kind in ("page", "source", "tests"):
            if room := rooms.get(kind):
                links = _links(rooms, room, WORDS[language])
                page = room.relative_to(folder).with_suffix(".html")
                up = "../" * len(page.parts)
                twin = f"{up}{other}/{page.as_posix()}"
                links.append(WORDS[language]["other"].format(twin))
                _insert(room, links)


def _rooms(root: Path, name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the staged files of a chapter."""
    module = chapters.module(root, name).relative_to(root)
    test = chapters.test(root, name).relative_to(root)
    for room, path in (
        ("page", folder / f"{name}.md"),
        ("page", folder / f"{name}.ipynb"),
        ("source", folder / "code" / module.with_suffix(".md")),
        ("tests", folder / "code" / test.with_suffix(".md")),
        ("notebook", folder / "notebooks" / f"{name}.ipynb"),
        ("script", folder / "notebooks" / f"{name}.py"),
    ):
        if path.is_file():
            yield room, path


def _links(
    rooms: dict[str, Path], here: Path, words: dict[str, str]
) -> list[str]:
    """The links from one room of a chapter to the others."""
    links = []
    for room, path in rooms.items():
        if path != here:
            target = Path(os.path.relpath(path, here.parent)).as_posix()
            links.append(f"[{words[room]}]({target})")
    return links


def _insert(page: Path, links: list[str]) -> None:
    """Put a line of links below the title of a page or a notebook."""
    line = " · ".join(links) + "\n{ .rooms data-search-exclude=1 }"

    def inserted(text: str) -> str:
        return _TITLE.sub(lambda title: f"{title[0]}\n\n{line}", text, count=1)

    if page.suffix == ".ipynb":
        notebook = labs.read(page)
        notebook.cells[0].source = inserted(notebook.cells[0].source)
        nbformat.write(notebook, page)
    else:
        text = page.read_text(encoding="utf-8")
        page.write_text(inserted(text), encoding="utf-8")


BEFORE_BUILD: tuple[Step, ...] = (
    stage_pages,
    describe.stage_figures,
    sources.stage_sources,
    stage_notebooks,
    stage_glossary,
    stage_links,
    lab_pages.stage_labs,
    proof.stage_runs,
)
