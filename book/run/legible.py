"""Whether the words of a drawing can be read: their size and room.

Measured with the renderer's extents in English; in Chinese a character
is as wide as it is high, and a label stays where the English one is.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyBboxPatch, Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from book.layout import LANGUAGES
from book.words import labels

PHONE = 358
"""Pixels that a page of 390 pixels leaves to a drawing."""

LEAST = 9
"""Pixels that text has on such a page, at least."""

_WIDE = "\u2e80"
"""The first of the characters that are as wide as high."""


def problems(figure: Figure) -> Iterator[str]:
    """Yield what of a drawing cannot be read."""
    canvas: Any = FigureCanvasAgg(figure)
    axes, edge = figure.axes[0], canvas.figure.bbox
    texts = [t for t in axes.texts if t.get_text().strip()]
    shrunk = min(1.0, PHONE / (96 * figure.get_figwidth()))
    for text in texts:
        size = float(text.get_fontsize()) / 72 * 96 * shrunk
        if size < LEAST - 0.05:
            yield (
                f"{_name(text)} is {size:.1f} px high on a phone: {LEAST} "
                "at least"
            )
    shapes = [p for p in axes.patches if _is_shape(p, edge)]
    for language in LANGUAGES:
        boxes = [_box(text, canvas, language) for text in texts]
        for text, box in zip(texts, boxes, strict=True):
            if (
                min(box.x0, box.y0) < -2
                or box.x1 > edge.x1 + 2
                or box.y1 > edge.y1 + 2
            ):
                yield f"{language}: {_name(text)} leaves the sheet"
            for shape in shapes:
                outline = shape.get_transform().transform_path(
                    shape.get_path()
                )
                if outline.intersects_bbox(_core(box), filled=False):
                    yield f"{language}: {_name(text)} lies on an edge"
        pairs = combinations(zip(texts, boxes, strict=True), 2)
        for (one, here), (other, there) in pairs:
            if _core(here).overlaps(_core(there)):
                yield f"{language}: {_name(one)} lies on {_name(other)}"


def _name(text: Text) -> str:
    return repr(text.get_text())


def _is_shape(patch: Patch, sheet: Bbox) -> bool:
    """Whether a patch is a shape with words in it, or beside it."""
    return isinstance(patch, (FancyBboxPatch, Ellipse)) and (
        patch.get_window_extent().width < sheet.width / 2
    )


def _box(text: Text, canvas: Any, language: str) -> Bbox:
    """The room that a text takes, in pixels."""
    box: Bbox = text.get_window_extent(canvas.get_renderer())
    table = labels.table()
    lines = text.get_text().split("\n")
    if language == "en" or not any(line in table for line in lines):
        return box
    em = float(text.get_fontsize()) / 72 * canvas.figure.dpi
    width = em * max(
        sum(1.0 if c >= _WIDE else 0.6 for c in table.get(line, line))
        for line in lines
    )
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[
        text.get_horizontalalignment()
    ]
    left = box.x0 + share * (box.width - width)
    return Bbox.from_bounds(left, box.y0, width, box.height)


def _core(box: Bbox) -> Bbox:
    """A box without its rim, in which letters are hardly ever."""
    rim = min(0.22 * box.height, 4.0)
    side = min(0.1 * box.width, 3.0)
    return Bbox.from_extents(
        box.x0 + side, box.y0 + rim, box.x1 - side, box.y1 - rim
    )
