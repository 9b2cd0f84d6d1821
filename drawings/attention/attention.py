"""The drawings of the chapter on attention."""

from drawings.shapes import BLUE, GREEN, ORANGE, VIOLET, Sheet


def query() -> Sheet:
    """A query meets the keys; the weights mix the values."""
    sheet = Sheet(13.0, 8.6)
    query = sheet.vector(1.5, 5.6, 2, color=BLUE, cell=0.7)
    sheet.text(1.5, 7.2, "query", color=BLUE)
    sheet.text(1.5, 6.4, "$q$", color=BLUE)
    weights = ("1/8", "2/8", "5/8")
    heights = (7.0, 5.6, 4.2)
    output = sheet.vector(11.3, 5.6, 3, color=GREEN, cell=0.6)
    sheet.text(11.3, 6.5, "output", color=GREEN)
    for i, (weight, y) in enumerate(zip(weights, heights, strict=True), 1):
        key = sheet.vector(4.4, y, 2, color=ORANGE, cell=0.7)
        value = sheet.vector(8.4, y, 3, color=GREEN, cell=0.6)
        sheet.text(3.35, y + 0.05, f"$k_{i}$", color=ORANGE)
        sheet.arrow(query, (3.0, y), color=BLUE)
        sheet.arrow(key, (7.3, y), rf"$\alpha_{i}$ = {weight}",
                    color=VIOLET, side=(0, 0.36))  # fmt: skip
        sheet.arrow(value, output, color=GREEN)
        sheet.text(8.4, y - 0.62, f"$v_{i}$", color=GREEN)
    sheet.text(4.4, 8.1, "keys", color=ORANGE)
    sheet.text(8.4, 8.1, "values", color=GREEN)
    sheet.text(4.6, 2.6, "scores", color=VIOLET)
    sheet.text(7.6, 2.6, "$a_i = a(q, k_i)$", color=VIOLET)
    sheet.text(6.2, 1.7, "softmax: weights that add up to 1", color=VIOLET)
    sheet.text(6.2, 0.7, "$o = (v_1 + 2 v_2 + 5 v_3) / 8$", color=GREEN)
    return sheet
