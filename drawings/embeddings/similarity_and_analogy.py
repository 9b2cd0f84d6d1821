"""The drawings of the chapter on similarity and analogy."""

import math

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def angle() -> Sheet:
    """Two vectors of one direction, and a long one that points away."""
    sheet = Sheet(13.0, 5.8)
    start = (1.0, 0.9)

    def tip(length: float, degrees: float) -> tuple[float, float]:
        turn = math.radians(degrees)
        return (
            start[0] + length * math.cos(turn),
            start[1] + length * math.sin(turn),
        )

    turns = [math.radians(37 + i) for i in range(17)]
    arc = [
        (start[0] + 2.2 * math.cos(t), start[1] + 2.2 * math.sin(t))
        for t in turns
    ]
    sheet.curve(arc, color=VIOLET)
    sheet.arrow(start, tip(5.0, 53), color=BLUE)
    sheet.arrow(start, tip(5.0, 37), color=BLUE)
    sheet.arrow(start, tip(11.0, 0), color=ORANGE)
    for name, degrees, color in (("$x$", 53, BLUE), ("$y$", 37, BLUE)):
        x, y = tip(5.45, degrees)
        sheet.text(x, y, name, color=color, size=12)
    sheet.text(12.5, 0.9, "$z$", color=ORANGE, size=12)
    sheet.text(7.0, 4.1, "small angle", color=VIOLET, align="left")
    sheet.text(7.0, 3.4, "large cosine", color=VIOLET, align="left")
    sheet.text(7.0, 2.1, "long", color=ORANGE, align="left")
    sheet.text(7.0, 1.5, "large dot product", color=ORANGE, align="left")
    return sheet


def parallelogram() -> Sheet:
    """From c go as from a to b, then look for the nearest word."""
    sheet = Sheet(13.0, 6.6)
    a, b = (1.6, 1.2), (3.6, 4.6)
    c = (7.2, 1.8)
    end = (c[0] + b[0] - a[0], c[1] + b[1] - a[1])
    sheet.arrow(a, b, "$b - a$", color=GREEN, side=(-1.2, 0.2))
    sheet.arrow(c, end, "$b - a$", color=GREEN, side=(1.3, 0.0))
    for (x, y), name, word, aside in (
        (a, "$a$", "man", (0.0, -0.55)),
        (b, "$b$", "woman", (0.0, 0.55)),
        (c, "$c$", "king", (0.0, -0.6)),
    ):
        sheet.gate(x, y, "", radius=0.16, color=BLUE)
        sheet.text(x + aside[0] - 1.0, y + aside[1], name, color=BLUE, size=12)
        sheet.text(x + aside[0] + 0.2, y + aside[1], word, color=BLUE)
    sheet.gate(*end, "", radius=0.16, color=VIOLET)
    sheet.text(
        end[0] - 0.3, end[1] + 0.6, "$b - a + c$", color=VIOLET, size=12
    )
    found = (end[0] + 1.3, end[1] - 0.5)
    sheet.gate(*found, "", radius=0.16, color=ORANGE)
    sheet.text(found[0] + 0.7, found[1] - 0.55, "queen", color=ORANGE)
    sheet.text(found[0] + 0.55, found[1] + 0.25, "$d$", color=ORANGE, size=12)
    for x, y in ((11.9, 1.6), (5.4, 5.3), (5.9, 3.1)):
        sheet.gate(x, y, "", radius=0.16, color=GREY)
    return sheet


def pairs() -> Sheet:
    """Four pairs, ordered by people and by vectors."""
    sheet = Sheet(13.0, 6.4)
    names = (
        "territory, surface", "cup, liquid", "psychology, mind",
        "car, automobile",
    )  # fmt: skip
    people = (1, 2, 3, 4)
    vectors = (2, 1, 3, 4)
    sheet.text(3.3, 6.0, "people", color=BLUE)
    sheet.text(9.7, 6.0, "vectors", color=ORANGE)
    for i, name in enumerate(names):
        y = 0.8 + 1.3 * (people[i] - 1)
        z = 0.8 + 1.3 * (vectors[i] - 1)
        left = sheet.box(3.3, y, name, width=5.0, height=0.95, color=BLUE)
        right = sheet.box(9.7, z, name, width=5.0, height=0.95, color=ORANGE)
        sheet.text(0.4, y, str(people[i]), color=BLUE)
        sheet.text(12.6, z, str(vectors[i]), color=ORANGE)
        sheet.arrow(left.right, (right.x - 2.5, right.y), color=GREY)
    return sheet
