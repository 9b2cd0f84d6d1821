"""The drawings of embeddings/glove."""

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet


def window() -> Sheet:
    """A word in the middle, its neighbours with one over the distance."""
    sheet = Sheet(13.2, 4.4)
    sentence = ("ice", "is", "cold", "and", "solid")
    boxes = [
        sheet.box(
            1.4 + 2.6 * i, 1.2, word, width=1.9,
            color=BLUE if word == "cold" else INK,
        )
        for i, word in enumerate(sentence)
    ]  # fmt: skip
    middle = boxes[2]
    for i, box in enumerate(boxes):
        distance = abs(i - 2)
        if distance == 0:
            continue
        side = 1 if i > 2 else -1
        height = 2.1 if distance == 1 else 3.2
        start = (middle.x + side * (0.25 if distance == 2 else 0.6), 1.8)
        sheet.path(
            [start, (start[0], height), (box.x, height), (box.x, 1.8)],
            color=ORANGE,
        )
        sheet.text(
            (start[0] + box.x) / 2, height + 0.5,
            "1" if distance == 1 else "1/2", color=ORANGE, size=12,
        )  # fmt: skip
    return sheet


def ratio() -> Sheet:
    """Two words, their difference, and three contexts that ask it."""
    sheet = Sheet(13.6, 6.2)
    scale, x0, y0 = 1.9, 0.7, 1.7
    one = x0 + 2.5 * scale, y0 + scale
    other = x0 + 0.5 * scale, y0 + scale
    sheet.arrow((x0, y0), one, color=BLUE)
    sheet.arrow((x0, y0), other, color=GREEN)
    sheet.arrow(other, one, color=ORANGE)
    sheet.text(one[0] - 0.1, one[1] - 0.8, "France", color=BLUE)
    sheet.text(other[0] - 0.1, other[1] + 0.6, "Germany", color=GREEN)
    sheet.text(x0 + 1.75 * scale, y0 + 0.35 * scale, "$w_i$", color=BLUE)
    sheet.text(x0 - 0.1, y0 + 0.6 * scale, "$w_j$", color=GREEN)
    sheet.text(x0 + 1.5 * scale, y0 + scale + 0.5, "$w_i - w_j$",
               color=ORANGE)  # fmt: skip
    x1, y1, scale = 10.0, 1.7, 1.55
    sheet.arrow((x1, y1), (x1 + 2 * scale, y1), color=ORANGE)
    sheet.text(x1 + 1.2 * scale, y1 - 0.6, "$w_i - w_j$", color=ORANGE)
    for name, (a, b), shift in (
        ("Paris", (1.7, 0.4), 0.2),
        ("Berlin", (-2.1, 0.3), 0.2),
        ("war", (0.0, 1.5), 0.0),
    ):
        end = x1 + scale * a, y1 + scale * b
        sheet.arrow((x1, y1), end, color=VIOLET)
        sheet.text(end[0] + shift, end[1] + 0.6, name, color=VIOLET)
    sheet.text(x1 - 0.6, y1 + 1.5, r"$\tilde w_k$", color=VIOLET, size=12)
    sheet.text(3.6, 5.6, "word vectors", color=GREY)
    sheet.text(10.0, 5.6, "context vectors", color=GREY)
    return sheet


def rows() -> Sheet:
    """One row of log X as a regression on the context vectors."""
    sheet = Sheet(13.6, 6.9)
    size = 0.8
    shades = [
        [1.0, 0.7, 0.0, 0.25, 0.5],
        [0.7, 0.5, 0.9, 0.0, 0.25],
        [0.0, 0.9, 0.4, 0.7, 0.0],
        [0.25, 0.0, 0.7, 0.25, 0.9],
        [0.5, 0.25, 0.0, 0.9, 0.4],
    ]
    chosen = 1
    for i in range(5):
        y = 4.2 - size * i
        active = i == chosen
        sheet.grid(
            1.6, y, (1, 2), color=BLUE if active else GREY, cell=size,
            shades=[[0.7 if active else 0.05] * 2],
        )  # fmt: skip
        sheet.grid(
            3.6, y, (1, 1), color=BLUE if active else GREY, cell=size,
            shades=[[0.7 if active else 0.05]],
        )  # fmt: skip
        sheet.grid(
            11.3, y, (1, 5), color=ORANGE if active else GREY, cell=size,
            shades=[shades[i]],
        )  # fmt: skip
    sheet.grid(6.8, 3.0, (2, 5), color=GREEN, cell=size,
               shades=[[0.3] * 5] * 2)  # fmt: skip
    sheet.grid(6.8, 1.4, (1, 5), color=GREEN, cell=size,
               shades=[[0.3] * 5])  # fmt: skip
    sheet.text(1.6, 5.3, "$w_i$", color=BLUE, size=12)
    sheet.text(3.6, 5.3, "$b_i$", color=BLUE, size=12)
    sheet.text(6.8, 4.5, r"$\tilde w_j$", color=GREEN, size=12)
    sheet.text(6.8, 0.5, r"$\tilde b_j$", color=GREEN, size=12)
    sheet.text(11.3, 5.3, r"$\log X_{ij}$", color=ORANGE, size=12)
    sheet.text(2.4, 6.2, "solved for", color=BLUE)
    sheet.text(6.8, 6.2, "fixed", color=GREEN)
    sheet.text(11.3, 6.2, "given", color=ORANGE)
    return sheet
