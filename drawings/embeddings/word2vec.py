"""The drawings of the chapter on word2vec."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Shape, Sheet

SENTENCE = ["anna", "pets", "the", "wild", "cat"]
CENTRE = 3
PLACES = [1.8 + 2.55 * i for i in range(5)]


def _words(sheet: Sheet, y: float, given: bool) -> list[Shape]:
    """The sentence; the centre is given to predict, or predicted."""
    boxes = []
    for i, (x, word) in enumerate(zip(PLACES, SENTENCE, strict=True)):
        color = GREY
        if 0 < abs(i - CENTRE) <= 2:
            color = ORANGE if given else BLUE
        if i == CENTRE:
            color = BLUE if given else ORANGE
        boxes.append(sheet.box(x, y, word, width=1.9, height=0.9, color=color))
    return boxes


def onehot() -> Sheet:
    """One-hot rows, all at right angles, and vectors that know more."""
    sheet = Sheet(13.4, 5.4)
    for i, word in enumerate(("cat", "dog", "bus")):
        y = 4.0 - 1.25 * i
        row = [0, 0, 0, 0, 0, 0]
        row[(1, 3, 0)[i]] = 1
        sheet.text(1.5, y, word, align="right")
        sheet.text(2.2, y, f"$e_{i + 1}$", color=BLUE, size=12)
        sheet.vector(
            5.0, y, [str(one) for one in row], color=BLUE, cell=0.72,
            shades=[0.6 * one for one in row],
        )  # fmt: skip
        sheet.text(7.7, y, "…", color=BLUE)
    sheet.frame(9.3, 0.9, 3.2, 3.8)
    for word, tip in (
        ("cat", (10.4, 3.9)), ("dog", (11.1, 3.5)), ("bus", (12.2, 1.5)),
    ):  # fmt: skip
        sheet.arrow((9.3, 0.9), tip, color=ORANGE)
        aside = (0.0, 0.4) if word == "cat" else (0.6, 0.15)
        sheet.text(tip[0] + aside[0], tip[1] + aside[1], word, color=ORANGE)
    return sheet


def window() -> Sheet:
    """Skip-gram above, CBOW below, on the same window."""
    sheet = Sheet(13.8, 9.6)
    contexts = [i for i in range(5) if 0 < abs(i - CENTRE) <= 2]

    sheet.text(0.9, 9.1, "skip-gram", align="left", size=12)
    boxes = _words(sheet, 6.2, given=True)
    centre = boxes[CENTRE]
    for i in contexts:
        up = 1.1 if abs(i - CENTRE) == 1 else 1.7
        start = centre.x + (0.25 if i > CENTRE else -0.25)
        sheet.path(
            [
                (start, centre.y + 0.5),
                (start, centre.y + up),
                (boxes[i].x, centre.y + up),
                (boxes[i].x, centre.y + 0.5),
            ],
            color=ORANGE,
        )
        sheet.text(boxes[i].x, 5.35, "$w_o$", color=ORANGE)
    sheet.text(centre.x, 5.35, "$h = u_c$", color=BLUE)

    sheet.text(0.9, 4.3, "CBOW", align="left", size=12)
    boxes = _words(sheet, 3.2, given=False)
    mean = sheet.gate(PLACES[2] + 1.28, 0.8, "$h$", color=BLUE, radius=0.5)
    for m, i in enumerate(contexts, start=1):
        sheet.arrow(boxes[i].bottom, mean, color=BLUE)
        aside = (-0.7, -0.7, 0.75)[m - 1]
        sheet.text(boxes[i].x + aside, 2.3, f"$u_{{c_{m}}}$", color=BLUE)
    sheet.path(
        [mean.right, (PLACES[4] + 1.3, 0.8), (PLACES[4] + 1.3, 4.3),
         (PLACES[3], 4.3), (PLACES[3], 3.7)],
        color=ORANGE,
    )  # fmt: skip
    sheet.text(PLACES[3] - 0.55, 4.15, "$w_o$", color=ORANGE)
    sheet.text(mean.x - 0.9, 0.8, "mean", color=BLUE, align="right")
    return sheet


def pull() -> Sheet:
    """Expected and observed vector, and the step of h between."""
    sheet = Sheet(12.6, 7.4)
    points = {1: (1.2, 1.6), 2: (3.6, 5.6), 3: (5.4, 0.9)}
    for j, (x, y) in points.items():
        sheet.gate(x, y, "", color=GREY, radius=0.18)
        aside = 0.6 if j == 3 else 0.0
        sheet.text(x + aside, y + 0.6 - aside, f"$w_{j}$", color=GREY, size=12)
    seen = (10.6, 4.6)
    sheet.gate(*seen, "", color=ORANGE, radius=0.22)
    sheet.text(10.6, 5.3, "$w_o$", color=ORANGE, size=12)
    sheet.text(10.6, 3.95, "observed", color=ORANGE)
    mean = (4.6, 2.9)
    for x, y in [*points.values(), seen]:
        if (x, y) != seen:
            sheet.path([(x, y), mean], color=GREY, head=False, dashed=True)
    sheet.gate(*mean, "", color=VIOLET, radius=0.22)
    sheet.text(7.0, 2.3, r"$\sum_j p_j w_j$", color=VIOLET, size=12)
    sheet.text(2.1, 3.1, "expected", color=VIOLET)
    sheet.arrow((4.85, 2.97), (10.35, 4.53), color=GREEN)
    sheet.arrow((6.6, 5.6), (8.9, 6.25), color=GREEN)
    sheet.gate(6.4, 5.55, "", color=BLUE, radius=0.18)
    sheet.text(6.2, 6.15, "$h$", color=BLUE, size=12)
    sheet.text(9.1, 6.75, "one step", color=GREEN)
    return sheet
