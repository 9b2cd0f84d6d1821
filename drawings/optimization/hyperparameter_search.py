"""The drawings of the chapter on hyperparameter search."""

import math

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet

DECADES = (BLUE, GREEN, VIOLET, ORANGE)
PLACES = (  # nine places without a pattern, in a square of side 1
    (0.08, 0.55), (0.17, 0.13), (0.29, 0.84), (0.41, 0.32), (0.52, 0.95),
    (0.60, 0.06), (0.71, 0.66), (0.84, 0.24), (0.95, 0.76),
)  # fmt: skip


def projection() -> Sheet:
    """Nine trials on a grid and at random, seen from below."""
    sheet = Sheet(13.4, 7.2)
    side, ground = 4.6, 1.5
    thirds = (1 / 6, 3 / 6, 5 / 6)
    grid = tuple((x, y) for x in thirds for y in thirds)
    for left, name, places, color in (
        (1.6, "grid", grid, BLUE), (8.2, "random", PLACES, ORANGE),
    ):  # fmt: skip
        middle = left + side / 2
        sheet.text(middle, 6.7, name, color=color)
        sheet.path(
            [(left, ground + side), (left, ground), (left + side, ground)],
            color=GREY, head=False,
        )  # fmt: skip
        for x, y in places:
            across = left + side * x
            sheet.axes.plot(
                [across, across], [ground, ground + side * y],
                color=color, linewidth=0.7, linestyle=":",
            )  # fmt: skip
            sheet.axes.plot(
                across, ground + side * y, "o", color=color, markersize=5
            )
            sheet.axes.plot(
                [across, across], [ground - 0.2, ground + 0.2], color=color
            )
        sheet.text(middle, 0.7, "learning rate", size=10.0)
    sheet.text(0.75, 4.3, "weight", size=10.0)
    sheet.text(0.75, 3.8, "decay", size=10.0)
    return sheet


def scale() -> Sheet:
    """Four decades on a uniform and on a logarithmic scale."""
    sheet = Sheet(13.4, 5.4)
    left, width = 0.9, 11.6
    edges = (0.0001, 0.001, 0.01, 0.1, 1.0)
    for y, name, place in (
        (3.5, "a uniform draw", lambda x: x),
        (1.0, "a log-uniform draw", lambda x: 1 + math.log10(x) / 4),
    ):
        sheet.text(left, y + 1.2, name, align="left", color=INK)
        for low, high, color in zip(edges, edges[1:], DECADES, strict=False):
            start, end = place(low), place(high)
            sheet.axes.plot(
                [left + width * start, left + width * end], [y, y],
                color=color, linewidth=9, solid_capstyle="butt",
            )  # fmt: skip
        for edge in edges if y < 2 else (0.1, 1.0):
            sheet.text(left + width * place(edge), y - 0.7, f"{edge:g}")
    return sheet


def halving() -> Sheet:
    """Eight trainings; half of them go on, for twice as long."""
    sheet = Sheet(13.4, 6.8)
    sheet.text(1.3, 6.3, "trainings", size=10.0)
    sheet.text(7.6, 6.3, "epochs of each", size=10.0)
    for k, y in enumerate((5.2, 3.8, 2.4, 1.0)):
        count, epochs = 8 // 2**k, 2**k
        sheet.text(1.3, y, f"{count}")
        for i in range(count):
            width = 1.3 * epochs
            kept = i < count / 2
            sheet.box(
                2.6 + 1.3 * epochs * (i + 0.5), y, f"{epochs}",
                width=width - 0.1, height=0.9,
                color=BLUE if kept else GREY,
            )  # fmt: skip
    return sheet
