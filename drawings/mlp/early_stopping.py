"""The drawings of the chapter on early stopping."""

import numpy as np

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet

LOSSES = (0.90, 0.70, 0.72, 0.69, 0.71, 0.70)


def wait() -> Sheet:
    """The losses of the example, the best one, and the waiting."""
    sheet = Sheet(12.6, 6.6)
    sheet.arrow((1.0, 1.2), (11.6, 1.2))
    sheet.arrow((1.0, 1.2), (1.0, 6.0))
    sheet.text(12.0, 1.2, "$t$")
    sheet.text(1.0, 6.3, r"$\ell_t$")
    places = [
        (2.0 + 1.6 * t, 1.9 + 15 * (loss - 0.68))
        for t, loss in enumerate(LOSSES)
    ]
    sheet.axes.plot(*zip(*places, strict=True), color=GREY, linewidth=1.2)
    for t, (x, y) in enumerate(places):
        sheet.gate(x, y, "", radius=0.16, color=GREEN if t == 3 else BLUE)
        sheet.text(x, 0.7, f"{t + 1}", color=GREY)
    (best, y), (last, end) = places[3], places[5]
    sheet.text(best, y - 0.5, "kept", color=GREEN)
    sheet.brace((best, 3.2), (last, 3.2), "$p = 2$", color=ORANGE)
    sheet.text(last + 1.2, end, "stop", color=ORANGE)
    return sheet


def valley() -> Sheet:
    """Gradient descent in a long valley: first across, then along."""
    sheet = Sheet(13.0, 6.6)
    least, axes = np.array([8.8, 4.2]), np.array([3.6, 1.35])
    turn = np.linspace(0, 2 * np.pi, 181)
    for level in (0.3, 0.6, 0.9, 1.1):
        curve = least + level * np.stack(
            (axes[0] * np.cos(turn), axes[1] * np.sin(turn)), axis=1
        )
        sheet.axes.plot(*curve.T, color=ORANGE, linewidth=1.1)
    start = np.array([2.2, 1.0])
    shares = np.array([[1 - 0.93**t, 1 - 0.55**t] for t in range(60)])
    path = start + shares * (least - start)
    sheet.axes.plot(*path[:41].T, color=BLUE, linewidth=1.6)
    for t in (0, 1, 2, 3, 5, 8, 12, 18, 26, 40):
        sheet.gate(path[t][0], path[t][1], "", radius=0.11, color=BLUE)
    sheet.text(2.2, 0.4, "$w_0 = 0$", color=BLUE)
    sheet.text(least[0] + 0.5, least[1], r"$\hat w$", color=ORANGE)
    sheet.gate(least[0], least[1], "", radius=0.1, color=ORANGE)
    sheet.text(1.1, 3.2, "steep", color=GREY)
    sheet.arrow((2.0, 2.3), (2.0, 4.1), color=GREY)
    sheet.text(5.6, 1.3, "flat", color=GREY)
    sheet.arrow((4.6, 0.8), (6.6, 0.8), color=GREY)
    return sheet
