"""What of a drawing cannot be read, in either language."""

import pytest

from book.run.legible import problems
from drawings.shapes import Sheet


def found(sheet: Sheet) -> list[str]:
    return list(problems(sheet.figure))


def test_what_has_room_is_right() -> None:
    sheet = Sheet(13.8, 5.0)
    box = sheet.box(2.0, 3.0, "$h_{t-1}$")
    sheet.gate(6.0, 3.0, "$+$")
    sheet.plate([box], "time step")
    sheet.text(10.0, 3.0, "two\nlines")
    sheet.text(10.0, 1.5, "$x$")
    sheet.text(10.0, 0.7, "$y$")
    assert found(sheet) == []


def test_text_too_small_for_a_phone() -> None:
    for width, size in ((13.8, 9.0), (9.0, 6.8)):
        sheet = Sheet(width, 4.0)
        sheet.text(3.0, 2.0, "loss", size=size)
        assert found(sheet) == []
        sheet.text(6.0, 2.0, "step", size=size - 0.3)
        assert "'step' is 8." in found(sheet)[0]
        assert "px high on a phone: 9 at least" in found(sheet)[0]


def test_text_that_leaves_the_sheet() -> None:
    for x, y in ((0.2, 2.0), (8.9, 2.0), (4.0, 0.0), (4.0, 4.0)):
        sheet = Sheet(9.0, 4.0)
        sheet.text(x, y, "loss")
        assert found(sheet) == [
            "en: 'loss' leaves the sheet",
            "zh: 'loss' leaves the sheet",
        ]


def test_texts_that_lie_on_each_other() -> None:
    sheet = Sheet(9.0, 4.0)
    sheet.text(3.0, 2.0, "hello")
    sheet.text(3.6, 2.2, "$W_1$")
    assert found(sheet)[0] == "en: 'hello' lies on '$W_1$'"


def test_text_on_an_edge() -> None:
    sheet = Sheet(9.0, 4.0)
    sheet.box(3.0, 2.0, "more than fits into it", width=2.0)
    assert "lies on an edge" in found(sheet)[0]
    sheet = Sheet(9.0, 4.0)
    sheet.gate(3.0, 2.0, "more")
    assert "lies on an edge" in found(sheet)[0]


@pytest.mark.parametrize(
    ("chinese", "wrong"),
    [("两个字", False), ("十二个汉字比四个字母宽得多", True)],
)
def test_chinese_is_as_wide_as_it_is(
    chinese: str, wrong: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("book.words.labels.table", lambda: {"word": chinese})
    sheet = Sheet(9.0, 4.0)
    sheet.text(1.5, 2.0, "word")
    sheet.text(4.5, 2.0, "$x$")
    text = "\n".join(found(sheet))
    assert ("zh: 'word' leaves the sheet" in text) == wrong
    assert "en:" not in text
