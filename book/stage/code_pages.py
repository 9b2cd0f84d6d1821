"""Pages that show the modules and the tests, line by line.

The builder gets one such page for each depth of folders, with marks in
the places of what differs. book/finish/code_pages.py makes of it, once
it is built, the pages of all files: the builder would spend more time
on them than on all chapters together.
"""

from collections.abc import Iterator
from pathlib import Path

TITLE, HEADING, ANCHOR, DESCRIPTION, ROOMS, LINES = (
    f"@{number}@" for number in range(1, 7)
)
"""The marks. No word is among them, which could be in a language."""

_PAGE = f"""\
---
title: "{TITLE}"
description: "{DESCRIPTION}"
hide:
  - toc
---

# `{HEADING}` {{#{ANCHOR}}}

<p>{ROOMS}</p>

<div class="highlight source"><pre><code>{LINES}</code></pre></div>
"""


def sources(root: Path) -> Iterator[tuple[Path, str]]:
    """The files that get a page, each below the root, with its text."""
    modules = root.glob("d2lcode/**/*.py")
    for path in sorted((*modules, *root.glob("tests/**/test_*.py"))):
        if text := path.read_text(encoding="utf-8"):
            yield path.relative_to(root), text


def place(source: Path) -> str:
    """Where on a site the page of a file stands, without ending."""
    return f"code/{source.with_suffix('').as_posix()}"


def model(depth: int) -> str:
    """Where the builder makes the page for files in so many folders."""
    return f"code/{'folder/' * depth}file"


def stage_sources(root: Path, language: str, folder: Path) -> None:
    """Write the pages of which those of all files are made."""
    for depth in {len(source.parents) - 1 for source, _ in sources(root)}:
        page = folder / f"{model(depth)}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_PAGE, encoding="utf-8")
