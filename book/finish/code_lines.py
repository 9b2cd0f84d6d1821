"""The lines of a file as HTML, once for both languages."""

from pathlib import Path

from book import cache
from book.markdown.code_colours import coloured
from book.markdown.quick_lexer import QuickPythonLexer
from book.stage.code_pages import sources

_LINE = '<span id="L{0}"><a href="#L{0}" tabindex="-1">{0}</a>{1}</span>\n'


def lines(root: Path, text: str) -> str:
    """The lines of a file; line 12 is `#L12`."""
    html = cache.get(root, "code lines", text)
    if html is None:
        html = _lines(text)
        cache.put(root, "code lines", text, value=html)
    return str(html)


def prepare(root: Path, part: int, parts: int) -> None:
    """Have the lines of a part of all files ready for who asks."""
    for number, (_, text) in enumerate(sources(root)):
        if number % parts == part:
            lines(root, text)


def _lines(text: str) -> str:
    code = coloured(text, QuickPythonLexer(stripnl=False), cut=True)
    code = code.replace("\xa0", "&nbsp;")
    numbered = enumerate(code.removesuffix("\n").split("\n"), 1)
    return "".join(_LINE.format(*line) for line in numbered)
