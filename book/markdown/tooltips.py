"""Terms of art, explained where a page first uses them.

A Markdown extension. The first use of a term in a page's prose gets a
tooltip: the term in the other language, and its definition. It opens
under the pointer and on focus, which a tap gives too, without a script.
"""

import logging
import re
from functools import cache
from itertools import accumulate
from xml.etree.ElementTree import Element, SubElement

import jieba
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from book.layout import other
from book.words import search, terms
from book.words.site import words
from book.words.terms import Term

_HEADINGS = {f"h{level}" for level in range(1, 7)}
_NO_PROSE = _HEADINGS | {
    "a",
    "code",
    "dl",
    "figure",
    "label",
    "pre",
    "summary",
    "table",
}

jieba.setLogLevel(logging.WARNING)  # how it loads its words, nobody asked


class _Tooltips(Treeprocessor):
    """Explain each term once, in the order of the page."""

    def __init__(self, md: Markdown, language: str) -> None:
        super().__init__(md)
        self.language = language
        self.other = other(language)
        self.colon = words("tooltips", language)["colon"]
        self.terms = {
            form.lower(): term
            for term in terms.base()
            for form in term.forms(language)
        }
        longest_first = sorted(self.terms, key=len, reverse=True)
        either = "|".join(map(re.escape, longest_first))
        if language == "en":
            either = rf"(?<![\w-])(?:{either})(?![\w-])"
        self.pattern = re.compile(either, re.IGNORECASE)

    def run(self, root: Element) -> None:
        self.explained: set[Term] = set()
        for block in list(root):
            if block.get("id") == "references":
                break  # the titles of others use words as they like
            self._visit(block)

    def _visit(self, element: Element) -> None:
        if (
            element.tag in _NO_PROSE
            or element.get("class") == "admonition-title"
        ):
            return
        children = list(element)
        marked = element.tag in {"em", "strong"}
        element.text, found = self._explain(element.text or "", marked)
        element[:0] = found
        for child in children:
            self._visit(child)
            child.tail, found = self._explain(child.tail or "")
            behind = list(element).index(child) + 1
            element[behind:behind] = found

    def _explain(
        self, text: str, marked: bool = False
    ) -> tuple[str, list[Element]]:
        """Cut a text at the terms that are new on the page.

        An everyday word is a term only where it is all that is marked.
        So is a single Chinese character, which is part of many words.
        """
        pieces: list[str] = []
        found: list[Element] = []
        end = 0
        for match in self._matches(text):
            term = self.terms[match[0].lower()]
            plain = len(match[0]) > 1 and not term.everyday
            if term not in self.explained and (
                plain or (marked and match[0] == text)
            ):
                self.explained.add(term)
                pieces.append(text[end : match.start()])
                found.append(self._tooltip(match[0], term))
                end = match.end()
        pieces.append(text[end:])
        for element, tail in zip(found, pieces[1:], strict=True):
            element.tail = tail
        return pieces[0], found

    def _matches(self, text: str) -> list[re.Match[str]]:
        """Find terms that are whole words.

        Where a word ends, Chinese does not show: 求一次梯度 has no 次梯度.
        """
        found = list(self.pattern.finditer(text))
        if found and self.language == "zh":
            lengths = map(len, _segmenter().cut(text))
            ends = set(accumulate(lengths, initial=0))
            found = [match for match in found if set(match.span()) <= ends]
        return found

    def _tooltip(self, word: str, term: Term) -> Element:
        number = f"t{len(self.explained)}"
        element = Element("dfn", {"tabindex": "0", "aria-describedby": number})
        element.text = word
        tooltip = SubElement(
            element,
            "span",
            {"id": number, "role": "tooltip", "data-search-exclude": "1"},
        )
        name = SubElement(tooltip, "b", {"lang": self.other})
        name.text = term.name(self.other)
        name.tail = self.colon + term.definition(self.language)
        return element


@cache
def _segmenter() -> jieba.Tokenizer:
    segmenter = jieba.Tokenizer()  # that of jieba stays as others know it
    for word in search.words(terms.base()):
        segmenter.add_word(word)
    return segmenter


class TooltipsExtension(Extension):
    """Tooltips, after headings got their ids and the text is parsed."""

    def __init__(self, **options: object) -> None:
        self.config = {"language": ["en", "the language of the pages"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        tooltips = _Tooltips(md, self.getConfig("language"))
        md.treeprocessors.register(tooltips, "tooltips", 6)


def makeExtension(**options: object) -> TooltipsExtension:
    """Return the extension: the name that Markdown looks for."""
    return TooltipsExtension(**options)
