"""The drawings of the chapter on normalizing inputs."""

import numpy as np

from drawings.shapes import BLUE, GREY, ORANGE, Sheet

STEPS = 14


def valleys() -> Sheet:
    """Gradient descent in a narrow valley and in a round one."""
    sheet = Sheet(13.6, 7.2)
    for x, curvatures, start, rate, words in (
        (3.5, (0.07, 1.0), (-2.2, 0.6), 1.82, "large condition number"),
        (10.3, (1.0, 1.0), (-2.0, 1.5), 0.75, "condition number 1"),
    ):
        middle = np.array([x, 4.3])
        _lines(sheet, middle, np.array(curvatures), np.array(start))
        _path(sheet, middle, np.array(curvatures), np.array(start), rate)
        sheet.text(x, 0.6, words)
    sheet.arrow((3.5, 4.3), (3.5, 6.2), color=GREY)
    sheet.text(3.5, 6.7, "steep, λ₁", color=GREY)
    sheet.arrow((3.5, 4.3), (6.9, 4.3), color=GREY)
    sheet.text(5.9, 2.8, "flat, λ₂", color=GREY)
    return sheet


def _lines(
    sheet: Sheet, middle: np.ndarray, curvatures: np.ndarray, start: np.ndarray
) -> None:
    """Where the loss is equal, out to the start."""
    turn = np.linspace(0, 2 * np.pi, 121)
    around = np.stack((np.cos(turn), np.sin(turn)), axis=1)
    size = np.sqrt((curvatures * start**2).sum() / curvatures)
    for share in (0.25, 0.5, 0.75, 1.0):
        x, y = (middle + share * size * around).T
        sheet.axes.plot(x, y, color=BLUE, linewidth=1.0)


def _path(
    sheet: Sheet,
    middle: np.ndarray,
    curvatures: np.ndarray,
    start: np.ndarray,
    rate: float,
) -> None:
    factors = (1 - rate * curvatures) ** np.arange(STEPS)[:, None]
    x, y = (middle + start * factors).T
    sheet.axes.plot(x, y, "o-", color=ORANGE, linewidth=1.5, markersize=3.5)
