"""The drawings of vision/multi_task_learning."""

import itertools

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def trunk() -> Sheet:
    """One trunk, two heads, two losses, and their weighed sum."""
    sheet = Sheet(13.6, 6.0)
    image = sheet.grid(1.2, 3.0, (3, 3), color=GREY, cell=0.55)
    sheet.text(1.2, 1.6, "image", color=GREY)
    shared = sheet.box(4.0, 3.0, "trunk", width=2.0, color=BLUE)
    features = sheet.vector(6.2, 3.0, 5, color=BLUE, vertical=True, cell=0.5)
    sheet.text(6.2, 1.2, "$h$", color=BLUE)
    first = sheet.box(8.3, 4.5, "head 1", width=1.9, color=GREEN)
    second = sheet.box(8.3, 1.5, "head 2", width=1.9, color=ORANGE)
    which = sheet.box(10.9, 4.5, "loss 1", width=1.6, color=GREEN)
    where = sheet.box(10.9, 1.5, "loss 2", width=1.6, color=ORANGE)
    total = sheet.gate(13.0, 3.0, "$+$", color=VIOLET)
    sheet.arrow(image, shared)
    sheet.arrow(shared, features)
    sheet.arrow(features, first)
    sheet.arrow(features, second)
    sheet.arrow(first, which)
    sheet.arrow(second, where)
    sheet.arrow(which, total)
    sheet.arrow(where, total)
    sheet.text(12.7, 4.2, "$w_1$", color=GREEN)
    sheet.text(12.7, 1.8, "$w_2$", color=ORANGE)
    sheet.text(8.3, 5.5, "which digit", color=GREEN)
    sheet.text(8.3, 0.5, "where", color=ORANGE)
    return sheet


def pull() -> Sheet:
    """Two gradients and their sum, as they are and at equal length."""
    sheet = Sheet(13.6, 5.2)
    _arrows(sheet, (7.2, 1.2), (0.3, 0.4), (-6.0, 2.5), 0.95, "$g$")
    _arrows(sheet, (11.4, 1.2), (0.557, 0.743), (-0.857, 0.357), 2.4, "$g$")
    sheet.text(4.2, 0.4, "weights 1 and 1", color=GREY)
    sheet.text(11.3, 0.4, "equal length", color=GREY)
    return sheet


def _arrows(
    sheet: Sheet,
    start: tuple[float, float],
    first: tuple[float, float],
    second: tuple[float, float],
    scale: float,
    name: str,
) -> None:
    x, y = start
    both = first[0] + second[0], first[1] + second[1]
    for (across, up), color in (
        (first, GREEN),
        (second, ORANGE),
        (both, VIOLET),
    ):
        sheet.path([start, (x + scale * across, y + scale * up)], color=color)
    side = max(0.55, scale * first[0] + 0.1)
    sheet.text(x + side, y + scale * first[1] + 0.25, "$g_1$", color=GREEN)
    sheet.text(
        x + scale * second[0] + 0.1, y + scale * second[1] - 0.45, "$g_2$",
        color=ORANGE,
    )  # fmt: skip
    sheet.text(
        x + scale * both[0] - 0.35, y + scale * both[1] + 0.5, name,
        color=VIOLET,
    )  # fmt: skip


def chain() -> Sheet:
    """A pipeline of two networks above one network from end to end."""
    sheet = Sheet(13.6, 5.4)
    image = sheet.grid(1.2, 4.1, (3, 3), color=GREY, cell=0.5)
    find = sheet.box(3.7, 4.1, "find", width=1.8, color=ORANGE)
    place = sheet.vector(6.1, 4.1, ["", ""], color=ORANGE, cell=0.55)
    sheet.text(6.1, 3.3, "place", color=ORANGE)
    square = sheet.grid(8.6, 4.1, (2, 2), color=GREY, cell=0.5)
    sheet.text(8.6, 3.1, "cut-out", color=GREY)
    read = sheet.box(10.9, 4.1, "read", width=1.8, color=GREEN)
    digit = sheet.gate(13.0, 4.1, "7", color=GREEN)
    row = [image, find, place, square, read, digit]
    for before, after in itertools.pairwise(row):
        sheet.arrow(before, after)
    image = sheet.grid(1.2, 1.3, (3, 3), color=GREY, cell=0.5)
    whole = sheet.box(7.3, 1.3, "one network", width=5.0, color=BLUE)
    digit = sheet.gate(13.0, 1.3, "7", color=BLUE)
    sheet.arrow(image, whole)
    sheet.arrow(whole, digit)
    return sheet
