"""The drawings of the chapter on batch normalization."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def axes() -> Sheet:
    """What shares a mean and a variance: a column, the maps of a channel."""
    sheet = Sheet(13.6, 7.6)
    full = [[0.08, 0.9, 0.08] for _ in range(4)]
    table = sheet.grid(3.0, 3.3, (4, 3), color=BLUE, shades=full, cell=1.0)
    sheet.text(3.0, 6.9, "channels")
    sheet.text(0.55, 3.3, "$B$")
    for j, name in enumerate(("$1$", "$2$", "$3$")):
        sheet.text(2.0 + j, 5.8, name, color=BLUE if j == 1 else GREY)
    mean = sheet.text(3.0, 0.5, r"$\mu, \; \sigma^2$", color=BLUE)
    sheet.arrow(table.bottom, mean, color=BLUE)
    for j, x in enumerate((7.5, 9.8, 12.1)):
        shade = 0.9 if j == 1 else 0.08
        for y in (4.5, 2.1):
            shades = [[shade] * 3 for _ in range(3)]
            maps = sheet.grid(
                x, y, (3, 3), color=BLUE, shades=shades, cell=0.62
            )
        sheet.text(x, 5.8, f"${j + 1}$", color=BLUE if j == 1 else GREY)
        if j == 1:
            under = sheet.text(x, 0.5, r"$\mu, \; \sigma^2$", color=BLUE)
            sheet.arrow(maps.bottom, under, color=BLUE)
    sheet.text(9.8, 6.9, "channels")
    sheet.text(5.95, 3.3, "$B$")
    return sheet


def paths() -> Sheet:
    """The three ways from an input to an output, and the gradient back."""
    sheet = Sheet(13.6, 6.2)
    x = sheet.text(0.7, 3.4, "$x_j$", size=12)
    mean = sheet.box(3.9, 5.1, r"$\mu$", width=1.5, color=GREEN)
    spread = sheet.box(3.9, 1.7, "$s$", width=1.5, color=VIOLET)
    hat = sheet.box(8.1, 3.4, r"$\hat x_i$", width=1.7, color=BLUE)
    out = sheet.text(12.6, 3.4, "$y_i$", size=12)
    sheet.arrow(x, hat)
    sheet.arrow(x, mean, color=GREEN)
    sheet.arrow(x, spread, color=VIOLET)
    sheet.arrow(mean, hat, color=GREEN)
    sheet.arrow(spread, hat, color=VIOLET)
    sheet.arrow(hat, out)
    sheet.text(10.7, 3.95, r"$\gamma, \beta$")
    sheet.path([(12.4, 0.5), (0.9, 0.5)], color=ORANGE)
    sheet.text(8.4, 1.1, "the gradient, on all three paths", color=ORANGE)
    return sheet
