"""The last bits of numbers: which may differ, and by how much."""

from typing import Any

import numpy as np
import torch

_PERIOD = 65521
"""After so many places the steps repeat: a prime, no tensor's width."""

_MOST = 2048
"""So many values of a large array are moved, evenly spread over it."""

_FLOAT = "int32", (1 << 10) - 1, 2.0**-21, 2.0**-126
_DOUBLE = "int64", (1 << 39) - 1, 2.0**-50, 2.0**-1022
_BITS: dict[Any, tuple[str, int, float, float]] = {
    np.dtype(np.float32): _FLOAT,
    np.dtype(np.float64): _DOUBLE,
    torch.float32: _FLOAT,
    torch.float64: _DOUBLE,
}
"""By type: its bits as integers, those that a number of few bits has
not set, four units in the last place of 1, and the smallest number that
has all bits.
"""


class Steps:
    """The steps by which a seed moves numbers, place by place."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.seed = seed
        self.steps = rng.choice([-2, -1, 1, 2], _PERIOD)
        self.tables: dict[tuple[str, str], Any] = {}

    def moved(self, value: Any, start: int) -> Any:
        """A result with its numbers moved, in place where they lie so.

        Tensors are left alone: the dispatcher has moved them.
        """
        if isinstance(value, (np.ndarray, np.generic)):
            if value.dtype not in _BITS or not value.size:
                return value
            array = np.array(value, ndmin=1, copy=None)
            if not array.flags.writeable or isinstance(value, np.generic):
                array = array.copy()
            self.array(array, start)
            return value.dtype.type(array[0]) if not value.ndim else array
        if type(value) is float:
            return float(self.moved(np.float64(value), start))
        if isinstance(value, (tuple, list)):
            parts = [self.moved(part, start) for part in value]
            if hasattr(value, "_fields"):
                return type(value)(*parts)
            return type(value)(parts)
        if isinstance(value, dict):  # as scipy.optimize returns
            for name, part in value.items():
                value[name] = self.moved(part, start)
        elif hasattr(value, "iloc") and hasattr(value, "to_numpy"):
            return self._table(value, start)
        return value

    def _table(self, value: Any, start: int) -> Any:
        """A column of pandas, or a table of such, moved."""
        if value.ndim == 2:
            return value.apply(self._table, start=start)
        if not isinstance(value.dtype, np.dtype) or value.dtype not in _BITS:
            return value
        numbers = self.moved(value.to_numpy(copy=True), start)
        return type(value)(numbers, index=value.index, name=value.name)

    def tensor(self, t: torch.Tensor, start: int) -> None:
        """Move a tensor's values, where they lie."""
        if t.is_complex():
            t = torch.view_as_real(t)
        if t.dtype not in _BITS or t.layout != torch.strided:
            return
        if t.requires_grad:
            t = t.detach()
        if t.is_cpu:
            self.array(t.numpy(), start)
            return
        integer, short, near, tiny = _BITS[t.dtype]
        steps = self._steps(integer, str(t.device), start, t.numel())
        bits, least = t.view(getattr(torch, integer)), t.abs() * near + tiny
        move = ((t - t.round()).abs() > least) | (least >= 8)
        move &= (bits & short) != 0
        bits += steps.view(t.shape) * move

    def array(self, a: np.ndarray, start: int) -> None:
        """Move an array's values, where they lie."""
        if not a.size:
            return
        if a.size > _MOST and a.flags.c_contiguous:
            step = 1 + a.size // _MOST
            a = a.reshape(-1)[(start + self.seed) % step :: step]
        elif not a.ndim:
            a = a.reshape(1)
        integer = _BITS[a.dtype][0]
        bits = a.view(integer)
        steps = self._steps(integer, "", start, a.size)
        bits += steps.reshape(a.shape) * _movable(a, bits)

    def given(self, a: np.ndarray) -> np.ndarray:
        """A copy in which equal values are moved by equal steps."""
        if a.dtype not in _BITS or not a.size:
            return a
        integer = _BITS[a.dtype][0]
        moved = a.copy()
        bits = moved.view(integer)
        steps = self.steps[np.abs(bits) % _PERIOD].astype(integer)
        bits += steps * _movable(a, bits)
        return moved

    def _steps(self, integer: str, device: str, start: int, size: int) -> Any:
        """The steps of `size` places, from the place `start` on."""
        table = self.tables.get((integer, device))
        if table is None or len(table) < start + size:
            table = np.resize(self.steps, start + 2 * size).astype(integer)
            if device:
                table = torch.from_numpy(table).to(device)
            self.tables[integer, device] = table
        return table[start : start + size]


def _movable(a: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Where values are not of few bits, nor whole, nor next to whole.

    So a probability stays below 1. The smallest numbers are left alone,
    too: their steps are not small.
    """
    _, short, near, tiny = _BITS[a.dtype]
    off = np.rint(a)
    off -= a
    np.abs(off, out=off)
    least = np.abs(a)
    least *= near
    least += tiny
    move = off > least
    move |= least >= 8  # where every number is whole
    move &= (bits & short) != 0
    return move
