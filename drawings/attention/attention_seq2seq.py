"""The drawings of the chapter on attention in translation."""

import itertools

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

WORDS = ("boy", "helped", "cat", "<eos>")
SHARES = (0.85, 0.3, 0.15, 0.1)  # of attention, for the bars


def step() -> Sheet:
    """One step of the decoder: query, weights, context, next word."""
    sheet = Sheet(13.6, 10.4)
    states = []
    context = sheet.gate(3.6, 8.3, "$c_t$", color=ORANGE, radius=0.6)
    for s, (word, share) in enumerate(zip(WORDS, SHARES, strict=True)):
        x = 0.9 + 1.8 * s
        state = sheet.box(x, 2.5, f"$e_{s + 1}$", width=1.2, color=BLUE)
        read = sheet.text(x, 0.7, word, color=BLUE)
        sheet.arrow(read, state, color=BLUE)
        sheet.arrow(state, (x, 4.4), color=GREY)
        bar = sheet.bar(x, 4.5, 1.5 * share, color=VIOLET, width=0.8)
        sheet.arrow((x, bar.y + bar.height / 2 + 0.1), context, color=ORANGE)
        states.append(state)
    for before, after in itertools.pairwise(states):
        sheet.arrow(before, after)
    old = sheet.box(9.2, 2.5, "$d_{t-1}$", width=1.5, color=GREEN)
    new = sheet.box(12.2, 2.5, "$d_t$", width=1.3, color=GREEN)
    sheet.arrow(old, new)
    sheet.arrow(sheet.text(12.2, 0.7, "<bos>", color=GREEN), new, color=GREEN)
    query = sheet.box(9.6, 5.1, "$q_t$", width=1.3, color=VIOLET)
    sheet.arrow(new, query, color=VIOLET)
    sheet.arrow(query, (7.0, 5.1), color=VIOLET)
    mix = sheet.box(12.2, 8.3, "$m_t$", width=1.4, color=ORANGE)
    sheet.arrow(new, mix, color=GREEN)
    sheet.arrow(context, mix, color=ORANGE)
    sheet.arrow(mix, sheet.text(12.2, 9.9, "nánhái", color=ORANGE),
                color=ORANGE)  # fmt: skip
    sheet.text(8.2, 5.9, "query", color=VIOLET)
    sheet.text(9.2, 3.5, "decoder", color=GREEN)
    sheet.text(7.3, 8.75, "context", color=ORANGE)
    sheet.text(1.1, 7.5, "weights", color=VIOLET)
    sheet.text(1.9, 5.7, r"$\alpha_{t,1}$", color=VIOLET)
    return sheet
