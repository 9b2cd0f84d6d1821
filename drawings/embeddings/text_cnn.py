"""The drawings of the chapter on sentiment with convolutions."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

WORDS = ("the", "plot", "is", "not", "bad")


def sliding() -> Sheet:
    """A filter of two steps on five words, and what it answers where."""
    sheet = Sheet(13.6, 8.6)
    places = [1.3 + 1.7 * t for t in range(5)]
    columns = []
    for t, (x, word) in enumerate(zip(places, WORDS, strict=True), start=1):
        sheet.text(x, 8.0, word)
        cells = ["1" if word == "not" else "0", "1" if word == "bad" else "0"]
        columns.append(
            sheet.vector(x, 6.3, cells, color=BLUE, vertical=True, cell=1.0)
        )
        sheet.text(x, 4.7, f"$e_{t}$", color=BLUE, size=12)
    sheet.plate(columns[3:], color=ORANGE, room=0.35)
    filters = []
    for j, cells in enumerate((["1", "0"], ["0", "1"])):
        x = 11.2 + 1.3 * j
        filters.append(
            sheet.vector(x, 6.3, cells, color=ORANGE, vertical=True, cell=1.0)
        )
        sheet.text(x, 4.7, f"$W_{j}$", color=ORANGE, size=12)
    sheet.text(11.85, 8.0, "filter", color=ORANGE)
    outputs = []
    for t, value in enumerate(("−1", "−1", "−1", "1")):
        x = (places[t] + places[t + 1]) / 2
        color = GREEN if t == 3 else GREY
        outputs.append(
            sheet.box(x, 2.4, value, width=1.2, height=1.0, color=color)
        )
        sheet.text(x, 1.2, f"$a_{t + 1}$", size=12)
        for place in places[t : t + 2]:
            sheet.path(
                [(place, 4.2), (x, 3.0)], color=ORANGE if t == 3 else GREY
            )
    best = sheet.box(11.85, 2.4, "1", width=1.2, height=1.0, color=GREEN)
    sheet.arrow(outputs[3], best, color=GREEN)
    sheet.text(9.9, 3.2, "max", color=GREEN)
    sheet.text(11.85, 1.2, "$m$", size=12)
    return sheet


def network() -> Sheet:
    """From words to logits: filters of three widths, maxima, a layer."""
    sheet = Sheet(13.4, 7.4)
    for t in range(7):
        sheet.vector(0.9, 6.2 - 0.85 * t, ["", "", ""], color=BLUE, cell=0.55)
    sheet.text(0.9, 0.4, "words", color=BLUE)
    made = []
    for y, k, color in ((5.7, 3, ORANGE), (3.65, 4, GREEN), (1.6, 5, VIOLET)):
        start = 3.65 + (y - 3.65) * 0.6
        strip = sheet.vector(4.9, y, 5, color=color, cell=0.7)
        sheet.arrow((2.0, start), (3.0, y), color=color)
        sheet.text(4.9, y + 0.75, f"$k = {k}$", color=color)
        best = sheet.vector(8.3, y, 1, color=color, cell=0.7)
        sheet.arrow(strip, best, color=color)
        made.append(best)
    sheet.text(4.9, 0.4, "filters")
    sheet.text(8.3, 0.4, "max")
    out = sheet.vector(11.9, 3.65, 2, vertical=True, cell=0.85)
    for best in made:
        sheet.arrow(best, out)
    sheet.text(11.9, 0.4, "logits")
    return sheet
