"""The few shapes that every drawing of the book is made of.

On top of the marks of a sheet of paper (`text`, `box`, `gate`,
`ellipse`, `arrow`, `path`, `curve`): vectors and matrices of cells,
layers of units, stacks, plates, braces, bars.
"""

import math
from collections.abc import Sequence

from matplotlib.patches import FancyBboxPatch, Polygon

from d2lcode.plotting import INK
from drawings.paper import (
    BLUE,
    GREEN,
    GREY,
    OCHRE,
    ORANGE,
    UNIT,
    VIOLET,
    Paper,
    Point,
    Shape,
    tint,
)

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "OCHRE",
    "ORANGE",
    "UNIT",
    "VIOLET",
    "Point",
    "Shape",
    "Sheet",
]


class Sheet(Paper):
    """A sheet of paper, `width` by `height` units, and its shapes."""

    def vector(
        self,
        x: float,
        y: float,
        cells: Sequence[str] | int,
        *,
        color: str = INK,
        shades: Sequence[float] | None = None,
        vertical: bool = False,
        cell: float = 0.8,
    ) -> Shape:
        """A row (or column) of cells around (x, y), with texts in them."""
        words = [""] * cells if isinstance(cells, int) else list(cells)
        rows = [[word] for word in words] if vertical else [words]
        tints = None
        if shades is not None:
            tints = [[s] for s in shades] if vertical else [list(shades)]
        return self.grid(x, y, rows, color=color, shades=tints, cell=cell)

    def grid(
        self,
        x: float,
        y: float,
        cells: Sequence[Sequence[str]] | tuple[int, int],
        *,
        color: str = INK,
        shades: Sequence[Sequence[float]] | None = None,
        cell: float = 0.8,
    ) -> Shape:
        """A matrix of square cells; shades from 0 (empty) to 1 (full)."""
        size = [number for number in cells if isinstance(number, int)]
        words = [list(row) for row in cells if not isinstance(row, int)]
        if size:
            words = [[""] * size[1] for _ in range(size[0])]
        rows, columns = len(words), len(words[0])
        left, top = x - columns * cell / 2, y + rows * cell / 2
        for i, row in enumerate(words):
            for j, word in enumerate(row):
                corner = left + j * cell, top - (i + 1) * cell
                shade = shades[i][j] if shades is not None else 0.12
                self.axes.add_patch(
                    Polygon(
                        _square(corner, cell), linewidth=1.0, edgecolor=color,
                        facecolor=tint(color, 0.75 * shade),
                    )
                )  # fmt: skip
                if word:
                    self.text(
                        corner[0] + cell / 2, corner[1] + cell / 2, word,
                        color=color, size=11.0 if cell >= 0.7 else 9.0,
                    )  # fmt: skip
        return Shape(x, y, columns * cell, rows * cell)

    def layer(
        self,
        x: float,
        y: float,
        units: Sequence[str] | int,
        *,
        color: str = INK,
        gap: float = 1.2,
        radius: float = 0.42,
        dropped: Sequence[int] = (),
    ) -> list[Shape]:
        """A column of round units, the first at the top.

        dropped: the units that are crossed out.
        """
        words = [""] * units if isinstance(units, int) else list(units)
        made = []
        for i, word in enumerate(words):
            place = y + (len(words) - 1) * gap / 2 - i * gap
            gone = i in dropped
            made.append(
                self.gate(
                    x, place, "" if gone else word, radius=radius,
                    color=GREY if gone else color,
                )
            )  # fmt: skip
            if gone:
                self._cross(made[-1])
        return made

    def connect(
        self,
        before: Sequence[Shape],
        after: Sequence[Shape],
        *,
        color: str = INK,
        without: Sequence[Shape] = (),
    ) -> None:
        """Thin lines from every unit of a layer to every one of the next."""
        for start in before:
            for end in after:
                if start in without or end in without:
                    continue
                (x0, y0), (x1, y1) = (
                    start.edge((end.x, end.y)),
                    end.edge((start.x, start.y)),
                )
                self.axes.plot(
                    [x0, x1], [y0, y1], color=color, linewidth=0.8, alpha=0.7
                )

    def stack(
        self, x: float, y: float, names: Sequence[str], *,
        color: str = INK, width: float = 3.2, gap: float = 1.7,
    ) -> list[Shape]:  # fmt: skip
        """Boxes above each other, the first at the bottom."""
        return [
            self.box(x, y + i * gap, name, width=width, color=color)
            for i, name in enumerate(names)
        ]

    def plate(
        self, shapes: Sequence[Shape], words: str = "", *,
        color: str = GREY, room: float = 0.45,
    ) -> Shape:  # fmt: skip
        """A dashed frame around shapes, its words in the upper left."""
        left = min(s.x - s.width / 2 for s in shapes) - room
        right = max(s.x + s.width / 2 for s in shapes) + room
        low = min(s.y - s.height / 2 for s in shapes) - room
        high = max(s.y + s.height / 2 for s in shapes) + room
        self.axes.add_patch(
            FancyBboxPatch(
                (left + 0.2, low + 0.2), right - left - 0.4, high - low - 0.4,
                boxstyle="round,pad=0.2", linewidth=1.1, linestyle=(0, (4, 3)),
                edgecolor=color, facecolor="none",
            )
        )  # fmt: skip
        if words:
            self.text(left + 0.25, high + 0.45, words, color=color,
                      align="left")  # fmt: skip
        return Shape(
            (left + right) / 2, (low + high) / 2, right - left, high - low
        )

    def bar(
        self, x: float, y: float, height: float, words: str = "", *,
        color: str = INK, width: float = 0.8,
    ) -> Shape:  # fmt: skip
        """A bar that stands on (x, y) or hangs from it; words at its end."""
        middle = y + height / 2
        corners = [
            (x + side * width / 2, y + share * height)
            for side, share in ((-1, 0), (1, 0), (1, 1), (-1, 1))
        ]
        self.axes.add_patch(
            Polygon(
                corners, linewidth=1.0, edgecolor=color,
                facecolor=tint(color, 0.4),
            )
        )  # fmt: skip
        if words:
            end = y + height + math.copysign(0.4, height)
            self.text(x, end, words, color=color)
        return Shape(x, middle, width, abs(height))

    def brace(
        self, start: Point, end: Point, words: str = "", *,
        color: str = INK, depth: float = 0.35,
    ) -> None:  # fmt: skip
        """A brace from start to end, on the left hand as one walks."""
        (x0, y0), (x1, y1) = start, end
        length = math.hypot(x1 - x0, y1 - y0)
        along = (x1 - x0) / length, (y1 - y0) / length
        out = -along[1], along[0]

        def place(share: float, height: float) -> Point:
            return (
                x0 + share * length * along[0] + height * out[0],
                y0 + share * length * along[1] + height * out[1],
            )

        half = depth / 2
        tip = min(0.12, half / length)
        points = [
            place(0, 0), place(tip, half), place(0.5 - tip, half),
            place(0.5, depth), place(0.5 + tip, half), place(1 - tip, half),
            place(1, 0),
        ]  # fmt: skip
        self.axes.plot(*zip(*points, strict=True), color=color, linewidth=1.1)
        if words:
            x, y = place(0.5, depth + 0.5)
            self.text(x, y, words, color=color)

    def _cross(self, unit: Shape) -> None:
        half = 0.5 * unit.width / 2
        for sign in (1, -1):
            self.axes.plot(
                [unit.x - half, unit.x + half],
                [unit.y - sign * half, unit.y + sign * half],
                color=ORANGE,
                linewidth=1.8,
            )


def _square(corner: Point, side: float) -> list[Point]:
    x, y = corner
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
