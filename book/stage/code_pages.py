"""Pages that show the modules and the tests, line by line.

What Markdown gets of such a page is its head and the name of the file:
reading thousands of lines of code as HTML would take it longer than all
chapters together. book/finish/code_lines.py puts them in.
"""

import ast
import json
from pathlib import Path

_PAGE = """\
---
title: {name}
description: {description}
hide:
  - toc
---

# `{name}`

<div class="highlight source"><pre><code>{name}</code></pre></div>
"""


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
