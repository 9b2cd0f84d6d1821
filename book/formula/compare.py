"""Whether two sides of a formula are as it says."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from book.formula.arithmetic import MathError, distance
from book.formula.values import Value, numeric


@dataclass(frozen=True)
class Ends:
    """An interval, its ends included."""

    low: Value
    high: Value


def spread(a: Value, b: Value) -> tuple[Value, Value]:
    """Two sides in one shape: a number is meant for every entry, and a
    vector without orientation is a row or a column.

    Raises: MathError if they have different shapes.
    """
    a, b = numeric(a), numeric(b)
    one, other = np.shape(a), np.shape(b)
    line = {len(one), len(other)} == {1, 2} and 1 in max(one, other, key=len)
    if line and np.size(a) == np.size(b):
        return np.ravel(a), np.ravel(b)
    if one and other and one != other:
        raise MathError(f"shapes {one} and {other}")
    a, b = np.broadcast_arrays(a, b)
    return a, b


@dataclass(frozen=True)
class Room:
    """How far a comparison may be off: relative, or whatever the size."""

    relative: float
    absolute: float = 0.0


def at_most(a: Value, b: Value, room: Room) -> bool:
    a, b = spread(a, b)
    with np.errstate(invalid="ignore"):
        size = room.relative * np.maximum(np.abs(a), np.abs(b))
        return bool(np.all((a <= b) | (a - b <= size + room.absolute)))


def below(a: Value, b: Value, room: Room) -> bool:
    a, b = spread(a, b)
    return bool(np.all(a < b))


def equal(a: Value, b: Value, room: Room) -> bool:
    a, b = spread(a, b)
    if distance(a, b) <= room.relative:
        return True
    with np.errstate(invalid="ignore"):
        return bool(np.all((a == b) | (np.abs(a - b) <= room.absolute)))


def member(a: Value, b: Value, room: Room) -> bool:
    if isinstance(b, Ends):
        return at_most(b.low, a, room) and at_most(a, b.high, room)
    items = b if isinstance(b, list | tuple | set | frozenset) else [b]
    return any(
        a is item
        or (np.shape(a) == np.shape(numeric(item)) and equal(a, item, room))
        for item in items
    )


TESTS: dict[str, Callable[[Value, Value, Room], bool]] = {
    "=": equal,
    "!=": lambda a, b, room: not equal(a, b, room),
    "<": below,
    ">": lambda a, b, room: below(b, a, room),
    "<=": at_most,
    ">=": lambda a, b, room: at_most(b, a, room),
    r"\in": member,
}
