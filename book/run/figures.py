"""Figures for both schemes and both languages, from one drawing.

A figure is drawn once, in English and in the ink of medium lightness
that `d2lcode.plotting` uses. `adapt` lets the ink follow the scheme of
the page; `translate` puts the words of `words/figures` at the places of
the English ones. `sealed` keeps in the file what was plotted, and a
hash of the drawing, which tells whether a hand has changed it since.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, unescape

from book.errors import OrderError
from book.run.kept import KEPT, bare
from book.run.plotted import Data, words
from book.words import labels as chinese
from d2lcode.plotting import COLORS, INK

_TEXT = re.compile(r"(<text [^>]*>)([^<]*)(</text>)")
_FORMULA = re.compile(r"\$[^$]*\$")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LETTER = re.compile(r"[^\W\d_]")


def _mixed(color: str, other: int, share: float) -> str:
    """A colour with a share of black (0) or white (255) in it."""
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    mixed = (round(p + share * (other - p)) for p in parts)
    return "#" + "".join(f"{part:02x}" for part in mixed)


_FILL = re.compile(r"<(?:text|tspan) [^>]*fill: (#[0-9a-f]{6})")
_SCHEMES = {INK: ("#414753", "#cdd2dc")} | {
    color: (_mixed(color, 0, 0.25), _mixed(color, 255, 0.35))
    for color in COLORS
}
"""The colours of text on a light and on a dark page. Text needs more
contrast than lines do, also where it stands on a tinted cell."""


class LabelError(OrderError):
    """A word of a figure that has no Chinese label."""


def adapt(svg: str) -> str:
    """Return an SVG of Matplotlib's whose text follows the scheme.

    An image follows the `color-scheme` of the element that shows it, a
    figure opened by itself that of the system.
    """
    light, dark = "", ""
    for color in sorted(set(_FILL.findall(svg)) & set(_SCHEMES)):
        fills = f'text[style*="{color}"], tspan[style*="{color}"]'
        light += f"{fills} {{fill: {_SCHEMES[color][0]} !important}}"
        dark += f"{fills} {{fill: {_SCHEMES[color][1]} !important}}"
    style = (
        f":root {{color-scheme: light dark}}{light}"
        f"@media (prefers-color-scheme: dark) {{{dark}}}"
    )
    return svg.replace("</style>", f"{style}</style>", 1)


def sealed(svg: str, data: Data) -> str:
    """Return `svg` with what was plotted and the hash of the drawing."""
    drawing = bare(svg)
    kept = json.dumps(
        data | {"drawing": _hash(drawing)},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    start = drawing.index(">", drawing.index("<svg")) + 1
    metadata = f"\n <metadata>{escape(kept)}</metadata>"
    return drawing[:start] + metadata + drawing[start:]


def plotted(svg: str) -> Data | None:
    """What was plotted, as the file keeps it; None if it keeps nothing."""
    match = KEPT.search(svg)
    try:
        kept = json.loads(unescape(match[1])) if match else None
    except ValueError:
        return None
    return kept if isinstance(kept, dict) and "axes" in kept else None


def is_as_drawn(svg: str) -> bool:
    """Whether the drawing is the one that was sealed."""
    kept = plotted(svg)
    return kept is not None and kept.get("drawing") == _hash(bare(svg))


def labels(svg: str) -> list[str]:
    """The words that a figure shows, where it shows them."""
    found = [unescape(match[2]) for match in _TEXT.finditer(svg)]
    return [text for text in found if _LETTER.search(text)]


def _hash(drawing: str) -> str:
    return hashlib.sha256(drawing.encode()).hexdigest()[:16]


def translate(
    svg: str, language: str, table: Mapping[str, str] | None = None
) -> str:
    """Return `svg` with its words in `language`.

    Raises: LabelError naming every text that has no translation.
    """
    if language == "en":
        return svg
    table = chinese.table() if table is None else table
    missing = []

    def replace(match: re.Match[str]) -> str:
        text = unescape(match[2])
        if text not in table:
            if _WORD.search(text):
                missing.append(text)
            return match[0]
        return match[1] + escape(table[text]) + match[3]

    translated = _TEXT.sub(replace, svg)
    data = plotted(svg)
    for text in words(data) if data else ():
        if "$" in text and _WORD.search(_FORMULA.sub("", text)):
            raise LabelError(
                f"the label {text!r} has words beside a formula, which stay "
                "English: write its symbols as letters (w₁), or put the "
                "words into another label"
            )
    if missing:
        raise LabelError(
            "no Chinese label for "
            + ", ".join(repr(text) for text in missing)
            + ": add it to book/words/figures/PART.yml"
        )
    return sealed(translated, data) if data else translated
