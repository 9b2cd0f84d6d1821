"""The drawings of the chapter on image augmentation."""

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet

SHAPE = [
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0],
]
"""A letter L in black on a small field."""

HOOK = [
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 1.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0],
]
"""A letter T."""


def variants() -> Sheet:
    """One training image and three variants."""
    sheet = Sheet(13.6, 9.8)
    start = sheet.grid(6.8, 7.6, (5, 5), color=BLUE, shades=SHAPE, cell=0.5)
    sheet.text(4.6, 7.6, "$x$", color=BLUE, size=12)
    sheet.text(9.6, 7.6, "label L", color=GREEN)
    mirrored = [row[::-1] for row in SHAPE]
    shifted = [SHAPE[4], *[[*row[1:], 0.0] for row in SHAPE[:4]]]
    pale = [[0.4 * pixel for pixel in row] for row in SHAPE]
    rows = (
        (2.2, 1, "mirrored", mirrored, "no L", ORANGE),
        (6.8, 2, "moved", shifted, "label L", GREEN),
        (11.4, 3, "lighter", pale, "label L", GREEN),
    )
    for x, k, words, shades, label, color in rows:
        grid = sheet.grid(x, 2.9, (5, 5), color=BLUE, shades=shades, cell=0.5)
        name = sheet.text(x, 4.75, f"$T_{k}(x)$")
        sheet.arrow(start, (x, name.top[1] + 0.1), color=GREY)
        sheet.text(x, grid.bottom[1] - 0.55, words, color=GREY)
        sheet.text(x, grid.bottom[1] - 1.3, label, color=color)
    return sheet


def window() -> Sheet:
    """A framed image and the window that is cut out."""
    sheet = Sheet(13.6, 7.4)
    cell = 0.9
    image = [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]
    zeros = [["0"] * 5]
    framed = zeros + [["0", *row, "0"] for row in image] + zeros
    shades = [
        [0.3 if 0 < i < 4 and 0 < j < 4 else 0.0 for j in range(5)]
        for i in range(5)
    ]
    left = sheet.grid(3.6, 3.1, framed, color=BLUE, shades=shades, cell=cell)
    top = left.top[1]
    corner = 3.6 - 2.5 * cell
    start = corner + 2 * cell
    sheet.path(
        [
            (start, top), (start + 3 * cell, top),
            (start + 3 * cell, top - 3 * cell), (start, top - 3 * cell),
            (start, top),
        ],
        color=ORANGE, head=False,
    )  # fmt: skip
    sheet.brace((corner, top + 0.15), (start, top + 0.15), color=GREY)
    sheet.text(corner + cell, top + 1.0, "$v = 2$", color=GREY)
    sheet.text(start + 1.5 * cell, top + 0.6, "$u = 0$", color=GREY)
    sheet.text(3.6, 0.4, r"$\bar x$", color=BLUE, size=12)
    cut = [row[2:] for row in framed[:3]]
    tints = [row[2:] for row in shades[:3]]
    right = sheet.grid(11.2, 3.1, cut, color=ORANGE, shades=tints, cell=cell)
    sheet.arrow((6.4, 3.1), right)
    sheet.text(11.2, 0.4, r"$\tilde x$", color=ORANGE, size=12)
    return sheet


def mix() -> Sheet:
    """Two images and their labels, mixed."""
    sheet = Sheet(13.6, 7.0)
    mixed = [
        [0.75 * a + 0.25 * b for a, b in zip(first, second, strict=True)]
        for first, second in zip(SHAPE, HOOK, strict=True)
    ]
    columns = (
        (1.8, SHAPE, "$x$", "$y$", (1.0, 0.0), BLUE),
        (6.4, HOOK, "x′", "y′", (0.0, 1.0), VIOLET),
        (11.5, mixed, r"$\tilde x$", r"$\tilde y$", (0.75, 0.25), INK),
    )
    for x, shades, name, label, shares, color in columns:
        sheet.grid(x, 4.6, (5, 5), color=color, shades=shades, cell=0.5)
        sheet.text(x, 6.5, name, color=color, size=12)
        sheet.text(x - 1.3, 1.6, label, color=color, size=12)
        for k, (letter, share) in enumerate(zip("LT", shares, strict=True)):
            place = x - 0.4 + 1.1 * k
            sheet.bar(place, 1.1, 1.4 * share, color=color, width=0.6)
            sheet.text(place, 0.5, letter, color=GREY)
    sheet.text(4.1, 4.6, "$+$")
    sheet.text(8.9, 4.6, "$=$")
    sheet.text(4.1, 5.4, r"$\lambda = 0.75$", color=BLUE, size=9)
    return sheet
