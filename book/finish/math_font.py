"""The math font of the site: STIX Two Math, cut to what the pages use.

A phone rarely has a font with a MATH table, so the site brings one.
It comes with the package `ziamath`, under the SIL Open Font License
1.1, which asks that copyright and licence travel with every copy: the
cut font keeps both among its names.
"""

import unicodedata
from collections.abc import Iterator
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from book.finish.built import BuiltPage, texts
from book.layout import LANGUAGES

NAME = "assets/fonts/stix-two-math.woff2"
"""Where each site has its copy; the style sheet names the same path."""

_SOURCE = "ziamath/fonts/STIXTwoMath-Regular.ttf"
_NAMES = [0, 1, 2, 4, 5, 6, 7, 13, 14]
"""Copyright, family and style, version, trademark, licence and its URL."""


def write(site: Path, used: set[str]) -> None:
    """Write one font for all pages of `site`, once in each language."""
    font = cut(used)
    for language in LANGUAGES:
        path = site / language / NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(font)


def characters(page: BuiltPage) -> Iterator[str]:
    """Yield what the formulas of a page show, in every form they take.

    A browser draws a lone letter in italics, from the letters that
    Unicode has for that, and a root sign where the markup says root.
    """
    for formula in page.all("math"):
        for text in texts(formula, {"annotation"}):
            for character in text.text_content or "":
                yield character
                yield _ITALIC.get(character, character)
    if page.all("msqrt, mroot"):
        yield "√"


def cut(used: set[str]) -> bytes:
    """Return the font with only these characters, as WOFF2."""
    options = Options(
        flavor="woff2",
        hinting=False,
        layout_features=["ccmp", "dtls", "flac", "ssty"],
        name_IDs=_NAMES,
    )
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(used))
    source = distribution("ziamath").locate_file(_SOURCE)
    buffer = BytesIO()
    with TTFont(str(source)) as font:
        subsetter.subset(font)
        if ord("√") in font.getBestCmap():
            _narrow_roots(font)
        font.flavor = "woff2"
        font.save(buffer)
    return buffer.getvalue()


def _narrow_roots(font: TTFont) -> None:
    """Give the root sign of every size the width of the smallest.

    Chromium reserves the width of the widest (bug 1339724), and so
    leaves a gap behind each root.
    """
    root = font.getBestCmap()[ord("√")]
    variants = font["MATH"].table.MathVariants
    place = variants.VertGlyphCoverage.glyphs.index(root)
    sizes = variants.VertGlyphConstruction[place]
    names = {record.VariantGlyph for record in sizes.MathGlyphVariantRecord}
    names |= {part.glyph for part in sizes.GlyphAssembly.PartRecords}
    width, _ = font["hmtx"][root]
    for name in names:
        advance, bearing = font["hmtx"][name]
        glyph = font["glyf"][name]
        glyph.coordinates.scale((width / advance, 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, round(bearing * width / advance))


def _italics() -> Iterator[tuple[str, str]]:
    """Yield letters with their mathematical italic forms."""
    yield "h", "\N{PLANCK CONSTANT}"
    for code in range(0x1D434, 0x1D71C):
        if unicodedata.name(chr(code), "").startswith("MATHEMATICAL ITALIC"):
            letter = unicodedata.decomposition(chr(code)).split()[1]
            yield chr(int(letter, 16)), chr(code)


_ITALIC = dict(_italics())
