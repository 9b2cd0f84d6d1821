"""The shapes of drawings: where they end, and what they draw."""

import math

import pytest

from drawings.shapes import BLUE, Shape, Sheet


@pytest.fixture
def sheet() -> Sheet:
    return Sheet(10.0, 6.0)


def test_a_box_ends_at_its_edges() -> None:
    box = Shape(2.0, 3.0, 4.0, 2.0)
    assert (box.left, box.right) == ((0.0, 3.0), (4.0, 3.0))
    assert (box.top, box.bottom) == ((2.0, 4.0), (2.0, 2.0))
    assert box.edge((9.0, 3.0)) == (4.0, 3.0)
    assert box.edge((2.0, -5.0)) == (2.0, 2.0)
    assert box.edge((4.0, 4.0)) == (4.0, 4.0)
    assert box.edge((2.0, 3.0)) == (2.0, 3.0)


def test_what_is_round_ends_on_its_outline() -> None:
    ellipse = Shape(1.0, 1.0, 4.0, 2.0, is_round=True)
    assert ellipse.edge((9.0, 1.0)) == (3.0, 1.0)
    assert ellipse.edge((1.0, 9.0)) == (1.0, 2.0)
    x, y = ellipse.edge((5.0, 4.0))
    assert math.isclose(((x - 1) / 2) ** 2 + (y - 1) ** 2, 1.0)


def test_a_sheet_is_no_wider_than_a_phone_can_show() -> None:
    Sheet(13.8, 3.0)
    with pytest.raises(ValueError, match="width must be at most 13.8"):
        Sheet(14.0, 3.0)


def test_an_arrow_goes_from_edge_to_edge(sheet: Sheet) -> None:
    sheet.arrow(sheet.gate(1, 1, "", radius=0.5), sheet.box(5, 1, width=2))
    arrow = sheet.axes.patches[-1]
    assert arrow._posA_posB == [(1.5, 1.0), (4.0, 1.0)]


def test_cells(sheet: Sheet) -> None:
    assert sheet.vector(2, 3, 4, cell=0.5) == Shape(2, 3, 2.0, 0.5)
    assert sheet.vector(2, 3, ["a", "b"], vertical=True) == Shape(
        2, 3, 0.8, 1.6
    )
    assert [t.get_text() for t in sheet.axes.texts] == ["a", "b"]
    assert sheet.grid(6, 3, (2, 3), cell=1.0) == Shape(6, 3, 3.0, 2.0)
    assert len(sheet.axes.patches) == 4 + 2 + 6


def test_a_layer_from_the_top_with_dropped_units(sheet: Sheet) -> None:
    units = sheet.layer(2, 3, ["$a$", "$b$", "$c$"], gap=1.0, dropped=[1])
    assert [unit.y for unit in units] == [4.0, 3.0, 2.0]
    assert [t.get_text() for t in sheet.axes.texts] == ["$a$", "$c$"]
    outputs = sheet.layer(6, 3, 2)
    lines = len(sheet.axes.lines)
    sheet.connect(units, outputs, without=[units[1]])
    assert len(sheet.axes.lines) - lines == 4


def test_stack_and_plate(sheet: Sheet) -> None:
    boxes = sheet.stack(3, 1, ["a", "b"], width=2.0, gap=2.0)
    assert [box.y for box in boxes] == [1, 3.0]
    plate = sheet.plate(boxes, "twice", room=0.5)
    assert (plate.width, plate.height) == (3.0, pytest.approx(4.1))
    assert (plate.x, plate.y) == (3.0, 2.0)


def test_bar_curve_and_frame(sheet: Sheet) -> None:
    bar = sheet.bar(2, 1, 3.0, "loss", color=BLUE)
    assert bar == Shape(2, 2.5, 0.8, 3.0)
    assert sheet.bar(4, 3, -2.0) == Shape(4, 2.0, 0.8, 2.0)
    assert sheet.axes.texts[0].get_position() == (2, 4.4)
    sheet.curve([(0, 0), (1, 2), (2, 0)], color=BLUE, dashed=True)
    assert list(sheet.axes.lines[-1].get_xdata()) == [0, 1, 2]
    sheet.frame(1, 1, 5, 4, "$x$", "$y$")
    assert [t.get_text() for t in sheet.axes.texts][1:] == ["$x$", "$y$"]
    sheet.ellipse(5, 3, 2, 1, "$z$")
    sheet.brace((1, 1), (4, 1), "loss")
    sheet.path([(1, 1), (2, 1), (2, 2)])
