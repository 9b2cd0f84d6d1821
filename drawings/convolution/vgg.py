"""The drawings of the chapter on VGG."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def kernels() -> Sheet:
    """What one output sees: two layers of side 3, one layer of side 5."""
    sheet = Sheet(13.6, 8.8)
    shade = [[0.35] * 3 for _ in range(3)]
    pixels = sheet.grid(2.0, 6.4, (5, 5), color=GREY, cell=0.62)
    sheet.grid(1.38, 7.02, (3, 3), color=BLUE, shades=shade, cell=0.62)
    middle = sheet.grid(
        7.2, 6.4, (3, 3), color=BLUE,
        shades=[[0.9, 0.15, 0.15], [0.15] * 3, [0.15] * 3], cell=0.62,
    )  # fmt: skip
    out = sheet.grid(11.6, 6.4, (1, 1), color=GREEN, cell=0.62)
    sheet.arrow(pixels, middle, color=BLUE)
    sheet.arrow(middle, out, color=GREEN)
    sheet.text(4.9, 7.0, "3 × 3", color=BLUE)
    sheet.text(9.7, 7.0, "3 × 3", color=GREEN)
    sheet.text(7.2, 4.7, "9 + 9 = 18 weights", color=BLUE)

    pixels = sheet.grid(
        2.0, 1.9, (5, 5), color=ORANGE, shades=[[0.35] * 5] * 5, cell=0.62
    )
    out = sheet.grid(11.6, 1.9, (1, 1), color=ORANGE, cell=0.62)
    sheet.arrow(pixels, out, color=ORANGE)
    sheet.text(7.2, 2.5, "5 × 5", color=ORANGE)
    sheet.text(7.2, 1.2, "25 weights", color=ORANGE)
    return sheet


def networks() -> Sheet:
    """The layers of VGG-11, 13, 16 and 19, block by block."""
    sheet = Sheet(13.8, 13.4)
    depths = (
        (11, (1, 1, 2, 2, 2)), (13, (2, 2, 2, 2, 2)),
        (16, (2, 2, 3, 3, 3)), (19, (2, 2, 4, 4, 4)),
    )  # fmt: skip
    centres = (11.9, 10.25, 8.1, 5.45, 2.8)
    sheet.text(10.6, 12.9, "channels", color=GREY)
    sheet.text(12.9, 12.9, "side", color=GREY)
    for column, (name, counts) in enumerate(depths):
        x = 1.2 + 2.3 * column
        sheet.text(x, 12.9, str(name), size=13)
        for block, (n, y) in enumerate(zip(counts, centres, strict=True)):
            for i in range(n):
                place = y + 0.55 * ((n - 1) / 2 - i)
                sheet.box(
                    x, place, "", width=1.7, height=0.38,
                    color=(BLUE, GREEN)[block % 2],
                )  # fmt: skip
        for i in range(3):
            sheet.box(
                x, 1.15 - 0.45 * i, "", width=1.7, height=0.3, color=VIOLET
            )
    rows = ((64, 224), (128, 112), (256, 56), (512, 28), (512, 14))
    for (channels, side), y in zip(rows, centres, strict=True):
        sheet.text(10.6, y, str(channels))
        sheet.text(12.9, y, str(side))
    sheet.text(11.7, 0.7, "linear layers", color=VIOLET)
    return sheet
