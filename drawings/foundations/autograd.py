"""The drawings of the chapter on automatic differentiation."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet


def graph() -> Sheet:
    """z = (ab + a)^2 at a = 2, b = 3: values, slopes, adjoints."""
    sheet = Sheet(13.6, 7.2)
    a = sheet.box(1.5, 5.4, "$a = 2$", color=BLUE)
    b = sheet.box(1.5, 1.9, "$b = 3$", color=BLUE)
    u = sheet.box(5.3, 3.1, "$u = 6$")
    s = sheet.box(8.9, 4.6, "$s = 8$")
    z = sheet.box(12.3, 4.6, "$z = 64$", width=2.5, color=GREEN)
    sheet.arrow(a, u, "3", side=(0.35, 0.3))
    sheet.arrow(b, u, "2", side=(0.0, 0.5))
    sheet.arrow(u, s, "1", side=(-0.1, 0.5))
    sheet.arrow(a, s, "1", side=(0.0, 0.45))
    sheet.arrow((10.1, 4.8), (11.05, 4.8), "8", bend=-0.3, side=(0, 0.55))
    sheet.arrow((10.1, 4.4), (11.05, 4.4), "8", bend=0.3, side=(0, -0.6))
    for shape, words in (
        (a, r"$\bar a = 64$"),
        (b, r"$\bar b = 32$"),
        (u, r"$\bar u = 16$"),
        (s, r"$\bar s = 16$"),
        (z, r"$\bar z = 1$"),
    ):
        sheet.text(shape.x, shape.y - 1.0, words, color=ORANGE)
    sheet.arrow((4.0, 6.6), (9.6, 6.6), color=GREY)
    sheet.text(6.8, 6.95, "numbers", color=GREY)
    sheet.arrow((9.6, 0.9), (4.0, 0.9), color=ORANGE)
    sheet.text(6.8, 0.4, "derivatives", color=ORANGE)
    return sheet
