"""The links between the rooms of a chapter: page, module, tests, downloads."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from book import layout
from book.stage import code_pages
from book.stage.pages import staged
from book.words import site

_TITLE = re.compile(r"^# .*$", re.MULTILINE)


def stage_rooms(root: Path, language: str, folder: Path) -> None:
    """Link source, tests, notebook and script from a chapter's page.

    The line of links stands below the title, and ends with the same
    page in the other language.
    """
    docs = root / "docs"
    for path in staged(root, language, folder):
        name = path.relative_to(docs / language).with_suffix("").as_posix()
        if layout.is_chapter(name) or path.suffix == ".ipynb":
            there = rooms(root, name)
            line = links(there, "page", language)
            line[-1] += "".join(_buttons(language))
            _insert(folder / f"{name}.md", line)


def rooms(root: Path, name: str) -> dict[str, str]:
    """Where on a site the rooms of a chapter or a lab stand."""
    found = {"page": f"{name}.html"}
    for kind, path in (
        ("source", layout.module(root, name)),
        ("tests", layout.test(root, name)),
    ):
        if path.is_file() and path.stat().st_size:
            found[kind] = f"{code_pages.place(path.relative_to(root))}.html"
    found["notebook"] = f"notebooks/{name}.ipynb"
    if layout.is_chapter(name):
        found["script"] = f"notebooks/{name}.py"
    return found


def links(
    there: dict[str, str], here: str, language: str, *, html: bool = False
) -> list[str]:
    """The links from one room of a chapter to the others.

    They are Markdown where the builder knows their targets, unless they
    are wanted as HTML.
    """
    words = site.words("rooms", language)
    found = []
    for kind, place in there.items():
        if kind != here:
            target = posixpath.relpath(place, posixpath.dirname(there[here]))
            plain = html or kind in {"source", "tests"}
            link = '<a href="{1}">{0}</a>' if plain else "[{0}]({1})"
            found.append(link.format(words[kind], target))
    up = "../" * len(Path(there[here]).parts)
    twin = f"{up}{layout.other(language)}/{there[here]}"
    return [*found, words["other"].format(twin)]


def _buttons(language: str) -> Iterator[str]:
    """What the page's script does, at its place before the script runs."""
    said = site.words("script", language)
    for name in ("both", "copy"):
        yield (
            f'<span class="do"> · <button type="button" name="{name}">'
            f"{said[name]}</button></span>"
        )


def _insert(page: Path, links: list[str]) -> None:
    """Put a line of links below the title of a page."""
    line = " · ".join(links) + "\n{ .rooms data-search-exclude=1 }"
    text = page.read_text(encoding="utf-8")
    page.write_text(below_title(text, line), encoding="utf-8")


def below_title(text: str, line: str) -> str:
    """The Markdown of a page with one more line below its title."""
    return _TITLE.sub(lambda title: f"{title[0]}\n\n{line}", text, count=1)
