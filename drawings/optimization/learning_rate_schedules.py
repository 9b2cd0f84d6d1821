"""The drawings of optimization/learning_rate_schedules."""

import math
from collections.abc import Callable

from matplotlib.patches import Polygon

from drawings.paper import tint
from drawings.shapes import BLUE, GREEN, GREY, OCHRE, ORANGE, VIOLET, Sheet


def _axes(sheet: Sheet, x: float, y: float) -> None:
    sheet.arrow((x, y), (x + 3.9, y), color=GREY)
    sheet.arrow((x, y), (x, y + 2.6), color=GREY)
    sheet.text(x + 3.75, y - 0.4, "$t$", color=GREY)


def kinds() -> Sheet:
    """The shapes of the schedules, each with its numbers."""
    sheet = Sheet(13.6, 8.2)
    step: list[tuple[float, float]] = []
    for k in range(4):
        step += [(k / 4, 0.5**k), ((k + 1) / 4, 0.5**k)]
    curves: tuple[tuple[str, str, Callable[[float], float]], ...] = (
        ("exponential", ORANGE, lambda u: 0.05**u),
        ("1/t", GREEN, lambda u: 1 / (1 + 6 * u)),
        ("cosine", VIOLET, lambda u: (1 + math.cos(math.pi * u)) / 2),
        (
            "warm-up, then cosine",
            OCHRE,
            lambda u: (
                u / 0.2
                if u < 0.2
                else (1 + math.cos(math.pi * (u - 0.2) / 0.8)) / 2
            ),
        ),
    )
    places = [(1.1, 4.9), (5.4, 4.9), (9.6, 4.9), (2.9, 0.8), (7.7, 0.8)]
    for x, y in places:
        _axes(sheet, x, y)
    x, y = places[0]
    points = [(x + 3.5 * u, y + 2 * v) for u, v in step]
    sheet.path(points, color=BLUE, head=False)
    sheet.text(x + 2.1, y + 2.6, "in steps", color=BLUE)
    sheet.text(x - 0.55, y + 2.0, r"$\eta_{\max}$", color=GREY)
    sheet.text(x + 0.9, y - 0.4, "$k$", color=GREY)
    for (x, y), (name, color, height) in zip(places[1:], curves, strict=True):
        shares = [i / 70 for i in range(71)]
        points = [(x + 3.5 * u, y + 2 * height(u)) for u in shares]
        sheet.curve(points, color=color)
        sheet.text(
            x + 2.2, y + (3.05 if "," in name else 2.6), name, color=color
        )
    x, y = places[2]
    sheet.text(x + 0.65, y - 0.4, "$h$", color=GREY)
    for x, y in places[3:]:
        sheet.text(x + 3.3, y - 0.4, "$T$", color=GREY)
    x, y = places[4]
    sheet.text(x + 0.7, y - 0.4, "$w$", color=GREY)
    return sheet


def area() -> Sheet:
    """Two schedules with one peak: the area is how far they reach."""
    sheet = Sheet(13.2, 4.6)
    for x, width, words in ((0.9, 0.8, "too early"), (7.7, 3.2, "late")):
        sheet.arrow((x, 0.9), (x + 4.7, 0.9), color=GREY)
        sheet.arrow((x, 0.9), (x, 3.9), color=GREY)
        sheet.text(x + 4.6, 0.45, "$t$", color=GREY)
        sheet.text(x - 0.5, 3.3, r"$\eta_t$", color=GREY)
        edge = [
            (x, 3.3), (x + width, 3.3), (x + width, 1.14), (x + 4.2, 1.14),
        ]  # fmt: skip
        corners = [*edge, (x + 4.2, 0.9), (x, 0.9)]
        sheet.axes.add_patch(Polygon(corners, color=tint(BLUE, 0.2)))
        sheet.path(edge, color=BLUE, head=False)
        sheet.text(x + 2.4, 3.9, words, color=BLUE)
    return sheet
