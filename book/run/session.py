"""Run the blocks of a page in one namespace; return what they show."""

import ast
import contextlib
import linecache
import os
import random
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import torch

from book.page.code import Code
from book.run import figures, plotted
from book.run.noise import Noise

SEED = 20200211
"""Only keeps a page that forgot to seed from being flaky; a page that
relies on it fails as a notebook, which starts unseeded."""


class BlockError(Exception):
    """A block that ran but did not show what the page shows."""


@dataclass
class Result:
    """What a block printed and drew (SVG texts)."""

    output: str
    figures: list[str] = field(default_factory=list)


@contextlib.contextmanager
def isolated(threads: int = 1) -> Iterator[None]:
    """Run a page from fixed seeds and defaults; restore all after it."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    before, grad = torch.get_num_threads(), torch.is_grad_enabled()
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    deterministic = torch.are_deterministic_algorithms_enabled()
    printing = dict(torch._tensor_str.PRINT_OPTS.__dict__)
    environment, folder = dict(os.environ), Path.cwd()
    main, path = sys.modules["__main__"], list(sys.path)
    with (
        tempfile.TemporaryDirectory() as scratch,
        mpl.rc_context(),
        np.printoptions(),
        warnings.catch_warnings(),
    ):
        plt.switch_backend("agg")
        mpl.rcdefaults()
        os.chdir(scratch)
        random.seed(SEED)
        np.random.seed(SEED)
        torch.manual_seed(SEED)
        torch.set_num_threads(threads)
        torch.set_default_dtype(torch.float32)
        try:
            yield
        finally:
            plt.close("all")
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            sys.modules["__main__"], sys.path[:] = main, path
            random.setstate(states[0])
            np.random.set_state(states[1])
            torch.set_rng_state(states[2])
            torch.set_num_threads(before)
            torch.set_grad_enabled(grad)
            torch.set_default_dtype(dtype)
            torch.set_default_device(device)
            torch.use_deterministic_algorithms(deterministic)
            torch._tensor_str.PRINT_OPTS.__dict__.update(printing)


class Session:
    """The one namespace in which the blocks of a page run in order."""

    def __init__(self, noise: Noise | None = None) -> None:
        self.module = types.ModuleType("__main__")
        self.noise = noise

    def run(self, code: Code) -> Result:
        """Run a block; what it raises passes through."""
        sys.modules["__main__"] = self.module
        result, out = Result(""), StringIO()
        tree = ast.parse(code.placed, str(code.source))
        if self.noise:
            tree = self.noise.heard(tree, self.module.__dict__)
        program = compile(tree, str(code.source), "exec")
        linecache.checkcache(str(code.source))
        show, plt.show = plt.show, lambda *a, **k: self._draw(result)
        try:
            with (
                contextlib.redirect_stdout(out),
                self.noise.on() if self.noise else contextlib.nullcontext(),
            ):
                exec(program, self.module.__dict__)
        finally:
            plt.show = show
        if plt.get_fignums():
            plt.close("all")
            raise BlockError(
                "a figure was drawn and not shown: end the block with "
                "plt.show()"
            )
        result.output = out.getvalue()
        return result

    def _draw(self, result: Result) -> None:
        """What `plt.show` does while a page runs: take the open figures."""
        quiet = self.noise.off() if self.noise else contextlib.nullcontext()
        with quiet:
            for number in plt.get_fignums():
                result.figures.append(drawn(plt.figure(number)))
                plt.close(number)


def drawn(figure: mpl.figure.Figure) -> str:
    """A figure as SVG, with the data that were plotted in it.

    Of a figure with frames all are in both; the drawing shows one.
    """
    for artist in plotted.moving(figure):
        artist.set_visible(True)
    text = figures.framed(svg(figure), str(figure.get_label()))
    return figures.sealed(figures.adapt(text), plotted.data(figure))


def svg(figure: mpl.figure.Figure) -> str:
    """A figure as Matplotlib writes it, without its date."""
    buffer = StringIO()
    figure.savefig(
        buffer,
        format="svg",
        metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
    )
    text = buffer.getvalue()
    return text[text.index("<svg") :]
