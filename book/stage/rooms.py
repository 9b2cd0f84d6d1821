"""The links between the rooms of a chapter: page, module, tests, downloads."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from book import layout
from book.page import lab
from book.page.blocks import find
from book.words import site

_TITLE = re.compile(r"^# .*$", re.MULTILINE)


def stage_rooms(root: Path, language: str, folder: Path) -> None:
    """Link page, source, tests, notebook and script of a chapter.

    The line of links stands below the title, and ends with the same
    page in the other language.
    """
    words = site.words("rooms", language)
    docs = root / "docs"
    for path in (*find(docs, language), *lab.find(docs, language)):
        name = path.relative_to(docs / language).with_suffix("").as_posix()
        if not (layout.is_chapter(name) or path.suffix == ".ipynb"):
            continue
        rooms = dict(_rooms(root, name, folder))
        for kind in ("page", "source", "tests"):
            if room := rooms.get(kind):
                links = _links(rooms, room, words)
                page = room.relative_to(folder).with_suffix(".html")
                up = "../" * len(page.parts)
                twin = f"{up}{layout.other(language)}/{page.as_posix()}"
                links.append(words["other"].format(twin))
                if kind == "page":
                    links[-1] += "".join(_buttons(language))
                _insert(room, links)


def _rooms(root: Path, name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the staged files of a chapter."""
    module = layout.module(root, name).relative_to(root)
    test = layout.test(root, name).relative_to(root)
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


def _buttons(language: str) -> Iterator[str]:
    """What the page's script does, at its place before the script runs."""
    said = site.words("script", language)
    for name in ("both", "copy"):
        yield (
            f'<span class="do"> · <button type="button" name="{name}">'
            f"{said[name]}</button></span>"
        )


def _insert(page: Path, links: list[str]) -> None:
    """Put a line of links below the title of a page or a notebook."""
    line = " · ".join(links) + "\n{ .rooms data-search-exclude=1 }"
    if page.suffix == ".ipynb":
        notebook = lab.read(page)
        first = notebook.cells[0]
        first.source = below_title(first.source, line)
        nbformat.write(notebook, page)
    else:
        text = page.read_text(encoding="utf-8")
        page.write_text(below_title(text, line), encoding="utf-8")


def below_title(text: str, line: str) -> str:
    """The Markdown of a page with one more line below its title."""
    return _TITLE.sub(lambda title: f"{title[0]}\n\n{line}", text, count=1)
