"""The numbers that the sentences of a page say.

A number has a value and a last digit that counts: 93 % is 93 or 0.93,
give or take half a unit; "about 1,200" counts no trailing zero; 1.2 万
is 12,000, give or take 500; a power of ten alone is an order of
magnitude. Names (CIFAR-10), years, references, links to elsewhere, and
the numbers of sections, exercises and versions are none: no run could
tell them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from book.page.block import PROSE
from book.page.blocks import Block, Page
from book.page.formulas import Formula, replaced

_NUMBER = re.compile(
    r"(?<![\w.^@#])(?P<sign>(?<![\w)\]%–-])[-\u2212])?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+)"
    r"(?P<exponent>[eE][-+]?\d+)?"
    r"(?![A-Za-z_]|\.\d|,\d)"
    r"(?P<unit>\s?[%％]|\s?per\s+cent\b|\s?(?:thousand|million|billion)\b"
    r"|\s?(?:百万|[千万亿]))?",
    re.ASCII,
)
_UNITS = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9,
    "千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8,
}  # fmt: skip
_NAMED = re.compile(
    r"(?:\b(?:sections?|sec\.|chapters?|ch\.|parts?|exercises?|questions?"
    r"|equations?|eqs?\.|formulas?|algorithms?|tables?|figures?|fig\."
    r"|theorems?|propositions?|lemmas?|appendix|pages?|pp?\.|versions?"
    r"|volume|vol\.|no\.|issues?|python|pytorch|torch|numpy|cuda|scikit-learn)"
    r"|第|练习|习题|公式|式|图|表|附录|定理|命题|引理|算法|版本)"
    r"[\s(（]*(?:[\d.]+\s*(?:,|and|to|or|–|-|、|和|到|至|或|与)\s*)*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|nearly|almost|roughly|around|some|over|under|above|below"
    r"|more than|less than)|约|近|大约|大概|超过|不到|将近|接近)\s*$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z][\w.]*[-/]$")
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_ADDRESS = re.compile(
    r"\[[^\[\]]*\]\(https?:[^)]*\)|\]\([^)]*\)|<?https?://\S+"
    r"|\b(?:arXiv|doi):\S+"
)
_PLAIN = re.compile(r"-?\d[\d,]*(?:\.\d+)?\s*%?")
_TEN = re.compile(
    r"(?:(-?\d[\d.]*)\s*\\(?:cdot|times)\s*)?10\s*\^\s*(?:\{(-?\d+)\}|(\d))"
)


@dataclass(frozen=True)
class Number:
    """A number in a sentence, and where it stands.

    Of a reading, the second is half a unit of the last digit that
    counts; a rough number is an order of magnitude.
    """

    text: str
    line: int
    readings: tuple[tuple[float, float], ...]
    rough: bool = False

    def is_among(self, values: Iterable[float]) -> bool:
        """Whether one of the values, rounded as this is, is this.

        A sentence may leave out a minus ("it fell by 0.3"), but shows
        none that is not there.
        """
        return any(
            abs((there if value < 0 else abs(there)) - value)
            <= half * (1 + 1e-6) + 1e-9 * abs(value)
            or (self.rough and value / 3.2 < abs(there) < 3.2 * value)
            for there in values
            for value, half in self.readings
        )


def numbers(page: Page) -> Iterator[Number]:
    """Yield the numbers of a page's sentences, in order."""
    inside = False
    for block in page.blocks:
        if block.kind == "heading":
            inside = block.info == "2#references"
        if block.kind in PROSE and not (inside and block.kind == "item"):
            yield from _of_block(block)


def plain(tex: str) -> str | None:
    """What a sentence would say for a formula that is a number alone."""
    text = tex.replace("{,}", ",").replace("\\,", ",").replace("\\%", "%")
    if _PLAIN.fullmatch(text.strip()):
        return text.strip()
    if match := _TEN.fullmatch(text.strip()):
        return f"{match[1] or '1'}e{match[2] or match[3]}"
    return None


def read(text: str) -> Number:
    """The number that a text is, as a sentence would have it.

    Raises: ValueError if it is none.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no number")
    return _number(match, "", 1)


def _of_block(block: Block) -> Iterator[Number]:
    def formula(found: Formula) -> str:
        return plain(found.tex) or "·" + "\n" * found.tex.count("\n")

    words = replaced(
        block.text, formula, lambda code: "·" + "\n" * code.count("\n")
    )
    words = _ADDRESS.sub("·", words).replace("*", " ")
    for match in _NUMBER.finditer(words):
        before = words[max(0, match.start() - 60) : match.start()]
        if _NAMED.search(before) or _NAME.search(before):
            continue
        if _YEAR.fullmatch(match["digits"]) and not match["unit"]:
            continue
        line = block.line + words.count("\n", 0, match.start())
        yield _number(match, before, line)


def _number(match: re.Match[str], before: str, line: int) -> Number:
    digits = match["digits"].replace(",", "")
    exponent = int((match["exponent"] or "e0")[1:])
    decimals = len(digits.partition(".")[2])
    unit = 10.0 ** (exponent - decimals)
    if _ABOUT.search(before) and "." not in digits:
        zeros = len(digits) - len(digits.rstrip("0"))
        unit *= 10.0 ** min(zeros, len(digits) - 2) if zeros else 1
    value = float(digits) * 10.0**exponent
    word = " ".join((match["unit"] or "").split())
    share = bool(word) and word not in _UNITS
    scale = _UNITS.get(word, 1.0)
    value *= -scale if match["sign"] else scale
    half = unit * scale / 2
    readings = [(value, half)]
    if share:
        readings.append((value / 100, half / 100))
    text = " ".join(match[0].split())
    rough = digits == "1" and bool(match["exponent"])
    return Number(text, line, tuple(readings), rough)
