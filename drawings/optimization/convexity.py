"""The drawings of optimization/convexity."""

from typing import Any

import numpy as np

from drawings.shapes import BLUE, GREY, ORANGE, Sheet

TURN = np.linspace(0, 2 * np.pi, 181)


def sets() -> Sheet:
    """A convex set and one that is not, each with a segment."""
    sheet = Sheet(12.8, 5.6)
    egg = np.stack(
        (3.2 + 2.3 * np.cos(TURN), 2.9 + 1.7 * np.sin(TURN)), axis=1
    )
    _region(sheet, egg)
    _segment(sheet, (1.7, 2.2), (4.6, 3.7), BLUE)
    outer = np.linspace(0.1 * np.pi, 0.9 * np.pi, 91)
    bow = np.concatenate(
        [
            np.stack(
                (9.6 + 2.7 * np.cos(outer), 1.0 + 3.4 * np.sin(outer)), 1
            ),
            np.stack(
                (
                    9.6 + 2.4 * np.cos(outer[::-1]),
                    0.6 + 1.9 * np.sin(outer[::-1]),
                ),
                1,
            ),
        ]
    )
    _region(sheet, np.concatenate([bow, bow[:1]]))
    _segment(sheet, (7.7, 2.3), (11.5, 2.3), ORANGE)
    sheet.text(3.2, 0.5, "convex", color=BLUE)
    sheet.text(9.6, 0.5, "not convex", color=ORANGE)
    for x, y, name in (
        (1.4, 2.7, r"$\theta$"),
        (4.9, 3.3, r"$\phi$"),
        (7.7, 2.85, r"$\theta$"),
        (11.5, 2.85, r"$\phi$"),
    ):
        sheet.text(x, y, name)
    return sheet


def chord() -> Sheet:
    """A convex function, a chord above it and a tangent below it."""
    sheet = Sheet(12.8, 7.4)
    sheet.arrow((0.4, 0.9), (12.0, 0.9))

    def f(x: Any) -> Any:
        return 2.0 + 0.17 * (np.asarray(x) - 5.0) ** 2

    across = np.linspace(0.7, 10.5, 120)
    sheet.axes.plot(across, f(across), color=BLUE)
    left, right, share = 2.0, 10.0, 0.5
    between = (1 - share) * left + share * right
    _segment(sheet, (left, float(f(left))), (right, float(f(right))), ORANGE)
    slope = 2 * 0.17 * (left - 5.0)
    reach = np.array([0.7, 3.9])
    sheet.axes.plot(
        reach, f(left) + slope * (reach - left), color=GREY, ls="--"
    )
    middle = (float(f(left)) + float(f(right))) / 2
    for x, top in ((left, f(left)), (between, middle), (right, f(right))):
        sheet.axes.plot([x, x], [0.9, float(top)], color=GREY, ls=":", lw=1)
    sheet.gate(between, float(f(between)), "", color=BLUE, radius=0.12)
    sheet.gate(between, middle, "", color=ORANGE, radius=0.12)
    sheet.text(left, 0.4, r"$\theta$")
    sheet.text(between, 0.4, r"$(1 - s)\theta + s\phi$")
    sheet.text(right, 0.4, r"$\phi$")
    sheet.text(4.6, 5.2, "chord", color=ORANGE)
    sheet.text(8.7, 3.2, "$f$", color=BLUE)
    sheet.text(5.3, 1.45, "tangent", color=GREY)
    return sheet


def _region(sheet: Sheet, border: np.ndarray) -> None:
    sheet.axes.fill(*border.T, facecolor=BLUE, alpha=0.12)
    sheet.axes.plot(*border.T, color=BLUE, linewidth=1.6)


def _segment(
    sheet: Sheet,
    first: tuple[float, float],
    last: tuple[float, float],
    color: str,
) -> None:
    sheet.axes.plot(*zip(first, last, strict=True), color=color, lw=1.8)
    for x, y in (first, last):
        sheet.gate(x, y, "", color=color, radius=0.12)
