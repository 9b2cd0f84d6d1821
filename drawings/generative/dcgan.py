"""The drawings of the chapter on DCGAN."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def stamp() -> Sheet:
    """Two pixels stamp a kernel onto a row of five places."""
    sheet = Sheet(13.4, 7.0)
    sheet.text(0.7, 6.3, "$x$", color=BLUE, size=12)
    sheet.vector(2.3, 6.3, ["$1$", "$2$"], color=BLUE, cell=0.9)
    sheet.text(8.0, 6.3, "$K$", color=ORANGE, size=12)
    sheet.vector(10.1, 6.3, ["$1$", "$3$", "$2$"], color=ORANGE, cell=0.9)
    left, cell = 5.4, 1.0
    rows = ((4.6, 0, ("$1$", "$3$", "$2$")), (3.2, 2, ("$2$", "$6$", "$4$")))
    for pixel, (y, start, words) in enumerate(rows):
        middle = left + (start + 1.5) * cell
        sheet.vector(middle, y, words, color=ORANGE, cell=cell)
        sheet.text(2.0, y, rf"${pixel + 1} \cdot K$", color=ORANGE)
    sheet.text(2.0, 1.2, "sum", color=GREEN)
    sheet.text(3.6, 1.2, "$y$", color=GREEN, size=12)
    total = ["$1$", "$3$", "$4$", "$6$", "$4$"]
    sheet.vector(left + 2.5 * cell, 1.2, total, color=GREEN, cell=cell)
    for place in range(5):
        x = left + (place + 0.5) * cell
        top = 4.05 if place < 2 else 2.65
        sheet.path([(x, top), (x, 1.75)], color=GREY)
    sheet.text(left + 6.4, 3.2, "2 places on", color=GREY)
    return sheet


def overlap() -> Sheet:
    """Stamps of three and of four places, stride 2, and their counts."""
    sheet = Sheet(13.6, 6.4)
    _stamps(sheet, 0.6, 3)
    _stamps(sheet, 7.6, 4)
    return sheet


def _stamps(sheet: Sheet, left: float, k: int) -> None:
    """Draw three stamps of k places and how often each place is hit."""
    cell, n = 0.65, 3
    length = 2 * (n - 1) + k
    sheet.text(left + 2.6, 5.8, f"$k = {k}$", color=ORANGE)
    counts = [0] * length
    for i in range(n):
        middle = left + (2 * i + k / 2) * cell
        sheet.vector(middle, 4.7 - 0.9 * i, k, color=ORANGE, cell=cell)
        for place in range(2 * i, 2 * i + k):
            counts[place] += 1
    words = [f"${count}$" for count in counts]
    shades = [0.35 * count for count in counts]
    sheet.vector(
        left + length * cell / 2, 1.5, words, color=GREEN, shades=shades,
        cell=cell,
    )  # fmt: skip
    sheet.text(left + length * cell / 2, 0.6, "stamps on a place", color=GREEN)


def networks() -> Sheet:
    """Generator and discriminator of the paper, one map below another."""
    sheet = Sheet(13.6, 10.0)
    sheet.text(3.4, 9.5, "generator", color=ORANGE)
    sheet.text(10.2, 9.5, "discriminator", color=GREEN)
    maps = ((512, 4), (256, 8), (128, 16), (64, 32))
    names = [rf"${C} \times {side} \times {side}$" for C, side in maps]
    image = r"$3 \times 64 \times 64$"
    down = ["$z$: $100$", *names, image]
    back = [image, *reversed(names), r"$o$: $1$"]
    for x, rows, color in ((3.4, down, ORANGE), (10.2, back, GREEN)):
        before = None
        for i, name in enumerate(rows):
            y = 8.5 - 1.55 * i
            plain = name in (down[0], back[-1])
            if plain:
                letter, number = name.split(": ")
                box = sheet.box(x, y, width=3.6, color=VIOLET, height=0.9)
                sheet.text(x - 0.7, y, letter, color=VIOLET)
                sheet.text(x + 0.5, y, number, color=VIOLET)
            else:
                tone = BLUE if name == image else color
                box = sheet.box(x, y, name, width=3.6, color=tone, height=0.9)
            if before is not None:
                sheet.arrow(before, box, color=GREY)
            before = box
    return sheet
