"""The drawings of the chapter on AlexNet."""

from drawings.shapes import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VIOLET,
    Point,
    Shape,
    Sheet,
)


def columns() -> Sheet:
    """LeNet and AlexNet, layer by layer, with the sides of their maps."""
    sheet = Sheet(13.6, 15.2)
    sheet.text(2.7, 14.7, "LeNet")
    sheet.text(9.4, 14.7, "AlexNet")
    first = [
        ("28", GREY, "28 × 28"), ("5 × 5, 6", BLUE, "28"),
        ("", GREEN, "14"), ("5 × 5, 16", BLUE, "10"), ("", GREEN, "5"),
        ("120", VIOLET, ""), ("84", VIOLET, ""), ("10", VIOLET, ""),
    ]  # fmt: skip
    second = [
        ("224", GREY, "224 × 224"), ("11 × 11, 64", BLUE, "55"),
        ("", GREEN, "27"), ("5 × 5, 192", BLUE, "27"), ("", GREEN, "13"),
        ("3 × 3, 384", BLUE, "13"), ("3 × 3, 256", BLUE, "13"),
        ("3 × 3, 256", BLUE, "13"), ("", GREEN, "6"),
        ("4096", VIOLET, ""), ("4096", VIOLET, ""), ("1000", VIOLET, ""),
    ]  # fmt: skip
    for x, layers, width in ((2.7, first, 3.2), (9.4, second, 3.8)):
        before: Shape | Point = (x, 13.2)
        for i, (words, color, side) in enumerate(layers):
            y = 13.6 - 1.15 * i
            if color == GREY:
                sheet.text(x, y, side, color=GREY)
                continue
            box = sheet.box(
                x, y, words or "pooling", width=width, height=0.75,
                color=color,
            )  # fmt: skip
            sheet.arrow(before, box)
            before = box
            if side:
                sheet.text(x + width / 2 + 0.7, y, side, color=ORANGE)
    sheet.text(2.7, 3.3, "convolution", color=BLUE)
    sheet.text(2.7, 2.4, "linear layers", color=VIOLET)
    sheet.text(2.7, 1.5, "side of the maps", color=ORANGE)
    return sheet


def crops() -> Sheet:
    """Windows of one size at two places of a larger image."""
    sheet = Sheet(13.4, 6.6)
    sheet.box(3.3, 3.2, "", width=5.2, height=5.2, color=GREY)
    sheet.box(2.85, 3.65, "", width=4.2, height=4.2, color=BLUE)
    sheet.box(3.75, 2.8, "", width=4.2, height=4.2, color=ORANGE)
    sheet.brace((5.9, 5.8), (5.9, 0.6), color=GREY)
    sheet.text(6.9, 3.2, "$m$", size=13)
    for x, color in ((8.6, BLUE), (11.6, ORANGE)):
        sheet.box(x, 3.2, "", width=2.6, height=2.6, color=color)
        sheet.text(x, 1.4, "$n$", size=13, color=color)
    sheet.text(10.1, 5.5, "two training images")
    return sheet
