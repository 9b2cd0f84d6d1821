"""The drawings of the chapter on transfer learning."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def carry() -> Sheet:
    """A body is copied from one task to another, its head is not."""
    sheet = Sheet(13.6, 9.4)
    sheet.text(3.1, 8.9, "pretraining", color=GREY)
    sheet.text(10.5, 8.9, "fine-tuning", color=GREY)
    bodies = []
    for x, head, classes, color, images in (
        (3.1, "old head", "1 3 5 7 9", GREY, "many odd digits"),
        (10.5, "new head", "0 2 4 6 8", ORANGE, "few even digits"),
    ):
        below = sheet.text(x, 0.5, images, color=GREY)
        first = sheet.box(x, 2.0, "layer 1", width=3.4, color=BLUE)
        second = sheet.box(x, 3.7, "layer 2", width=3.4, color=BLUE)
        top = sheet.box(x, 6.1, head, width=3.4, color=color)
        out = sheet.text(x, 7.9, classes, color=color)
        for start, end in (
            (below, first), (first, second), (second, top), (top, out)
        ):  # fmt: skip
            sheet.arrow(start, end)
        bodies.append(second)
    sheet.text(11.3, 4.9, "$D$", color=GREY)
    sheet.text(13.0, 6.1, "$W$", color=ORANGE, size=12)
    sheet.text(13.0, 2.9, r"$\theta$", color=BLUE, size=12)
    sheet.arrow((4.9, 2.85), (8.7, 2.85), color=GREEN)
    sheet.text(6.8, 3.4, "copied", color=GREEN)
    sheet.text(6.8, 6.1, "not copied", color=GREY)
    return sheet


def start() -> Sheet:
    """Weights that fit one example, and where two starts lead."""
    sheet = Sheet(13.6, 9.0)
    scale, left, low = 1.9, 2.4, 1.3

    def place(first: float, second: float) -> tuple[float, float]:
        return left + scale * first, low + scale * second

    sheet.path([place(-0.3, 0), place(5.2, 0)], color=GREY)
    sheet.path([place(0, -0.3), place(0, 3.7)], color=GREY)
    sheet.text(*place(5.2, -0.35), "$w_1$", color=GREY)
    sheet.text(*place(-0.4, 3.6), "$w_2$", color=GREY)
    sheet.curve([place(-0.3, 3.3), place(3.3, -0.3)], color=BLUE)
    sheet.text(*place(1.45, 2.75), "$w_1 + w_2 = 3$", color=BLUE)
    for first, second, name, color in (
        (0.0, 0.0, "(0, 0)", ORANGE),
        (2.0, 0.0, "(2, 0)", VIOLET),
    ):
        step = (3 - first - second) / 2
        begin, end = place(first, second), place(first + step, second + step)
        sheet.gate(*begin, "", color=color, radius=0.16)
        sheet.arrow(begin, end, color=color)
        aside = 1.0 if first == 0 else 0.0  # beside the axis
        sheet.text(begin[0] - aside, begin[1] - 0.65, name, color=color)
    sheet.text(*place(2.35, 1.6), "(1.5, 1.5)", color=ORANGE)
    sheet.text(*place(3.35, 0.6), "(2.5, 0.5)", color=VIOLET)
    return sheet
