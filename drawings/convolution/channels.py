"""The drawings of the chapter on channels."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

IMAGE = (
    [["1", "2", "0", "1"], ["0", "3", "1", "2"], ["2", "1", "0", "1"]],
    [["0", "1", "1", "0"], ["2", "0", "1", "1"], ["1", "0", "2", "0"]],
)
KERNELS = (
    ([["1", "0"], ["2", "−1"]], [["0", "1"], ["−1", "0"]]),
    ([["1", "1"], ["0", "0"]], [["0", "0"], ["1", "1"]]),
    ([["0", "0"], ["0", "1"]], [["1", "0"], ["0", "−1"]]),
)
ANSWERS = (
    [["−2", "9", "0"], ["3", "7", "0"]],
    [["5", "3", "3"], ["4", "6", "5"]],
    [["2", "0", "1"], ["2", "−3", "1"]],
)


def volume() -> Sheet:
    """Two channels in, three kernels of two layers, three channels out."""
    sheet = Sheet(13.8, 9.5)
    cell, rows = 0.72, (6.3, 3.1)
    shades = [[0.1, 0.75, 0.75, 0.1]] * 2 + [[0.1] * 4]
    for y, channel, name in zip(rows, IMAGE, ("X_0", "X_1"), strict=True):
        sheet.grid(1.6, y, channel, color=BLUE, shades=shades, cell=cell)
        sheet.text(1.6, y - 1.45, f"${name}$", color=BLUE, size=12)
    outputs = (6.9, 4.4, 1.9)
    for o, (x, kernel, answers, y) in enumerate(
        zip((4.9, 7.1, 9.3), KERNELS, ANSWERS, outputs, strict=True)
    ):
        color = ORANGE if o == 0 else GREY
        layers = [
            sheet.grid(x, row, part, color=color, cell=cell)
            for row, part in zip(rows, kernel, strict=True)
        ]
        sheet.plate(layers, color=color, room=0.25)
        sheet.text(x, 1.7, f"$W_{o}$", color=color, size=12)
        marked = [[0.1, 0.75 if o == 0 else 0.1, 0.1], [0.1] * 3]
        sheet.grid(
            12.3, y, answers, shades=marked,
            color=GREEN if o == 0 else GREY, cell=cell,
        )  # fmt: skip
        sheet.text(
            12.3, y - 1.1, f"$Y_{o}$", color=GREEN if o == 0 else GREY,
            size=12,
        )  # fmt: skip
    sheet.text(3.45, 4.8, "⋆", size=16)
    sheet.text(10.7, 4.8, "=", size=14)
    for x, words, shape in (
        (1.6, "input", "(2, 3, 4)"),
        (7.1, "kernels", "(3, 2, 2, 2)"),
        (12.3, "output", "(3, 2, 3)"),
    ):
        sheet.text(x, 9.1, words)
        sheet.text(x, 8.35, shape)
    return sheet


def pointwise() -> Sheet:
    """A 1 x 1 convolution: one small linear layer, at every pixel."""
    sheet = Sheet(13.2, 6.4)
    shades = [[0.1] * 4, [0.1, 0.75, 0.1, 0.1], [0.1] * 4]
    places = []
    for x, y, color in ((2.2, 4.0, BLUE), (11.0, 4.0, GREEN)):
        sheet.grid(x, y, (3, 4), color=color, shades=shades, cell=0.95)
        places.append((x - 0.475, y))
    before = sheet.layer(5.4, 4.0, 3, color=BLUE, gap=1.5)
    after = sheet.layer(7.8, 4.0, 2, color=GREEN, gap=1.5)
    sheet.connect(before, after, color=ORANGE)
    sheet.path([places[0], (4.95, 4.0)], color=BLUE)
    sheet.path([(8.25, 4.0), places[1]], color=GREEN)
    sheet.text(2.2, 1.6, "$X$", color=BLUE, size=13)
    sheet.text(6.6, 0.9, "$V$", color=ORANGE, size=13)
    sheet.text(11.0, 1.6, "$Y$", color=GREEN, size=13)
    sheet.text(2.2, 0.7, "3 channels", color=BLUE)
    sheet.text(11.0, 0.7, "2 channels", color=GREEN)
    sheet.plate([*before, *after], color=VIOLET, room=0.35)
    return sheet
