"""The drawings of the chapter on house prices."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def steps() -> Sheet:
    """From the file to the price, and what the training rows fix."""
    sheet = Sheet(13.6, 4.6)
    table = sheet.box(1.4, 2.0, "table", width=2.2, color=GREY)
    features = sheet.box(5.2, 2.0, "features", width=2.4, color=BLUE)
    log = sheet.box(8.9, 2.0, "log price", width=2.4, color=GREEN)
    price = sheet.box(12.3, 2.0, "price", width=2.0, color=VIOLET)
    sheet.arrow(table, features)
    sheet.arrow(features, log)
    sheet.arrow(log, price)
    sheet.text(3.3, 0.7, "fill, encode, scale", color=BLUE)
    sheet.text(7.05, 0.7, r"$\varphi(x)\, w + b$", color=GREEN)
    sheet.text(10.7, 0.7, r"$\exp$", color=VIOLET)
    sheet.text(5.2, 4.1, "fixed by the rows of the fit", color=ORANGE)
    sheet.path([(3.3, 3.7), (3.3, 2.2)], color=ORANGE)
    sheet.path([(7.05, 3.7), (7.05, 2.2)], color=ORANGE)
    return sheet


def folds() -> Sheet:
    """Ten houses, five folds: each house is predicted once."""
    sheet = Sheet(13.6, 7.6)
    for k in range(5):
        y = 6.7 - 1.1 * k
        for i in range(10):
            out = i // 2 == k
            sheet.vector(
                0.9 + 0.85 * i + 0.25 * (i // 2), y, [str(i + 1)],
                color=ORANGE if out else BLUE,
                shades=[0.5 if out else 0.12], cell=0.85,
            )  # fmt: skip
        sheet.text(11.9, y, f"fit {k + 1}", color=BLUE)
    sheet.path([(5.2, 1.75), (5.2, 1.05)], color=ORANGE)
    for i in range(10):
        sheet.vector(
            0.9 + 0.85 * i + 0.25 * (i // 2), 0.55, [str(i + 1)],
            color=ORANGE, shades=[0.5], cell=0.85,
        )  # fmt: skip
    sheet.text(11.9, 0.55, "one score", color=ORANGE)
    return sheet


def street() -> Sheet:
    """Two houses of one street: its mean with and without the own price."""
    sheet = Sheet(13.6, 5.4)
    for x, own in ((3.3, True), (10.3, False)):
        prices = [
            sheet.box(x - 1.5 + 3.0 * i, 3.7, str(price), width=1.5)
            for i, price in enumerate((100, 300))
        ]
        means, color = ((200, 200), ORANGE) if own else ((300, 100), GREEN)
        features = [
            sheet.box(
                x - 1.5 + 3.0 * i, 1.5, str(mean), width=1.5, color=color
            )
            for i, mean in enumerate(means)
        ]
        for i in range(2):
            sheet.arrow(prices[i], features[1 - i], color=GREEN)
            if own:
                sheet.arrow(prices[i], features[i], color=ORANGE)
    sheet.text(3.3, 0.4, "all houses of the street", color=ORANGE)
    sheet.text(10.3, 0.4, "the others only", color=GREEN)
    sheet.text(3.3, 4.8, "prices", color=GREY)
    sheet.text(10.3, 4.8, "prices", color=GREY)
    sheet.text(6.8, 1.5, "feature", color=GREY)
    return sheet
