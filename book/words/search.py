"""The Chinese words that the search must know.

The theme's plugin cuts the text of the pages into words when a site is
built, by jieba. Its script cuts what a reader types into words of the
index (mended by book/finish/theme_patches.py).
"""

import re
from collections.abc import Iterable

from book.words.terms import Term

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def words(terms: Iterable[Term]) -> list[str]:
    """Return the Chinese words that jieba must keep whole."""
    found = {word for term in terms for word in _CHINESE.findall(term.zh)}
    return sorted(found)
