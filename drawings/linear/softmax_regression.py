"""The drawings of the chapter on softmax regression."""

import math

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

CLASSES = (("apple", ORANGE), ("pear", GREEN), ("banana", VIOLET))
SCORES = (2.0, 1.0, -1.0)


def scores() -> Sheet:
    """Two inputs, three scores, three probabilities, as bars."""
    sheet = Sheet(13.7, 6.3)
    inputs = sheet.layer(
        0.6, 2.6, ("$x_1$", "$x_2$"), gap=1.7, color=BLUE, radius=0.5
    )
    made = sheet.layer(3.0, 2.6, 3, gap=1.7, radius=0.5)
    sheet.connect(inputs, made, color=GREY)
    powers = [math.exp(score) for score in SCORES]
    for i, (name, color) in enumerate(CLASSES):
        y = 4.3 - 1.7 * i
        sheet.gate(3.0, y, f"$o_{i + 1}$", color=color, radius=0.5)
        _bar(sheet, 4.9, y, 0.5 * SCORES[i], color)
        _bar(sheet, 7.9, y, 0.22 * powers[i], color)
        _bar(sheet, 11.3, y, 1.1 * powers[i] / sum(powers), color)
        for x, number in (
            (4.9, f"{SCORES[i]:.0f}".replace("-", "−")),
            (7.9, f"{powers[i]:.3f}"),
            (11.3, f"{powers[i] / sum(powers):.3f}"),
        ):
            sheet.text(x + 0.05, y - 0.62, number, color=color, align="left")
        sheet.text(13.65, y, name, color=color, align="right")
    for x, words in (
        (0.6, "input"), (5.3, "scores"), (8.8, "exponentials"),
        (12.2, "probabilities"),
    ):  # fmt: skip
        sheet.text(x, 5.85, words)
    sheet.arrow((6.4, 2.6), (7.5, 2.6), "$e^{o}$")
    sheet.arrow((9.75, 2.6), (10.95, 2.6), r"$\div$" + " 10.475")
    return sheet


def _bar(sheet: Sheet, x: float, y: float, length: float, color: str) -> None:
    sheet.axes.plot([x, x], [y - 0.35, y + 0.35], color=GREY, linewidth=1.0)
    sheet.axes.fill(
        [x, x + length, x + length, x],
        [y - 0.28, y - 0.28, y + 0.28, y + 0.28],
        facecolor=color, edgecolor=color, alpha=0.45,
    )  # fmt: skip


def regions() -> Sheet:
    """Where each of the three classes has the largest score."""
    sheet = Sheet(10.0, 8.0)

    def place(x1: float, x2: float) -> tuple[float, float]:
        return 1.4 + 1.6 * (x1 + 1), 1.2 + 1.1 * (x2 + 1)

    low, high = -1.0, 4.4
    middle, corner = place(2, 2), place(low, low)
    sheet.path([corner, place(high, low)], color=GREY)
    sheet.path([corner, place(low, high + 0.4)], color=GREY)
    for x1, x2 in ((low, low), (0.5, -1.0), (3.6, 4.4)):
        sheet.path([middle, place(x1, x2)], head=False)
    for x1, x2, (name, color) in (
        (0.2, 3.2, CLASSES[0]), (0.35, -0.3, CLASSES[1]),
        (3.3, 1.0, CLASSES[2]),
    ):  # fmt: skip
        sheet.text(*place(x1, x2), name, color=color)
    sheet.text(*place(-0.35, 1.05), "$o_1 = o_2$", color=GREY)
    sheet.text(*place(2.05, -0.3), "$o_2 = o_3$", color=GREY)
    sheet.text(*place(2.25, 3.8), "$o_1 = o_3$", color=GREY)
    dot = place(1, 2)
    sheet.axes.plot(*dot, "o", color=BLUE, markersize=7)
    sheet.text(dot[0] + 0.5, dot[1] + 0.05, "$x$", color=BLUE)
    for number in range(-1, 5):
        sheet.text(place(number, 0)[0], 0.75, str(number).replace("-", "−"))
        sheet.text(0.95, place(0, number)[1], str(number).replace("-", "−"))
    sheet.text(9.6, 0.3, "$x_1$", color=BLUE)
    sheet.text(0.4, 7.4, "$x_2$", color=BLUE)
    return sheet
