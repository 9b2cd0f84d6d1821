"""The drawings of the chapter on pooling."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

BLOCKS = [
    (0, 0, ["13", "26"], BLUE, "6", "3"),
    (0, 1, ["02", "11"], ORANGE, "2", "1"),
    (1, 0, ["40", "04"], GREEN, "4", "2"),
    (1, 1, ["53", "71"], VIOLET, "7", "4"),
]


def windows() -> Sheet:
    """Four windows of a map, their maxima and their means."""
    sheet = Sheet(13.4, 6.2)
    cell, x, y = 1.1, 2.8, 3.1
    for row, column, cells, color, most, mean in BLOCKS:
        place = x + (2 * column - 1) * cell, y - (2 * row - 1) * cell
        sheet.grid(*place, [[*line] for line in cells], color=color, cell=cell)
        for middle, number in ((4.75, most), (1.45, mean)):
            sheet.vector(
                10.9 + (column - 0.5) * cell, middle - (row - 0.5) * cell,
                [number], color=color, cell=cell,
            )  # fmt: skip
    sheet.arrow((5.4, 3.7), (9.3, 4.75), "max", side=(-0.3, 0.55))
    sheet.arrow((5.4, 2.5), (9.3, 1.45), "mean", side=(-0.3, -0.6))
    sheet.text(0.3, 5.6, "$X$", size=13)
    sheet.text(12.8, 4.75, "$Y$", size=13)
    sheet.text(12.8, 1.45, "$Y$", size=13)
    return sheet


def shift() -> Sheet:
    """Stripes, before and after a shift by one pixel, pooled twice."""
    sheet = Sheet(13.7, 10.0)
    cell, left = 1.2, 3.9
    halves = ("½", "1", "½", "1")
    for y, signal, most, name in (
        (9.2, "00110011", "0101", "before"),
        (4.2, "10011001", "1111", "moved by 1"),
    ):
        sheet.text(0.1, y, name, align="left")
        sheet.text(0.1, y - 1.6, "max", align="left", color=ORANGE)
        sheet.text(0.1, y - 3.1, "max, mean", align="left", color=GREEN)
        for j, number in enumerate(signal):
            sheet.vector(
                left + (j + 0.5) * cell, y, [number], cell=cell,
                color=BLUE if number == "1" else GREY,
            )  # fmt: skip
        for j in range(4):
            x = left + (2 * j + 1) * cell
            for low, number, color in (
                (y - 1.6, most[j], ORANGE),
                (y - 3.1, halves[j], GREEN),
            ):
                sheet.box(
                    x, low, number, width=2 * cell - 0.2, height=1.0,
                    color=color,
                )  # fmt: skip
    return sheet
