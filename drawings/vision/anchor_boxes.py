"""The drawings of the chapter on bounding boxes and anchors."""

from matplotlib.patches import Polygon

from drawings.paper import tint
from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet


def forms() -> Sheet:
    """The same box by two corners, and by centre, width and height."""
    sheet = Sheet(13.6, 6.6)
    for left, words in ((0.9, "two corners"), (7.8, "centre and sides")):
        sheet.text(left + 2.7, 0.5, words, color=GREY)
        sheet.frame(left, 6.0, 5.0, 0.0)
        sheet.arrow((left, 6.0), (left, 1.1), color=GREY)
        sheet.text(left + 5.3, 6.0, "$x$", color=GREY)
        sheet.text(left - 0.4, 1.2, "$y$", color=GREY)
        _box(sheet, left + 1.2, 4.8, 3.2, 2.4, BLUE)
    for x, y, name, side in (
        (2.1, 4.8, "$(x_1, y_1)$", 0.45),
        (5.3, 2.4, "$(x_2, y_2)$", -0.45),
    ):
        sheet.gate(x, y, "", color=ORANGE, radius=0.13)
        sheet.text(x + 0.2, y + side, name, color=ORANGE)
    sheet.gate(10.6, 3.6, "", color=ORANGE, radius=0.13)
    sheet.text(10.6, 4.1, "$(x, y)$", color=ORANGE)
    sheet.brace((12.2, 2.3), (9.0, 2.3), "$w$", color=GREEN)
    sheet.brace((12.3, 4.8), (12.3, 2.4), "$h$", color=GREEN)
    return sheet


def overlap() -> Sheet:
    """Two boxes on pixels, and their common part along each axis."""
    sheet = Sheet(13.6, 7.6)
    cell, left, top = 0.85, 2.6, 7.2

    def place(x: float, y: float) -> tuple[float, float]:
        return left + cell * x, top - cell * y

    for number in range(8):
        sheet.curve([place(number, 0), place(number, 7)], color=GREY,
                    linewidth=0.4)  # fmt: skip
        sheet.text(*place(number, 7.5), str(number), color=GREY, size=9)
        if number < 8:
            sheet.curve([place(0, number), place(7, number)], color=GREY,
                        linewidth=0.4)  # fmt: skip
            sheet.text(*place(-0.45, number), str(number), color=GREY, size=9)
    _box(sheet, *place(1, 1), 4 * cell, 3 * cell, BLUE)
    _box(sheet, *place(3, 2), 4 * cell, 4 * cell, ORANGE)
    _box(sheet, *place(3, 2), 2 * cell, 2 * cell, GREEN, share=0.4)
    sheet.text(*place(4, 3), "$O$", color=GREEN, size=13)
    sheet.text(*place(2, 1.6), "$A$", color=BLUE, size=13)
    sheet.text(*place(6, 5), "A′", color=ORANGE, size=13)
    x = 11.3
    sheet.text(x, 6.4, "common part", color=GREEN)
    sheet.text(x, 5.5, "$O = 2 \\cdot 2 = 4$", color=GREEN)
    sheet.text(x, 4.3, "covered together", color=INK)
    sheet.text(x, 3.4, "$12 + 16 - 4 = 24$")
    sheet.text(x, 2.0, "$J = 4/24 = 1/6$", size=12)
    return sheet


def anchors() -> Sheet:
    """A map's places, the anchors of one place, an anchor that moves."""
    sheet = Sheet(13.6, 7.4)
    left, top, cell = 0.6, 6.9, 1.9
    for k in range(4):
        sheet.curve(
            [(left + k * cell, top), (left + k * cell, top - 3 * cell)],
            color=GREY, linewidth=0.5,
        )  # fmt: skip
        sheet.curve(
            [(left, top - k * cell), (left + 3 * cell, top - k * cell)],
            color=GREY, linewidth=0.5,
        )  # fmt: skip
    for i in range(3):
        for j in range(3):
            sheet.gate(
                left + (j + 0.5) * cell, top - (i + 0.5) * cell, "",
                color=GREY, radius=0.09,
            )  # fmt: skip
    x, y = left + 1.5 * cell, top - 1.5 * cell
    for w, h, color in (
        (2.4, 2.4, BLUE), (3.4, 1.7, GREEN), (1.7, 3.4, VIOLET),
    ):  # fmt: skip
        _box(sheet, x - w / 2, y + h / 2, w, h, color, share=0.06)
    sheet.text(x, 0.5, "anchors of one place", color=GREY)
    _box(sheet, 8.4, 6.3, 2.4, 2.4, BLUE)
    _box(sheet, 9.4, 5.5, 3.4, 3.4, ORANGE, share=0.06)
    sheet.gate(9.6, 5.1, "", color=BLUE, radius=0.1)
    sheet.gate(11.1, 3.8, "", color=ORANGE, radius=0.1)
    sheet.arrow((9.6, 5.1), (11.1, 3.8), color=INK)
    sheet.text(11.75, 4.85, "$t_x, t_y$")
    sheet.text(8.9, 6.75, "anchor", color=BLUE)
    sheet.text(11.1, 1.6, "object", color=ORANGE)
    sheet.text(10.6, 0.5, "an anchor and its object", color=GREY)
    return sheet


def _box(
    sheet: Sheet, left: float, top: float, width: float, height: float,
    color: str, *, share: float = 0.12,
) -> None:  # fmt: skip
    """A box with sharp corners, from its upper left one."""
    corners = [
        (left, top), (left + width, top),
        (left + width, top - height), (left, top - height),
    ]  # fmt: skip
    sheet.axes.add_patch(
        Polygon(
            corners, linewidth=1.5, edgecolor=color,
            facecolor=tint(color, share),
        )
    )  # fmt: skip
