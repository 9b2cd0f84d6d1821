"""The drawings of the chapter on backpropagation through time."""

from drawings.shapes import BLUE, GREEN, ORANGE, VIOLET, Sheet


def uses() -> Sheet:
    """Three months of the account: one weight, three uses, three terms."""
    sheet = Sheet(13.2, 6.6)
    states = [
        sheet.box(1.2 + 3.6 * t, 3.6, f"$h_{t}$", width=1.3) for t in range(4)
    ]
    terms = (
        r"$w \cdot w \cdot h_0 = 0$",
        r"$w \cdot h_1 = 0.5$",
        r"$h_2 = 1.5$",
    )
    for t, term in enumerate(terms, start=1):
        before, after = states[t - 1], states[t]
        use = sheet.gate((before.x + after.x) / 2, 3.6, "$w$", color=BLUE)
        sheet.arrow(before, use)
        sheet.arrow(use, after)
        met = sheet.text(use.x, 1.2, term, color=ORANGE, size=12)
        sheet.arrow(use, met, color=ORANGE)
    for t, value in enumerate(("0", "1", "1.5", "1.75")):
        sheet.text(states[t].x, 4.75, value, color=VIOLET, size=12)
    sheet.text(6.6, 6.0, "values with w = 0.5", color=VIOLET)
    sheet.text(6.6, 0.3, "what each use adds to the slope", color=ORANGE)
    return sheet


def step() -> Sheet:
    """Backwards through one step: two arrows in, three results out."""
    sheet = Sheet(12.8, 6.8)
    state = sheet.box(6.4, 4.2, r"$\delta_t$", width=1.5, color=GREEN)
    inner = sheet.box(3.2, 4.2, "$g_t$", width=1.5, color=ORANGE)
    output = sheet.text(6.4, 6.3, "$e_t$", color=VIOLET, size=12)
    later = sheet.box(11.4, 4.2, "$g_{t+1}$", width=1.7, color=ORANGE)
    earlier = sheet.text(0.7, 4.2, "", size=12)
    sheet.arrow(output, state, color=VIOLET)
    sheet.arrow(later, state, r"$g_{t+1} U^{\mathsf{T}}$")
    sheet.arrow(state, inner, r"$1 - h_t^2$")
    sheet.arrow(inner, earlier, r"$g_t U^{\mathsf{T}}$")
    sheet.text(9.6, 6.3, "from its own output", color=VIOLET)
    sheet.text(10.3, 2.9, "from the next step")
    weights = sheet.text(
        3.2, 1.4, r"$x_t^{\mathsf{T}} g_t \quad h_{t-1}^{\mathsf{T}} g_t$",
        color=BLUE, size=12,
    )  # fmt: skip
    sheet.arrow(inner, weights, color=BLUE)
    sheet.text(3.2, 0.4, "added up over the steps", color=BLUE)
    return sheet
