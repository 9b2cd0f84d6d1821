"""The sizes that letters of shapes have within one call."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from book.page.shapes import Comment

_DO: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.truediv,
}


class Sizes:
    """Which letter is which size, learned from one value after another."""

    def __init__(self) -> None:
        self.known: dict[str, float] = {}

    def differs(
        self, comment: Comment, value: Any, here: Mapping[str, Any]
    ) -> str:
        """What a comment says wrongly of a value; empty if nothing."""
        shapes, values = comment.shapes, [value]
        if len(shapes) > 1:
            if not _is_several(value) or len(value) != len(shapes):
                return f"these are not {len(shapes)} values"
            values = list(value)
        elif (comment.each and not comment.loop) or _is_several(value):
            if not _is_several(value):
                return "each of what? This is one value"
            values, shapes = list(value), shapes * len(value)
            if not comment.each and not comment.loop:
                return f"these are {len(values)} values, not one"
        for axes, one in zip(shapes, values, strict=True):
            shape = _shape(one)
            if shape and not all(isinstance(n, int) for n in shape):
                continue  # a compiler's sizes: to ask them would fix them
            if shape is None:
                return f"a {type(one).__name__} has no shape"
            reason = self._unlike(axes, shape, here)
            if reason:
                return f"the shape is {tuple(shape)}: {reason}"
        return ""

    def _unlike(
        self,
        axes: Sequence[str],
        shape: Sequence[int],
        here: Mapping[str, Any],
    ) -> str:
        if axes[:1] == ("...",):
            axes = axes[1:]
            if len(shape) < len(axes):
                return f"less than {len(axes)} axes"
            shape = shape[len(shape) - len(axes) :]
        if len(axes) != len(shape):
            return f"not {len(axes)} axes"
        for axis, size in zip(axes, shape, strict=True):
            tree = ast.parse(axis, mode="eval").body
            letters = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
            for letter in letters - self.known.keys():
                own = here.get(letter)
                if isinstance(own, int) and not isinstance(own, bool):
                    self.known[letter] = own
            unknown = sorted(letters - self.known.keys())
            if not unknown:
                wanted = _value(tree, self.known)
                if wanted != size:
                    return f"{axis.replace('*', '')} is {wanted:g}"
            elif len(unknown) == 1:
                (letter,) = unknown
                zero = _value(tree, {**self.known, letter: 0.0})
                slope = _value(tree, {**self.known, letter: 1.0}) - zero
                found = (size - zero) / slope if slope else -1.0
                if found < 0 or found != int(found):
                    return f"no {letter} makes {axis.replace('*', '')} {size}"
                self.known[letter] = found
        return ""


def _value(node: ast.expr, known: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.Name(id=name):
            return known[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _DO:
            return _DO[type(op)](_value(left, known), _value(right, known))
    raise ValueError(f"{ast.unparse(node)} is no size")


def _shape(value: Any) -> Sequence[int] | None:
    if isinstance(value, tuple) and all(isinstance(n, int) for n in value):
        return value  # it is a shape
    if isinstance(value, (int, float)):
        return ()
    shape = getattr(value, "shape", None)
    return tuple(shape) if shape is not None else None


def _is_several(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and not (
        isinstance(value, tuple)
        and bool(value)
        and all(isinstance(n, int) for n in value)
    )
