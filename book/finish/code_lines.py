"""The lines of a file, on the page that shows it; line 12 is `#L12`."""

from functools import cache

from pygments.lexers import PythonLexer

from book.finish.built import BuiltPage
from book.markdown.code_colours import coloured

_LINE = '<span id="L{0}"><a href="#L{0}" tabindex="-1">{0}</a>{1}</span>\n'


def fill(page: BuiltPage) -> None:
    """Put the lines of a file where its name stands."""
    for code in page.all(".highlight.source code"):
        file = page.root / code.text().strip()
        code.inner_html = _lines(file.read_text(encoding="utf-8"))


@cache
def _lines(text: str) -> str:
    code = coloured(text, PythonLexer(stripnl=False), cut=True)
    lines = enumerate(code.removesuffix("\n").split("\n"), 1)
    return "".join(_LINE.format(*line) for line in lines)
