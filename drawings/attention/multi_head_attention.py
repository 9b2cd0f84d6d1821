"""The drawings of the chapter on multi-head attention."""

import itertools

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def blocks() -> Sheet:
    """Column blocks of W_q, a head each; row blocks of W_o, added."""
    sheet = Sheet(13.2, 9.6)
    cell = 0.42
    heads = ((BLUE, 1), (ORANGE, 2))

    def cut(x: float, y: float, rows: int, *, stacked: bool = False) -> None:
        for color, i in heads:
            sign = -1 if i == 1 else 1
            if stacked:
                sheet.grid(x, y - sign * cell, (2, 4), color=color, cell=cell)
            else:
                sheet.grid(x + sign * cell, y, (rows, 2), color=color,
                           cell=cell)  # fmt: skip

    # above: X times W_q is Q, block by block
    sheet.grid(1.5, 7.6, (3, 4), color=GREY, cell=cell)
    cut(5.0, 7.6, 4)
    cut(9.0, 7.6, 3)
    sheet.text(3.2, 7.6, r"$\cdot$", size=14)
    sheet.text(7.0, 7.6, "$=$", size=14)
    sheet.text(1.5, 8.95, "$X$")
    sheet.text(5.0, 8.95, "$W_q$")
    for color, i in heads:
        x = -0.45 if i == 1 else 0.45
        sheet.text(9.0 + 1.1 * x, 8.95, f"$Q_{i}$", color=color)
    # middle: each head attends
    for (color, i), y in zip(heads, (5.3, 3.7), strict=True):
        box = sheet.box(6.3, y, "attention", width=3.2, color=color)
        sheet.text(2.6, y, f"$Q_{i}, K_{i}, V_{i}$", color=color)
        sheet.arrow((3.7, y), box, color=color)
        sheet.grid(10.0, y, (3, 2), color=color, cell=cell)
        sheet.arrow(box, (9.4, y), color=color)
        sheet.text(11.0, y, f"$O_{i}$", color=color)
    sheet.text(0.75, 4.5, "head", color=GREY)
    # below: side by side, times W_o
    cut(2.0, 1.5, 3)
    cut(5.0, 1.5, 4, stacked=True)
    sheet.text(3.5, 1.5, r"$\cdot$", size=14)
    sheet.text(6.6, 1.5, "$=$", size=14)
    sheet.text(8.0, 1.5, "$O_1 W_{o,1}$", color=BLUE)
    sheet.text(9.3, 1.5, "$+$")
    sheet.text(10.6, 1.5, "$O_2 W_{o,2}$", color=ORANGE)
    sheet.text(5.0, 0.3, "$W_o$")
    sheet.text(1.5, 0.3, "$O_1$", color=BLUE)
    sheet.text(2.5, 0.3, "$O_2$", color=ORANGE)
    sheet.text(12.0, 1.5, "$= Y$", color=GREEN)
    return sheet


def paths() -> Sheet:
    """From the first position to the last, in three layers."""
    sheet = Sheet(13.2, 8.4)
    r, gap = 0.26, 0.85
    names = ("recurrent", "convolution", "attention")
    for name, left in zip(names, (0.6, 4.9, 9.2), strict=True):
        xs = [left + gap * i for i in range(5)]
        sheet.text(xs[2], 7.9, name)
        levels = 5 if name == "convolution" else 2
        units = [
            [
                sheet.gate(x, 1.4 + 1.3 * level, "", radius=r, color=GREY)
                for x in xs
            ]
            for level in range(levels)
        ]
        for lower, upper in itertools.pairwise(units):
            for i, unit in enumerate(upper):
                reach = {"recurrent": 0, "convolution": 1, "attention": 4}
                near = [
                    lower[j]
                    for j in range(5)
                    if abs(i - j) <= reach[name]
                ]  # fmt: skip
                sheet.connect(near, [unit], color=GREY)
        if name == "recurrent":
            way = [units[0][0], *units[1]]
        elif name == "convolution":
            way = [units[i][i] for i in range(5)]
        else:
            way = [units[0][0], units[1][4]]
        for start, end in itertools.pairwise(way):
            sheet.arrow(start, end, color=VIOLET)
        sheet.text(xs[0], 0.6, "$x_1$")
        sheet.text(xs[4], 0.6, "$x_5$")
    return sheet
