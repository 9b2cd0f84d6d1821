"""The drawings of the chapter on negative sampling."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def step() -> Sheet:
    """One seen pair pulls together, k drawn words push away."""
    sheet = Sheet(13.0, 7.4)
    centre = sheet.box(1.8, 3.6, "$u$", width=1.5, color=BLUE)
    sheet.text(1.8, 2.3, "cat", color=BLUE)
    sheet.text(1.8, 5.0, "centre word", color=BLUE)
    rows = (
        (6.4, "hungry", "$w_1$", GREEN, "seen"),
        (4.4, "bus", "$w_2$", ORANGE, "drawn"),
        (2.8, "the", "$w_3$", ORANGE, "drawn"),
    )
    for y, word, name, color, what in rows:
        box = sheet.box(7.6, y, name, width=1.5, color=color)
        sheet.text(9.6, y, word, color=color)
        sheet.text(11.9, y, what, color=color)
        if color == GREEN:
            sheet.arrow(centre, box, color=GREEN)
            sheet.arrow(box, centre, color=GREEN)
        else:
            ends = centre.edge((box.x, box.y)), box.edge((centre.x, centre.y))
            sheet.path(ends, color=ORANGE)
    for y in (1.4, 0.6):
        sheet.vector(7.6, y, 2, color=GREY, shades=[0, 0], cell=0.7)
    sheet.text(10.7, 1.0, "not touched", color=GREY)
    sheet.text(4.1, 6.0, "pull", color=GREEN)
    sheet.text(4.6, 2.3, "push", color=ORANGE)
    return sheet


def balance() -> Sheet:
    """Eight times seen, four times drawn: the best answer is 8/12."""
    sheet = Sheet(12.6, 3.6)
    sheet.vector(4.1, 1.8, 8, color=GREEN, cell=0.8)
    sheet.vector(8.9, 1.8, 4, color=ORANGE, cell=0.8)
    sheet.text(4.1, 3.0, "seen", color=GREEN)
    sheet.text(8.9, 3.0, "drawn", color=ORANGE)
    sheet.text(4.1, 0.6, "$N_{cj} = 8$", color=GREEN, size=12)
    sheet.text(8.9, 0.6, "$k N_c q_j = 4$", color=ORANGE, size=12)
    return sheet


def tree() -> Sheet:
    """A tree over four words; the way to one of them."""
    sheet = Sheet(12.4, 6.6)
    root = sheet.gate(4.0, 5.7, "$a_3$", radius=0.6, color=BLUE)
    middle = sheet.gate(6.6, 3.9, "$a_2$", radius=0.6, color=BLUE)
    low = sheet.gate(9.2, 2.1, "$a_1$", radius=0.6, color=GREY)
    leaves = [
        sheet.box(1.6, 3.9, "the", width=2.0, color=GREY),
        sheet.box(4.2, 2.1, "cat", width=2.0, color=VIOLET),
        sheet.box(7.0, 0.6, "bus", width=2.0, color=GREY),
        sheet.box(11.2, 0.6, "pie", width=2.0, color=GREY),
    ]
    for start, end, color in (
        (root, leaves[0], GREY), (root, middle, VIOLET),
        (middle, leaves[1], VIOLET), (middle, low, GREY),
        (low, leaves[2], GREY), (low, leaves[3], GREY),
    ):  # fmt: skip
        sheet.arrow(start, end, color=color)
    sheet.text(6.3, 5.3, "$-1$", color=VIOLET)
    sheet.text(4.4, 3.3, "$+1$", color=VIOLET)
    return sheet
