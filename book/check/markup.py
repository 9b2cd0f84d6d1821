"""Refuse what nearly is Markdown or TeX, and would be shown as typed."""

import re
from collections.abc import Iterator

from book.errors import BookError
from book.page.block import PROSE
from book.page.blocks import Page
from book.page.formulas import replaced

_COMMAND = re.compile(r"\\(?:[A-Za-z]+|[()\[\]])")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")


def problems(page: Page) -> Iterator[BookError]:
    """Yield each place where a block of prose holds such a thing."""
    for block in page.blocks:
        if block.kind not in PROSE:
            continue
        words = replaced(block.text, lambda _: "", lambda _: "")
        for pattern, remedy in (
            (_COMMAND, "TeX stands between dollars: `$x$`"),
            (_FOOTNOTE, "there are no footnotes: say it in the text"),
        ):
            for match in pattern.finditer(words):
                line = block.line + words.count("\n", 0, match.start())
                yield page.error(line, f"{match[0]!r}: {remedy}")
