"""A pytest plugin: run the blocks of a page, compare what they show.

    pytest docs/en/recurrent/gru.md            compare
    pytest docs/en/recurrent/gru.md --update   rewrite outputs, figures

Every Python block is a test item with the page's line as its place.
The blocks of a page share one namespace that starts empty; behind one
that fails the rest of the page is skipped.
"""

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
import pytest
import torch

from book import compare, figures
from book.pages import LANGUAGES, MARKER, Block, Code, Page, PageError, read

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
def isolated() -> Iterator[None]:
    """Run a page from fixed seeds and defaults; restore all after it."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
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
        torch.set_num_threads(1)
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
            torch.set_num_threads(threads)
            torch.set_grad_enabled(grad)
            torch.set_default_dtype(dtype)
            torch.set_default_device(device)
            torch.use_deterministic_algorithms(deterministic)
            torch._tensor_str.PRINT_OPTS.__dict__.update(printing)


class Session:
    """The one namespace in which the blocks of a page run in order."""

    def __init__(self) -> None:
        self.module = types.ModuleType("__main__")

    def run(self, code: Code) -> Result:
        """Run a block; what it raises passes through."""
        sys.modules["__main__"] = self.module
        result, out = Result(""), StringIO()
        shift = "\n" * (code.source_line - 1)
        program = compile(shift + code.code, str(code.source), "exec")
        linecache.checkcache(str(code.source))
        show, plt.show = plt.show, lambda *a, **k: _draw(result)
        try:
            with contextlib.redirect_stdout(out):
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


def _draw(result: Result) -> None:
    """What `plt.show` does while a page runs: take the open figures."""
    for number in plt.get_fignums():
        buffer = StringIO()
        plt.figure(number).savefig(
            buffer,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None},
        )
        plt.close(number)
        svg = buffer.getvalue()
        result.figures.append(figures.adapt(svg[svg.index("<svg") :]))


def differences(page: Page, code: Code, result: Result) -> Iterator[str]:
    """Yield each way in which the page does not show the result."""
    drawn = len(result.figures)
    if drawn > len(code.figures):
        line = code.fence.end + 1
        yield (
            f"{page.path.name}:{line}: the block draws {drawn} figure(s), "
            f"the page shows {len(code.figures)}: add ![caption](name.svg)"
        )
    for figure in code.figures[drawn:]:
        yield (
            f"{page.path.name}:{figure.line}: {figure.info}: no block draws "
            "it: remove it, or draw it"
        )
    for figure, svg in zip(code.figures, result.figures, strict=False):
        for language in LANGUAGES:
            shown = page.docs / language / f"{page.name}.md"
            if shown.is_file() and (
                reason := _figure_difference(shown, language, figure, svg)
            ):
                place = f"{page.path.name}:{figure.line}"
                yield f"{place}: {language}: {figure.info}: {reason}"
    reason = _output_difference(code, result)
    if reason:
        line = code.outputs[0].line if code.outputs else code.fence.end
        yield (
            f"{page.path.name}:{line}: {reason}\n"
            f"(to take the run's output: python -m book update "
            f"docs/en/{page.name}.md)"
        )


def _output_difference(code: Code, result: Result) -> str | None:
    if not code.outputs:
        if not result.output.strip():
            return None
        return f"the block prints, the page shows nothing:\n{result.output}"
    shown = code.outputs[0]
    return compare.texts(shown.text, result.output, shown.tolerance)


def _figure_difference(
    page: Path, language: str, figure: Block, svg: str
) -> str | None:
    path = page.parent / figure.info
    try:
        svg = figures.translate(svg, language)
    except figures.LabelError as error:
        return str(error)
    if not path.is_file():
        return "the file is missing: run python -m book update"
    return compare.figures(
        path.read_text(encoding="utf-8"), svg, figure.tolerance
    )


def write(page: Page, results: list[Result]) -> None:
    """Write what the blocks gave into the page and its partner."""
    pages = [page]
    if page.partner.is_file():
        pages.append(read(page.partner))
    for each in pages:
        if len(each.codes) != len(results):
            raise each.error(
                1,
                f"it has {len(each.codes)} Python blocks, its partner "
                f"{len(results)}: run python -m book sync first",
            )
        lines = list(each.lines)
        pairs = list(zip(each.codes, results, strict=True))
        for code, result in reversed(pairs):
            _write_figures(each, code, result)
            _write_output(lines, code, result)
        text = "\n".join(lines) + "\n"
        if text != "\n".join(each.lines) + "\n":
            each.path.write_text(text, encoding="utf-8")


def _write_figures(page: Page, code: Code, result: Result) -> None:
    if len(code.figures) != len(result.figures):
        raise page.error(
            code.fence.line,
            f"the block draws {len(result.figures)} figure(s), the page "
            f"shows {len(code.figures)}: make them as many",
        )
    for figure, svg in zip(code.figures, result.figures, strict=True):
        if _figure_difference(page.path, page.language, figure, svg):
            (page.path.parent / figure.info).write_text(
                figures.translate(svg, page.language), encoding="utf-8"
            )


def _write_output(lines: list[str], code: Code, result: Result) -> None:
    if not _output_difference(code, result):
        return
    pad = "    " * code.fence.indent
    body = [MARKER, "", "```text", *result.output.rstrip().split("\n"), "```"]
    shown = [pad + line if line else "" for line in body]
    if code.outputs:
        start, end = code.outputs[0].line - 1, code.outputs[0].end
    else:
        start = end = code.fence.end
        shown = ["", *shown]
    if not result.output.strip():
        shown = []
    lines[start:end] = shown


class PageFile(pytest.File):
    """A page as pytest sees it: its items share a session."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            self.page = read(self.path)
            codes = self.page.codes
        except PageError as error:
            raise self.CollectError(str(error)) from error
        self.session_, self.failed = Session(), 0
        self.results: list[Result] = []
        for number, code in enumerate(codes, 1):
            item = BlockItem.from_parent(
                self, name=f"block-{number:02d}-line-{code.fence.line}"
            )
            item.code, item.is_last = code, number == len(codes)
            yield item

    def setup(self) -> None:
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(isolated())

    def teardown(self) -> None:
        self.stack.close()


class BlockItem(pytest.Item):
    """One Python block of a page."""

    parent: PageFile
    code: Code
    is_last: bool

    def runtest(self) -> None:
        page = self.parent
        if page.failed:
            pytest.skip(f"the block at line {page.failed} failed")
        update = self.config.getoption("--update")
        page.failed = self.code.fence.line
        result = page.session_.run(self.code)
        page.results.append(result)
        reasons = list(differences(page.page, self.code, result))
        if update and self.is_last:
            write(page.page, page.results)
        elif reasons and not update:
            raise BlockError("\n".join(reasons))
        page.failed = 0
        self.user_properties += [
            ("outputs", len(self.code.outputs)),
            ("figures", len(self.code.figures)),
        ]

    def repr_failure(self, excinfo, style=None):  # type: ignore[no-untyped-def]
        if isinstance(excinfo.value, (BlockError, PageError)):
            return str(excinfo.value)
        traceback = excinfo.traceback.cut(path=self.code.source)
        excinfo.traceback = traceback or excinfo.traceback
        return super().repr_failure(excinfo, style or "short")

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.code.fence.line - 1, self.name


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the outputs and figures of the pages, both languages",
    )


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> PageFile | None:
    if file_path.suffix == ".md" and "docs" in file_path.parts:
        return PageFile.from_parent(parent, path=file_path)
    return None
