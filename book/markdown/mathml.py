r"""Math on a page: LaTeX to MathML Core, when the site is built.

A Markdown extension. `$...$` is a formula in the text; between lines
of `$$` stands a display, numbered if it carries a `\label`. Code is
left alone, and `\$` is a dollar. All formulas of a page are converted
at once, so that `\eqref` may point backwards and forwards.
"""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString
from math_core import LatexToMathML

from book.check.formulas import errors
from book.page.formulas import MACROS, Formula, formulas

RAW = "raw"
"""The class of a character that is meant as such, and no formula's."""

_CONVERTER = LatexToMathML(macros=MACROS, annotation=True, fancy_error=False)


def convert(found: Sequence[Formula]) -> list[str]:
    """Return the MathML of all formulas of one page.

    A display keeps its TeX for whoever copies it; searching is told to
    skip it. Formulas in the text come without, for the page's size, and
    without the row that <math> is by itself.
    """
    snippets = [(formula.latex, formula.display) for formula in found]
    return [
        mathml.replace("<annotation ", '<annotation data-search-exclude="1" ')
        if formula.display
        else _short(mathml)
        for formula, mathml in zip(
            found, _CONVERTER.convert_all(snippets), strict=True
        )
    ]


def _short(mathml: str) -> str:
    """A formula without its TeX: what the converter wraps in semantics.

    A reference is a link and no formula, in which none could be
    followed by whoever hears the page read.
    """
    start, _, rest = mathml.partition("<semantics>")
    shown = rest.rpartition("<annotation ")[0]
    if shown.startswith("<mrow>"):
        shown = shown.removeprefix("<mrow>").removesuffix("</mrow>")
    link = shown.removeprefix("<mtext>").removesuffix("</mtext>")
    if link.startswith("<a ") and link.find("</a>") == len(link) - 4:
        return link
    return f"{start}{shown}</math>"


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


class _Raw(InlineProcessor):
    """Mark the characters of TeX that are escaped: they mean themselves."""

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        element = Element("span", {"class": RAW})
        element.text = AtomicString(match[1])
        return element, match.start(), match.end()


class MathExtension(Extension):
    """Formulas in Markdown, after fences and before raw HTML is read."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.registerExtension(self)
        self.formulas = _Formulas(md)
        md.inlinePatterns.register(_Raw(r"\\([$\\])", md), "raw", 181)
        md.preprocessors.register(self.formulas, "formulas", 22)
        md.treeprocessors.register(
            _PlainFormulas(md, self.formulas), "plain_formulas", 7
        )

    def reset(self) -> None:
        self.formulas.tex.clear()


def makeExtension(**options: object) -> MathExtension:
    """Return the extension: the name that Markdown looks for."""
    return MathExtension(**options)
