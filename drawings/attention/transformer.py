"""The drawings of the chapter on the Transformer."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Shape, Sheet


def _round(sheet: Sheet, box: Shape, side: float, color: str) -> None:
    """Carry the input round a box to the circle above it."""
    x, low, high = box.x, box.bottom[1] - 0.35, box.top[1] + 0.55
    way = [(x, low), (x + side, low), (x + side, high), (x + 0.35, high)]
    if side < 0:
        way[-1] = (x - 0.35, high)
    sheet.path(way, color=color)


def _column(
    sheet: Sheet, x: float, boxes: list[tuple[str, str]], side: float, y: float
) -> list[Shape]:
    """Boxes above each other, each with its sum above it."""
    made = []
    sheet.arrow((x, y - 1.1), (x, y - 0.5), color=GREY)
    for i, (words, color) in enumerate(boxes):
        at = y + 2.35 * i
        box = sheet.box(x, at, words, width=4.4, height=1.0, color=color)
        plus = sheet.gate(x, at + 1.05, "+", radius=0.3, color=GREY)
        sheet.arrow((x, at + 0.5), plus, color=GREY)
        _round(sheet, box, side, GREY)
        sheet.arrow(plus, (x, at + 1.85), color=GREY)
        made.append(box)
    return made


def layers() -> Sheet:
    """One layer of the encoder on the left, of the decoder beside it."""
    sheet = Sheet(13.6, 10.4)
    left, right, y = 3.4, 10.0, 2.0
    _column(
        sheet, left, [("self-attention", BLUE), ("feed-forward", GREEN)],
        -2.7, y,
    )  # fmt: skip
    cells = _column(
        sheet, right,
        [("self-attention", BLUE), ("cross-attention", ORANGE),
         ("feed-forward", GREEN)],
        2.7, y,
    )  # fmt: skip
    sheet.text(left, 0.5, "words of the source", color=GREY)
    sheet.text(right, 0.5, "words of the target", color=GREY)
    memory = sheet.box(left, 7.0, "$M$", width=1.6, color=VIOLET)
    sheet.arrow((left, y + 2.35 + 1.85), memory, color=GREY)
    bend = [memory.right, (6.6, 7.0), (6.6, cells[1].y), cells[1].left]
    sheet.path(bend, color=VIOLET)
    sheet.text(left, 9.9, "encoder", color=GREY)
    sheet.text(right, 9.9, "decoder", color=GREY)
    return sheet


def norms() -> Sheet:
    """The norm on the way of x to y, and beside it."""
    sheet = Sheet(13.4, 8.6)
    for x, norm_first in ((3.4, False), (10.0, True)):
        sheet.text(x, 0.5, "$x$", size=12)
        sheet.arrow((x, 0.9), (x, 2.2) if norm_first else (x, 3.4))
        f_at = 4.2 if norm_first else 3.9
        if norm_first:
            norm = sheet.box(x, 2.7, "$N$", width=1.8, color=VIOLET)
            f = sheet.box(x, f_at, "$f$", width=1.8, color=BLUE)
            sheet.arrow(norm, f)
            plus_at = 5.7
        else:
            f = sheet.box(x, f_at, "$f$", width=1.8, color=BLUE)
            plus_at = 5.3
        plus = sheet.gate(x, plus_at, "+", radius=0.35)
        sheet.arrow(f, plus)
        sheet.path(
            [
                (x, 1.5),
                (x + 2.0, 1.5),
                (x + 2.0, plus_at),
                (x + 0.35, plus_at),
            ],
            color=ORANGE,
        )
        end = plus
        if not norm_first:
            end = sheet.box(x, 6.6, "$N$", width=1.8, color=VIOLET)
            sheet.arrow(plus, end, color=ORANGE)
        sheet.arrow(end, (x, 7.8), color=ORANGE)
        sheet.text(x, 8.2, "$y$", size=12)
    return sheet


def masks() -> Sheet:
    """A mask of padding and a causal mask, who looks across whom."""
    sheet = Sheet(13.4, 6.4)
    padding = [[1.0, 1.0, 1.0, 0.0, 0.0]] * 5
    causal = [[float(j <= i) for j in range(5)] for i in range(5)]
    for x, shades, color in ((3.6, padding, BLUE), (10.0, causal, ORANGE)):
        sheet.grid(x, 2.7, (5, 5), color=color, shades=shades, cell=0.9)
        for i in range(5):
            sheet.text(x - 1.8 + 0.9 * i, 5.4, f"${i + 1}$", color=GREY)
            sheet.text(x - 2.7, 4.5 - 0.9 * i, f"${i + 1}$", color=GREY)
    sheet.text(3.6, 6.0, "may look at", color=GREY)
    sheet.text(10.0, 6.0, "may look at", color=GREY)
    return sheet
