"""The drawings of the chapter on multilayer perceptrons."""

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet

Points = list[tuple[float, float]]


def network() -> Sheet:
    """Three inputs, four hidden units, two outputs."""
    sheet = Sheet(12.6, 7.6)
    inputs = sheet.layer(2.0, 4.2, 3, gap=1.35, radius=0.5, color=GREY)
    hidden = sheet.layer(6.2, 4.2, 4, gap=1.35, radius=0.5, color=BLUE)
    outputs = sheet.layer(10.4, 4.2, 2, gap=1.35, radius=0.5, color=GREEN)
    sheet.connect(inputs, hidden, color=GREY)
    sheet.connect(hidden, outputs, color=GREY)
    for unit in hidden:
        sheet.text(unit.x, unit.y, "$f$", color=BLUE)
    for x, words, symbols, color in (
        (2.0, "input", "$h_0 = x$", GREY),
        (6.2, "hidden layer", "$h_1 = f(x\\,W_1 + b_1)$", BLUE),
        (10.4, "output", r"$\hat{y} = h_1 W_2 + b_2$", GREEN),
    ):
        sheet.text(x, 1.15, words, color=color)
        sheet.text(x, 0.5, symbols, color=color, size=10.0)
    sheet.text(4.1, 7.1, "$W_1$", color=ORANGE)
    sheet.text(8.3, 7.1, "$W_2$", color=ORANGE)
    return sheet


def _frame(
    sheet: Sheet, left: float, low: float, width: float, height: float
) -> None:
    """Two axes with heads."""
    sheet.path([(left, low), (left + width, low)], color=GREY)
    sheet.path([(left, low), (left, low + height)], color=GREY)


def hinges() -> Sheet:
    """Three ReLUs, and the chain of segments that is their sum."""
    sheet = Sheet(13.6, 7.6)
    left, middle, across, up = 0.9, 3.3, 1.45, 0.5
    sheet.path([(left, middle), (left + 5.2, middle)], color=GREY)
    sheet.path([(left, 0.7), (left, 6.8)], color=GREY)
    for start, slope, end, color, words, place in (
        (0.0, 2.0, 3.0, BLUE, r"$2\,ReLU(x)$", (2.3, 5.9)),
        (1.0, -3.0, 2.7, ORANGE, r"$-3\,ReLU(x-1)$", (2.6, 0.9)),
        (2.0, 2.0, 3.0, GREEN, r"$2\,ReLU(x-2)$", (4.3, 4.65)),
    ):
        points: Points = [
            (left + across * x, middle + up * slope * max(0.0, x - start))
            for x in (0.0, start, end)
        ]
        sheet.path(points, color=color, head=False)
        sheet.text(*place, words, color=color, size=10.0)
    for i in range(1, 4):
        sheet.text(left + across * i, middle - 0.42, f"{i}", color=GREY,
                   size=10.0)  # fmt: skip
    left, low = 8.5, 1.6
    _frame(sheet, left, low, 4.9, 4.6)
    chain: Points = [(0, 0), (1, 2), (2, 1), (3, 2)]
    places = [(left + across * x, low + 1.6 * y) for x, y in chain]
    sheet.path(places, color=VIOLET, head=False)
    for (x, _), (u, v) in zip(chain, places, strict=True):
        sheet.gate(u, v, "", radius=0.13, color=VIOLET)
        sheet.text(u, low - 0.45, f"{x:.0f}", color=GREY, size=10.0)
    for height in (1.0, 2.0):
        sheet.text(left - 0.4, low + 1.6 * height, f"{height:.0f}", color=GREY,
                   size=10.0)  # fmt: skip
    for at, height, words in ((0.62, 0.8, "$2$"), (1.72, 1.75, "$-1$"),
                              (2.42, 1.75, "$1$")):  # fmt: skip
        sheet.text(left + across * at + 0.1, low + 1.6 * height, words,
                   color=VIOLET, size=10.0)  # fmt: skip
    sheet.text(7.1, middle, "=", color=INK, size=14.0)
    sheet.text(3.6, 7.25, "three ReLUs", color=INK)
    sheet.text(10.7, 7.25, "their sum, with its slopes", color=INK)
    return sheet


def teeth() -> Sheet:
    """One tent, two tents in a row, three tents in a row."""
    sheet = Sheet(13.6, 4.6)
    for i, (left, words) in enumerate(
        ((0.5, r"$\tau(x)$"), (5.0, r"$\tau(\tau(x))$"),
         (9.5, r"$\tau(\tau(\tau(x)))$")), 1
    ):  # fmt: skip
        _frame(sheet, left, 0.9, 4.0, 2.9)
        count = 2**i
        points: Points = [
            (left + 3.4 * k / count, 0.9 + 2.2 * (k % 2))
            for k in range(count + 1)
        ]
        sheet.path(points, color=BLUE, head=False)
        sheet.text(left + 1.9, 4.2, words, color=BLUE)
        sheet.text(left, 0.4, "0", color=GREY, size=10.0)
        sheet.text(left + 3.4, 0.4, "1", color=GREY, size=10.0)
        sheet.text(left + 1.7, 0.4, "½", color=GREY, size=10.0)
    return sheet
