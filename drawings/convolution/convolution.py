"""The drawings of the chapter on convolution."""

from itertools import pairwise

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet

IMAGE = [["1", "2", "0"], ["0", "3", "1"], ["2", "1", "0"]]
KERNEL = [["1", "0"], ["2", "−1"]]
ANSWERS = [["−2", "7"], ["3", "5"]]


def window() -> Sheet:
    """A kernel on its second window, and the number that comes out."""
    sheet = Sheet(13.2, 6.0)
    cell = 1.15
    shades = [[0.1, 0.75, 0.75], [0.1, 0.75, 0.75], [0.1, 0.1, 0.1]]
    image = sheet.grid(2.2, 3.3, IMAGE, color=BLUE, shades=shades, cell=cell)
    kernel = sheet.grid(6.8, 3.3, KERNEL, color=ORANGE, cell=cell)
    answers = sheet.grid(
        11.3, 3.3, ANSWERS, color=GREEN, shades=[[0.1, 0.75], [0.1, 0.1]],
        cell=cell,
    )  # fmt: skip
    for shape, name, color in (
        (image, "X", BLUE), (kernel, "K", ORANGE), (answers, "Y", GREEN)
    ):  # fmt: skip
        sheet.text(shape.x, 0.8, f"${name}$", color=color, size=13)
    sheet.text(4.75, 3.3, "⋆", size=16)
    sheet.text(8.95, 3.3, "=", size=14)
    sheet.text(2.8, 5.6, "window", color=BLUE)
    return sheet


def impulse() -> Sheet:
    """One bright pixel: correlation turns the kernel round."""
    sheet = Sheet(13.4, 7.2)
    cell = 1.0
    dot = [["0", "0", "0"], ["0", "1", "0"], ["0", "0", "0"]]
    shades = [[0.1, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.1]]
    image = sheet.grid(2.0, 3.6, dot, color=BLUE, shades=shades, cell=cell)
    sheet.text(image.x, 1.4, "$X$", color=BLUE, size=13)
    kernel = sheet.grid(
        5.9, 3.6, [["1", "2"], ["3", "4"]], color=ORANGE, cell=cell
    )
    sheet.text(kernel.x, 1.9, "$K$", color=ORANGE, size=13)
    for y, name, cells, symbol in (
        (5.3, "cross-correlation", [["4", "3"], ["2", "1"]], "$Y$"),
        (1.6, "convolution", [["1", "2"], ["3", "4"]], r"$\tilde Y$"),
    ):
        made = sheet.grid(10.4, y, cells, color=GREEN, cell=cell)
        sheet.arrow((7.2, 3.6 + (y - 3.6) * 0.2), (9.1, y))
        sheet.text(10.4, y + 1.5, name)
        sheet.text(made.x + 1.7, y, symbol, color=GREEN, size=13)
    return sheet


def matrix() -> Sheet:
    """The layer as a matrix: each column holds the kernel once."""
    sheet = Sheet(13.8, 8.3)
    rows, shades = [], []
    names = {(0, 0): "1", (0, 1): "0", (1, 0): "2", (1, 1): "−1"}
    for p in range(9):
        u, v = divmod(p, 3)
        row, shade = [], []
        for q in range(4):
            i, j = divmod(q, 2)
            row.append(names.get((u - i, v - j), ""))
            shade.append(0.6 if row[-1] else 0.0)
        rows.append(row)
        shades.append(shade)
    x = sheet.vector(
        3.3, 4.4, [c for row in IMAGE for c in row], color=BLUE, cell=0.72
    )
    whole = sheet.grid(8.25, 4.4, rows, color=ORANGE, shades=shades, cell=0.72)
    y = sheet.vector(
        12.2, 4.4, [c for row in ANSWERS for c in row], color=GREEN, cell=0.72
    )
    sheet.text(10.2, 4.4, "=", size=14)
    sheet.text(x.x, 3.4, "$x$", color=BLUE, size=13)
    sheet.text(whole.x, 0.5, "$M$", color=ORANGE, size=13)
    sheet.text(y.x, 3.4, "$y$", color=GREEN, size=13)
    return sheet


def field() -> Sheet:
    """Three layers of kernels with three weights: one output sees seven."""
    sheet = Sheet(13.0, 7.6)
    levels = []
    for layer, count in enumerate((9, 7, 5, 3)):
        y = 1.2 + 1.9 * layer
        seen = 7 - 2 * layer
        units = []
        for n in range(count):
            x = 6.1 + 1.25 * (n - (count - 1) / 2)
            inside = abs(n - (count - 1) / 2) <= seen / 2
            color = (BLUE, ORANGE, ORANGE, GREEN)[layer] if inside else GREY
            units.append(sheet.gate(x, y, "", radius=0.36, color=color))
        levels.append(units)
        sheet.text(12.3, y, f"{seen}", size=13)
    for layer, (low, high) in enumerate(pairwise(levels)):
        reach = 5 - 2 * layer
        for n, unit in enumerate(high):
            if abs(n - (len(high) - 1) / 2) <= reach / 2:
                sheet.connect(low[n : n + 3], [unit])
    sheet.text(2.6, 6.9, "output", color=GREEN)
    sheet.text(6.1, 0.4, "input", color=BLUE)
    return sheet
