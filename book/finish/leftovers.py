"""Markdown and TeX that reach the reader raw: they are refused.

The checks of the sources validate what they recognize. Here it is asked
what nothing has recognized: of a formula, a footnote or a list that is
almost right, the page shows the characters.
"""

import re
from pathlib import Path

from book import layout
from book.errors import BookError
from book.finish.built import BuiltPage, texts
from book.markdown.mathml import RAW

_APART = frozenset({"code", "math", "pre", "script", "style", "svg"})
_RAW = re.compile(
    r"""(?P<formula>[\\$])
      | (?P<footnote>\[\^)
      | (?P<choice>^\s*\[[ xX]\]\s)
      | (?P<id>\{\#)
      | (?P<list>\n[ ]*(?:[-*+]|\d+[.)])[ ]|[:：.。!！?？][ ]+[-*+][ ])
    """,
    re.VERBOSE,
)
_WHAT = {
    "formula": r"write $x$ for a formula, \$ for a dollar, code as `code`",
    "footnote": "this book has no footnotes: write a sentence",
    "choice": 'choices are the one list of a note `!!! question "..."`, its '
    "last part, below a paragraph; each has one item below it, its reason",
    "id": "the id of a heading ends its line, `## Title {#id}`",
    "list": "a list needs an empty line before it",
}


def refuse(page: BuiltPage) -> None:
    """Raises: BookError for text that looks like Markdown or TeX."""
    for part in page.all("article, .md-nav--secondary"):
        for node in texts(part, _APART):
            text = node.text_content or ""
            parent = node.parent
            if parent is not None and parent.attributes.get("class") == RAW:
                continue
            if found := _RAW.search(text):
                shown = text[max(0, found.start() - 30) : found.end() + 30]
                raise BookError(
                    *_place(page, text[found.start() :]),
                    f"the page shows {' '.join(shown.split())!r} as it is: "
                    + _WHAT[str(found.lastgroup)],
                )


def _place(page: BuiltPage, text: str) -> tuple[Path, int]:
    """The source of a page, and the line where a text stands there."""
    path = layout.page(page.root, page.language, page.name)
    start = text.strip().partition("\n")[0][:12]
    lines = path.read_text("utf-8").split("\n") if path.is_file() else []
    found = (n for n, line in enumerate(lines, 1) if start in line)
    return path, next(found, 1)
