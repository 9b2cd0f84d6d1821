"""The drawings of optimization/adaptive_methods."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def _bars(
    sheet: Sheet, left: float, floor: float, heights: list[float],
    numbers: list[str], color: str,
) -> None:  # fmt: skip
    """Bars on a line, with a dot where one has no height."""
    end = left + 1.1 * len(heights) - 0.1
    sheet.path([(left - 0.7, floor), (end, floor)], color=GREY, head=False)
    for k, (height, number) in enumerate(zip(heights, numbers, strict=True)):
        x = left + 1.1 * k
        if height:
            sheet.bar(x, floor, height, number, color=color)
        else:
            sheet.text(x, floor + 0.4, number, color=color)


def features() -> Sheet:
    """A common and a rare feature: their gradients and their steps."""
    sheet = Sheet(13.4, 7.6)
    sheet.text(5.0, 7.1, "common feature", color=BLUE)
    sheet.text(10.8, 7.1, "rare feature", color=ORANGE)
    sheet.text(1.3, 5.1, "gradients", color=GREY)
    sheet.text(1.3, 1.5, "steps", color=GREY)
    common = [1.0, 0.71, 0.58, 0.5]
    _bars(sheet, 3.4, 4.3, [1.6] * 4, ["1"] * 4, BLUE)
    shown = [f"{value:g}" for value in common]
    _bars(sheet, 3.4, 0.7, [1.6 * value for value in common], shown, BLUE)
    for floor in (4.3, 0.7):
        heights = [0.0, 0.0, 0.0, 1.6]
        _bars(sheet, 9.2, floor, heights, ["0", "0", "0", "1"], ORANGE)
    return sheet


def memory() -> Sheet:
    """What each square of the past counts for: a sum, an average."""
    sheet = Sheet(13.4, 4.6)
    sheet.text(3.2, 4.1, "AdaGrad: the sum", color=VIOLET)
    sheet.text(10.2, 4.1, "RMSProp: the average", color=GREEN)
    _bars(sheet, 1.2, 0.9, [2.2] * 5, [""] * 5, VIOLET)
    fading = [2.2 * 0.6**k for k in range(4, -1, -1)]
    _bars(sheet, 8.2, 0.9, fading, [""] * 5, GREEN)
    for left in (1.2, 8.2):
        sheet.text(left, 0.35, "old", color=GREY)
        sheet.text(left + 4.4, 0.35, "new", color=GREY)
    return sheet
