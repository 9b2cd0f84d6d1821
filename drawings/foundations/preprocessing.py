"""The drawings of the chapter on data preprocessing."""

from drawings.shapes import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VIOLET,
    Shape,
    Sheet,
)

HOUSES = (
    ("90", "1970", "north"),
    ("60", "?", "centre"),
    ("120", "2010", "north"),
    ("80", "1950", "?"),
    ("100", "1990", "south"),
)
NUMBERS = (
    ("0", "−.5", "0"),
    ("−1.5", "0", "1"),
    ("1.5", "1.5", "0"),
    ("−.5", "−1.5", "0"),
    (".5", ".5", "0"),
)
PLACES = (1, 0, 1, 3, 2)


def table() -> Sheet:
    """Five houses: what stands in the file, what the model gets."""
    sheet = Sheet(13.8, 7.0)
    for x, width, name, color in (
        (0.75, 1.1, "area", BLUE),
        (2.2, 1.6, "garage", GREEN),
        (4.05, 1.9, "zone", VIOLET),
    ):
        sheet.text(x, 6.3, name, color=color)
        place = ("area", "garage", "zone").index(name)
        for i, row in enumerate(HOUSES):
            missing = row[place] == "?"
            sheet.box(
                x, 5.3 - i, row[place], width=width, height=0.9,
                color=ORANGE if missing else color,
            )  # fmt: skip
    sheet.arrow((5.2, 3.3), (6.1, 3.3))
    for x, name, color in (
        (6.75, "area", BLUE),
        (8.1, "garage", GREEN),
        (9.3, "?", ORANGE),
        (11.3, "zone", VIOLET),
        (13.2, "?", ORANGE),
    ):
        sheet.text(x, 6.3, name, color=color)
    for i, (area, garage, hole) in enumerate(NUMBERS):
        y = 5.3 - i
        sheet.box(6.75, y, area, width=1.25, height=0.9, color=BLUE)
        sheet.box(8.1, y, garage, width=1.25, height=0.9, color=GREEN)
        sheet.box(9.3, y, hole, width=0.9, height=0.9, color=ORANGE)
        for c in range(4):
            color = ORANGE if c == 3 else VIOLET
            one = PLACES[i] == c
            sheet.vector(
                10.32 + c * 0.96, y, ["1" if one else "0"], color=color,
                shades=[0.5 if one else 0.0], cell=0.9,
            )  # fmt: skip
    sheet.text(2.2, 0.4, "the file", color=GREY)
    sheet.text(9.9, 0.4, "what the model gets", color=GREY)
    return sheet


def fit() -> Sheet:
    """The training rows decide; both sets are treated with the result."""
    sheet = Sheet(13.2, 5.6)
    train = sheet.box(1.9, 4.2, "training rows", width=3.4, color=BLUE)
    test = sheet.box(1.9, 1.3, "test rows", width=3.4, color=GREY)
    kept = sheet.box(6.5, 4.2, width=3.8, height=1.7, color=GREEN)
    sheet.text(6.5, 4.55, "medians, means", color=GREEN)
    sheet.text(6.5, 3.85, "words, weights", color=GREEN)
    use = sheet.box(6.5, 1.3, width=3.8, height=1.7, color=INK)
    sheet.text(6.5, 1.65, "fill, encode")
    sheet.text(6.5, 0.95, "scale, predict")
    out = sheet.box(11.3, 1.3, "predictions", width=2.9, color=GREY)
    sheet.arrow(train, kept, color=BLUE)
    sheet.arrow(kept, use, color=GREEN)
    sheet.arrow(test, use)
    sheet.arrow(use, out)
    _barred(sheet, test, kept)
    return sheet


def _barred(sheet: Sheet, start: Shape, end: Shape) -> None:
    """An arrow that must not be, crossed out in the middle."""
    a, b = (2.4, start.y + 0.65), (end.x - 2.0, end.y - 0.7)
    sheet.arrow(a, b, color=ORANGE)
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    for sign in (1, -1):
        sheet.path(
            [(x - 0.25, y - sign * 0.25), (x + 0.25, y + sign * 0.25)],
            color=ORANGE, head=False,
        )  # fmt: skip
