"""Pages that show the modules and the tests, line by line.

What Markdown gets of such a page is its head and the name of the file:
reading thousands of lines of code as HTML would take it longer than all
chapters together. `fill` puts them in once the page is built.
"""

import ast
import json
import re
from functools import cache
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_PAGE = """\
---
title: {name}
description: {description}
search:
  exclude: true
hide:
  - toc
---

# `{name}`

<div class="highlight source"><pre><code>{name}</code></pre></div>
"""
_PLACE = re.compile(
    r'(class="highlight source"><pre><code>)([^<]+)(?=</code></pre>)'
)
_LINE = '<span id="L{0}"><a href="#L{0}" tabindex="-1">{0}</a>{1}</span>\n'


def stage_sources(root: Path, language: str, folder: Path) -> None:
    """Make a page of each module and each test: code/PATH.md."""
    modules = root.glob("d2lcode/**/*.py")
    for source in (*modules, *root.glob("tests/**/test_*.py")):
        text = source.read_text(encoding="utf-8")
        if text:
            name = source.relative_to(root)
            described = ast.get_docstring(ast.parse(text)) or ""
            first, _, _ = described.partition("\n")
            description = json.dumps(f"{name.as_posix()}: {first}")
            page = folder / "code" / name.with_suffix(".md")
            page.parent.mkdir(parents=True, exist_ok=True)
            head = _PAGE.format(name=name.as_posix(), description=description)
            page.write_text(head, encoding="utf-8")


def fill(page: str, root: Path) -> str:
    """Put the lines of its file into a built page; line 12 is `#L12`."""

    def show(place: re.Match[str]) -> str:
        return place[1] + _lines((root / place[2]).read_text(encoding="utf-8"))

    return _PLACE.sub(show, page)


@cache
def _lines(text: str) -> str:
    lexer, formatter = PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)
    code = highlight(text, lexer, formatter)
    lines = enumerate(code.removesuffix("\n").split("\n"), 1)
    return "".join(_LINE.format(*line) for line in lines)
