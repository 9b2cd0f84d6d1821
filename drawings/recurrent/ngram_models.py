"""The drawings of the chapter on n-gram language models."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet


def window() -> Sheet:
    """Three places of a window of three tokens along one text."""
    sheet = Sheet(13.4, 6.6)
    words = ("the", "cat", "sat", "on", "the", "mat")
    for row, first in enumerate((0, 1, 3)):
        y = 5.7 - 2.2 * row
        boxes = []
        for i, word in enumerate(words):
            inside = first <= i < first + 2
            color = BLUE if inside else ORANGE if i == first + 2 else GREY
            boxes.append(
                sheet.box(1.4 + 2.12 * i, y, word, width=1.7, color=color)
            )
        start, end = boxes[first], boxes[first + 1]
        low = y - 0.95
        sheet.path(
            [(start.x - 0.8, y - 0.62), (start.x - 0.8, low),
             (boxes[first + 2].x, low), boxes[first + 2].bottom],
            color=BLUE,
        )  # fmt: skip
        sheet.path(
            [(end.x + 0.8, y - 0.62), (end.x + 0.8, low)],
            color=BLUE, head=False,
        )  # fmt: skip
    return sheet


AFTER = {"cat": 2, "mat": 1, "the": 0, "on": 0, "ran": 0, "sat": 0}
BEFORE = {"the": 2}
D = 0.75


def discount() -> Sheet:
    """Counts after one context; the same, discounted and shared out."""
    sheet = Sheet(13.6, 6.2)
    scale, base = 1.75, 1.5
    for i, (word, count) in enumerate(AFTER.items()):
        x = 1.1 + 2.1 * i
        sheet.text(x + 0.45, 0.75, word)
        if count:
            sheet.bar(x, base, count * scale, str(count), color=GREY)
        kept = max(count - D, 0)
        if kept:
            sheet.bar(x + 0.9, base, kept * scale, color=BLUE)
        given = 2 * D * BEFORE.get(word, 1) / 7
        sheet.bar(
            x + 0.9, base + kept * scale, given * scale,
            f"{kept + given:.2f}", color=GREEN,
        )  # fmt: skip
    sheet.curve([(0.4, base), (13.3, base)], color=GREY, linewidth=1.0)
    sheet.text(5.6, 5.2, "counted", color=GREY, align="left")
    sheet.text(7.9, 5.2, "less D", color=BLUE, align="left")
    sheet.text(10.0, 5.2, "shared out", color=GREEN, align="left")
    return sheet
