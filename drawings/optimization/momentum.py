"""The drawings of the chapter on momentum."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Point, Sheet


def zigzag() -> Sheet:
    """Steps across a valley: what cancels in their sum, and what adds."""
    sheet = Sheet(13.4, 6.4)
    across, along = 2.4, 1.05
    corners = [
        (0.9 + along * t, 1.6 + across * (t % 2 == 0)) for t in range(5)
    ]
    for t in range(4):
        sheet.arrow(corners[t], corners[t + 1], color=BLUE)
        sheet.gate(*corners[t], "", radius=0.1, color=BLUE)
    sheet.text(3.0, 5.6, "four steps", color=BLUE)
    sheet.text(3.0, 0.7, "zigzag down the valley", color=GREY)
    for t in range(4):
        x = 7.4 + 0.8 * t
        low, high = (x, 3.1), (x, 5.1)
        sheet.arrow(
            *((high, low) if t % 2 == 0 else (low, high)), color=ORANGE
        )
    sheet.text(8.6, 5.6, "across", color=ORANGE)
    sheet.text(11.9, 5.6, "their sum", color=GREY)
    sheet.gate(11.9, 4.1, "", radius=0.12, color=ORANGE)
    for t in range(4):
        start = 6.9 + 0.9 * t
        sheet.arrow((start, 1.6), (start + 0.8, 1.6), color=GREEN)
    sheet.text(8.6, 2.3, "along", color=GREEN)
    sheet.arrow((6.9, 0.7), (10.6, 0.7), color=GREEN)
    sheet.text(11.9, 0.7, "their sum", color=GREY)
    return sheet


def steps() -> Sheet:
    """One step of heavy ball, one of Nesterov: where the gradient is."""
    sheet = Sheet(13.6, 6.0)
    _step(sheet, 0.9, "heavy ball", (-0.7, -1.9), ahead=False)
    _step(sheet, 7.9, "Nesterov", (-1.5, -1.6), ahead=True)
    return sheet


def _step(
    sheet: Sheet, left: float, name: str, gradient: Point, *, ahead: bool
) -> None:
    """Draw old point, momentum, gradient and new point from `left` on."""
    start, middle = (left, 2.6), (left + 3.6, 4.3)
    end = (middle[0] + gradient[0], middle[1] + gradient[1])
    sheet.text(left + 2.2, 5.6, name, color=GREY)
    sheet.arrow(start, middle, color=VIOLET)
    sheet.text(left + 1.2, 4.1, r"$-\eta\beta v_t$", color=VIOLET)
    sheet.arrow(middle, end, color=ORANGE)
    sheet.text(
        (middle[0] + end[0]) / 2 + 0.95, (middle[1] + end[1]) / 2 - 0.1,
        r"$-\eta g_t$", color=ORANGE,
    )  # fmt: skip
    sheet.arrow(start, end, color=BLUE)
    sheet.gate(*start, "", radius=0.1, color=BLUE)
    sheet.text(start[0], start[1] - 0.55, r"$\theta_t$", color=BLUE)
    sheet.text(end[0] + 0.2, end[1] - 0.55, r"$\theta_{t+1}$", color=BLUE)
    place = middle if ahead else start
    sheet.gate(*place, "", radius=0.24, color=ORANGE)
    sheet.text(
        place[0] + (0.6 if ahead else 1.0), 4.9 if ahead else 1.3,
        "gradient here", color=ORANGE,
    )  # fmt: skip
