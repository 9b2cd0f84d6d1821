"""The numbers that a page shows: in outputs, formulas and code."""

import ast
import contextlib
import operator
import re
import warnings
from collections.abc import Callable, Iterator

from book.page.block import PROSE
from book.page.blocks import Page
from book.page.formulas import inline
from book.page.numbers import plain

_NUMBER = re.compile(
    r"(?P<sign>(?<![\w)\]])[-\u2212])?(?<![.\d])"
    r"(?P<digits>\d+(?:\.\d*)?|\.\d+)(?P<exponent>[eE][-+]?\d+)?"
    r"(?P<percent>\s?\\?[%％])?"
)
_THOUSANDS = re.compile(r"(?<=\d)(?:\{,\}|\\,|,|_)(?=\d{3}(?!\d))")
_FRACTION = re.compile(r"\\[tdc]?frac\{?(\d+)\}?\{?(\d+)\}?|(\d+) ?/ ?(\d+)")
_POWER = re.compile(
    r"(?:(\d[\d.]*)\s*\\(?:cdot|times)\s*)?(?<![\d.])(\d+)\s*\^\s*"
    r"(?:\{(-?\d+)\}|(\d))"
)
_DO: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
_LARGE = 300
"""No power of the book is larger than ten to this."""


def shown(page: Page) -> frozenset[float]:
    """The numbers of a page's outputs, formulas and code.

    A formula that is nothing but a number says what a sentence says,
    and shows none.
    """
    values: set[float] = set()
    for block in page.blocks:
        if block.kind == "output":
            values |= {*_of_text(block.text)}
        elif block.kind == "equation":
            values |= {*_of_formula(block.text)}
        elif block.kind in PROSE:
            for tex in inline(block.text):
                if plain(tex) is None:
                    values |= {*_of_formula(tex)}
    for code in page.codes:
        values |= {*_of_text(code.code), *_of_code(code.code)}
    return frozenset(values)


def _of_text(text: str) -> Iterator[float]:
    """Yield the numbers of a text, with and without thousands joined."""
    for form in {text, _THOUSANDS.sub("", text)}:
        for match in _NUMBER.finditer(form):
            value = float(match["digits"] + (match["exponent"] or ""))
            value = -value if match["sign"] else value
            yield value
            if match["percent"]:
                yield value / 100


def _of_formula(tex: str) -> Iterator[float]:
    yield from _of_text(tex)
    for match in _FRACTION.finditer(tex):
        above, below = (float(n) for n in match.groups() if n is not None)
        if below:
            yield above / below
    for match in _POWER.finditer(tex):
        exponent = int(match[3] or match[4])
        if abs(exponent) <= _LARGE and float(match[2]):
            with contextlib.suppress(OverflowError):
                yield float(match[2]) ** exponent * float(match[1] or 1)


def _of_code(code: str) -> Iterator[float]:
    """Yield what expressions of numbers alone are worth: `64 * 256`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(code)
        except SyntaxError:
            return  # reported by `imports`
    for node in ast.walk(tree):
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Constant)):
            value = _value(node)
            if value is not None:
                yield value


def _value(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return float(value) if abs(value) < 10.0**_LARGE else None
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inside = _value(operand)
            return None if inside is None else -inside
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _DO:
            one, two = _value(left), _value(right)
            if one is None or two is None:
                return None
            with contextlib.suppress(ArithmeticError):
                value = _DO[type(op)](one, two)
                return value if isinstance(value, float) else None
    return None
