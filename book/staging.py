"""What MkDocs reads: the pages of a language and what is made for them.

Each step of `BEFORE_BUILD` adds to the folder that the steps before it
have filled.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from book import chapters, notebooks
from book.pages import find

Step = Callable[[Path, str, Path], None]
"""What a step takes: the book's root, the language, the folder."""

WORDS = {
    "en": {
        "page": "Chapter",
        "source": "Source",
        "tests": "Tests",
        "notebook": "Notebook",
        "other": '<a href="{}" hreflang="zh" lang="zh">中文</a>',
    },
    "zh": {
        "page": "正文",
        "source": "源代码",
        "tests": "测试",
        "notebook": "笔记本",
        "other": '<a href="{}" hreflang="en" lang="en">English</a>',
    },
}
"""What the links between the rooms of a chapter are called."""

_SOURCE_PAGE = """\
---
title: {name}
description: {name}
search:
  exclude: true
hide:
  - toc
---

# `{name}`

<div class="highlight source"><pre><code>{lines}</code></pre></div>
"""
_LINE = '<span id="L{0}"><a href="#L{0}" tabindex="-1">{0}</a>{1}</span>\n'
_TITLE = re.compile(r"^# .*$", re.MULTILINE)


def stage(root: Path, language: str, folder: Path) -> None:
    """Fill `folder` with all that the site of a language is built from."""
    for step in BEFORE_BUILD:
        step(root, language, folder)


def stage_pages(root: Path, language: str, folder: Path) -> None:
    """Copy the pages and figures."""
    shutil.copytree(root / "docs" / language, folder)


def stage_sources(root: Path, language: str, folder: Path) -> None:
    """Make a page of each module and each test: code/PATH.md."""
    modules = root.glob("d2lcode/**/*.py")
    for source in (*modules, *root.glob("tests/**/test_*.py")):
        text = source.read_text(encoding="utf-8")
        if text:
            name = source.relative_to(root)
            page = folder / "code" / name.with_suffix(".md")
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(source_page(name.as_posix(), text), "utf-8")


def source_page(name: str, text: str) -> str:
    """Return a page that shows a source file; line 12 is `#L12`."""
    code = highlight(
        text, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)
    )
    code = code.replace("$", "&#36;")  # not a formula
    lines = enumerate(code.removesuffix("\n").split("\n"), 1)
    return _SOURCE_PAGE.format(
        name=name, lines="".join(_LINE.format(*line) for line in lines)
    )


def stage_notebooks(root: Path, language: str, folder: Path) -> None:
    """Write each chapter as a notebook: notebooks/PART/CHAPTER.ipynb."""
    notebooks.write(root / "docs", language, folder / "notebooks")


def stage_links(root: Path, language: str, folder: Path) -> None:
    """Link page, source, tests and notebook of a chapter to each other.

    The line of links stands below the title, and ends with the same
    page in the other language.
    """
    other = "zh" if language == "en" else "en"
    for path in find(root / "docs", language):
        name = path.relative_to(root / "docs" / language).with_suffix("")
        if not chapters.is_chapter(name.as_posix()):
            continue
        rooms = dict(_rooms(root, name.as_posix(), folder))
        for room in rooms.values():
            if room.suffix == ".md":
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
        ("source", folder / "code" / module.with_suffix(".md")),
        ("tests", folder / "code" / test.with_suffix(".md")),
        ("notebook", folder / "notebooks" / f"{name}.ipynb"),
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
    text = page.read_text(encoding="utf-8")
    line = " · ".join(links) + "\n{ .rooms data-search-exclude=1 }"
    text = _TITLE.sub(lambda title: f"{title[0]}\n\n{line}", text, count=1)
    page.write_text(text, encoding="utf-8")


BEFORE_BUILD: tuple[Step, ...] = (
    stage_pages,
    stage_sources,
    stage_notebooks,
    stage_links,
)
