"""Refuse what is typed wrong: quotes, words twice, Chinese spacing."""

import re
from collections.abc import Iterator

from book.errors import BookError
from book.page.block import PROSE
from book.page.blocks import Page
from book.page.formulas import replaced

_HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff]\s?[,;:?!().]|[,;:?!(]\s?[\u4e00-\u9fff]"
)
_TIGHT = re.compile(
    r"[\u4e00-\u9fff][A-Za-z0-9$`]|[A-Za-z0-9$`%][\u4e00-\u9fff]"
)
_STRAIGHT = {"en": re.compile('"'), "zh": re.compile("[\"']")}
"""The quotes of a typewriter; an English apostrophe is typed so."""

_TWICE = {
    "en": re.compile(
        r"\b(?!(?:had|that)\b)([A-Za-z]\w+)\s+\1\b|\b(a|I)\s+\2\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "(?<!目)的的|了了|是是|(?<![现存所实正])在在|(?<![总饱])和和"
        "|(?<!参)与与|(?<![成造])就就|也也|(?<!首)都都|把把|被被|(?<!服)从从"
        "|(?<![行作认成因])为为|但但|若若"
        "|(?![一两三几半整]|.不)([\u4e00-\u9fff]{2,})\\1"
    ),
}
"""A word twice; one after another (一个一个) is no such thing."""

_MARKUP = re.compile(r"\*\*|(?<!\w)_|_(?!\w)")
_LINK = re.compile(r"\]\([^)]*\)|\[")


def problems(page: Page) -> Iterator[BookError]:
    """Yield the first such places of each block of a page."""
    for block in page.blocks:
        if block.kind not in PROSE:
            continue
        words = replaced(block.text, lambda _: "$f$", lambda _: "`c`")
        words = _LINK.sub("", _MARKUP.sub("", words)).replace("\\$", "")
        for pattern, remedy in _rules(page.language):
            if match := pattern.search(words):
                place = words[max(0, match.start() - 6) : match.end() + 6]
                yield page.error(block.line, f"{place!r}: {remedy}")


def _rules(language: str) -> Iterator[tuple[re.Pattern[str], str]]:
    yield _STRAIGHT[language], "write the quotes of print, “so” and ‘so’"
    yield _TWICE[language], "a word stands here twice"
    if language == "zh":
        yield _HALF_WIDTH, "Chinese text has full-width punctuation"
        yield _TIGHT, "a space stands between Chinese and Latin"
