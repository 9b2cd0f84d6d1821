"""Rounding noise: a page as another processor might compute it.

While it is on, each result whose last bits depend on the processor (a
sum, a product of matrices, an exponential) is moved by up to two units
in the last place. The move depends on the seed, the operation and the
place in the tensor alone, so that equal computations stay equal. What
is exact on every processor is left alone: whole numbers, and numbers
of few bits such as 0.75.

PyTorch's results are caught in its dispatcher, in place or not, in
backward passes as well, on the CPU and on CUDA. Functions of NumPy,
SciPy and math are replaced in their modules, for the pages and for the
libraries that compute for them; `@` and methods of arrays are wrapped
in the page's own code. What scikit-learn is given is moved, too, since
it computes in compiled code: equal values by the same steps.
"""

import ast
import contextlib
import functools
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from book.run import noise_places
from book.run.last_bits import Steps

_NUMBERS = {
    bool: torch.bool,
    int: torch.int64,
    float: torch.float64,
    complex: torch.complex128,
}
"""What a kernel in Python is given for a number that was a tensor."""

_active: "list[Noise]" = []
"""The noise that is on: the last, if there is one."""


class Noise:
    """Noise of a seed: installed as a context, on where it is asked to."""

    def __init__(self, seed: int) -> None:
        self.steps = Steps(seed)
        self.replaced: set[tuple[str, str]] = set()
        self.stack = contextlib.ExitStack()

    def __enter__(self) -> "Noise":
        library = torch.library.Library("aten", "IMPL")
        self.stack.callback(library._destroy)
        self.replace()
        keys = ["CPU", *["CUDA"] * torch.cuda.is_available()]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that it overrides
            for key in keys:
                for name in noise_places.operators(key):
                    kernel = _kernel(name, key)
                    library.impl(name, kernel, key, with_keyset=True)
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    @contextlib.contextmanager
    def on(self) -> Iterator[None]:
        """Disturb what is computed inside."""
        _active.append(self)
        try:
            with np.errstate(invalid="ignore"):  # of infinities
                yield
        finally:
            _active.pop()

    @contextlib.contextmanager
    def off(self) -> Iterator[None]:
        """Disturb nothing inside."""
        before, _active[:] = list(_active), []
        try:
            yield
        finally:
            _active[:] = before

    def heard(self, tree: ast.Module, names: dict[str, Any]) -> ast.Module:
        """The code of a block, with its own arithmetic on arrays wrapped.

        `names` is the namespace in which it will run.
        """
        noise_places.load(tree)
        self.replace()
        names["__noise__"] = self.steps.moved
        tree = noise_places.Wrapped("__noise__").visit(tree)
        return ast.fix_missing_locations(tree)

    def replace(self) -> None:
        """Replace the functions of the modules loaded by now."""
        for module, name in noise_places.functions(sys.modules):
            if (module.__name__, name) not in self.replaced:
                self._replace(module, name, _function)
        validation = sys.modules.get("sklearn.utils.validation")
        if validation and ("sklearn", "") not in self.replaced:
            self.replaced.add(("sklearn", ""))
            self._replace(validation, "check_array", _input)

    def _replace(
        self, module: Any, name: str, wrapper: Callable[..., Any]
    ) -> None:
        known = getattr(module, name)
        self.replaced.add((module.__name__, name))
        setattr(module, name, wrapper(known, noise_places.place(name)))
        self.stack.callback(setattr, module, name, known)


def _kernel(name: str, key: str) -> Callable[..., Any]:
    """An operator's kernel that moves what it returns."""
    known = torch.library.get_kernel(f"aten::{name}", key)
    start = noise_places.place(name)
    tensors = noise_places.operands(name)

    def kernel(keys: Any, *args: Any, **kwargs: Any) -> Any:
        if any(type(args[k]) in _NUMBERS for k in tensors if k < len(args)):
            args = tuple(
                torch.tensor(arg, dtype=_NUMBERS[type(arg)])
                if k in tensors and type(arg) in _NUMBERS
                else arg
                for k, arg in enumerate(args)
            )
        out = known.call_boxed(keys, *args, **kwargs)
        if _active:
            parts = args[0] if out is None else out  # a list, in place
            for t in parts if isinstance(parts, (tuple, list)) else (parts,):
                if isinstance(t, torch.Tensor):
                    _active[-1].steps.tensor(t, start)
        return out

    return kernel


def _function(known: Callable[..., Any], start: int) -> Callable[..., Any]:
    """A function that moves what it returns to those who compute."""

    @functools.wraps(known)
    def function(*args: Any, **kwargs: Any) -> Any:
        out = known(*args, **kwargs)
        if _active:
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if caller.startswith(noise_places.COMPUTING):
                return _active[-1].steps.moved(out, start)
        return out

    for method in ("outer", "reduce", "accumulate", "reduceat", "at"):
        if hasattr(known, method):
            setattr(function, method, getattr(known, method))
    return function


def _input(known: Callable[..., Any], start: int) -> Callable[..., Any]:
    """scikit-learn's look at its input, which hands on other last bits."""

    @functools.wraps(known)
    def check_array(*args: Any, **kwargs: Any) -> Any:
        out = known(*args, **kwargs)
        if _active and isinstance(out, np.ndarray):
            return _active[-1].steps.given(out)
        return out

    return check_array
