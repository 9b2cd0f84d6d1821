"""Words of the other language on a page, marked as such.

A screen reader reads Chinese with a Chinese voice, and English with an
English one, only where the page says which is which. Formulas and
names in code are neither; the comments in a block of code are English.
"""

import re

_APART = r"""
    <(?P<tag>head|script|style|math|code|svg)\b.*?</(?P=tag)>
  | <(?!html\b)(?P<said>\w+)\b[^>]*\slang=[^>]*>.*?</(?P=said)>
  | <[^>]*>
  | &\#?\w+;
"""
"""What is no text, and what has its language already."""

_FOREIGN = {
    "en": ("zh", "[\u3400-\u9fff][\u3000-\u9fff\uff00-\uffef]*"),
    "zh": ("en", "[A-Za-zÀ-ɏ](?:[A-Za-zÀ-ɏ0-9 .,:;'()/+–-]*[A-Za-zÀ-ɏ0-9])?"),
}
"""The other language, and a run of its characters."""

_PATTERNS = {
    language: re.compile(f"{_APART}|(?P<run>{run})", re.DOTALL | re.VERBOSE)
    for language, (_, run) in _FOREIGN.items()
}
_WORD = re.compile("[\u3400-\u9fff]|[a-zà-ɏ]{2}")
"""What makes a run a word, where a lone A or GRU is none."""

_CODE = re.compile(r'<div class="(?=[^"]*\bhighlight\b)')


def mark(page: str, language: str) -> str:
    """Say of each foreign word on a page in which language it is."""
    other, _ = _FOREIGN[language]

    def wrap(match: re.Match[str]) -> str:
        if match["run"] and _WORD.search(match["run"]):
            return f"<span lang={other}>{match['run']}</span>"
        return match[0]

    page = _PATTERNS[language].sub(wrap, page)
    if language == "zh":
        page = _CODE.sub('<div lang=en class="', page)
    return page
