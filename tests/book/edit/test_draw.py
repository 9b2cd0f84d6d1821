"""`book draw` and `book update` write drawings, both languages or none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book import __main__ as cli
from book.edit.draw import draw
from book.edit.update import update
from book.errors import BookError
from book.page.blocks import read
from book.run import figures

Edit = Callable[[str, str, str], None]

EN = "docs/en/part/one.md"
MODULE = "drawings/part/one.py"
FILES = [f"docs/{language}/part/one-cell.svg" for language in ("en", "zh")]


def drawn(root: Path) -> list[str]:
    paths, _ = draw(read(root / EN))
    return [path.relative_to(root).as_posix() for path in paths]


def test_what_agrees_is_left(drawn_book: Path) -> None:
    assert drawn(drawn_book) == []


def test_both_languages_are_written(drawn_book: Path, edit: Edit) -> None:
    edit(MODULE, "(4.5, 3.2,", "(4.6, 3.2,")  # less than a check allows
    assert drawn(drawn_book) == FILES
    assert drawn(drawn_book) == []


def test_a_drawing_changed_by_hand_is_drawn_again(drawn_book: Path) -> None:
    path = drawn_book / FILES[1]
    svg = path.read_text(encoding="utf-8")
    path.write_text(svg.replace("时间步", "时间"), encoding="utf-8")
    assert drawn(drawn_book) == FILES[1:]
    assert path.read_text(encoding="utf-8") == svg


def test_nothing_is_written_where_chinese_is_missing(
    drawn_book: Path, edit: Edit
) -> None:
    before = [(drawn_book / name).read_bytes() for name in FILES]
    edit(MODULE, "time step", "unheard words")
    with pytest.raises(figures.LabelError, match="'unheard words'"):
        draw(read(drawn_book / EN))
    with pytest.raises(BookError, match="'unheard words'"):
        update(read(drawn_book / EN), seeds=())
    assert [(drawn_book / name).read_bytes() for name in FILES] == before


def test_update_writes_drawings_too(drawn_book: Path, edit: Edit) -> None:
    edit(MODULE, "(7.0, 2.0)", "(6.5, 2.0)")
    edit(EN, "4.0\n", "5.0\n")
    done = update(read(drawn_book / EN), seeds=())
    assert [p.relative_to(drawn_book).as_posix() for p in done] == sorted(
        [EN, *FILES]
    )


def test_the_command_says_what_it_did(
    drawn_book: Path,
    edit: Edit,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "ROOT", drawn_book)
    assert cli.main(["draw", str(drawn_book / MODULE)]) == 0
    assert capsys.readouterr().out == "part/one: nothing changed\n"
    edit(MODULE, "(4.5, 3.2,", "(4.5, 4.2,")
    assert cli.main(["draw", str(drawn_book / EN)]) == 1
    said = capsys.readouterr()
    assert said.out == f"part/one: {', '.join(FILES)}\n"
    assert "one-cell.svg: en: 'time step' leaves the sheet" in said.err
    edit(MODULE, "return sheet", "return 1")
    assert cli.main(["draw"]) == 1
    assert "cell() returns no Sheet" in capsys.readouterr().err
