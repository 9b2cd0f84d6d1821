"""The drawings of optimization/adam."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def step() -> Sheet:
    """One step: two averages of the gradient, divided."""
    sheet = Sheet(13.4, 8.4)
    g = sheet.gate(1.2, 4.6, "$g_t$", radius=0.6)
    square = sheet.box(3.5, 2.6, "$g_t^2$", color=ORANGE, width=1.6)
    m = sheet.box(6.4, 6.6, "$m_{t+1}$", color=BLUE, width=2.0)
    v = sheet.box(6.4, 2.6, "$v_{t+1}$", color=ORANGE, width=2.0)
    m_hat = sheet.box(9.6, 6.6, r"$\hat m_{t+1}$", color=BLUE, width=2.0)
    v_hat = sheet.box(9.6, 2.6, r"$\hat v_{t+1}$", color=ORANGE, width=2.0)
    divide = sheet.gate(11.9, 4.6, "÷", color=GREEN, radius=0.6)
    sheet.arrow(g, m, color=BLUE)
    sheet.arrow(g, square, color=ORANGE)
    sheet.arrow(square, v, color=ORANGE)
    sheet.arrow(m, m_hat, color=BLUE)
    sheet.arrow(v, v_hat, color=ORANGE)
    sheet.arrow(m_hat, divide, color=BLUE)
    sheet.arrow(v_hat, divide, color=ORANGE)
    sheet.text(6.4, 7.7, "average", color=BLUE)
    sheet.text(6.4, 1.5, "average of squares", color=ORANGE)
    sheet.text(10.3, 7.7, "corrected", color=BLUE)
    sheet.text(10.9, 1.5, "corrected", color=ORANGE)
    sheet.text(11.9, 3.35, "root", color=ORANGE, align="left")
    sheet.text(9.5, 4.6, "direction / size", color=GREEN)
    return sheet


def counterexample() -> Sheet:
    """What three gradients do: their sum, and the steps of Adam."""
    sheet = Sheet(13.4, 7.0)
    for x, title, values, color in (
        (3.2, "gradients", (3.0, -1.0, -1.0), VIOLET),
        (10.0, "after division", (1.05, -0.76, -0.97), ORANGE),
    ):
        sheet.text(x, 6.5, title, color=color)
        sheet.path([(x - 2.6, 2.8), (x + 2.8, 2.8)], color=GREY, head=False)
        for k, value in enumerate(values):
            number = f"{value:g}".replace("-", "−")
            sheet.bar(x - 1.6 + 1.6 * k, 2.8, value, number, color=color)
    return sheet
