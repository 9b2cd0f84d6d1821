"""The quick lexer says of every file what Pygments says."""

from pathlib import Path

import pytest
from pygments.lexers import PythonLexer

from book.layout import ROOT
from book.markdown.quick_lexer import QuickPythonLexer

ODD = """\
@decorated
async def f(x: int, /, *, y=0x_1F, z=1.5e-3j) -> "str":
    match x:
        case [1, *_] | {"a": b} if b: ...
    return f"{x!r:>{y}} {{}} {'a' if x else rb'b'}" + R'\\d' % {"%(a)s": 1}
class A(B): __slots__ = ()
from .a import (b as c, d)
$ ? ! `
\tprint(self.__class__, NotImplemented); x @= y; lambda: (yield from z)
'''open
"""


@pytest.mark.parametrize("end", range(0, len(ODD), 40))
def test_odd_code(end: int) -> None:
    code = ODD[: len(ODD) - end]
    slow, quick = (lexer() for lexer in (PythonLexer, QuickPythonLexer))
    assert [*quick.get_tokens(code)] == [*slow.get_tokens(code)]


def test_the_code_of_the_book() -> None:
    slow, quick = (lexer() for lexer in (PythonLexer, QuickPythonLexer))
    paths: list[Path] = sorted(ROOT.glob("d2lcode/*/*.py"))[::3]
    assert paths
    for path in paths:
        code = path.read_text(encoding="utf-8")
        assert [*quick.get_tokens(code)] == [*slow.get_tokens(code)], path
