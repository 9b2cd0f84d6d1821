r"""Math on a page: LaTeX to MathML Core, when the site is built.

A Markdown extension. `$...$` is a formula in the text; between lines
of `$$` stands a display, numbered if it carries a `\label`. Code is
left alone, and `\$` is a dollar. All formulas of a page are converted
at once, so that `\eqref` may point backwards and forwards.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from math_core import LatexError, LatexToMathML

if TYPE_CHECKING:
    from book.pages import Page, PageError

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
_NUMBERED = re.compile(r"\\begin\{(?:equation|align|gather|multline)\}")
_LABEL = re.compile(r"\\label\{([^}]*)\}")
_REFERENCE = re.compile(r"\\(?:eq)?ref\{([^}]*)\}")
_PLACE = re.compile(r"^\S*?\d+: ")
_ANNOTATED = re.compile(
    r"<semantics>(?:<mrow>(.*)</mrow>|(.*))"
    r"<annotation\b.*</annotation></semantics>",
    re.DOTALL,
)
_LINK = re.compile(r"<math><mtext>(<a\b[^<]*</a>)</mtext></math>")
_STRAY = (
    r"a dollar that opens no formula: write \$ for the character, $x$ "
    "without space inside for a formula, $$ alone on its line for a display"
)

_CONVERTER = LatexToMathML(macros=MACROS, annotation=True, fancy_error=False)


class FormulaError(ValueError):
    """What is wrong with a formula, and the line where it starts."""

    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(reason)


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
    def numbered(self) -> bool:
        return self.display and bool(_LABEL.search(self.tex))

    @property
    def latex(self) -> str:
        r"""What is converted: a display with a `\label` is numbered."""
        if self.numbered and not _NUMBERED.match(self.tex):
            return rf"\begin{{equation}}{self.tex}\end{{equation}}"
        return self.tex

    def error(self, reason: str) -> FormulaError:
        return FormulaError(self.line, reason)


def formulas(text: str) -> list[Formula]:
    """Find the formulas of a page, in order; code is not searched."""
    found = []
    for match in _TOKEN.finditer(text):
        place = _line(match), match.span()
        if match["display"]:
            tex = textwrap.dedent(match["display"]).strip()
            found.append(Formula(tex, True, *place, match["indent"]))
        elif match["inline"]:
            around = match["before"], match["after"]
            found.append(Formula(match["inline"], False, *place, *around))
    return found


def errors(text: str) -> Iterator[FormulaError]:
    """Yield what is wrong with the formulas of a page."""
    for match in _TOKEN.finditer(text):
        if match["stray"]:
            yield FormulaError(_line(match), _STRAY)
    found = formulas(text)
    labels = [label for f in found for label in _LABEL.findall(f.tex)]
    seen = set()
    for formula in found:
        try:
            _CONVERTER.convert_with_local_state(
                formula.latex, displaystyle=formula.display
            )
        except LatexError as error:
            tex = " ".join(formula.tex.split())
            yield formula.error(f"{_PLACE.sub('', str(error))} In: {tex}")
        for label in _LABEL.findall(formula.tex):
            if label in seen:
                yield formula.error(rf"\label{{{label}}} stands here twice")
            seen.add(label)
        for label in _REFERENCE.findall(formula.tex):
            if label not in labels:
                yield formula.error(
                    rf"\eqref{{{label}}}: this page has no such label"
                )


def convert(found: Sequence[Formula]) -> list[str]:
    """Return the MathML of all formulas of one page.

    A display keeps its TeX for whoever copies it; searching is told to
    skip it. Formulas in the text come without, for the page's size, and
    without the row that <math> is by itself. A reference is a link and
    no formula, in which none could be followed by whoever hears the
    page read.
    """
    snippets = [(formula.latex, formula.display) for formula in found]
    return [
        mathml.replace("<annotation ", '<annotation data-search-exclude="1" ')
        if formula.display
        else _LINK.sub(r"\1", _ANNOTATED.sub(r"\1\2", mathml))
        for formula, mathml in zip(
            found, _CONVERTER.convert_all(snippets), strict=True
        )
    ]


def problems(page: "Page") -> "Iterator[PageError]":
    """Yield what is wrong with the formulas of a page, with its place."""
    for error in errors("\n".join(page.lines)):
        yield page.error(error.line, error.reason)


def _line(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start()) + 1


class _Formulas(Preprocessor):
    """Put MathML in the place of each formula."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.tex: dict[int, str] = {}

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        for error in errors(text):
            raise error
        found = formulas(text)
        parts, end = [], 0
        for formula, mathml in zip(found, convert(found), strict=True):
            parts.append(text[end : formula.span[0]])
            parts.append(self._store(formula, mathml))
            end = formula.span[1]
        return "".join([*parts, text[end:]]).split("\n")

    def _store(self, formula: Formula, mathml: str) -> str:
        before, tex, after = formula.before, formula.tex, formula.after
        number = self.md.htmlStash.html_counter
        if formula.display:
            self.tex[number] = tex
            kind = "equation numbered" if formula.numbered else "equation"
            html = f'<div class="{kind}">{mathml}</div>'
            return f"{before}{self.md.htmlStash.store(html)}"
        self.tex[number] = f"{before}{tex}{after}"
        if before or after:  # which no line may begin or end with
            mathml = f'<span class="tight">{before}{mathml}{after}</span>'
        return str(self.md.htmlStash.store(mathml))


class _PlainFormulas(Treeprocessor):
    """Write formulas as TeX where no markup can stand.

    That is in attributes, as an image's description, and in the titles
    that the table of contents takes from the headings.
    """

    def __init__(self, md: Markdown, formulas: _Formulas) -> None:
        super().__init__(md)
        self.formulas = formulas

    def run(self, root: Element) -> None:
        for element in root.iter():
            for name, value in element.items():
                element.set(name, self._plain(value))
            if re.fullmatch("h[1-6]", element.tag):
                title = "".join(element.itertext())
                if self._plain(title) != title:
                    element.set("data-toc-label", self._plain(title))

    def _plain(self, text: str) -> str:
        def tex(match: re.Match[str]) -> str:
            return self.formulas.tex.get(int(match[1]), match[0])

        return str(HTML_PLACEHOLDER_RE.sub(tex, text))


class MathExtension(Extension):
    """Formulas in Markdown, after fences and before raw HTML is read."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.registerExtension(self)
        md.ESCAPED_CHARS.append("$")
        self.formulas = _Formulas(md)
        md.preprocessors.register(self.formulas, "formulas", 22)
        md.treeprocessors.register(
            _PlainFormulas(md, self.formulas), "plain_formulas", 7
        )

    def reset(self) -> None:
        self.formulas.tex.clear()


def makeExtension(**options: object) -> MathExtension:
    """Return the extension: the name that Markdown looks for."""
    return MathExtension(**options)
