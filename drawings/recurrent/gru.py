"""The drawings of the chapter on gated recurrent units."""

import itertools

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def cell() -> Sheet:
    """One step: two gates, a candidate, and a mixture of old and new."""
    sheet = Sheet(12.6, 8.3)
    old = sheet.text(0.8, 7.4, "$h_{t-1}$", size=12)
    new = sheet.text(11.9, 7.4, "$h_t$", size=12)
    keep = sheet.gate(3.2, 7.4, r"$\odot$", color=BLUE)
    add = sheet.gate(9.9, 7.4, "$+$")
    mix = sheet.gate(9.9, 5.7, r"$\odot$", color=GREEN)
    update = sheet.box(3.2, 3.9, r"$z_t$", width=1.5, color=BLUE)
    reset = sheet.box(5.6, 3.9, r"$r_t$", width=1.5, color=ORANGE)
    forget = sheet.gate(7.6, 3.9, r"$\odot$", color=ORANGE)
    candidate = sheet.box(9.9, 3.9, r"$n_t$", width=1.5, color=GREEN)
    sheet.arrow(old, keep)
    sheet.arrow(keep, add, r"$z_t \odot h_{t-1}$")
    sheet.arrow(add, new)
    sheet.arrow(update, keep, color=BLUE)
    sheet.path([(3.2, 5.7), mix.left], color=BLUE)
    sheet.text(6.4, 6.1, "$1 - z_t$", color=BLUE)
    sheet.arrow(reset, forget, color=ORANGE)
    sheet.arrow(forget, candidate)
    sheet.arrow(candidate, mix, color=GREEN)
    sheet.arrow(mix, add, color=GREEN)
    # the two buses: the old state above, the input below
    sheet.path([(1.7, 7.4), (1.7, 2.2), (7.6, 2.2), forget.bottom])
    for x in (3.2, 5.6):
        sheet.path([(x - 0.3, 2.2), (x - 0.3, 3.35)])
    sheet.path([(0.9, 1.2), (9.9, 1.2), candidate.bottom], color=VIOLET)
    for x in (3.2, 5.6):
        sheet.path([(x + 0.3, 1.2), (x + 0.3, 3.35)], color=VIOLET)
    sheet.text(0.55, 1.2, "$x_t$", color=VIOLET, size=12)
    sheet.text(2.8, 0.4, "update gate", color=BLUE)
    sheet.text(6.0, 0.4, "reset gate", color=ORANGE)
    sheet.text(9.9, 0.4, "candidate", color=GREEN)
    return sheet


def unrolled() -> Sheet:
    """Noun at the left, verb at the right, the gradient running back."""
    sheet = Sheet(13.2, 5.0)
    words = ("pigs", "near", "the", "dog", "are")
    states = [
        sheet.box(1.5 + 2.6 * i, 2.4, f"$h_{i + 1}$", width=1.4)
        for i in range(len(words))
    ]
    for state, word in zip(states, words, strict=True):
        read = sheet.text(
            state.x, 0.5, word,
            color=VIOLET if word in {"pigs", "are"} else GREY,
        )  # fmt: skip
        sheet.arrow(read, state)
    for before, after in itertools.pairwise(states):
        sheet.arrow(before, after)
    start, end = states[-1].top, states[0].top
    sheet.arrow(start, end, color=ORANGE, bend=0.2)
    sheet.text(6.7, 4.55, "the gradient: one factor a step", color=ORANGE)
    return sheet
