"""Words of the other language on a page, marked as such.

A screen reader reads Chinese with a Chinese voice, and English with an
English one, only where the page says which is which. Formulas and
names in code are neither; the comments in a block of code are English.
"""

import re
from collections.abc import Iterator
from html import escape

from selectolax.lexbor import LexborNode

from book.finish.built import BuiltPage
from book.layout import other

_APART = frozenset({"head", "script", "style", "math", "code", "svg"})
"""Elements whose text is no prose."""

_RUNS = {
    "en": re.compile("[\u3400-\u9fff][\u3000-\u9fff\uff00-\uffef]*"),
    "zh": re.compile(
        "[A-Za-zÀ-ɏ](?:[A-Za-zÀ-ɏ0-9 .,:;'()/+–-]*[A-Za-zÀ-ɏ0-9])?"
    ),
}
"""On a page in a language, a run of characters of the other one."""

_WORD = re.compile("[\u3400-\u9fff]|[a-zà-ɏ]{2}")
"""What makes a run a word, where a lone A or GRU is none."""


def mark(page: BuiltPage) -> None:
    """Say of each foreign word on a page in which language it is."""
    if page.tree.root is not None:
        for text in list(_prose(page.tree.root)):
            _mark(page, text)
    if page.language == "zh":
        for block in page.all("div.highlight"):
            block.attrs["lang"] = "en"


def marked(text: str, language: str) -> str:
    """A text as HTML, its foreign words marked as `mark` does."""
    html, end = "", 0
    for run in _RUNS[language].finditer(text):
        if _WORD.search(run[0]):
            html += escape(text[end : run.start()], quote=False)
            word = escape(run[0], quote=False)
            html += f'<span lang="{other(language)}">{word}</span>'
            end = run.end()
    return html + escape(text[end:], quote=False)


def _prose(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the texts below an element whose language is not said yet."""
    child = node.first_child
    while child is not None:
        if child.is_text_node:
            yield child
        elif (
            child.is_element_node
            and child.tag not in _APART
            and (child.tag == "html" or "lang" not in child.attributes)
        ):
            yield from _prose(child)
        child = child.next


def _mark(page: BuiltPage, node: LexborNode) -> None:
    """Cut a text at its foreign words, and wrap these."""
    text, end = node.text_content or "", 0
    for run in _RUNS[page.language].finditer(text):
        if _WORD.search(run[0]):
            if before := text[end : run.start()]:
                node.insert_before(before)
            node.insert_before(
                page.make("span", run[0], lang=other(page.language))
            )
            end = run.end()
    if end == len(text):
        node.remove()
    elif end:
        node.replace_with(text[end:])
