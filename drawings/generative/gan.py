"""The drawings of the chapter on generative adversarial networks."""

import math

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def game() -> Sheet:
    """Noise to generator to discriminator, and data beside it."""
    sheet = Sheet(13.6, 7.4)
    z = sheet.text(0.7, 2.6, "$z$", size=12)
    sheet.text(0.9, 1.7, "noise", color=GREY)
    G = sheet.box(3.4, 2.6, "$G$", width=2.0, height=1.4, color=ORANGE)
    sheet.text(3.4, 1.4, "generator", color=ORANGE)
    made = sheet.text(6.6, 2.6, "$G(z)$", size=12, color=ORANGE)
    data = sheet.text(6.6, 5.4, "$x$", size=12, color=BLUE)
    sheet.text(6.6, 6.3, "real point", color=BLUE)
    sheet.text(6.6, 1.7, "made point", color=ORANGE)
    D = sheet.box(10.0, 4.0, "$D$", width=2.0, height=1.4, color=GREEN)
    sheet.text(10.0, 5.2, "discriminator", color=GREEN)
    sheet.arrow(z, G)
    sheet.arrow(G, made)
    sheet.arrow(made, D)
    sheet.arrow(data, D)
    out = (12.2, 4.0)
    sheet.arrow(D, out)
    sheet.text(12.7, 4.0, "$D(x)$", color=GREEN)
    sheet.text(12.5, 3.2, "real?", color=GREY)
    sheet.path(
        [(10.0, 3.1), (10.0, 0.7), (3.4, 0.7), (3.4, 1.05)],
        color=VIOLET, dashed=True,
    )  # fmt: skip
    sheet.text(6.8, 0.3, "gradient", color=VIOLET)
    return sheet


def cells() -> Sheet:
    """Three cells with the shares of real and made points."""
    sheet = Sheet(13.4, 7.0)
    real, made = (0.6, 0.3, 0.1), (0.2, 0.3, 0.5)
    answers = (r"$\frac{3}{4}$", r"$\frac{1}{2}$", r"$\frac{1}{6}$")
    for k, (p, q, answer) in enumerate(zip(real, made, answers, strict=True)):
        x = 4.6 + 3.4 * k
        sheet.bar(x - 0.55, 2.2, 6 * p, f"${p}$", color=BLUE, width=1.0)
        sheet.bar(x + 0.55, 2.2, 6 * q, f"${q}$", color=ORANGE, width=1.0)
        sheet.text(x, 0.8, answer, color=GREEN, size=13)
    sheet.path([(2.9, 2.2), (13.1, 2.2)], color=GREY, head=False)
    sheet.text(1.0, 5.0, "$p$", color=BLUE, size=12)
    sheet.text(1.5, 4.3, "real", color=BLUE)
    sheet.text(1.0, 3.3, "$q$", color=ORANGE, size=12)
    sheet.text(1.5, 2.6, "made", color=ORANGE)
    sheet.text(1.2, 0.8, "$D^*$", color=GREEN, size=12)
    return sheet


def chase() -> Sheet:
    """All points on the one peak of D, then all on the other."""
    sheet = Sheet(13.6, 5.4)
    _peaks(sheet, 0.5, 2.6, 1.7, 1.45)
    _peaks(sheet, 7.4, 1.1, 2.6, 4.0)
    sheet.arrow((6.35, 2.6), (7.15, 2.6), color=GREY)
    return sheet


def _peaks(
    sheet: Sheet, left: float, first: float, second: float, points: float
) -> None:
    """Draw D over two modes with peaks of these heights."""
    line = []
    for i in range(57):
        x = i / 10
        high = first * math.exp(-(((x - 1.45) / 0.6) ** 2))
        high += second * math.exp(-(((x - 4.0) / 0.6) ** 2))
        line.append((left + x, 1.5 + high))
    sheet.curve(line, color=GREEN)
    sheet.text(left + 0.3, 2.9, "$D(x)$", color=GREEN)
    sheet.path([(left, 1.3), (left + 5.6, 1.3)], color=GREY, head=False)
    for shift in (-0.3, -0.15, 0.0, 0.15, 0.3):
        sheet.gate(left + points + shift, 1.3, "", radius=0.1, color=ORANGE)
    for mode in (1.45, 4.0):
        sheet.text(left + mode, 0.6, "data", color=BLUE)
    sheet.text(left + points, 4.9, "made", color=ORANGE)
    sheet.arrow((left + points, 4.55), (left + points, 4.35), color=ORANGE)
