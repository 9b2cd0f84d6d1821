"""The drawings of the chapter on padding and stride."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet

IMAGE = ["1021", "0310", "2101", "0112"]
KERNEL = ["010", "111", "010"]
OUTPUT = ["1643", "6563", "3743", "3344"]


def frame() -> Sheet:
    """An image in a frame of zeros, a kernel, and the first output."""
    sheet = Sheet(13.7, 6.4)
    x, y, cell = 2.65, 3.6, 0.85
    for side in (-2.5, 2.5):
        sheet.vector(x, y + side * cell, ["0"] * 6, color=GREY, cell=cell)
        sheet.vector(
            x + side * cell, y, ["0"] * 4, color=GREY, vertical=True, cell=cell
        )
    sheet.grid(x, y, [[*row] for row in IMAGE], color=BLUE, cell=cell)
    edge = x - 3 * cell, y + 3 * cell
    sheet.path(
        [
            edge,
            (edge[0] + 3 * cell, edge[1]),
            (edge[0] + 3 * cell, edge[1] - 3 * cell),
            (edge[0], edge[1] - 3 * cell),
            edge,
        ],
        color=ORANGE,
        head=False,
    )
    kernel = sheet.grid(
        7.55, y, [[*row] for row in KERNEL], color=ORANGE, cell=cell
    )
    output = sheet.grid(
        11.75, y, [[*row] for row in OUTPUT], color=GREEN, cell=cell,
        shades=[[1 if i == j == 0 else 0.12 for j in range(4)]
                for i in range(4)],
    )  # fmt: skip
    sheet.text(5.72, y, "∗", size=14)
    sheet.arrow((kernel.right[0] + 0.15, y), (output.left[0] - 0.15, y))
    sheet.text(x, 0.5, "$X$", color=BLUE, size=13)
    sheet.text(7.55, 0.5, "$K$", color=ORANGE, size=13)
    sheet.text(11.75, 0.5, "$Y$", color=GREEN, size=13)
    return sheet


def windows() -> Sheet:
    """Eight cells, windows of three, stride 2; without and with padding."""
    sheet = Sheet(13.7, 9.4)
    for y, padding in ((7.4, 0), (2.8, 1)):
        cell, left = 1.05, 2.3
        sheet.text(1.2, y + 0.0, f"$p = {padding}$", size=12)
        start = left if padding else left + cell
        for place in range(8):
            x = left + (place + 1.5) * cell
            unseen = padding == 0 and place == 7
            sheet.vector(
                x, y, [str(place + 1)], cell=cell,
                color=ORANGE if unseen else BLUE,
            )  # fmt: skip
        if padding:
            for place in (0, 9):
                sheet.vector(
                    left + (place + 0.5) * cell, y, ["0"], cell=cell,
                    color=GREY,
                )  # fmt: skip
        for i in range(3 + padding):
            x = start + (2 * i + 1.5) * cell
            low = y - 1.35 - 0.95 * (i % 2)
            sheet.box(
                x, low, f"$Y_{i + 1}$", width=3 * cell - 0.1, height=0.8,
                color=GREEN,
            )  # fmt: skip
        last = left + (8 + padding) * cell - 0.2 * padding
        sheet.text(
            last, y + 1.1, "left over", color=GREY if padding else ORANGE
        )
    return sheet
