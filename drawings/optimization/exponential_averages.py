"""The drawings of optimization/exponential_averages."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet


def memory() -> Sheet:
    """A window of values above, one number below."""
    sheet = Sheet(13.2, 8.2)
    values = ["$x_{t-4}$", "$x_{t-3}$", "$x_{t-2}$", "$x_{t-1}$", "$x_t$"]
    sheet.text(0.4, 7.7, "a window of n values", align="left")
    window = sheet.vector(5.0, 6.2, values, color=BLUE, cell=1.4)
    mean = sheet.box(11.2, 6.2, "mean", color=BLUE, width=2.2)
    sheet.arrow(window, mean, color=BLUE)
    sheet.path([(1.4, 6.2), (0.4, 6.2), (0.4, 5.0)], color=GREY)
    sheet.text(0.7, 4.7, "forgotten", color=GREY, align="left")
    sheet.text(0.4, 3.5, "one number", align="left")
    value = sheet.box(2.0, 1.6, "$x_t$", color=GREEN, width=1.6)
    plus = sheet.gate(6.6, 1.6, "+", color=ORANGE)
    new = sheet.box(11.2, 1.6, "$m_t$", color=ORANGE, width=2.2)
    sheet.arrow(value, plus, r"$1 - \beta$", color=GREEN)
    sheet.arrow(plus, new, color=ORANGE)
    sheet.path(
        [new.top, (11.2, 3.4), (6.6, 3.4), plus.top], color=ORANGE
    )  # fmt: skip
    sheet.text(7.1, 2.6, r"$\beta$", color=ORANGE)
    sheet.text(9.0, 3.85, "kept for the next step", color=ORANGE)
    return sheet


def weights() -> Sheet:
    """The weights of beta = 0.9, and a rectangle of the same area."""
    sheet = Sheet(13.2, 7.4)
    beta, left, floor, step, height = 0.9, 1.5, 1.3, 0.4, 48.0
    tops = []
    for age in range(28):
        top = height * (1 - beta) * beta**age
        tops.append(top)
        sheet.bar(
            left + (age + 0.5) * step, floor, top, color=BLUE, width=step
        )
    right, high = left + 10 * step, floor + tops[0]
    corners = [(left, high), (right, high), (right, floor)]
    sheet.path(corners, color=ORANGE, head=False, dashed=True)
    sheet.text(right + 0.3, high - 0.3, "10 wide, the same area", color=ORANGE,
               align="left")  # fmt: skip
    sheet.text(left - 0.2, high, r"$1 - \beta$", color=BLUE, align="right")
    half = left + 6.58 * step
    sheet.path([(half, 0.75), (half, floor)], color=GREEN)
    sheet.text(half, 0.4, "half", color=GREEN)
    sheet.path([(right, 0.75), (right, floor)], color=ORANGE)
    sheet.text(right, 0.4, "10", color=ORANGE)
    sheet.text(left + 0.2, 0.4, "0", color=BLUE)
    sheet.text(10.6, 0.4, "age k, in steps", color=BLUE)
    sheet.text(8.6, 3.3, r"$(1 - \beta)\, \beta^k$", color=BLUE)
    return sheet
