r"""What a test may bind to a formula's names.

Numbers, arrays, tensors and functions; sequences, whose entries are
counted from 1; mappings, from any index; and what stands here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from book.formula.lexer import canonical
from book.formula.tree import Key

Value = Any
"""A float, an array of floats, or what a test binds."""


@dataclass(frozen=True)
class Each:
    """Values that a name takes one after another."""

    values: tuple[Value, ...]


@dataclass(frozen=True)
class Entries:
    """A value for each value of some indices."""

    names: tuple[Key, ...]
    values: Value

    def at(self, indices: Sequence[Value]) -> Value:
        if callable(self.values):
            return self.values(*map(_whole_or_not, indices))
        return entry(self.values, indices)


@dataclass(frozen=True)
class Random:
    """A random variable: its value in each outcome of the experiment.

    `\\E`, `\\Var` and `\\Cov` run over the outcomes, which all random
    variables of a formula share. They are equally likely, unless `\\E`
    (or `\\E_q`, …) is bound to their weights.
    """

    outcomes: Sequence[Value]


def each(values: Iterable[Value]) -> Each:
    """A name that takes these values: the formula must hold for all.

    A `range` means the same. It is also what a sum without bounds runs
    over.
    """
    return Each(tuple(values))


def entries(names: str, values: Value) -> Entries:
    r"""A term that depends on indices: `entries("i j", J)`.

    `values` is an array, whose entries are counted from 1, a mapping,
    or a function of the indices. It is bound to the term as it stands
    in the formula: {r"\frac{\partial p_i}{\partial o_j}": ...}.
    """
    return Entries(tuple(canonical(n) for n in names.split()), values)


def rows(X: Value) -> list[Value]:
    """The rows of a matrix, each of shape (1, D)."""
    return [row[None, :] for row in plain(X)]


def columns(X: Value) -> list[Value]:
    """The columns of a matrix, each of shape (D, 1)."""
    return [column[:, None] for column in plain(X).T]


def plain(value: Value) -> Value:
    """Turn tensors, arrays and numbers into arrays of floats, floats."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray | np.generic | int | float):
        array = np.asarray(value, dtype=float)
        return array if array.ndim else float(array)
    return value


def numeric(value: Value) -> Value:
    """The number or array that a value is.

    Raises: TypeError if it is neither.
    """
    if isinstance(value, list | tuple):
        value = np.array([numeric(v) for v in value])
    value = plain(value)
    if isinstance(value, float | np.ndarray):
        return value
    raise TypeError(f"a {type(value).__name__} stands where a number must")


def is_function(value: Value) -> bool:
    """Whether a binding, or each of its entries, is a function."""
    if isinstance(value, Entries):
        return not callable(value.values) and is_function(value.values)
    if isinstance(value, Each):
        return bool(value.values) and is_function(value.values[0])
    if isinstance(value, Random):
        return is_function(value.outcomes[0])
    if isinstance(value, list | tuple):
        return bool(value) and is_function(value[0])
    if isinstance(value, Mapping):
        return bool(value) and is_function(next(iter(value.values())))
    return callable(value)


def _whole_or_not(value: Value) -> Value:
    """What a function is given for an index: an int where it is one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def whole_number(value: Value) -> int:
    if isinstance(value, float | int) and value == int(value):
        return int(value)
    raise TypeError(f"an index must be a whole number, not {value!r}")


def entry(value: Value, indices: Sequence[Value]) -> Value:
    """The entry of an array or sequence, counted from 1, or a mapping.

    Raises: LookupError, TypeError if there is none.
    """
    if isinstance(value, Mapping):
        whole = tuple(whole_number(i) for i in indices)
        if whole in value:
            return value[whole]
        rest = indices[1:]
        return entry(value[whole[0]], rest) if rest else value[whole[0]]
    if isinstance(value, list | tuple):
        first = value[_from_zero(indices[0], len(value))]
        return entry(first, indices[1:]) if indices[1:] else first
    array = plain(value)
    if not isinstance(array, np.ndarray):
        raise TypeError(f"a {type(value).__name__} has no entries")
    if array.ndim == 2 and 1 in array.shape and len(indices) == 1:
        array = array.ravel()
    if len(indices) > array.ndim:
        raise IndexError(f"{len(indices)} indices into shape {array.shape}")
    place = tuple(
        _from_zero(i, n) for i, n in zip(indices, array.shape, strict=False)
    )
    return plain(array[place])


def _from_zero(index: Value, length: int) -> int:
    whole = whole_number(index)
    if not 1 <= whole <= length:
        raise IndexError(f"index {whole} of {length}, counted from 1")
    return whole - 1


Function = Callable[..., Value]
