"""The arithmetic of formulas: numbers, vectors and matrices.

A vector without orientation has shape (D,), a row (1, D), a column
(D, 1). What broadcasting would spread by accident is refused.
"""

import math
from collections.abc import Callable

import numpy as np

from book.formula.values import Value, numeric


class MathError(ValueError):
    """Values that an operation of a formula cannot take."""


def matched(a: Value, b: Value) -> tuple[Value, Value]:
    """Two operands of an operation entry by entry.

    Raises: MathError unless they have the same shape, one is a number,
        or one is a row that is meant for each row of the other.
    """
    a, b = numeric(a), numeric(b)
    short, long = sorted((np.shape(a), np.shape(b)), key=len)
    if short and short != long[len(long) - len(short) :]:
        row = len(long) == 2 and 1 in (np.shape(a)[0], np.shape(b)[0])
        if not row or short[-1] != long[-1]:
            raise MathError(f"shapes {np.shape(a)} and {np.shape(b)}")
    return a, b


def add(a: Value, b: Value) -> Value:
    a, b = matched(a, b)
    return a + b


def scaled(a: Value, b: Value) -> Value:
    a, b = matched(a, b)
    return a * b


def divided(a: Value, b: Value) -> Value:
    a, b = matched(a, b)
    if np.any(np.equal(b, 0)):
        raise MathError("a division by zero")
    return a / b


def times(a: Value, b: Value) -> Value:
    """The product that juxtaposition means: of matrices, or by a number."""
    a, b = numeric(a), numeric(b)
    if not (np.ndim(a) and np.ndim(b)):
        return a * b
    if np.shape(a)[-1] != np.shape(b)[0 if np.ndim(b) == 1 else -2]:
        if 1 in (np.size(a), np.size(b)):
            return a * np.ravel(b)[0] if np.size(b) == 1 else b * np.ravel(a)
        raise MathError(f"a product of {np.shape(a)} and {np.shape(b)}")
    product = a @ b
    return float(np.ravel(product)[0]) if np.size(product) == 1 else product


def power(base: Value, exponent: Value) -> Value:
    """A power: of a square matrix as a product, else entry by entry."""
    base, exponent = numeric(base), numeric(exponent)
    if np.ndim(base) < 2 or 1 in np.shape(base):
        base, exponent = matched(base, exponent)
        if np.ndim(base) or np.ndim(exponent):
            return np.power(base, exponent)
        return math.pow(base, exponent)
    if np.ndim(exponent) or exponent != int(exponent):
        raise MathError(f"a matrix to the power {exponent}")
    if np.ndim(base) > 2 or np.shape(base)[0] != np.shape(base)[1]:
        raise MathError(f"a power of shape {np.shape(base)}: bind one row")
    return np.linalg.matrix_power(base, int(exponent))


def transpose(a: Value) -> Value:
    a = numeric(a)
    if np.ndim(a) == 1 and np.size(a) > 1:
        raise MathError(
            "the transpose of a vector without orientation: bind a row "
            "(1, D) or a column (D, 1)"
        )
    return np.swapaxes(a, -1, -2) if np.ndim(a) > 1 else a


def matrix(blocks: list[list[Value]]) -> Value:
    """A matrix of blocks; a number fills its block."""
    cells = [[numeric(cell) for cell in row] for row in blocks]
    heights = [max(_shape(c)[0] for c in row) for row in cells]
    widths = [
        max(_shape(c)[1] for c in row) for row in zip(*cells, strict=True)
    ]
    return np.block(
        [
            [
                np.full((height, width), cell)
                if np.ndim(cell) == 0
                else np.reshape(cell, _shape(cell))
                for cell, width in zip(row, widths, strict=True)
            ]
            for row, height in zip(cells, heights, strict=True)
        ]
    )


def _shape(cell: Value) -> tuple[int, int]:
    shape = np.shape(cell)
    return (1, 1, *shape)[-2:] if len(shape) < 2 else shape


def vector(items: list[Value]) -> Value:
    return np.concatenate([np.ravel(numeric(item)) for item in items])


def distance(a: Value, b: Value) -> float:
    """How far two values are apart, relative to the larger of them."""
    a, b = np.asarray(a), np.asarray(b)
    finite = np.isfinite(a) & np.isfinite(b)
    if np.any(~finite & (a != b)):
        return math.inf
    a, b = a[finite], b[finite]
    size = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0))
    return float(np.max(np.abs(a - b)) / size) if size else 0.0


def softmax(a: Value) -> Value:
    """Exponentials over their sum, in each row, or in a column."""
    a = numeric(a)
    axis = -2 if np.ndim(a) == 2 and np.shape(a)[1] == 1 else -1
    weights = np.exp(a - np.max(a, axis, keepdims=True))
    return weights / np.sum(weights, axis, keepdims=True)


def diagonal(a: Value) -> Value:
    a = numeric(a)
    if np.ndim(a) == 2 and 1 not in np.shape(a):
        raise MathError("the diagonal matrix of a matrix")
    return np.diag(np.ravel(a))


def norm(a: Value, order: Value = None) -> Value:
    a = numeric(a)
    if np.ndim(a) == 0:
        return abs(a)
    if order is None or np.ndim(a) == 1 or 1 in np.shape(a):
        return float(np.linalg.norm(np.ravel(a), order))
    return float(np.linalg.norm(a, order))


def binomial(n: Value, k: Value) -> float:
    if n != int(n) or k != int(k):
        raise MathError(f"the binomial of {n} and {k}")
    return float(math.comb(int(n), int(k)))


def logarithm(a: Value) -> Value:
    a = numeric(a)
    if np.any(np.less_equal(a, 0)):
        raise MathError("the logarithm of what is not positive")
    return np.log(a) if np.ndim(a) else math.log(a)


def root(a: Value, degree: Value) -> Value:
    a = numeric(a)
    if np.any(np.less(a, 0)):
        raise MathError("the root of a negative number")
    return a ** (1 / degree)


def inner(a: Value, b: Value) -> float:
    a, b = numeric(a), numeric(b)
    if np.shape(a) != np.shape(b):
        raise MathError(f"shapes {np.shape(a)} and {np.shape(b)}")
    return float(np.sum(a * b))


def moment(kind: str, shares: Value, columns: list[Value]) -> Value:
    """An expectation, variance or covariance over weighted outcomes.

    `columns` are what it is taken of, the outcomes along the first axis.
    """
    first, *more = columns
    if len(more) > (kind == r"\Cov"):
        raise MathError(f"{kind} of {len(columns)} arguments")
    mean = np.tensordot(shares, first, 1)
    if kind == r"\E":
        return mean
    if kind == r"\Var":
        return np.tensordot(shares, (first - mean) ** 2, 1)
    second = more[0] if more else first
    other = second - np.tensordot(shares, second, 1)
    flat, across = (c.reshape(len(c), -1) for c in (first - mean, other))
    covariance = np.einsum("o,oi,oj->ij", shares, flat, across)
    return covariance if first.ndim > 1 else covariance[0, 0]


def kronecker(i: Value, j: Value) -> float:
    return float(i == j)


def greatest(*items: Value) -> Value:
    return _extreme(np.maximum, np.max, items)


def least(*items: Value) -> Value:
    return _extreme(np.minimum, np.min, items)


def _extreme(
    pair: Callable[..., Value],
    whole: Callable[..., Value],
    items: tuple[Value, ...],
) -> Value:
    if len(items) == 1:
        return float(whole(numeric(items[0])))
    result = numeric(items[0])
    for item in items[1:]:
        result = pair(*matched(result, item))
    return result if np.ndim(result) else float(result)


def _numpy(function: Callable[..., Value]) -> Callable[..., Value]:
    return lambda a: function(numeric(a))


FUNCTIONS: dict[str, Callable[..., Value]] = {
    r"\exp": _numpy(np.exp),
    r"\tanh": _numpy(np.tanh),
    r"\sin": _numpy(np.sin),
    r"\cos": _numpy(np.cos),
    r"\sinh": _numpy(np.sinh),
    r"\cosh": _numpy(np.cosh),
    r"\log": logarithm,
    r"\ln": logarithm,
    r"\softmax": softmax,
    r"\diag": diagonal,
    r"\max": greatest,
    r"\min": least,
    r"\rank": lambda a: float(np.linalg.matrix_rank(numeric(a))),
    "norm": norm,
    "abs": _numpy(np.abs),
    "root": root,
    "inner": inner,
    "ceil": _numpy(np.ceil),
    "floor": _numpy(np.floor),
    "binomial": binomial,
    "kronecker": kronecker,
}
