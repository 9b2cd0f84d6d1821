"""The lines of a module that listings leave out.

They are those of guards with the comments directly above, the blank
lines that served them, and the `Raises:` lines of docstrings. The
module has them all, and the tests run them.
"""

import ast
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from itertools import pairwise

from book.page.guards import FUNCTIONS, docstring, end, guards

_WIDTH = 79


@dataclass(frozen=True)
class LeftOut:
    """The lines of a module that listings lack, and what they reword.

    Lines count from 1. A line is reworded where the end of a docstring
    moves up to it.
    """

    lines: frozenset[int]
    reworded: dict[int, str]


@lru_cache(maxsize=256)
def left_out(text: str) -> LeftOut:
    """What listings of a module leave out; its text must be Python."""
    lines, tree = text.splitlines(), ast.parse(text)
    comments = _own_lines(text)
    gone: set[int] = set()
    for statement in guards(tree, lines):
        first = statement.lineno
        while first - 1 in comments and (
            _indent(lines[first - 2]) == statement.col_offset
        ):
            first -= 1
        gone.update(range(first, end(statement) + 1))
    docstrings = list(_docstrings(tree))
    gone |= _blank(lines, gone, {end(each) for each in docstrings})
    reworded: dict[int, str] = {}
    for each in docstrings:
        without, new = _raises(lines, each.lineno, end(each))
        gone |= without
        reworded |= new
    return LeftOut(frozenset(gone), reworded)


def _own_lines(text: str) -> set[int]:
    """The lines that hold a comment and nothing else."""
    return {
        token.start[0]
        for token in tokenize.generate_tokens(StringIO(text).readline)
        if token.type == tokenize.COMMENT
        and not token.line[: token.start[1]].strip()
    }


def _docstrings(tree: ast.AST) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield from filter(None, [docstring(node.body)])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _blank(lines: list[str], gone: set[int], ends: set[int]) -> set[int]:
    """The blank lines that go with the lines that have gone.

    Where blank lines stood on both sides, those of one stay; where a
    body would begin or end with them, none. `ends` are the last lines
    of docstrings.
    """
    dropped: set[int] = set()
    for first, last in _runs(lines, gone):
        dropped.update(n for n in range(first, last + 1) if n not in gone)
        before, after = first, last
        while before > 1 and not lines[before - 2].strip():
            before -= 1
        while after < len(lines) and not lines[after].strip():
            after += 1
        above = range(before, first)
        below = range(last + 1, after + 1)
        deep = _indent(lines[first - 1])
        begins = before - 1 in ends or _indent(lines[before - 2]) < deep
        closes = after == len(lines) or _indent(lines[after]) < deep
        if above and below:
            dropped.update(above if len(above) < len(below) else below)
        elif (above and closes) or (below and begins and not closes):
            dropped.update(above or below)
    return dropped


def _runs(lines: list[str], gone: set[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last line of what has gone, across blank lines."""
    order = sorted(gone)
    starts = order[:1]
    for one, two in pairwise(order):
        if any(lines[n - 1].strip() for n in range(one + 1, two)):
            yield starts.pop(), one
            starts = [two]
    for start in starts:
        yield start, order[-1]


def _raises(
    lines: list[str], first: int, last: int
) -> tuple[set[int], dict[int, str]]:
    """The `Raises:` lines of a docstring; the line that it then ends on."""
    before, mark, _ = lines[first - 1].partition(" Raises: ")
    if first == last and mark:
        quotes = lines[first - 1].rstrip()[-3:]
        return set(), {first: before.rstrip() + quotes}
    found: set[int] = set()
    deep = None
    for number in range(first + 1, last + 1):
        line = lines[number - 1]
        if deep is not None and line.strip() and _indent(line) > deep:
            found.add(number)
            continue
        deep = _indent(line) if line.lstrip().startswith("Raises:") else None
        if deep is not None:
            found.add(number)
    if not found:
        return set(), {}
    opened = lines[first - 1].lstrip().lstrip("rRuU")
    quotes = opened[:3]
    closing = lines[last - 1]
    if last in found:  # the quotes stand behind the last word
        closing = " " * _indent(lines[first - 1]) + quotes
    for number in range(first + 1, last):
        above = number - 1
        while above in found:
            above -= 1
        if above < number - 1 and not (lines[number - 1] + lines[above - 1]):
            found.add(number)  # a blank line on each side: one stays
    kept = [n for n in range(first, last) if n not in found]
    while len(kept) > 1 and not lines[kept[-1] - 1].strip():
        found.add(kept.pop())  # no blank line before the quotes
    if closing.strip() != quotes:
        return found, {}
    joined = lines[first - 1].rstrip() + quotes
    if kept == [first] and len(joined) <= _WIDTH and joined[-4] != '"':
        return found | {last}, {first: joined}
    return found - {last}, {last: closing}
