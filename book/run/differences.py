"""Where a page does not show what its blocks gave."""

from collections.abc import Iterator
from pathlib import Path

from book.layout import LANGUAGES
from book.page.blocks import Block, Page
from book.page.code import Code
from book.run import compare, compare_figures, figures
from book.run.session import Result


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
            "it: remove it, show it in the block with plt.show(), or draw it "
            f"by a function in drawings/{page.name}.py"
        )
    for figure, svg in zip(code.figures, result.figures, strict=False):
        for language in LANGUAGES:
            shown = page.docs / language / f"{page.name}.md"
            if shown.is_file() and (
                reason := figure_difference(shown, language, figure, svg)
            ):
                place = f"{page.path.name}:{figure.line}"
                yield f"{place}: {language}: {figure.info}: {reason}"
    reason = output_difference(code, result)
    if reason:
        line = code.outputs[0].line if code.outputs else code.fence.end
        yield (
            f"{page.path.name}:{line}: {reason}\n"
            f"(to take the run's output: python -m book update "
            f"docs/en/{page.name}.md)"
        )


def output_difference(code: Code, result: Result) -> str | None:
    """How the output that a page shows differs from the block's."""
    if not code.outputs:
        if not result.output.strip():
            return None
        return f"the block prints, the page shows nothing:\n{result.output}"
    shown = code.outputs[0]
    return compare.texts(shown.text, result.output, shown.tolerance)


def figure_difference(
    page: Path, language: str, figure: Block, svg: str
) -> str | None:
    """How the file of a figure differs from what was drawn."""
    path = page.parent / figure.info
    try:
        svg = figures.translate(svg, language)
    except figures.LabelError as error:
        return str(error)
    if not path.is_file():
        return "the file is missing: run python -m book update"
    reason = compare_figures.difference(
        path.read_text(encoding="utf-8"), svg, figure.tolerance
    )
    return f"{reason}: run python -m book update" if reason else None
