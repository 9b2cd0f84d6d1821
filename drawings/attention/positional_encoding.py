"""The drawings of the chapter on positional encoding."""

import math

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

Point = tuple[float, float]


def order() -> Sheet:
    """Two orders of three words go through attention: the same rows."""
    sheet = Sheet(13.6, 7.0)
    colors = {"dog": BLUE, "bites": GREY, "man": ORANGE}
    for left, words in ((0.4, list(colors)), (7.2, list(colors)[::-1])):
        places = [left + 1.0 + 2.0 * i for i in range(3)]
        middle = sheet.box(
            places[1], 3.5, "self-attention", width=6.0, color=VIOLET
        )
        for x, word in zip(places, words, strict=True):
            color = colors[word]
            below = sheet.box(x, 1.2, word, width=1.7, color=color)
            above = sheet.vector(x, 5.8, 2, color=color, shades=[0.9, 0.4])
            sheet.arrow(below, (x, middle.bottom[1]), color=color)
            sheet.arrow((x, middle.top[1]), above, color=color)
    return sheet


SPEEDS = (1.0, 0.4, 0.16)


def hands() -> Sheet:
    """Three hands at six positions; each row turns more slowly."""
    sheet = Sheet(13.6, 7.0)
    for row, (speed, color) in enumerate(
        zip(SPEEDS, (ORANGE, GREEN, BLUE), strict=True)
    ):
        y = 5.3 - 2.0 * row
        sheet.text(0.8, y, f"$\\omega_{row + 1}$", color=color, size=12)
        for t in range(6):
            x = 2.6 + 2.0 * t
            sheet.gate(x, y, "", radius=0.8, color=GREY)
            sheet.arrow((x, y), _tip((x, y), speed * t, 0.78), color=color)
    for t in range(6):
        sheet.text(2.6 + 2.0 * t, 6.6, f"$t = {t}$", color=GREY)
    return sheet


def _tip(middle: Point, angle: float, length: float) -> Point:
    """The end of a clock's hand, upright at angle 0."""
    return (
        middle[0] + length * math.sin(angle),
        middle[1] + length * math.cos(angle),
    )


def turned() -> Sheet:
    """A query and a key two positions apart, early and late."""
    sheet = Sheet(13.4, 7.2)
    speed, own = 0.5, (0.2, -0.6)
    for x, t, u in ((3.4, 3, 1), (10.0, 7, 5)):
        sheet.gate(x, 3.7, "", radius=2.2, color=GREY)
        ends = []
        for place, start, color, name in (
            (t, own[0], BLUE, rf"$\tilde q_{t}$"),
            (u, own[1], ORANGE, rf"$\tilde k_{u}$"),
        ):
            angle = start + speed * place
            tip = (x + 2.2 * math.cos(angle), 3.7 + 2.2 * math.sin(angle))
            sheet.arrow((x, 3.7), tip, color=color)
            words = x + 2.75 * math.cos(angle), 3.7 + 2.75 * math.sin(angle)
            sheet.text(*words, name, color=color, size=12)
            ends.append(angle)
        low, high = min(ends), max(ends)
        arc = [
            (x + 0.9 * math.cos(a), 3.7 + 0.9 * math.sin(a))
            for a in (low + (high - low) * i / 12 for i in range(13))
        ]
        sheet.path(arc, color=GREEN, head=False)
        sheet.text(x, 0.5, f"$t = {t}, \\quad u = {u}$", color=GREY)
    return sheet
