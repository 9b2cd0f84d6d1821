"""The words that the search must know, and those that jieba must."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from book import files
from book.words.terms import Term

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_OTHERS = Path(__file__).with_name("synonyms.yml")


def words(terms: Iterable[Term]) -> list[str]:
    """Return the Chinese words that jieba must keep whole."""
    found = {word for term in terms for word in _CHINESE.findall(term.zh)}
    return sorted(found)


def synonyms(terms: Iterable[Term]) -> Iterator[list[str]]:
    """Yield what means the same to whoever searches, in both languages.

    The first is a term's anchor in the glossary, empty if it is none.
    """
    for term in terms:
        names = [term.en, *term.en_forms, term.zh, *term.aliases]
        yield [term.anchor, *names]
    for group in files.data(_OTHERS):
        yield ["", *group]
