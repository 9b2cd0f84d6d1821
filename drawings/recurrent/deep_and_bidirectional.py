"""The drawings of the chapter on deep and bidirectional networks."""

import itertools

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def grid() -> Sheet:
    """Time to the right, layers upwards: where each state comes from."""
    sheet = Sheet(13.2, 8.2)
    places = (2.6, 6.2, 9.8)
    below = [
        sheet.text(x, 0.7, f"$x_{t}$", color=VIOLET, size=12)
        for t, x in enumerate(places, start=1)
    ]
    for layer, y, color in ((1, 3.0, BLUE), (2, 5.6, GREEN)):
        row = [
            sheet.box(
                x, y, rf"$h_{t}^{{({layer})}}$", width=1.7, height=1.2,
                color=color,
            )
            for t, x in enumerate(places, start=1)
        ]  # fmt: skip
        for read, state in zip(below, row, strict=True):
            sheet.arrow(read, state, color=VIOLET if layer == 1 else BLUE)
        start = sheet.text(0.5, y, "0", size=12)
        end = sheet.text(12.7, y, "…", size=12)
        for before, after in itertools.pairwise([start, *row, end]):
            sheet.arrow(before, after, color=color)
        below = row
    for state in below:
        sheet.arrow(state, (state.x, 7.6), color=GREEN)
    return sheet


def directions() -> Sheet:
    """Two chains over one sentence, from both ends."""
    sheet = Sheet(13.6, 8.2)
    places = (2.3, 5.3, 8.3, 11.3)
    ahead = [
        sheet.box(x, 2.9, rf"$\vec h_{t}$", width=1.4, color=BLUE)
        for t, x in enumerate(places, start=1)
    ]
    back = [
        sheet.box(x, 5.0, rf"$\tilde h_{t}$", width=1.4, color=ORANGE)
        for t, x in enumerate(places, start=1)
    ]
    start = sheet.text(0.4, 2.9, "0", size=12)
    end = sheet.text(13.2, 5.0, "0", size=12)
    for before, after in itertools.pairwise([start, *ahead]):
        sheet.arrow(before, after, color=BLUE)
    for before, after in itertools.pairwise([end, *reversed(back)]):
        sheet.arrow(before, after, color=ORANGE)
    words = ("the", "sheep", "are", "woolly")
    for t, (x, word) in enumerate(zip(places, words, strict=True), start=1):
        sheet.text(x, 0.5, word, color=GREY)
        read = sheet.text(x, 1.2, f"$x_{t}$", color=VIOLET, size=12)
        sheet.arrow(read, ahead[t - 1], color=VIOLET)
        sheet.path(
            [(x + 0.35, 1.35), (x + 1.1, 1.9), (x + 1.1, 4.1),
             (x + 0.6, 4.4)],
            color=VIOLET,
        )  # fmt: skip
        state = sheet.text(x, 7.6, f"$h_{t}$", size=12)
        sheet.arrow(back[t - 1], state, color=ORANGE)
        sheet.path(
            [(x - 0.6, 3.5), (x - 1.1, 3.9), (x - 1.1, 5.9),
             (x - 0.4, 7.2)],
            color=BLUE,
        )  # fmt: skip
    return sheet
