"""The drawings of the chapter on GoogLeNet."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def module() -> Sheet:
    """An inception module: four branches and their concatenation."""
    sheet = Sheet(13.6, 11.2)
    start = sheet.box(6.8, 10.5, "$x$", width=2.0, height=0.9, color=GREY)
    sheet.text(8.3, 10.5, "$C$", size=13, color=GREY)
    columns = (
        (1.8, "", "1 × 1", "$c_1$", "$y_1$", BLUE),
        (5.1, "$r_3$", "3 × 3", "$c_3$", "$y_3$", GREEN),
        (8.5, "$r_5$", "5 × 5", "$c_5$", "$y_5$", VIOLET),
        (11.8, "$C$", "1 × 1", "$c_p$", "$y_p$", GREY),
    )
    for i, (x, narrow, words, channels, part, color) in enumerate(columns):
        before = start
        if narrow:
            pooled = i == 3
            tint = GREY if pooled else ORANGE
            before = sheet.box(
                x, 7.8, "pooling" if pooled else "1 × 1", width=2.5,
                color=tint,
            )  # fmt: skip
            sheet.arrow(start, before)
            sheet.text(x + 0.75, 6.55, narrow, size=13, color=tint)
        last = sheet.box(
            x, 5.3 if narrow else 7.8, words, width=2.5,
            color=ORANGE if i == 3 else color,
        )  # fmt: skip
        sheet.arrow(before, last)
        y = 3.9 if narrow else 6.3
        side = (-0.7, -0.7, 0.65, 1.1)[i]
        sheet.text(x + side, y, channels, size=13, color=color)
        part_box = sheet.box(
            4.4 + 1.6 * i, 1.6, part, width=1.5, height=1.0, color=color
        )
        sheet.arrow(last, part_box)
    sheet.brace((10.0, 0.95), (3.6, 0.95), color=GREY)
    sheet.text(6.8, 0.3, "$y$", size=13)
    return sheet


def axes() -> Sheet:
    """Two branches of two channels, joined along three axes."""
    sheet = Sheet(13.6, 6.8)
    for x, words in ((2.0, "channels"), (6.1, "height"), (10.9, "batch")):
        sheet.text(x, 0.7, words)
    maps = [(1.4 + 0.42 * i, 2.4 + 0.42 * i, i < 2) for i in (3, 2, 1, 0)]
    for x, y, first in (
        (5.9, 4.9, True), (5.9, 2.4, False), (9.3, 2.4, True),
        (12.0, 2.4, False),
    ):  # fmt: skip
        maps += [(x + 0.42, y + 0.42, first), (x, y, first)]
    for x, y, first in maps:
        color = BLUE if first else GREEN
        sheet.box(x, y, "", width=1.8, height=1.8, color=color)
    return sheet
