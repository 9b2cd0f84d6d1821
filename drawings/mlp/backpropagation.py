"""The drawings of the chapter on backpropagation."""

from itertools import pairwise

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, Shape, Sheet


def graph() -> Sheet:
    """Two layers of one unit: values forward, gradients backward."""
    sheet = Sheet(13.8, 7.4)
    values: list[Shape] = []
    for x, words, color in (
        (1.2, "$x = 2$", BLUE), (4.0, "$z_1 = 3$", BLUE),
        (6.8, "$a = 3$", BLUE), (9.6, "$z_2 = 5$", BLUE),
        (12.5, "loss ½", GREEN),
    ):  # fmt: skip
        values.append(sheet.box(x, 3.9, words, width=1.9, color=color))
    for before, after in pairwise(values):
        sheet.arrow(before, after, color=BLUE)
    for x, name, value, slope in (
        (3.0, "$w_1 = 1$", (4.0, 3.9), r"$\bar{w}_1 = 4$"),
        (5.1, "$b_1 = 1$", (4.0, 3.9), r"$\bar{b}_1 = 2$"),
        (8.6, "$w_2 = 2$", (9.6, 3.9), r"$\bar{w}_2 = 3$"),
        (10.7, "$b_2 = -1$", (9.6, 3.9), r"$\bar{b}_2 = 1$"),
    ):
        label = sheet.text(x, 5.8, name, color=GREY)
        sheet.text(x, 6.6, slope, color=ORANGE)
        sheet.arrow((label.x, 5.4), (value[0] + 0.35 * (x - value[0]), 4.5),
                    color=GREY)  # fmt: skip
    sheet.text(12.6, 5.8, "$y = 4$", color=GREY)
    sheet.arrow((12.5, 5.4), (12.5, 4.5), color=GREY)
    sheet.text(5.65, 4.85, "ReLU", color=BLUE, size=9.0)
    bars = [
        sheet.text(x, 2.2, words, color=ORANGE)
        for x, words in (
            (4.0, r"$\bar{z}_1 = 2$"), (6.8, r"$\bar{a} = 2$"),
            (9.6, r"$\bar{z}_2 = 1$"), (12.5, "$1$"),
        )
    ]  # fmt: skip
    for before, after, factor in zip(
        bars[:0:-1], bars[-2::-1],
        (r"$\times(z_2 - y)$", r"$\times w_2$", r"$\times 1$"), strict=True,
    ):  # fmt: skip
        sheet.arrow((before.x - 0.95, 2.2), (after.x + 0.95, 2.2),
                    color=ORANGE)  # fmt: skip
        sheet.text((before.x + after.x) / 2, 1.5, factor, color=ORANGE,
                   size=9.0)  # fmt: skip
    sheet.text(1.2, 2.2, "backward", color=ORANGE)
    sheet.text(1.2, 5.0, "forward", color=BLUE)
    return sheet


def passes() -> Sheet:
    """Three layers: what forward keeps is where backward needs it."""
    sheet = Sheet(13.8, 6.6)
    forward = [
        sheet.box(x, 4.6, f"$W_{k}, b_{k}$", width=1.8, color=GREY)
        for k, x in ((1, 3.6), (2, 7.0), (3, 10.4))
    ]
    inputs = [
        sheet.text(x, 4.6, words, color=BLUE)
        for x, words in ((1.2, "$A_0$"), (5.3, "$A_1$"), (8.7, "$A_2$"))
    ]
    end = sheet.text(12.4, 4.6, "$Z_3$", color=BLUE)
    backward = [
        sheet.box(x, 1.5, rf"$\bar{{W}}_{k}, \bar{{b}}_{k}$", width=1.8,
                  color=ORANGE)
        for k, x in ((1, 3.6), (2, 7.0), (3, 10.4))
    ]  # fmt: skip
    sheet.arrow((1.6, 4.6), forward[0].left, color=BLUE)
    for k, box in enumerate(forward):
        following = [*inputs[1:], end][k]
        sheet.arrow(box.right, (following.x - 0.35, 4.6), color=BLUE)
        if k < 2:
            sheet.arrow((following.x + 0.35, 4.6), forward[k + 1].left,
                        color=BLUE)  # fmt: skip
        sheet.arrow((inputs[k].x, 4.2), (box.x - 0.9, 2.15), color=GREY,
                    dashed=True)  # fmt: skip
    start = sheet.text(12.4, 1.5, r"$\bar{Z}_3$", color=ORANGE)
    sheet.arrow((12.4, 4.2), (12.4, 2.0), "loss", color=INK,
                side=(0.75, 0.0))  # fmt: skip
    for box, words, x in zip(
        backward[::-1], ("$\\bar{Z}_2$", "$\\bar{Z}_1$", ""), (8.7, 5.3, 0),
        strict=True,
    ):  # fmt: skip
        sheet.arrow((start.x - 0.35, 1.5), box.right, color=ORANGE)
        if words:
            sheet.text(x, 1.5, words, color=ORANGE)
            sheet.arrow(box.left, (x + 0.35, 1.5), color=ORANGE)
            start = Shape(x, 1.5, 0.7, 0.7)
    sheet.text(1.0, 3.2, "kept", color=GREY)
    sheet.text(6.8, 6.0, "forward", color=BLUE)
    sheet.text(6.8, 0.4, "backward", color=ORANGE)
    return sheet


def segments() -> Sheet:
    """64 layers in eight segments: what is alive in the last one."""
    sheet = Sheet(12.0, 8.4)
    kept = [
        [1.0 if i == 0 or row == 7 else 0.0 for i in range(8)]
        for row in range(8)
    ]
    sheet.grid(4.4, 4.2, (8, 8), color=BLUE, shades=kept, cell=0.8)
    for row, words in ((0, "segment 1"), (7, "segment 8")):
        sheet.text(9.6, 4.2 + 2.8 - 0.8 * row, words, color=GREY)
    sheet.text(1.6, 7.9, "checkpoints", color=BLUE)
    sheet.text(6.2, 0.45, "computed again", color=BLUE)
    return sheet
