"""The drawings of the chapter on model selection."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet

FOLDS = 5


def split() -> Sheet:
    """Three sets, and what each of them is for."""
    sheet = Sheet(13.4, 3.6)
    for x, width, color, name, task in (
        (4.0, 7.2, BLUE, "training set", "fits every model"),
        (9.2, 3.0, ORANGE, "validation set", "chooses one"),
        (12.0, 2.4, GREEN, "test set", "judges once"),
    ):
        box = sheet.box(x, 1.9, "", width=width, height=1.2, color=color)
        sheet.text(x, 3.0, name, color=color, size=10.0)
        sheet.text(x, 0.7, task, color=color, size=10.0)
        for k in range(round(width / 0.4) - 1):
            place = box.left[0] + 0.4 * (k + 1)
            sheet.axes.plot(
                [place, place], [1.45, 2.35], color=color, linewidth=0.6,
                alpha=0.6,
            )  # fmt: skip
    return sheet


def folds() -> Sheet:
    """Five fits; every fold is held out once."""
    sheet = Sheet(13.4, 8.0)
    sheet.text(1.2, 7.5, "fit")
    sheet.text(12.2, 7.5, "error")
    for i in range(FOLDS):
        y = 6.5 - 1.15 * i
        sheet.text(1.2, y, f"{i + 1}")
        for k in range(FOLDS):
            sheet.box(
                3.2 + 1.7 * k, y, "", width=1.6, height=0.9,
                color=ORANGE if k == i else BLUE,
            )  # fmt: skip
        error = sheet.text(12.2, y, f"$e_{i + 1}$", color=ORANGE)
        sheet.arrow((10.9, y), error, color=GREY)
    for x, color, words in (
        (3.6, BLUE, "fitted on"), (8.0, ORANGE, "held out"),
    ):  # fmt: skip
        sheet.box(x, 0.6, "", width=0.8, height=0.6, color=color)
        sheet.text(x + 0.6, 0.6, words, align="left", color=color)
    return sheet
