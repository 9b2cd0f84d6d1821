"""Figures for both schemes and both languages, from one drawing.

A figure is drawn once, in English and in the ink of medium lightness
that `d2lcode.plotting` uses. `adapt` lets the ink follow the scheme of
the page; `translate` puts the words of `figures.yml` at the places of
the English ones.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, unescape

import yaml

from d2lcode.plotting import COLORS, INK

TABLE = Path(__file__).with_name("figures.yml")

_TEXT = re.compile(r"(<text [^>]*>)([^<]*)(</text>)")
_WORD = re.compile(r"[A-Za-z]{2,}")


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


class LabelError(ValueError):
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


def translate(
    svg: str, language: str, table: Mapping[str, str] | None = None
) -> str:
    """Return `svg` with its words in `language`.

    Raises: LabelError naming every text that has no translation.
    """
    if language == "en":
        return svg
    table = _table() if table is None else table
    missing = []

    def replace(match: re.Match[str]) -> str:
        text = unescape(match[2])
        if text not in table:
            if _WORD.search(text):
                missing.append(text)
            return match[0]
        return match[1] + escape(table[text]) + match[3]

    translated = _TEXT.sub(replace, svg)
    if missing:
        raise LabelError(
            "no Chinese label for "
            + ", ".join(repr(text) for text in missing)
            + ": add it to book/figures.yml"
        )
    return translated


@cache
def _table() -> dict[str, str]:
    return yaml.safe_load(TABLE.read_text(encoding="utf-8")) or {}
