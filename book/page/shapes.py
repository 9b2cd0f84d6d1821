"""The shape comments of a module: `# (B, T, H)` behind a statement.

    h = h @ self.U  # (B, H)
    r, z = both.chunk(2, dim=-1)  # (B, H) each
    for x_t in x.unbind(1):  # T times (B, D)
    return states, h  # (B, T, H), (B, H)
    y = x @ W  # eq:mlp-layer, (..., H), words

An axis is a number, a letter, or a sum, product or quotient of such.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

_AXIS = r"[\w.+*/ -]+"
_GROUP = rf"\((?:{_AXIS},(?: ?{_AXIS},)* ?(?:{_AXIS})?|)\)"
_COMMENT = re.compile(
    rf"#\s*(?:eq:[\w-]+,\s*)*(?P<times>[\w ]+\btimes\s+)?"
    rf"(?P<groups>{_GROUP}(?:, {_GROUP})*)(?P<rest>.*)"
)
_LABEL = re.compile(r"\beq:[\w-]+")
_EACH = re.compile(r" each\b")
_FACTOR = re.compile(r"(?<=\d)(?=[A-Za-z])")


def parts(comment: str) -> tuple[list[str], str]:
    """The shapes that a comment gives, and what it says besides.

    The comment is its text alone; labels of formulas are no words.
    """
    groups, rest = [], comment
    if match := _COMMENT.match(f"# {comment}"):
        groups = re.findall(_GROUP, match["groups"])
        rest = (match["times"] or "") + match["rest"]
    return groups, _LABEL.sub("", rest)


@dataclass(frozen=True)
class Comment:
    """A shape comment: its line, what it is about, and what it says.

    `first` and `last` are the lines of its statement; `names` the
    expressions that hold the value behind it, none for what a function
    returns. A loop's comment is about each round.
    """

    line: int
    text: str
    shapes: tuple[tuple[str, ...], ...]
    each: bool
    first: int
    last: int
    names: tuple[str, ...]
    returns: bool
    loop: bool


def comments(text: str) -> Iterator[Comment]:
    """Yield the shape comments of a module's text, in order.

    One that stands within a statement or behind another one than an
    assignment, a return or a loop has no names and returns nothing: it
    says something of no value that could be looked at.
    """
    tree = ast.parse(text)
    for token in tokenize.generate_tokens(StringIO(text).readline):
        match = token.type == tokenize.COMMENT and _COMMENT.match(token.string)
        if not match:
            continue
        line = token.start[0]
        node = _statement(tree, line)
        first, last = _lines(node) if node else (line, line)
        if node is None or line not in (first, last):
            node = None
        yield Comment(
            line,
            token.string,
            tuple(map(_axes, re.findall(_GROUP, match["groups"]))),
            bool(match["times"]) or bool(_EACH.match(match["rest"])),
            first,
            last,
            tuple(map(ast.unparse, _targets(node))),
            isinstance(node, ast.Return)
            or (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Yield)
            ),
            isinstance(node, ast.For),
        )


def _axes(group: str) -> tuple[str, ...]:
    inside = (axis.strip() for axis in group[1:-1].split(","))
    return tuple(_FACTOR.sub("*", axis) for axis in inside if axis)


def _statement(tree: ast.Module, line: int) -> ast.stmt | None:
    """The innermost statement that has the line, but not in its body."""
    found = None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            first, last = _lines(node)
            if first <= line <= last:
                found = node
    return found


def _lines(node: ast.stmt) -> tuple[int, int]:
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if body else node.end_lineno
    return node.lineno, max(node.lineno, last or node.lineno)


def _targets(node: ast.stmt | None) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=[target]):
            return [target]
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return [target]
        case ast.For(target=target):
            return [target]
    return []
