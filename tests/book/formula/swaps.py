"""Whether a product that is swapped is one of numbers, which commute."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from book.formula import arithmetic, evaluate
from book.formula.values import numeric

Pair = tuple[Any, Any]


@contextmanager
def products() -> Iterator[list[Pair]]:
    """Within, note the operands of each product that may not commute."""
    seen: list[Pair] = []
    times = arithmetic.times

    def noted(a: Any, b: Any) -> Any:
        x, y = numeric(a), numeric(b)
        if min(np.size(x), np.size(y)) > 1 and max(np.ndim(x), np.ndim(y)) > 1:
            seen.append((x, y))
        return times(a, b)

    with (
        patch.object(arithmetic, "times", noted),
        patch.dict(evaluate.JOINS, {"": noted}),
    ):
        yield seen


def same(before: Sequence[Pair], after: Sequence[Pair]) -> bool:
    """Whether two computations multiply the same arrays in one order.

    A number may have come to either factor before: it does not count.
    """
    return len(before) == len(after) and all(
        np.shape(x) == np.shape(y)
        and np.allclose(_direction(x), _direction(y))
        for a, b in zip(before, after, strict=True)
        for x, y in zip(a, b, strict=True)
    )


def _direction(a: Any) -> Any:
    size = np.abs(np.asarray(a, dtype=float))
    return size / (np.max(size) or 1)
