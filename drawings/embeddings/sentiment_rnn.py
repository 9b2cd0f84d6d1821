"""The drawings of the chapter on sentiment with recurrent networks."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet

REVIEWS = (
    ("the cast is truly moving", BLUE),
    ("the plot is dull", ORANGE),
    ("a clever script", GREEN),
)


def packing() -> Sheet:
    """A padded batch, its batch sizes, and the same batch packed."""
    sheet = Sheet(13.6, 8.6)
    for i, (review, color) in enumerate(REVIEWS):
        words = review.split()
        for t in range(5):
            word = words[t] if t < len(words) else "–"
            sheet.box(
                2.6 + 2.4 * t, 7.6 - 1.15 * i, word, width=2.2, height=0.95,
                color=color if t < len(words) else GREY,
            )  # fmt: skip
        sheet.text(0.6, 7.6 - 1.15 * i, f"$n_{i + 1}$", color=color, size=12)
    sizes = [
        sum(t < len(review.split()) for review, _ in REVIEWS) for t in range(5)
    ]
    for t, size in enumerate(sizes):
        x = 2.6 + 2.4 * t
        sheet.text(x, 4.15, f"$B_{t + 1} = {size}$", size=12)
    sheet.text(6.8, 2.9, "packed: step by step, without padding", color=GREY)
    left = 1.0
    for t, size in enumerate(sizes):
        for i in range(size):
            x = left + 0.9 * i
            sheet.vector(x, 1.7, [str(t + 1)], color=REVIEWS[i][1], cell=0.9)
        sheet.text(left + 0.45 * (size - 1), 0.6, f"$B_{t + 1}$", size=12)
        left += 0.9 * size + 0.3
    return sheet


AHEAD = ("0.2", "0.8", "−0.4", "–")
BACK = ("−0.5", "−0.1", "0.3", "–")


def pooling() -> Sheet:
    """Three states of two numbers, and three ways to make one of them."""
    sheet = Sheet(13.6, 6.4)
    for t in range(4):
        x = 1.7 + 1.6 * t
        for y, values, color in ((4.4, AHEAD, BLUE), (3.1, BACK, ORANGE)):
            sheet.box(
                x, y, values[t], width=1.4, height=1.1,
                color=color if t < 3 else GREY,
            )  # fmt: skip
        if t < 3:
            sheet.text(x, 1.8, f"$h_{t + 1}$", size=12)
    sheet.text(6.5, 1.8, "padding", color=GREY)
    sheet.text(0.4, 4.4, r"$\vec h_t$", color=BLUE, size=12)
    sheet.text(0.4, 3.1, r"$\tilde h_t$", color=ORANGE, size=12)
    for x, name, ahead, back in (
        (8.9, "last", "−0.4", "−0.5"),
        (10.8, "mean", "0.2", "−0.1"),
        (12.6, "max", "0.8", "0.3"),
    ):
        sheet.text(x, 5.6, name)
        sheet.box(x, 4.4, ahead, width=1.4, height=1.1, color=BLUE)
        sheet.box(x, 3.1, back, width=1.4, height=1.1, color=ORANGE)
        sheet.text(x, 1.8, "$v$", size=12)
    sheet.text(4.1, 5.6, "states", color=GREY)
    sheet.text(10.8, 0.7, "one vector for the text", color=GREY)
    return sheet
