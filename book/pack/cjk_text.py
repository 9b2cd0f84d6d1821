"""Chinese text in a PDF that can be found and copied.

The fonts draw some characters and the radicals of the same shape, 目
and U+2F6C, with one glyph. Chromium notes the radical as what the glyph
means; whoever then searches the PDF for the character finds nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfWriter

_MEANING = re.compile(rb"^(<[0-9A-F]+>) <(2[EF][0-9A-F]{2})>$", re.MULTILINE)
"""What one glyph means, if that is a radical."""

_SIMPLIFIED = str.maketrans(
    "⺟⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
    "母西见角贝车長长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
)
"""Radicals for which Unicode itself names no character."""


def character(radical: str) -> str:
    """The character that looks like a radical."""
    return unicodedata.normalize("NFKC", radical).translate(_SIMPLIFIED)


def mend(pdf: bytes) -> bytes:
    """Let the glyphs of a PDF mean characters and not radicals."""
    writer = PdfWriter(clone_from=BytesIO(pdf))
    for font in _fonts(writer):
        if "/ToUnicode" in font:
            meanings = font["/ToUnicode"]
            old = meanings.get_data()
            new = _MEANING.sub(_name, old)
            if new != old:
                meanings.set_data(new)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _fonts(writer: PdfWriter) -> Iterator[Any]:
    """Yield each font once, though many pages use it."""
    seen = set()
    for page in writer.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            if font.idnum not in seen:
                seen.add(font.idnum)
                yield font.get_object()


def _name(meaning: re.Match[bytes]) -> bytes:
    code = ord(character(chr(int(meaning[2], 16))))
    return b"%s <%04X>" % (meaning[1], code)
