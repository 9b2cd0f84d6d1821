"""The drawings of the chapter on LeNet."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Shape, Sheet


def network() -> Sheet:
    """The way of an image of 28 by 28 through the network, in two rows."""
    sheet = Sheet(13.6, 13.4)
    image = _maps(sheet, 1.6, 10.2, 1, 2.5, GREY)
    first = _maps(sheet, 6.0, 10.2, 6, 2.5, BLUE)
    half = _maps(sheet, 10.9, 10.2, 6, 1.5, BLUE)
    sheet.text(1.6, 8.0, "1 × 28 × 28")
    sheet.text(6.3, 8.0, "6 × 28 × 28")
    sheet.text(11.2, 8.0, "6 × 14 × 14")
    sheet.arrow(image, first, color=ORANGE)
    sheet.arrow((8.2, 10.2), half, color=GREEN)
    sheet.text(3.2, 12.9, "convolution", color=ORANGE)
    sheet.text(3.2, 12.1, "$k = 5, p = 2$", color=ORANGE)
    sheet.text(9.6, 12.5, "pooling", color=GREEN)

    sheet.path(
        [(11.2, 7.5), (11.2, 6.9), (1.2, 6.9), (1.2, 5.2)], color=ORANGE
    )
    sheet.text(4.2, 7.3, "convolution", color=ORANGE)
    sheet.text(8.2, 7.3, "$k = 5, p = 0$", color=ORANGE)
    _maps(sheet, 1.2, 4.2, 8, 1.0, BLUE)
    quarter = _maps(sheet, 4.9, 4.2, 8, 0.55, BLUE)
    sheet.arrow((3.1, 4.2), quarter, color=GREEN)
    sheet.text(4.2, 6.2, "pooling", color=GREEN)
    sheet.text(1.9, 2.9, "16 × 10 × 10")
    sheet.text(5.3, 2.2, "16 × 5 × 5")
    before: Shape | tuple[float, float] = (6.6, 4.2)
    for x, height, width in ((8.2, 4.6, "120"), (10.3, 3.7, "84"),
                             (12.4, 1.9, "10")):  # fmt: skip
        box = sheet.box(x, 4.2, "", width=0.6, height=height, color=VIOLET)
        sheet.arrow(before, box, color=VIOLET)
        sheet.text(x, 1.4, width)
        before = box
    sheet.text(10.3, 0.5, "linear layers", color=VIOLET)
    return sheet


def _maps(
    sheet: Sheet, x: float, y: float, count: int, side: float, color: str
) -> Shape:
    """Feature maps behind each other, the foremost around (x, y)."""
    for i in reversed(range(count)):
        front = sheet.box(
            x + 0.17 * i, y + 0.17 * i, "", width=side, height=side,
            color=color,
        )  # fmt: skip
    return front
