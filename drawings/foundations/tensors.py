"""The drawings of the chapter on tensors."""

from collections.abc import Sequence

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Sheet

ROWS = (BLUE, ORANGE, GREEN)


def shapes() -> Sheet:
    """A number, a row, a matrix, and two matrices: their shapes."""
    sheet = Sheet(13.6, 5.2)
    sheet.vector(0.9, 3.2, ["7"], color=BLUE)
    sheet.text(0.9, 0.6, "()")
    sheet.vector(3.6, 3.2, ["1", "2", "3"], color=BLUE)
    sheet.text(3.6, 0.6, "(3,)")
    sheet.grid(7.3, 3.2, [["1", "2", "3"], ["4", "5", "6"]], color=BLUE)
    sheet.text(7.3, 0.6, "(2, 3)")
    sheet.grid(11.0, 4.1, [["1", "2", "3"], ["4", "5", "6"]], color=ORANGE)
    sheet.grid(12.0, 2.1, [["1", "2", "3"], ["4", "5", "6"]], color=BLUE)
    sheet.text(11.5, 0.6, "(2, 2, 3)")
    return sheet


def storage() -> Sheet:
    """Twelve places in memory, and three tensors that read them."""
    sheet = Sheet(13.6, 9.8)
    _row(sheet, 6.8, 8.4, range(12), cell=0.95)
    sheet.text(6.8, 9.2, "storage: places 0 to 11", color=GREY)
    _table(sheet, 2.1, 5.3, [[4 * i + j for j in range(4)] for i in range(3)])
    sheet.text(2.1, 2.6, "x")
    sheet.text(2.1, 1.7, "(3, 4)")
    sheet.text(2.1, 1.0, "stride (4, 1)", color=VIOLET)
    _table(sheet, 7.0, 5.3, [[4 * i + j for i in range(3)] for j in range(4)])
    sheet.text(7.0, 2.6, "x.T")
    sheet.text(7.0, 1.7, "(4, 3)")
    sheet.text(7.0, 1.0, "stride (1, 4)", color=VIOLET)
    _table(sheet, 11.4, 5.3, [[4 * i + j for j in (1, 2)] for i in range(3)])
    sheet.text(11.4, 2.6, "x[:, 1:3]")
    sheet.text(11.4, 1.7, "(3, 2)")
    sheet.text(11.4, 1.0, "stride (4, 1)", color=VIOLET)
    sheet.text(11.4, 0.3, "offset 1", color=VIOLET)
    return sheet


def broadcasting() -> Sheet:
    """A column plus a row: both are read in the common shape."""
    sheet = Sheet(13.6, 5.6)
    rows, columns = range(3), range(4)
    everywhere = {(i, j) for i in rows for j in columns}
    for x, name, values, shown in (
        (2.0, "a", [[10 * i] * 4 for i in rows], {(i, 0) for i in rows}),
        (6.8, "b", [[0, 1, 2, 3]] * 3, {(0, j) for j in columns}),
        (11.6, "a + b", [[10 * i + j for j in columns] for i in rows],
         everywhere),
    ):  # fmt: skip
        color = {"a": BLUE, "b": ORANGE, "a + b": GREEN}[name]
        shades = [
            [0.3 if (i, j) in shown else 0.0 for j in range(4)]
            for i in range(3)
        ]
        words = [[str(v) for v in row] for row in values]
        sheet.grid(x, 2.9, words, color=color, shades=shades, cell=0.85)
        sheet.text(x, 4.8, name, color=color)
    sheet.text(2.0, 0.8, "stride (1, 0)", color=VIOLET)
    sheet.text(6.8, 0.8, "stride (0, 1)", color=VIOLET)
    sheet.text(4.4, 2.9, "+")
    sheet.text(9.2, 2.9, "=")
    return sheet


def _row(sheet: Sheet, x: float, y: float, values: Sequence[int], *,
         cell: float = 0.85) -> None:  # fmt: skip
    left = x - len(values) * cell / 2
    for k, value in enumerate(values):
        sheet.vector(left + (k + 0.5) * cell, y, [str(value)],
                     color=ROWS[value // 4], cell=cell)  # fmt: skip


def _table(
    sheet: Sheet, x: float, y: float, rows: Sequence[Sequence[int]]
) -> None:
    for i, row in enumerate(rows):
        _row(sheet, x, y + (len(rows) / 2 - i - 0.5) * 0.85, row)
