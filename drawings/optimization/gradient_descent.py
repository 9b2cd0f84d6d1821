"""The drawings of optimization/gradient_descent."""

from typing import Any

import numpy as np

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet


def parabola() -> Sheet:
    """The tangent and the parabola at a point, and where a step leads."""
    sheet = Sheet(12.8, 8.0)
    _axis(sheet, 0.9)

    def f(x: Any) -> Any:
        return 3 * np.sqrt(1 + (x - 4) ** 2 / 9)

    here, curvature = 10.0, 1 / 3
    slope = 3 * (here - 4) / 9 / np.sqrt(1 + (here - 4) ** 2 / 9)
    there = here - slope / curvature
    across = np.linspace(0.8, 10.9, 120)
    sheet.axes.plot(across, f(across), color=BLUE)
    near = np.linspace(5.2, 10.9, 80)
    away = near - here
    above = f(here) + slope * away + curvature * away**2 / 2
    sheet.axes.plot(near, above, color=ORANGE)
    line = np.array([4.6, 10.9])
    sheet.axes.plot(line, f(here) + slope * (line - here), color=GREY, ls="--")
    bottom = f(here) - slope**2 / curvature / 2
    for x, y in ((here, f(here)), (there, bottom)):
        sheet.axes.plot([x, x], [0.9, y], color=GREY, ls=":", lw=1)
        sheet.gate(x, float(y), "", color=ORANGE, radius=0.12)
    sheet.text(here, 0.4, r"$\theta_t$")
    sheet.text(there, 0.4, r"$\theta_{t+1}$")
    sheet.text(1.6, 4.9, "$f$", color=BLUE)
    sheet.text(3.3, 7.5, "parabola of curvature 1/η", color=ORANGE)
    sheet.text(8.6, 3.4, "tangent", color=GREY)
    sheet.axes.plot([6.2, 7.6], [2.8, 3.2], color=GREY, lw=0.8)
    return sheet


def bottoms() -> Sheet:
    """Newton's parabolas, one that opens upwards and one downwards."""
    sheet = Sheet(12.8, 7.0)
    _axis(sheet, 0.9)

    def place(x: Any) -> Any:
        return 2.4 + 7.0 * np.asarray(x)

    def height(y: Any) -> Any:
        return 5.4 + 14.0 * np.asarray(y)

    def f(x: Any) -> Any:
        return np.asarray(x) ** 4 / 4 - np.asarray(x) ** 2 / 2

    across = np.linspace(-0.22, 1.36, 120)
    sheet.axes.plot(place(across), height(f(across)), color=BLUE)
    for here, color, reach in ((0.8, GREEN, 0.36), (0.3, ORANGE, 0.46)):
        slope, curvature = here**3 - here, 3 * here**2 - 1
        there = here - slope / curvature
        middle = (here + there) / 2
        near = np.linspace(middle - reach, middle + reach, 60)
        near = near[near > -0.3]
        away = near - here
        own = f(here) + slope * away + curvature * away**2 / 2
        sheet.axes.plot(place(near), height(own), color=color, ls="--")
        end = f(here) - slope**2 / curvature / 2
        for x, y, radius in ((here, f(here), 0.16), (there, end, 0.1)):
            sheet.axes.plot(
                [place(x)] * 2, [0.9, height(y)], color=color, ls=":", lw=1
            )
            sheet.gate(
                float(place(x)), float(height(y)), "", color=color,
                radius=radius,
            )  # fmt: skip
        sheet.text(float(place(here)), 0.4, r"$\theta_t$", color=color)
        sheet.text(float(place(there)), 0.4, r"$\theta_{t+1}$", color=color)
    sheet.text(12.1, 3.9, "$f$", color=BLUE)
    sheet.text(3.6, 6.5, "curvature below 0: a top", color=ORANGE)
    sheet.text(9.3, 4.6, "above 0: a bottom", color=GREEN)
    return sheet


def _axis(sheet: Sheet, y: float) -> None:
    sheet.arrow((0.4, y), (12.0, y))
    sheet.text(12.4, y, r"$\theta$")
