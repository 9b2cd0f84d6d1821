"""The drawings of the chapter on activation functions."""

from drawings.shapes import BLUE, GREY, INK, ORANGE, Sheet


def passage() -> Sheet:
    """A gradient goes back through five sigmoids, a quarter each time."""
    sheet = Sheet(13.8, 5.2)
    places = [2.1 + 2.25 * i for i in range(5)]
    units = [
        sheet.box(x, 3.4, "$f(z)$", width=1.6, color=BLUE) for x in places
    ]
    loss = sheet.text(13.15, 3.4, "loss", color=INK)
    sheet.arrow((0.75, 3.4), units[0].left, color=BLUE)
    sheet.text(0.45, 3.4, "$x$", color=BLUE)
    for before, after in zip(units, [*units[1:], loss], strict=True):
        sheet.arrow(before, after, color=BLUE)
    shares = ("1", "1/4", "1/16", "1/64", "1/256", "1/1024")
    spots = [13.15, *[x - 1.1 for x in places[::-1]]]
    for x, share in zip(spots, shares, strict=True):
        sheet.text(x, 1.6, share, color=ORANGE, size=10.0)
    for x in places:
        sheet.arrow((x + 0.45, 1.6), (x - 0.25, 1.6), color=ORANGE)
        sheet.text(x + 0.1, 2.2, r"$\times\frac{1}{4}$", color=ORANGE,
                   size=10.0)  # fmt: skip
    sheet.text(6.8, 4.7, "forward", color=BLUE)
    sheet.text(6.8, 0.6, "backward, at most", color=ORANGE)
    return sheet


def dying() -> Sheet:
    """One step moves the pre-activations of both samples to the left."""
    sheet = Sheet(13.4, 5.4)
    zero, unit, low = 4.2, 3.4, 1.6
    sheet.path([(0.6, low), (12.9, low)], color=GREY)
    sheet.path([(zero, 0.9), (zero, 4.9)], color=GREY)
    sheet.path([(0.8, low), (zero, low), (zero + 2.3 * unit, low + 3.0)],
               color=BLUE, head=False)  # fmt: skip
    sheet.text(8.0, 4.7, "$ReLU(z)$", color=BLUE)
    for start, end, words, lift in (
        (1.0, -0.25, "$z_1$", 0.75), (2.0, 0.0, "$z_2$", 1.35),
    ):  # fmt: skip
        first, last = zero + unit * start, zero + unit * end
        sheet.gate(first, low, "", radius=0.18, color=ORANGE)
        sheet.gate(last, low, "", radius=0.18, color=GREY)
        sheet.path([(first, low + 0.2), (first, low + lift),
                    (last, low + lift), (last, low + 0.25)],
                   color=ORANGE)  # fmt: skip
        sheet.text(first + 0.55, low + lift, words, color=ORANGE)
        sheet.text(first, low - 0.65, f"{start:.0f}", color=GREY, size=10.0)
    sheet.text(zero - 0.25 * unit - 0.3, low - 0.65, "−0.25", color=GREY,
               size=10.0)  # fmt: skip
    sheet.text(zero + 0.35, low - 0.65, "0", color=GREY, size=10.0)
    sheet.text(12.7, low + 0.5, "$z$", color=GREY)
    sheet.text(1.9, 2.6, "slope 0", color=BLUE, size=10.0)
    return sheet
