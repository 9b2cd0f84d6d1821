"""The drawings of the chapter on sampling sequences."""

import itertools

from drawings.shapes import BLUE, GREY, ORANGE, VIOLET, Sheet

RANGES = ("3–7", "8–12", "13–17", "18–22", "23–27", "28–32")


def window() -> Sheet:
    """A strip of tokens, and below it two windows with their targets."""
    sheet = Sheet(12.4, 5.6)
    size, left = 0.95, 1.3
    numbers = [str(token) for token in range(3, 14)]

    def strip(y: float, first: int, count: int, color: str) -> None:
        x = left + (first - 3 + count / 2) * size
        cells = numbers[first - 3 : first - 3 + count]
        sheet.vector(x, y, cells, color=color, cell=size)

    for y, name in ((3.6, "$u$"), (2.0, "$x$"), (0.9, "$y$")):
        sheet.text(0.6, y, name, size=12)
    strip(3.6, 3, 11, GREY)
    strip(2.0, 3, 5, BLUE)
    strip(0.9, 4, 5, BLUE)
    strip(2.0, 8, 5, ORANGE)
    strip(0.9, 9, 5, ORANGE)
    for x, words, color in (
        (3.7, "window 1", BLUE),
        (8.4, "window 2", ORANGE),
    ):
        sheet.text(x, 4.8, words, color=color)
    return sheet


def _strip(sheet: Sheet, y: float) -> None:
    """The whole text: what is skipped, and six windows."""
    sheet.box(0.75, y, "0–2", width=1.1, color=GREY)
    for i, words in enumerate(RANGES):
        color = BLUE if i < 3 else ORANGE
        sheet.box(2.15 + 1.7 * i, y, words, width=1.6, color=color)
    sheet.box(12.4, y, "33, 34", width=1.7, color=GREY)


COLUMNS = (3.0, 7.3, 11.6)


def random() -> Sheet:
    """Six windows, dealt out to three batches of two; every state is 0."""
    sheet = Sheet(13.6, 6.6)
    _strip(sheet, 5.7)
    dealt = ((4, 0), (3, 2), (1, 5))
    for j, (x, pair) in enumerate(zip(COLUMNS, dealt, strict=True)):
        sheet.text(x, 4.1, f"batch {j + 1}", color=GREY)
        for y, i in zip((2.7, 1.0), pair, strict=True):
            color = BLUE if i < 3 else ORANGE
            row = sheet.box(x, y, RANGES[i], width=2.0, color=color)
            zero = sheet.text(x - 2.05, y, "$0$", size=12)
            sheet.arrow(zero, row)
    return sheet


def sequential() -> Sheet:
    """Two long rows, read side by side; the state goes on in its row."""
    sheet = Sheet(13.6, 6.6)
    _strip(sheet, 5.7)
    for j, x in enumerate(COLUMNS):
        sheet.text(x, 4.1, f"batch {j + 1}", color=GREY)
    for y, color, first in ((2.7, BLUE, 0), (1.0, ORANGE, 3)):
        places = zip(COLUMNS, RANGES[first : first + 3], strict=True)
        boxes = [
            sheet.box(x, y, words, width=2.0, color=color)
            for x, words in places
        ]
        zero = sheet.text(COLUMNS[0] - 2.05, y, "$0$", size=12)
        sheet.arrow(zero, boxes[0])
        for before, after in itertools.pairwise(boxes):
            sheet.arrow(before, after, "$h$", color=VIOLET)
    return sheet
