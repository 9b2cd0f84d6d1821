"""The drawings of the chapter on long short-term memory."""

from drawings.shapes import BLUE, GREEN, GREY, OCHRE, ORANGE, VIOLET, Sheet


def cell() -> Sheet:
    """One step: the cell along the top, three gates, a candidate."""
    sheet = Sheet(13.4, 9.4)
    old = sheet.text(0.8, 8.4, "$c_{t-1}$", size=12)
    new = sheet.text(12.7, 8.4, "$c_t$", size=12)
    keep = sheet.gate(3.0, 8.4, r"$\odot$", color=BLUE)
    add = sheet.gate(6.9, 8.4, "$+$")
    write = sheet.gate(6.9, 6.5, r"$\odot$", color=ORANGE)
    read = sheet.gate(10.9, 5.2, r"$\odot$", color=VIOLET)
    squash = sheet.text(10.9, 6.8, "tanh", color=GREY)
    forget = sheet.box(3.0, 3.6, "$f_t$", width=1.4, color=BLUE)
    inward = sheet.box(5.2, 3.6, "$i_t$", width=1.4, color=ORANGE)
    candidate = sheet.box(6.9, 3.6, "$g_t$", width=1.4, color=GREEN)
    outward = sheet.box(9.0, 3.6, "$o_t$", width=1.4, color=VIOLET)
    state = sheet.text(12.7, 5.2, "$h_t$", size=12)
    sheet.arrow(old, keep)
    sheet.arrow(keep, add, r"$f_t \odot c_{t-1}$")
    sheet.arrow(add, new)
    sheet.arrow(forget, keep, color=BLUE)
    sheet.path([(5.2, 4.15), (5.2, 6.5), write.left], color=ORANGE)
    sheet.arrow(candidate, write, color=GREEN)
    sheet.arrow(write, add, color=ORANGE)
    sheet.path([(9.0, 4.15), (9.0, 5.2), read.left], color=VIOLET)
    sheet.path([(10.9, 8.4), squash.top])
    sheet.path([squash.bottom, read.top])
    sheet.arrow(read, state)
    # what all four see
    sheet.path([(1.2, 1.9), (9.0, 1.9), outward.bottom], color=OCHRE)
    for box in (forget, inward, candidate):
        sheet.path([(box.x, 1.9), box.bottom], color=OCHRE)
    sheet.text(0.8, 2.2, "$x_t$", color=OCHRE, size=12)
    sheet.text(0.8, 1.5, "$h_{t-1}$", color=OCHRE, size=12)
    sheet.text(3.0, 1.0, "forget gate", color=BLUE)
    sheet.text(4.9, 0.25, "input gate", color=ORANGE)
    sheet.text(7.1, 1.0, "candidate", color=GREEN)
    sheet.text(9.6, 0.25, "output gate", color=VIOLET)
    return sheet


def paths() -> Sheet:
    """Two steps back: straight along the cell, or through h and gates."""
    sheet = Sheet(13.4, 5.6)
    cells = [
        sheet.box(2.0 + 4.7 * k, 4.2, f"$c_{k + 1}$", width=1.4, color=BLUE)
        for k in range(3)
    ]
    states = [
        sheet.box(3.6 + 4.7 * k, 1.3, f"$h_{k + 1}$", width=1.4, color=GREY)
        for k in range(2)
    ]
    for k in range(2):
        sheet.arrow(
            cells[k], cells[k + 1], rf"$\odot\, f_{k + 2}$", color=BLUE
        )
        sheet.arrow(cells[k], states[k], color=GREY)
        sheet.arrow(states[k], cells[k + 1], color=GREY)
    sheet.text(6.7, 5.2, "straight: only forget gates", color=BLUE)
    sheet.text(6.7, 0.3, "detours: matrices, slopes", color=GREY)
    return sheet
