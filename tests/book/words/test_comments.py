"""The files of comments: what they hold, and what is wrong with one."""

from pathlib import Path

import pytest

from book import layout
from book.errors import BookError
from book.words import comments


def write(root: Path, text: str) -> None:
    path = layout.comments(root, "part/one")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_without_a_file_there_is_no_table(tmp_path: Path) -> None:
    assert comments.load(tmp_path, "part/one") is None


@pytest.mark.parametrize("text", ["", "{}\n", comments.HEAD])
def test_an_empty_file_is_an_empty_table(text: str, tmp_path: Path) -> None:
    write(tmp_path, text)
    assert comments.load(tmp_path, "part/one") == {}


def test_entries_know_their_lines(tmp_path: Path) -> None:
    write(tmp_path, '# words\n"one": "一"\n\ntwo: 二 "2" 个\n')
    assert comments.load(tmp_path, "part/one") == {
        "one": "一",
        "two": '二 "2" 个',
    }
    assert comments.lines(tmp_path, "part/one") == {"one": 2, "two": 4}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('"one": "一"\n"two": "二"\n"one": "另"\n', 3, "stands here twice"),
        ('"one": "one"\n', 1, "has no Chinese: translate 'one'"),
        ('"one": ""\n', 1, "has no Chinese"),
        ('"one":\n', 1, "put it into quotes"),
        ('"one": {"a": "一"}\n', 1, "put it into quotes"),
        ("1: 一\n", 1, "'1' is not text"),
        ("- 一\n", 1, "it is no map"),
        ('"one": "一\n', 1, "this is not YAML"),
        ('"a": "一"\n"one": "一\\n二"\n', 2, "would break the code"),
        ('"one": "一\\""\n', 1, "would break the code"),
        ('"one": "一\\"\\"\\"二"\n', 1, "would break the code"),
        ('"one": "一 \\\\n"\n', 1, "would break the code"),
    ],
)
def test_what_is_wrong_with_an_entry(
    text: str, line: int, reason: str, tmp_path: Path
) -> None:
    write(tmp_path, text)
    with pytest.raises(BookError, match=reason) as caught:
        comments.load(tmp_path, "part/one")
    assert "part/one.yml:" in str(caught.value)
    assert caught.value.line in (line, line + 1)
