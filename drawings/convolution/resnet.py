"""The drawings of the chapter on residual networks."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet


def block() -> Sheet:
    """A plain block beside one with a shortcut."""
    sheet = Sheet(13.6, 9.2)
    _block(sheet, 2.6, shortcut=False)
    _block(sheet, 9.6, shortcut=True)
    sheet.text(2.6, 0.5, "plain block", color=GREY)
    sheet.text(9.6, 0.5, "residual block", color=GREY)
    return sheet


def _block(sheet: Sheet, x: float, *, shortcut: bool) -> None:
    start = sheet.text(x, 8.7, "$x$", size=12)
    first = sheet.box(x, 7.1, "convolution, norm", width=4.4, color=BLUE)
    relu = sheet.box(x, 5.6, "ReLU", width=2.2, color=GREEN)
    second = sheet.box(x, 4.1, "convolution, norm", width=4.4, color=BLUE)
    sheet.arrow(start, first)
    sheet.arrow(first, relu)
    sheet.arrow(relu, second)
    end = sheet.box(x, 1.5, "ReLU", width=2.2, color=GREEN)
    if not shortcut:
        sheet.arrow(second, end)
        sheet.text(x + 0.85, 2.6, "$F(x)$", color=BLUE)
        return
    add = sheet.gate(x, 2.75, "$+$", color=ORANGE, radius=0.35)
    sheet.arrow(second, add)
    sheet.arrow(add, end)
    side = x + 3.0
    sheet.path(
        [(x, 8.15), (side, 8.15), (side, 2.75), add.right], color=ORANGE
    )
    sheet.text(side + 0.5, 5.6, "$x$", color=ORANGE)
    sheet.text(x - 0.95, 3.1, "$F(x)$", color=BLUE)


def stages() -> Sheet:
    """ResNet-18 from pixels to classes, one row for each part."""
    sheet = Sheet(13.6, 9.4)
    sheet.text(6.0, 8.9, "channels", color=GREY)
    sheet.text(10.2, 8.9, "side", color=GREY)
    rows = (
        ("first layer, pooling", 64, 56, VIOLET, False),
        ("two blocks", 64, 56, BLUE, False),
        ("two blocks", 128, 28, BLUE, True),
        ("two blocks", 256, 14, BLUE, True),
        ("two blocks", 512, 7, BLUE, True),
        ("average, linear layer", 1000, 1, GREEN, False),
    )
    before = None
    for i, (words, channels, side, color, halves) in enumerate(rows):
        y = 8.0 - 1.45 * i
        box = sheet.box(2.6, y, words, width=4.9, color=color)
        sheet.text(6.0, y, f"${channels}$")
        if i < 5:
            sheet.text(10.2, y, rf"${side} \times {side}$")
        if halves:
            sheet.text(12.6, y, r"$S: 1 \times 1$", color=ORANGE)
        if before is not None:
            sheet.arrow(before, box)
        before = box
    return sheet
