"""The drawings of the chapter on weight decay."""

from itertools import pairwise

import numpy as np

from drawings.shapes import BLUE, ORANGE, Sheet

ORIGIN, SIZE = np.array([3.0, 3.0]), 2.2
TURN = np.linspace(0, 2 * np.pi, 361)
AROUND = np.stack((np.cos(TURN), np.sin(TURN)), axis=1)


def circle() -> Sheet:
    """Where a level curve of the loss touches the circle."""
    sheet = Sheet(12.8, 8.2)
    axes = np.array([1.0, 0.55])
    border = ORIGIN + SIZE * AROUND
    touch = _region(sheet, border, np.array([7.6, 5.9]), axes, 0.28)
    slope = (np.array([7.6, 5.9]) - touch) / axes**2
    slope = 1.5 * slope / np.linalg.norm(slope)
    sheet.arrow(tuple(touch), tuple(touch + slope), color=ORANGE)
    sheet.text(
        *_beside(touch + slope, 0.65, -0.4), r"$-\nabla L$", color=ORANGE
    )
    sheet.arrow(tuple(ORIGIN), tuple(touch), color=BLUE)
    sheet.text(*_beside(touch, -0.55, 0.6), r"$w_\lambda$", color=BLUE)
    sheet.text(*_beside(ORIGIN, -0.95, -0.9), r"$\Vert w \Vert \leq r$",
               color=BLUE)  # fmt: skip
    return sheet


def diamond() -> Sheet:
    """Where a level curve of the loss touches the diamond: a corner."""
    sheet = Sheet(12.8, 8.2)
    corners = np.array([(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)])
    sides = np.linspace(0, 1, 90, endpoint=False)[:, None]
    border = np.concatenate(
        [(1 - sides) * a + sides * b for a, b in pairwise(corners)]
    )  # fmt: skip
    touch = _region(
        sheet, ORIGIN + SIZE * border, np.array([7.6, 3.75]),
        np.array([1.0, 0.62]), 0.42,
    )  # fmt: skip
    sheet.text(*_beside(touch, 0.0, -0.85), r"$w_\lambda$", color=BLUE)
    sheet.text(*_beside(ORIGIN, 3.3, -1.9), r"$|w_1| + |w_2| \leq r$",
               color=BLUE)  # fmt: skip
    return sheet


def _region(
    sheet: Sheet,
    border: np.ndarray,
    least: np.ndarray,
    axes: np.ndarray,
    innermost: float,
) -> np.ndarray:
    """Draw both axes, the region, the level curves; return the touch."""
    sheet.arrow((0.4, ORIGIN[1]), (11.8, ORIGIN[1]))
    sheet.arrow((ORIGIN[0], 0.3), (ORIGIN[0], 7.5))
    sheet.text(12.3, ORIGIN[1], "$w_1$")
    sheet.text(ORIGIN[0], 7.8, "$w_2$")
    sheet.axes.fill(*border.T, facecolor=BLUE, alpha=0.12)
    sheet.axes.plot(*border.T, color=BLUE, linewidth=1.6)
    levels = np.linalg.norm((border - least) / axes, axis=1)
    touch = border[levels.argmin()]
    for level in (innermost, 0.7, 1.0):
        curve = least + level * levels.min() * axes * AROUND
        sheet.axes.plot(*curve.T, color=ORANGE, linewidth=1.2)
    sheet.gate(least[0], least[1], "", color=ORANGE, radius=0.1)
    sheet.text(*_beside(least, 0.55, 0.0), "$w_0$", color=ORANGE)
    sheet.gate(touch[0], touch[1], "", color=BLUE, radius=0.13)
    return touch


def _beside(point: np.ndarray, right: float, up: float) -> tuple[float, float]:
    return point[0] + right, point[1] + up
