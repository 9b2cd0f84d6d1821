"""Outputs, figures and drawings of pages, written as they come.

A page is run once as it is and three times under rounding noise; a
block that does not show the same each time is refused, and nothing is
written: another processor would print other numbers, so its experiment
has to be mended. Both languages are written, or neither.
"""

import contextlib
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from book import files
from book.edit import draw
from book.errors import BookError
from book.page.blocks import MARKER, Page, read
from book.page.code import Code
from book.run import compare, compare_figures, figures
from book.run.differences import figure_difference, output_difference
from book.run.noise import Noise
from book.run.session import BlockError, Result, Session, isolated

SEEDS = (1, 2, 3)


def update(page: Page, seeds: Sequence[int] = SEEDS) -> list[Path]:
    """Run a page; write what changed, there and in its partner.

    Returns: the files written.
    Raises: BookError for a block that fails, does not hold under noise,
        or shows what its page cannot, and for a drawing that fails;
        LabelError for a figure's word without translation.
    """
    drawn, _ = draw.changed(page)
    results = run(page)
    texts = written(page, results) | drawn
    unstable = list(dict.fromkeys(spread(page, results, seeds)))
    if unstable:
        raise BookError(
            page.path,
            unstable[0][0],
            "what it shows hangs on the last bits, which differ from one "
            "processor to the next: mend the experiment (means over seeds, "
            "float64, ranks, room), not the tolerance. Nothing was written."
            + "".join(f"\n{line}: {reason}" for line, reason in unstable),
        )
    files.write(texts)
    return sorted(texts)


def run(page: Page, seed: int | None = None) -> list[Result]:
    """What the blocks of a page give; with noise, if a seed is given.

    Raises: BookError for a block that fails.
    """
    results = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(isolated())
        noise = None if seed is None else stack.enter_context(Noise(seed))
        session = Session(noise)
        for code in page.codes:
            try:
                results.append(session.run(code))
            except BlockError as error:
                raise page.error(code.fence.line, str(error)) from error
            except Exception as error:
                raise _failed(page, code, error, seed) from error
    return results


def spread(
    page: Page, results: list[Result], seeds: Sequence[int] = SEEDS
) -> Iterator[tuple[int, str]]:
    """The lines of blocks that show something else under noise."""
    for seed in seeds:
        try:
            noisy = run(page, seed)
        except BookError as error:
            yield error.line, f"noise {seed}: {error.message}"
            continue
        for code, clean, other in zip(page.codes, results, noisy, strict=True):
            tolerance = code.outputs[0].tolerance if code.outputs else None
            reason = compare.texts(clean.output, other.output, tolerance)
            if reason:
                yield code.fence.line, f"noise {seed}: {reason}"
            for figure, svg, drawn in zip(
                code.figures, clean.figures, other.figures, strict=False
            ):
                reason = compare_figures.difference(
                    svg, drawn, figure.tolerance
                )
                if reason:
                    reason = f"noise {seed}: {figure.info}: {reason}"
                    yield figure.line, reason


def written(page: Page, results: list[Result]) -> dict[Path, str]:
    """The files of a page and its partner that results change.

    Raises: BookError for another number of blocks or figures.
    """
    pages = [page]
    if page.partner.is_file():
        pages.append(read(page.partner))
    texts: dict[Path, str] = {}
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
            for block in (*code.outputs, *code.figures):
                try:
                    compare.allowed(block.tolerance)
                except ValueError as error:
                    raise each.error(block.line, str(error)) from error
            texts |= _figures(each, code, result)
            _write_output(lines, code, result)
        if lines != list(each.lines):
            texts[each.path] = "\n".join(lines) + "\n"
    return texts


def _failed(
    page: Page, code: Code, error: Exception, seed: int | None
) -> BookError:
    """What a block raised, with the lines of the page that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno for f in frames if f.filename == str(code.source)]
    line = lines[-1] if lines and lines[-1] else code.fence.line
    last = traceback.format_exception_only(error)[-1].strip()
    noisy = "" if seed is None else f" under noise {seed}"
    return BookError(code.source, line, f"the block fails{noisy}: {last}")


def _figures(page: Page, code: Code, result: Result) -> dict[Path, str]:
    if len(code.figures) != len(result.figures):
        raise page.error(
            code.fence.line,
            f"the block draws {len(result.figures)} figure(s), the page "
            f"shows {len(code.figures)}: make them as many",
        )
    return {
        page.path.parent / figure.info: figures.translate(svg, page.language)
        for figure, svg in zip(code.figures, result.figures, strict=True)
        if figure_difference(page.path, page.language, figure, svg)
    }


def _write_output(lines: list[str], code: Code, result: Result) -> None:
    if not output_difference(code, result):
        return
    pad = "    " * code.fence.indent
    printed = result.output.rstrip().split("\n")
    fence = "`" * max(3, 1 + max(map(_ticks, printed)))
    body = [MARKER, "", f"{fence}text", *printed, fence]
    shown = [pad + line if line else "" for line in body]
    if code.outputs:
        start, end = code.outputs[0].line - 1, code.outputs[0].end
    else:
        start = end = code.fence.end
        shown = ["", *shown]
    if not result.output.strip():
        shown = []
    lines[start:end] = shown


def _ticks(line: str) -> int:
    """How many backticks a line begins with."""
    text = line.lstrip()
    return len(text) - len(text.lstrip("`"))
