"""Pages that show the modules and the tests, line by line.

What Markdown gets of such a page is its head and the name of the file:
reading thousands of lines of code as HTML would take it longer than all
chapters together. book/finish/code_lines.py puts them in.
"""

import ast
import json
from collections.abc import Collection
from pathlib import Path

FOLDER = "code"
"""Where they stand on the site."""

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


def stage_sources(
    root: Path,
    language: str,
    folder: Path,
    names: Collection[str] | None = None,
) -> None:
    """Make a page of each module and each test: code/PATH.md.

    With names, such as code/d2lcode/training, of these alone.
    """
    modules = root.glob("d2lcode/**/*.py")
    for source in (*modules, *root.glob("tests/**/test_*.py")):
        name = source.relative_to(root)
        place = Path(FOLDER, name.with_suffix(".md"))
        if names is not None and place.with_suffix("").as_posix() not in names:
            continue
        text = source.read_text(encoding="utf-8")
        if text:
            described = ast.get_docstring(ast.parse(text)) or ""
            first, _, _ = described.partition("\n")
            description = json.dumps(f"{name.as_posix()}: {first}")
            page = folder / place
            page.parent.mkdir(parents=True, exist_ok=True)
            head = _PAGE.format(name=name.as_posix(), description=description)
            page.write_text(head, encoding="utf-8")
