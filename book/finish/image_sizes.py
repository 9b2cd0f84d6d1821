"""The size of each figure, so that a page keeps still as they arrive."""

import posixpath

from book.finish.built import BuiltPage
from book.run.figures import size


def add(page: BuiltPage) -> None:
    """Give the images of a page the size of their files."""
    folder = page.root / "docs" / page.language / posixpath.dirname(page.place)
    for image in page.all("img[src$='.svg']:not([width])"):
        path = folder / str(image.attributes["src"])
        if path.is_file():
            found = size(path.read_text(encoding="utf-8"))
            for name, pixels in found.items():
                image.attrs[name] = str(pixels)
