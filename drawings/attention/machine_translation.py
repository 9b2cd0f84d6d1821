"""The drawings of the chapter on translation and its data."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

ENGLISH = ("the", "boy", "bought", "a", "book", "yesterday")
CHINESE = ("nánhái", "zuótiān", "mǎi", "le", "yì", "běn", "shū")
PARTNERS = ((1, 0), (2, 2), (3, 4), (4, 6), (5, 1))  # English, Chinese


def reorder() -> Sheet:
    """A sentence and its translation, partners joined by lines."""
    sheet = Sheet(13.6, 5.4)
    paired = {i for i, _ in PARTNERS}, {j for _, j in PARTNERS}
    above = [
        sheet.box(
            1.3 + 2.15 * i, 4.4, word, width=2.3 if i == 5 else 1.95,
            color=BLUE if i in paired[0] else ORANGE,
        )
        for i, word in enumerate(ENGLISH)
    ]  # fmt: skip
    below = [
        sheet.box(
            1.1 + 1.9 * j, 1.0, word, width=1.75,
            color=GREEN if j in paired[1] else ORANGE,
        )
        for j, word in enumerate(CHINESE)
    ]  # fmt: skip
    for i, j in PARTNERS:
        color = VIOLET if (i, j) == (5, 1) else GREY
        sheet.arrow(above[i].bottom, below[j].top, color=color)
    return sheet


ROWS = (
    ("the", "dog", "rested", ".", "<eos>"),
    ("the", "boy", "sold", "the", "hat", ".", "<eos>"),
    ("that", "cat", "was", "quiet", ".", "<eos>"),
)


def padding() -> Sheet:
    """Three sentences in one matrix, their lengths, and the mask."""
    sheet = Sheet(13.6, 4.6)
    for b, row in enumerate(ROWS):
        y = 3.1 - 1.05 * b
        for t in range(7):
            word = row[t] if t < len(row) else "<pad>"
            color = GREY
            if t < len(row):
                color = GREEN if word == "<eos>" else BLUE
            sheet.box(
                0.95 + 1.6 * t, y, word, width=1.6, height=0.9, color=color
            )
        sheet.text(12.6, y, rf"$\ell_{b + 1} = {len(row)}$", size=11)
    for t in range(7):
        sheet.text(0.95 + 1.6 * t, 4.15, f"$t = {t + 1}$", color=GREY)
    return sheet


LENGTHS = (3, 8, 2, 7, 4, 6)


def buckets() -> Sheet:
    """Six sentences in three batches of two: as they come, and sorted."""
    sheet = Sheet(13.6, 7.0)
    size = 0.62
    for left, lengths, name in (
        (1.1, LENGTHS, "as they come"), (8.0, sorted(LENGTHS), "sorted"),
    ):  # fmt: skip
        waste = 0
        for j in range(3):
            two = lengths[2 * j : 2 * j + 2]
            for b, length in enumerate(two):
                y = 5.6 - 1.75 * j - size * b
                for t in range(max(two)):
                    word = t < length
                    sheet.box(
                        left + size * t, y, width=size, height=size,
                        color=BLUE if word else GREY,
                    )  # fmt: skip
                sheet.text(left - 0.75, y, str(length), color=BLUE)
                waste += max(two) - length
        middle = left + 3.5 * size
        sheet.text(middle, 6.6, name, size=11)
        sheet.text(middle - 0.6, 0.5, "padding", color=ORANGE, align="right")
        sheet.text(middle - 0.2, 0.5, str(waste), color=ORANGE, align="left")
    return sheet
