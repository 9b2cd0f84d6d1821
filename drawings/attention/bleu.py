"""The drawings of the chapter on BLEU."""

import itertools

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Shape, Sheet

CANDIDATE = [
    "yesterday", "the", "teacher", "gave", "the", "student", "a", "book",
]  # fmt: skip
REFERENCE = [*CANDIDATE[1:], "yesterday"]


def _sentence(sheet: Sheet, y: float, words: list[str]) -> list[Shape]:
    """Words in boxes beside each other."""
    made, left = [], 0.25
    for word in words:
        width = 0.255 * len(word) + 0.42
        made.append(sheet.box(left + width / 2, y, word, width=width))
        left += width + 0.03
    return made


def windows() -> Sheet:
    """The windows of two words of a candidate, and where they are found."""
    sheet = Sheet(13.7, 6.9)
    sheet.text(0.25, 6.4, "reference", color=GREY, align="left")
    sheet.text(0.25, 0.5, "candidate", color=GREY, align="left")
    above = _sentence(sheet, 5.4, REFERENCE)
    below = _sentence(sheet, 1.5, CANDIDATE)
    pairs = list(itertools.pairwise(REFERENCE))
    for k, pair in enumerate(itertools.pairwise(CANDIDATE)):
        found = pair in pairs
        color = GREEN if found else ORANGE
        start = _window(sheet, below[k], below[k + 1], 1, color)
        if found:
            place = pairs.index(pair)
            end = _window(sheet, above[place], above[place + 1], -1, color)
            sheet.arrow(start, end, color=color)
    return sheet


def _window(
    sheet: Sheet, first: Shape, last: Shape, up: int, color: str
) -> tuple[float, float]:
    """A bracket over (or under) two words; returns its middle."""
    low, high = first.y + up * 0.62, first.y + up * 0.9
    left, right = first.x + 0.1, last.x - 0.1
    sheet.path(
        [(left, low), (left, high), (right, high), (right, low)],
        color=color, head=False,
    )  # fmt: skip
    return (left + right) / 2, high


def clip() -> Sheet:
    """Counts of four words; the limit, and what is kept."""
    sheet = Sheet(13.2, 7.4)
    table = {
        "candidate": (("3", "2", "2", "1", "8"), BLUE),
        "reference 1": (("2", "1", "1", "1", ""), GREY),
        "reference 2": (("1", "1", "1", "0", ""), GREY),
        "limit": (("2", "1", "1", "1", ""), ORANGE),
        "counts as": (("2", "1", "1", "1", "5"), GREEN),
    }
    columns = [4.6 + 1.8 * i for i in range(5)]
    for x, word in zip(columns, ("the", "a", "book", "gave"), strict=False):
        sheet.text(x, 6.8, word, color=VIOLET)
    sheet.text(columns[4], 6.8, "in all", color=GREY)
    for row, (name, (counts, color)) in enumerate(table.items()):
        y = 5.7 - 1.25 * row
        sheet.text(0.3, y, name, color=color, align="left")
        for x, count in zip(columns, counts, strict=True):
            if count:
                sheet.box(x, y, count, width=1.3, height=0.95, color=color)
    return sheet


def sums() -> Sheet:
    """Rows of ten numbers, their sum, and BLEU of the sum."""
    sheet = Sheet(13.7, 6.7)
    rows = {
        "sentence 1": ("10 9 8 7", "10 9 8 7", "10 10"),
        "sentence 2": ("1 0 0 0", "4 3 2 1", "4 4"),
        "added up": ("11 9 8 7", "14 12 10 8", "14 14"),
    }
    starts, colors = (3.6, 7.1, 10.6), (GREEN, BLUE, ORANGE)
    heads = ("matches", "windows", "lengths")
    for k, head in enumerate(heads):
        middle = starts[k] + (3 if k < 2 else 1) * 0.4
        sheet.text(middle, 6.1, head, color=colors[k])
    for row, (name, parts) in enumerate(rows.items()):
        y = (5.0, 3.8, 2.3)[row]
        sheet.text(0.2, y, name, color=GREY, align="left")
        for k, part in enumerate(parts):
            cells = part.split()
            middle = starts[k] + (len(cells) - 1) * 0.4
            sheet.vector(middle, y, cells, color=colors[k])
    sheet.path([(3.2, 3.1), (11.8, 3.1)], color=GREY, head=False)
    sheet.arrow((7.0, 1.85), (7.0, 0.85))
    sheet.text(7.0, 0.4, "BLEU 80.1")
    return sheet
