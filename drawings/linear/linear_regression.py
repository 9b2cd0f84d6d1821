"""The drawings of the chapter on linear regression."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet

POINTS = ((0, 1), (1, 2), (2, 4))


def squares() -> Sheet:
    """A guessed line and the best one: residuals, and their squares."""
    sheet = Sheet(13.6, 8.2)
    _panel(sheet, 1.9, 0.5, 2.0)
    _panel(sheet, 8.7, 1.5, 5 / 6)
    sheet.text(3.6, 0.35, "a guess")
    sheet.text(10.4, 0.35, "the best line")
    return sheet


def _panel(sheet: Sheet, left: float, w: float, b: float) -> None:
    unit, low = 1.5, 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        return left + unit * x, low + unit * y

    sheet.path([place(-0.3, 0), place(2.9, 0)], color=GREY)
    sheet.path([place(-0.3, 0), place(-0.3, 4.7)], color=GREY)
    for i, (x, y) in enumerate(POINTS):
        y_hat = w * x + b
        side = y - y_hat if i < 2 else -abs(y - y_hat)
        corners = [
            place(x, y), place(x, y_hat), place(x - side, y_hat),
            place(x - side, y),
        ]  # fmt: skip
        sheet.axes.fill(
            *zip(*corners, strict=True), facecolor=ORANGE, edgecolor=ORANGE,
            alpha=0.3,
        )  # fmt: skip
        sheet.path([place(x, y), place(x, y_hat)], color=ORANGE, head=False)
    sheet.path(
        [place(-0.3, b - 0.3 * w), place(2.5, b + 2.5 * w)],
        color=BLUE, head=False,
    )  # fmt: skip
    for i, (x, y) in enumerate(POINTS):
        sheet.axes.plot(*place(x, y), "o", color=GREEN, markersize=6)
        at = place(x, y)
        right, up = ((0.45, -0.55), (0, -0.55), (0, 0.5))[i]
        sheet.text(at[0] + right, at[1] + up, f"$y_{i + 1}$", color=GREEN)
    words = "ŷ = 0.5 x + 2" if w == 0.5 else "ŷ = 1.5 x + 0.83"
    sheet.text(left + 2.5, low + 0.4, words, color=BLUE)


def normal() -> Sheet:
    """What the columns can reach, and the closest point to y there."""
    sheet = Sheet(12.6, 6.6)
    plane = [(0.6, 0.7), (8.6, 0.7), (12.0, 3.3), (4.0, 3.3), (0.6, 0.7)]
    sheet.axes.fill(
        *zip(*plane, strict=True), facecolor=BLUE, edgecolor=BLUE, alpha=0.15
    )
    sheet.axes.plot(*zip(*plane, strict=True), color=BLUE, linewidth=1.0)
    zero, foot, target = (2.6, 1.7), (8.4, 2.3), (8.4, 5.8)
    sheet.arrow(zero, foot, color=BLUE)
    sheet.arrow(zero, target, color=GREEN)
    sheet.arrow(target, foot, color=ORANGE)
    sheet.path([(8.4, 2.8), (7.9, 2.73), (7.9, 2.23)], color=GREY, head=False)
    sheet.text(2.2, 1.6, "0")
    sheet.text(8.9, 5.9, "$y$", color=GREEN)
    sheet.text(9.6, 2.2, r"$\hat{y} = A\theta$", color=BLUE)
    sheet.text(8.85, 4.1, "$r$", color=ORANGE)
    sheet.text(5.0, 1.1, "combinations of the columns of A", color=BLUE)
    return sheet
