"""A sheet of paper and the few marks that are made on it.

A drawing is laid out on a sheet: x to the right, y upwards, one unit
the height of a line of text with room around it. What a mark returns
knows its own edges, so that arrows end there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch

from d2lcode.plotting import COLORS, INK, STYLE

BLUE, ORANGE, GREEN, VIOLET, OCHRE, GREY = COLORS

UNIT = 0.36
"""Inches of a unit: text of 11 points stays legible on a phone."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """What was drawn: its middle, its size, whether it is round."""

    x: float
    y: float
    width: float
    height: float
    is_round: bool = False

    @property
    def left(self) -> Point:
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> Point:
        return self.x, self.y + self.height / 2

    @property
    def bottom(self) -> Point:
        return self.x, self.y - self.height / 2

    def edge(self, toward: Point) -> Point:
        """Where a straight line from the middle leaves the shape."""
        dx, dy = toward[0] - self.x, toward[1] - self.y
        if not (dx or dy):
            return self.x, self.y
        if self.is_round:
            share = 0.5 / math.hypot(dx / self.width, dy / self.height)
        else:
            share = min(
                self.width / 2 / abs(dx) if dx else math.inf,
                self.height / 2 / abs(dy) if dy else math.inf,
            )
        return self.x + share * dx, self.y + share * dy


class Paper:
    """Paper of `width` by `height` units, and the marks on it."""

    def __init__(self, width: float, height: float) -> None:
        if width * UNIT > 5.0:
            raise ValueError(
                "width must be at most 13.8 units, or the text is too small "
                f"on a phone; got {width}"
            )
        style = {"font.size": 11.0, "figure.constrained_layout.use": False}
        with mpl.rc_context({**STYLE, **style}):
            self.figure = Figure(figsize=(width * UNIT, height * UNIT))
            self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(0, height)
        self.axes.axis("off")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        color: str = INK,
        size: float = 11.0,
        align: str = "center",
    ) -> Shape:
        """Words or a formula between dollars, on their own."""
        self.axes.text(
            x, y, words, ha=align, va="center", color=color, fontsize=size,
            family="sans-serif", linespacing=1.25,
        )  # fmt: skip
        lines = words.split("\n")
        width = 0.24 * max(map(_length, lines)) * size / 11
        middle = {"left": x + width / 2, "right": x - width / 2}.get(align, x)
        return Shape(middle, y, width + 0.2, 0.75 * len(lines))

    def box(
        self,
        x: float,
        y: float,
        words: str = "",
        *,
        width: float = 2.4,
        height: float = 1.1,
        color: str = INK,
    ) -> Shape:
        """A box with rounded corners: an operation, a value, a module."""
        self.axes.add_patch(
            FancyBboxPatch(
                (x - width / 2 + 0.15, y - height / 2 + 0.15),
                width - 0.3,
                height - 0.3,
                boxstyle="round,pad=0.15",
                linewidth=1.3,
                edgecolor=color,
                facecolor=tint(color),
            )
        )
        if words:
            self.text(x, y, words, color=color)
        return Shape(x, y, width, height)

    def gate(
        self, x: float, y: float, words: str, *, color: str = INK,
        radius: float = 0.42,
    ) -> Shape:  # fmt: skip
        """A circle: where signals meet, with the sign of what happens."""
        return self.ellipse(x, y, 2 * radius, 2 * radius, words, color=color)

    def ellipse(
        self, x: float, y: float, width: float, height: float,
        words: str = "", *, color: str = INK, share: float = 0.12,
    ) -> Shape:  # fmt: skip
        """An ellipse, or a circle; `share` says how full its colour is."""
        self.axes.add_patch(
            Ellipse(
                (x, y), width, height, linewidth=1.3, edgecolor=color,
                facecolor=tint(color, share),
            )
        )  # fmt: skip
        if words:
            self.text(x, y, words, color=color)
        return Shape(x, y, width, height, is_round=True)

    def arrow(
        self,
        start: Shape | Point,
        end: Shape | Point,
        words: str = "",
        *,
        color: str = INK,
        bend: float = 0.0,
        side: Point = (0.0, 0.45),
        dashed: bool = False,
    ) -> None:
        """An arrow between shapes or points; its words beside the middle.

        bend: 0 is straight, 0.3 a bow to the right as one walks.
        side: where the words stand, from the arrow's middle.
        """
        first = (start.x, start.y) if isinstance(start, Shape) else start
        last = (end.x, end.y) if isinstance(end, Shape) else end
        if isinstance(start, Shape):
            first = start.edge(last)
        if isinstance(end, Shape):
            last = end.edge(first)
        self.axes.add_patch(
            FancyArrowPatch(
                first, last, arrowstyle="-|>", mutation_scale=11,
                connectionstyle=f"arc3,rad={bend}", color=color,
                linewidth=1.4, shrinkA=1.5, shrinkB=1.5,
                linestyle=(0, (4, 3)) if dashed else "solid",
            )
        )  # fmt: skip
        if words:
            x = (first[0] + last[0]) / 2 + side[0]
            y = (first[1] + last[1]) / 2 + side[1]
            self.text(x, y, words, color=color)

    def path(
        self, points: Sequence[Point], *, color: str = INK,
        head: bool = True, dashed: bool = False,
    ) -> None:  # fmt: skip
        """A line round corners, with a head at its end."""
        *start, last = points
        self.curve(points, color=color, dashed=dashed, linewidth=1.4)
        if head:
            (x0, y0), (x1, y1) = start[-1], last
            length = math.hypot(x1 - x0, y1 - y0)
            back = x1 - 0.3 * (x1 - x0) / length, y1 - 0.3 * (y1 - y0) / length
            self.axes.add_patch(
                FancyArrowPatch(
                    back, last, arrowstyle="-|>", mutation_scale=11,
                    color=color, linewidth=1.4, shrinkA=0, shrinkB=0,
                )
            )  # fmt: skip

    def curve(
        self, points: Sequence[Point], *, color: str = INK,
        linewidth: float = 1.6, dashed: bool = False,
    ) -> None:  # fmt: skip
        """A line through points that lie close together."""
        self.axes.plot(
            *zip(*points, strict=True), color=color, linewidth=linewidth,
            linestyle=(0, (4, 3)) if dashed else "solid",
            solid_joinstyle="round",
        )  # fmt: skip

    def frame(
        self, x: float, y: float, width: float, height: float,
        across: str = "", up: str = "", *, color: str = GREY,
    ) -> None:  # fmt: skip
        """Two axes from (x, y), with what they measure at their ends."""
        self.arrow((x, y), (x + width, y), color=color)
        self.arrow((x, y), (x, y + height), color=color)
        if across:
            self.text(x + width + 0.45, y, across, color=color)
        if up:
            self.text(x, y + height + 0.4, up, color=color)


def tint(color: str, share: float = 0.12) -> tuple[float, ...]:
    """The colour, nearly transparent: it tints both schemes alike."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, share


def _length(line: str) -> int:
    """About how many letters wide a line is; TeX commands count once."""
    count, inside = 0, False
    for character in line:
        inside = character == "\\" or (inside and character.isalpha())
        count += not inside and character not in "${}^_"
    return count + line.count("\\")
