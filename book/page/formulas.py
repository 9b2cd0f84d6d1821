r"""The formulas of a text: the one answer to where they stand.

`$...$` is a formula in the text; between lines of `$$` stands a
display, numbered if it carries a `\label`. Code is left alone, and
`\$` is a dollar.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MACROS = {
    "R": r"\mathbb{R}",
    "E": r"\mathbb{E}",
    "Var": r"\operatorname{Var}",
    "Cov": r"\operatorname{Cov}",
    "softmax": r"\operatorname{softmax}",
    "diag": r"\operatorname{diag}",
    "rank": r"\operatorname{rank}",
    "argmin": r"\operatorname*{arg\,min}",
    "argmax": r"\operatorname*{arg\,max}",
    "norm": r"\lVert #1 \rVert",
    "abs": r"\lvert #1 \rvert",
    "T": r"\top",
    "d": r"\mathrm{d}",
    "L": r"\mathcal{L}",
    "N": r"\mathcal{N}",
}
"""The book's notation: what each command of its own stands for."""

LABEL = re.compile(r"\\label\{([^}]*)\}")
REFERENCE = re.compile(r"\\(?:eq)?ref\{([^}]*)\}")
NAMED = re.compile(r"\beq:[\w-]+")
"""A label as a comment of code has it."""

_TOKEN = re.compile(
    r"""
    \\[\\`$]
  | <!-- (?s:.*?) -->
  | ^(?P<pad>[ ]*)(?P<fence>`{3,}|~{3,}) (?s:.*?)
    \n(?P=pad)(?P=fence)[`~]*[ ]*$
  | (?<!`)(?P<run>`+)(?!`) (?:(?!\n[ ]*\n)(?s:.))+? (?<!`)(?P=run)(?!`)
  | ^(?P<indent>[ ]*)\$\$[ ]*\n
    (?P<display>(?:[ ]*[^\s$][^\n]*\n)+?)[ ]*\$\$[ ]*$
  | (?P<before>(?:(?<!\\)[(（“]+)?)
    \$(?P<inline>(?=[^\s$]) (?:(?!\n[ ]*\n)(?:\\(?s:.)|[^\\$]))+? (?<!\s))\$
    (?P<after>[-–.,;:!?)'’。，；：！？、）”]*)
  | (?P<stray>\$+)
    """,
    re.VERBOSE | re.MULTILINE,
)
_NUMBERING = re.compile(r"\\begin\{(?:equation|align|gather|multline)\}")


@dataclass(frozen=True)
class Formula:
    """A formula and its place: the line and span of a text.

    Part of the span is what stands `before` and `after` the formula on
    its line: the indentation of a display, the punctuation of others.
    """

    tex: str
    display: bool
    line: int
    span: tuple[int, int]
    before: str = ""
    after: str = ""

    @property
    def labels(self) -> list[str]:
        return LABEL.findall(self.tex)

    @property
    def references(self) -> list[str]:
        return REFERENCE.findall(self.tex)

    @property
    def numbered(self) -> bool:
        return self.display and bool(self.labels)

    @property
    def latex(self) -> str:
        r"""What is converted: a display with a `\label` is numbered."""
        if self.numbered and not _NUMBERING.match(self.tex):
            return rf"\begin{{equation}}{self.tex}\end{{equation}}"
        return self.tex


def formulas(text: str) -> list[Formula]:
    """Find the formulas of a text, in order; code is not searched."""
    return [f for match in _TOKEN.finditer(text) if (f := _formula(match))]


def inline(text: str) -> list[str]:
    """The TeX of the formulas in the lines of a text."""
    return [f.tex.strip() for f in formulas(text) if not f.display]


def strays(text: str) -> Iterator[int]:
    """Yield the line of each dollar that opens no formula."""
    for match in _TOKEN.finditer(text):
        if match["stray"]:
            yield _line(match)


def replaced(
    text: str,
    formula: Callable[[Formula], str],
    code: Callable[[str], str] = str,
) -> str:
    """The text with other words for its formulas and its code.

    What stands before and after a formula stays.
    """

    def other(match: re.Match[str]) -> str:
        if found := _formula(match):
            return f"{found.before}{formula(found)}{found.after}"
        if match["fence"] or match["run"]:
            return code(match[0])
        return match[0]

    return _TOKEN.sub(other, text)


def numbers_of(labels: Iterable[str]) -> dict[str, int]:
    """The number that each label of a page stands for, in their order."""
    return {label: number for number, label in enumerate(labels, 1)}


def _formula(match: re.Match[str]) -> Formula | None:
    place = _line(match), match.span()
    if match["display"]:
        tex = textwrap.dedent(match["display"]).strip()
        return Formula(tex, True, *place, match["indent"])
    if match["inline"]:
        around = match["before"], match["after"]
        return Formula(match["inline"], False, *place, *around)
    return None


def _line(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start()) + 1
