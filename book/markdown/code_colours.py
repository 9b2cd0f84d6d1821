"""Code in colours, with marks for these alone.

A Markdown extension: that of pymdown-extensions with other HTML. Names,
operators, punctuation and spaces are two thirds of all that Pygments
marks in Python, and look like unmarked text; the pieces of an f-string
share a colour.
"""

import html
from io import StringIO
from itertools import groupby
from typing import Any

from pygments import highlight
from pygments.formatter import Formatter
from pygments.lexer import Lexer
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES
from pymdownx.highlight import Highlight, HighlightExtension

from book.markdown.quick_lexer import QuickPythonLexer

_LIKE_TEXT = frozenset({"n", "o", "p", "w", "fm", "kc", "ow", "sa", "vm"})
_LIKE = {
    "si": "s",
    "s1": "s",
    "s2": "s",
    "mi": "m",
    "mf": "m",
} | dict.fromkeys(_LIKE_TEXT, "")
"""Marks that look like another one, or like none."""


class _Colours(Formatter):  # type: ignore[misc]
    """Writes tokens as HTML: `<b class=...>` around what has a colour."""

    def format(self, tokensource: Any, outfile: StringIO) -> None:
        for mark, tokens in groupby(
            tokensource, lambda token: _mark(token[0])
        ):
            text = html.escape("".join(value for _, value in tokens), False)
            parts = text.split("\n") if self.options.get("cut") else [text]
            if mark:
                opened = f'<b class="{mark}">'
                parts = [f"{opened}{x}</b>" if x else "" for x in parts]
            outfile.write("\n".join(parts))


def _mark(token: Any) -> str:
    while token not in STANDARD_TYPES:
        token = token.parent
    mark = STANDARD_TYPES[token]
    return _LIKE.get(mark, mark)


def coloured(code: str, lexer: Lexer, *, cut: bool = False) -> str:
    """Return code as HTML; to be cut, no mark goes over a line's end."""
    return str(highlight(code, lexer, _Colours(cut=cut)))


class _Blocks(Highlight):  # type: ignore[misc]
    """Writes the HTML of a block."""

    def highlight(
        self, src: str, language: str, *css_class: str, **options: Any
    ) -> Any:
        if options.get("inline"):
            return super().highlight(src, language, *css_class, **options)
        lexer, name = self.get_lexer(src, language, False, self.stripnl)
        if type(lexer) is PythonLexer:
            lexer = QuickPythonLexer(**lexer.options)
        return (
            f'<div class="language-{name} highlight"><pre><code>'
            f"{coloured(src, lexer)}</code></pre></div>"
        )


class ColoursExtension(HighlightExtension):  # type: ignore[misc]
    """What superfences asks for its colours."""

    def get_pymdownx_highlighter(self) -> type[Highlight]:
        return _Blocks


def makeExtension(**options: object) -> ColoursExtension:
    """Return the extension: the name that Markdown looks for."""
    return ColoursExtension(**options)
