"""The drawings of the chapter on network in network."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def block() -> Sheet:
    """Above a block at one pixel, below maps of classes and their means."""
    sheet = Sheet(13.6, 11.6)
    window = [[0.1] * 5] + [[0.1, 0.75, 0.75, 0.75, 0.1]] * 3 + [[0.1] * 5]
    sheet.grid(1.6, 8.6, (5, 5), color=GREY, shades=window, cell=0.55)
    layers = [
        sheet.layer(x, 8.6, units, color=color, gap=1.25)
        for x, units, color in (
            (6.0, 3, BLUE), (8.8, 3, VIOLET), (11.6, 2, GREEN),
        )
    ]  # fmt: skip
    sheet.connect(layers[0], layers[1], color=ORANGE)
    sheet.connect(layers[1], layers[2], color=ORANGE)
    sheet.path([(2.5, 8.6), (5.4, 8.6)], color=BLUE)
    sheet.text(4.3, 9.1, "convolution", size=10, color=BLUE)
    for x, name, color in (
        (6.0, "$x$", BLUE), (7.4, "$U$", ORANGE), (10.2, "$V$", ORANGE),
        (11.6, "$z$", GREEN),
    ):  # fmt: skip
        sheet.text(x, 6.35, name, color=color, size=13)
    sheet.text(8.8, 11.0, "at every pixel")

    values = (
        [["4", "0"], ["−1", "1"]],
        [["0", "2"], ["1", "5"]],
        [["−2", "0"], ["−1", "−1"]],
    )
    for x, words, mean in zip(
        (2.0, 6.8, 11.6), values, ("1", "2", "−1"), strict=True
    ):
        maps = sheet.grid(x, 4.2, words, color=GREEN, cell=0.9)
        score = sheet.vector(x, 1.5, [mean], color=ORANGE, cell=0.95)
        sheet.arrow(maps, score)
    for c, x in enumerate((2.0, 6.8, 11.6), start=1):
        sheet.text(x + 1.5, 4.2, f"$M_{c}$", color=GREEN, size=13)
        sheet.text(x + 1.1, 1.5, f"$s_{c}$", color=ORANGE, size=13)
    sheet.text(6.8, 0.4, "means of the maps", color=ORANGE)
    return sheet
