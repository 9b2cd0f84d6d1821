"""The drawings of the chapter on initialization."""

from drawings.shapes import BLUE, ORANGE, Sheet


def stack() -> Sheet:
    """The signal goes up, the gradient comes down."""
    sheet = Sheet(13.2, 8.4)
    layers = sheet.stack(
        6.6, 2.2, ("layer 1", "layer 2", "layer 3"), width=4.2, gap=2.0
    )
    left, right = 5.2, 8.0
    heights = [0.9, *(box.y + 1.0 for box in layers)]
    for i, box in enumerate(layers):
        low = heights[i] - 0.05
        sheet.arrow((left, low), (left, box.bottom[1]), color=BLUE)
        sheet.arrow((right, box.bottom[1]), (right, low), color=ORANGE)
        up = rf"$\times\ n_{i} \sigma_{i + 1}^2 \kappa$"
        down = rf"$\times\ n_{i + 1} \sigma_{i + 1}^2 \chi$"
        sheet.text(2.2, box.y, up, color=BLUE)
        sheet.text(11.0, box.y, down, color=ORANGE)
        sheet.text(left - 0.75, low + 0.2, f"$h_{i}$", color=BLUE)
        sheet.text(right + 0.75, low + 0.2, f"$g_{i}$", color=ORANGE)
    top = layers[-1].top[1]
    sheet.arrow((left, top), (left, top + 0.8), color=BLUE)
    sheet.arrow((right, top + 0.8), (right, top), color=ORANGE)
    sheet.text(left - 0.75, top + 0.35, "$h_3$", color=BLUE)
    sheet.text(right + 0.75, top + 0.35, "$g_3$", color=ORANGE)
    sheet.text(2.2, 7.9, "signal: up", color=BLUE)
    sheet.text(11.0, 7.9, "gradient: down", color=ORANGE)
    sheet.text(6.6, 8.0, "loss")
    return sheet
