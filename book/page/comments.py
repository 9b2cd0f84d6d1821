"""The words in Python code, and the code with them in Chinese.

Words are comments and the first lines of docstrings; a string that
describes a constant is a docstring, too. What only gives a shape, a
number, a label or a symbol has no words.
"""

import ast
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO

from book.page.shapes import parts

_WORD = re.compile(r"[a-z]{3,}")
_FOR_TOOLS = ("noqa", "type: ", "fmt: ", "pragma: ")


@dataclass(frozen=True)
class Words:
    """A comment or a docstring's first line: its text and its place.

    Lines count from 1; `start` and `end` are columns, from 0.
    """

    text: str
    line: int
    start: int
    end: int

    @property
    def shapes(self) -> list[str]:
        return parts(self.text)[0]

    @property
    def has_words(self) -> bool:
        """Whether a reader of another language would miss something."""
        return bool(_WORD.search(parts(self.text)[1]))


@lru_cache(maxsize=4096)
def words(code: str) -> tuple[Words, ...]:
    """The comments and docstrings of code in order; none if it is none."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return ()  # reported by `imports`
    found = [*_comments(code), *_docstrings(tree, code.splitlines())]
    return tuple(sorted(found, key=lambda each: (each.line, each.start)))


def chinese(code: str, table: Mapping[str, str]) -> str:
    """The code with its comments and docstrings as the table has them.

    What is not in the table stays as it is.
    """
    lines = code.split("\n")
    for each in reversed(words(code)):
        if each.text in table:
            line = lines[each.line - 1]
            new = table[each.text]
            lines[each.line - 1] = line[: each.start] + new + line[each.end :]
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def meaning(code: str) -> str:
    """What code does, whatever its comments and docstrings say."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return code  # reported by `imports`
    for node in _strings(tree):
        _, _, rest = str(node.value).partition("\n")
        node.value = rest
    return ast.dump(tree)


def _comments(code: str) -> Iterator[Words]:
    for token in tokenize.generate_tokens(StringIO(code).readline):
        text = token.string.lstrip("#").strip()
        if token.type == tokenize.COMMENT and text:
            if text.startswith(_FOR_TOOLS):
                continue
            line, column = token.start
            yield _words(token.string, text, line, column)


def _strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the strings that are statements of their own."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str()) as string):
                yield string


def _docstrings(tree: ast.Module, lines: list[str]) -> Iterator[Words]:
    for node in _strings(tree):
        line = lines[node.lineno - 1]
        column = len(line.encode()[: node.col_offset].decode())
        rest = line[column:]
        if node.end_lineno == node.lineno:
            rest = line.encode()[: node.end_col_offset].decode()[column:]
        inside = rest.lstrip("rRuU")
        quotes = inside[:3] if inside[:3] == inside[0] * 3 else inside[0]
        text = inside.removeprefix(quotes)
        if node.end_lineno == node.lineno:
            text = text.removesuffix(quotes)
        if text.strip():
            yield _words(rest, text.strip(), node.lineno, column)


def _words(string: str, text: str, line: int, column: int) -> Words:
    start = column + string.index(text)
    return Words(text, line, start, start + len(text))
