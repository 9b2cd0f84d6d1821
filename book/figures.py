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

from d2lcode.plotting import INK

TABLE = Path(__file__).with_name("figures.yml")

_TEXT = re.compile(r"(<text [^>]*>)([^<]*)(</text>)")
_WORD = re.compile(r"[A-Za-z]{2,}")

_SCHEMES = (
    f'text[style*="{INK}"], [style*="{INK}"] text {{fill: #5b616e !important}}'
    "@media (prefers-color-scheme: dark) "
    f'{{text[style*="{INK}"], [style*="{INK}"] text '
    "{fill: #a7adba !important}}"
)
"""Text gets more contrast than lines need: 6:1 on either page. An image
follows the `color-scheme` of the element that shows it."""


class LabelError(ValueError):
    """A word of a figure that has no Chinese label."""


def adapt(svg: str) -> str:
    """Return an SVG of Matplotlib's whose text follows the scheme."""
    return svg.replace("</style>", f"{_SCHEMES}</style>", 1)


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
