"""Refuse what is no formula, or could not be read as one."""

import re
from collections.abc import Iterator
from functools import lru_cache

from math_core import LatexError, LatexToMathML

from book.errors import BookError
from book.page.blocks import Page
from book.page.formulas import MACROS, NAMED, Formula, formulas, strays

_STRAY = (
    r"a dollar that opens no formula: write \$ for the character, $x$ "
    "without space inside for a formula, $$ alone on its line for a display"
)
_PLACE = re.compile(r"^\S*?\d+: ")
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")
_NUMBERING = re.compile(
    r"\\begin\{(equation|align|gather|multline)\}(.*)\\end\{\1\}", re.DOTALL
)
_INNER = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
_ENGLISH = re.compile(r"(?<![_^]\{)\\text\{([^}]*[A-Za-z]{2,}[^}]*)\}")
"""Words of a formula; what stands in an index is part of a symbol."""

_UNNUMBERED = re.compile(r"\\(?:nonumber|notag)\b")

_CONVERTER = LatexToMathML(macros=MACROS, annotation=True, fancy_error=False)


class FormulaError(Exception):
    """What is wrong with a formula, and the line where it starts."""

    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(reason)


def problems(page: Page) -> Iterator[BookError]:
    """Yield what is wrong with the formulas of a page, with its place."""
    for error in errors("\n".join(page.lines)):
        yield page.error(error.line, error.reason)
    if page.language == "zh":
        for formula in formulas("\n".join(page.lines)):
            for match in _ENGLISH.finditer(formula.tex):
                yield page.error(
                    formula.line,
                    f"{match[1].strip()!r}: words inside a formula are "
                    "Chinese on a Chinese page",
                )
    labels = {label for block in page.blocks for label in block.labels}
    for code in page.codes:
        for number, line in zip(
            code.lines, code.code.splitlines(), strict=True
        ):
            for label in NAMED.findall(line.partition("#")[2]):
                if label not in labels:
                    yield BookError(
                        code.source,
                        number,
                        f"{label}: {page.language}/{page.name}, which shows "
                        "this line, has no formula of this label",
                    )


def errors(text: str) -> Iterator[FormulaError]:
    """Yield what is wrong with the formulas of a text."""
    for line in strays(text):
        yield FormulaError(line, _STRAY)
    found = formulas(text)
    labels = [label for formula in found for label in formula.labels]
    seen = set()
    for formula in found:
        for reason in _reasons(formula.tex, formula.display):
            yield FormulaError(formula.line, reason)
        for label in formula.labels:
            if label in seen:
                yield FormulaError(
                    formula.line, rf"\label{{{label}}} stands here twice"
                )
            seen.add(label)
        for label in formula.references:
            if label not in labels:
                yield FormulaError(
                    formula.line,
                    rf"\eqref{{{label}}}: this page has no such label",
                )


@lru_cache(maxsize=65536)
def _reasons(tex: str, display: bool) -> tuple[str, ...]:
    """What is wrong with a formula: asked of a page, and of its stage."""
    return tuple(_wrong(Formula(tex, display, 0, (0, 0))))


def _wrong(formula: Formula) -> Iterator[str]:
    """Yield why a formula, taken by itself, is none."""
    try:
        _CONVERTER.convert_with_local_state(
            formula.latex, displaystyle=formula.display
        )
    except LatexError as error:
        tex = " ".join(formula.tex.split())
        yield f"{_PLACE.sub('', str(error))} In: {tex}"
    if _COMMENT.search(formula.tex):
        yield r"% hides the rest of the formula: write \%"
    if match := _NUMBERING.search(formula.tex):
        lines = _lines(match[1], match[2])
        if lines != len(formula.labels):
            yield (
                f"{match[1]} numbers {lines} line(s), of which "
                f"{len(formula.labels)} have a label: give each one, or "
                rf"write \nonumber, or aligned without a label"
            )


def _lines(environment: str, tex: str) -> int:
    """How many lines get a number."""
    if environment in {"equation", "multline"}:
        return 1
    rows = _INNER.sub("", tex).rstrip().removesuffix(r"\\").split(r"\\")
    return sum(not _UNNUMBERED.search(row) for row in rows)
