"""The drawings of the chapter on the perceptron."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

MINUS = ((-2.0, -1.0), (-1.5, 0.6))
PLUS = ((2.0, 0.5), (1.0, 2.0))


def rule() -> Sheet:
    """One mistake: the line before the step, and after it."""
    sheet = Sheet(13.6, 7.6)
    _plane(sheet, 3.4, (1.0, -1.0), 0.0)
    _plane(sheet, 10.2, (2.0, 1.0), 1.0)
    sheet.text(3.4, 0.4, "a mistake at x")
    sheet.text(10.2, 0.4, "after the step")
    return sheet


def _plane(
    sheet: Sheet, left: float, w: tuple[float, float], b: float
) -> None:
    unit, low, zero = 1.15, 4.0, left

    def place(x1: float, x2: float) -> tuple[float, float]:
        return zero + unit * x1, low + unit * x2

    sheet.path([place(-2.6, 0), place(2.7, 0)], color=GREY)
    sheet.path([place(0, -2.6), place(0, 2.8)], color=GREY)
    if w[1] == -1:
        ends = (-2.4, -2.4), (2.4, 2.4)
    else:
        ends = (-1.7, 2.4), (0.7, -2.4)
    sheet.axes.plot(
        *zip(*(place(*end) for end in ends), strict=True), color=BLUE,
        linewidth=2.0,
    )  # fmt: skip
    start = (0.0, 0.0) if b == 0 else (-0.4, -0.2)
    end = start[0] + 0.8 * w[0], start[1] + 0.8 * w[1]
    sheet.arrow(place(*start), place(*end), color=VIOLET)
    label = (1.15, -1.1) if b == 0 else (1.45, 0.95)
    sheet.text(*place(*label), "$w$", color=VIOLET)
    for points, sign, color in ((PLUS, "+", GREEN), (MINUS, "−", ORANGE)):
        for point in points:
            sheet.gate(*place(*point), sign, color=color, radius=0.34)
    sheet.text(*place(1.5, 2.0), "$x$", color=GREEN)


def hidden() -> Sheet:
    """Two perceptrons read the bits, a third one reads the two."""
    sheet = Sheet(13.0, 5.6)
    bits = sheet.layer(1.2, 2.8, ("$x_1$", "$x_2$"), gap=2.6, radius=0.55)
    units = sheet.layer(
        5.4, 2.8, ("$h_1$", "$h_2$"), gap=2.6, radius=0.6, color=BLUE
    )
    top = sheet.layer(10.2, 2.8, (r"$\hat{y}$",), radius=0.6, color=GREEN)
    for bit in bits:
        for unit in units:
            sheet.arrow(bit, unit, color=GREY)
    sheet.arrow(units[0], top[0])
    sheet.arrow(units[1], top[0])
    sheet.text(8.0, 3.95, "1")
    sheet.text(8.0, 1.65, "−1")
    sheet.text(3.2, 4.45, "1", color=GREY)
    sheet.text(3.2, 1.15, "1", color=GREY)
    sheet.text(2.5, 3.75, "1", color=GREY)
    sheet.text(2.5, 1.85, "1", color=GREY)
    sheet.text(5.4, 5.15, "at least one", color=BLUE)
    sheet.text(5.4, 0.45, "both bits", color=BLUE)
    sheet.text(11.9, 2.8, "XOR", color=GREEN)
    return sheet
