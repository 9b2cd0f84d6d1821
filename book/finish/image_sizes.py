"""The size of each figure, so that a page keeps still as they arrive."""

import posixpath
import re

from book.finish.built import BuiltPage

_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')
_PIXELS = 4 / 3
"""Of a point."""


def add(page: BuiltPage) -> None:
    """Give the images of a page the size of their files."""
    folder = page.root / "docs" / page.language / posixpath.dirname(page.place)
    for image in page.all("img[src$='.svg']:not([width])"):
        path = folder / str(image.attributes["src"])
        if path.is_file() and (
            size := _SIZE.search(path.read_text(encoding="utf-8"))
        ):
            for name, points in zip(
                ("width", "height"), size.groups(), strict=True
            ):
                image.attrs[name] = str(round(_PIXELS * float(points)))
