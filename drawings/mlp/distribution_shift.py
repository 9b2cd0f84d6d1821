"""The drawings of the chapter on distribution shift."""

import numpy as np

from drawings.shapes import BLUE, GREY, ORANGE, Sheet

X = np.linspace(-3, 3, 121)
WIDTH, HEIGHT = 5.2, 2.7


def kinds() -> Sheet:
    """One world of two classes, and three ways to leave it."""
    sheet = Sheet(13.6, 9.6)
    both = np.stack((0.5 * _normal(-1, 0.7), 0.5 * _normal(1, 0.7)))
    by_x = both / both.sum(axis=0)
    panels = (
        ("source", "p", both, 0.0),
        ("covariate shift", "q", _normal(0.8, 1.1) * by_x, 0.0),
        ("label shift", "q", both * [[0.4], [1.6]], -0.34),
        ("concept shift", "q", both[::-1], 0.0),
    )
    for k, (name, letter, curves, border) in enumerate(panels):
        left, low = 0.6 + 6.8 * (k % 2), 5.6 - 4.9 * (k // 2)
        sheet.arrow((left, low), (left + WIDTH, low), color=GREY)
        sheet.text(left + WIDTH + 0.45, low, "$x$")
        sheet.text(left + WIDTH / 2, low + HEIGHT + 0.75, name)
        place = left + WIDTH * (border + 3) / 6
        sheet.curve(
            [(place, low), (place, low + HEIGHT)], color=GREY, dashed=True,
            linewidth=1.2,
        )  # fmt: skip
        for y, color in ((1, BLUE), (2, ORANGE)):
            heights = 5.6 * curves[y - 1]
            points = zip(
                left + WIDTH * (X + 3) / 6, low + heights, strict=True
            )
            sheet.curve(list(points), color=color)
            at = left + WIDTH * (X[curves[y - 1].argmax()] + 3) / 6
            side = -1 if at < left + WIDTH / 2 else 1
            sheet.text(
                at + 1.35 * side, low + 1.9, f"${letter}(x, {y})$",
                color=color, size=10.0,
            )  # fmt: skip
    return sheet


def _normal(mean: float, deviation: float) -> np.ndarray:
    scaled = (X - mean) / deviation
    return np.exp(-(scaled**2) / 2) / (deviation * np.sqrt(2 * np.pi))
