"""A document as a PDF, printed by Chromium.

Chromium numbers its pages but cannot refer to a number, so a document
is printed twice: the first printing tells which pages its contents name.
"""

from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser
from pypdf import PdfReader

from book.errors import OrderError
from book.pack import cjk_text

_WIDTH = 620
"""The width of the text, 164 mm, in CSS pixels: see pdf.css."""

_FIT = """\
async () => {
  await document.fonts.ready;
  const parts = document.querySelectorAll(
    "article :is(.equation, table, p, li)"
  );
  for (const part of [...parts].reverse())
    if (part.scrollWidth > part.clientWidth)
      part.style.fontSize = `${0.98 * part.clientWidth / part.scrollWidth}em`;
  return [...document.querySelectorAll("article *")]
    .filter(part => part.getBoundingClientRect().right > innerWidth + 6)
    .map(part => part.closest("[id]").id);
}"""
"""Shrink what is too wide, the innermost first; return what stays so.

The space that ends a line of inline code may hang over its end.
"""

_FILL = """\
numbers => {
  for (const link of document.querySelectorAll(".contents a")) {
    const id = decodeURIComponent(link.hash.slice(1));
    link.lastElementChild.textContent = numbers[id];
  }
}"""


class PdfError(OrderError):
    """Why a PDF cannot be made."""


def print_(browser: Browser, document: str) -> bytes:
    """Print a document, with the numbers of its pages in the contents."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.html"
        path.write_text(document, encoding="utf-8")
        page = browser.new_page(
            viewport={"width": _WIDTH, "height": 900}, color_scheme="light"
        )
        page.emulate_media(media="print")
        page.goto(path.as_uri(), timeout=0)
        if wide := page.evaluate(_FIT):
            raise PdfError(f"wider than a page of the PDF: {', '.join(wide)}")
        printed = partial(
            page.pdf, prefer_css_page_size=True, print_background=True
        )
        numbers = starts(printed())
        page.evaluate(_FILL, numbers)
        pdf = cjk_text.mend(printed(outline=True, tagged=True))
        page.close()
    if starts(pdf) != numbers:
        raise PdfError("the contents grew when they were filled in")
    return pdf


def starts(pdf: bytes) -> dict[str, int]:
    """The pages, from 1, on which what is linked within a PDF stands."""
    reader = PdfReader(BytesIO(pdf))
    found = {}
    for name, destination in reader.named_destinations.items():
        number = reader.get_destination_page_number(destination)
        if number is not None:
            found[name.removeprefix("/")] = number + 1
    return found
