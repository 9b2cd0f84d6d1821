"""Files: an error has its place, a change of several is whole."""

import os
from pathlib import Path

import pytest

from book import files
from book.errors import BookError


def test_all_are_written(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "folder" / "below" / "new"
    old.write_text("before")
    old.chmod(0o640)
    files.write({old: "之后\n", new: "新\n"})
    assert old.read_bytes() == "之后\n".encode()
    assert new.read_bytes() == "新\n".encode()
    assert {p.name for p in tmp_path.iterdir()} == {"old", "folder"}
    if os.name != "nt":
        assert old.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("fails", [1, 2])
@pytest.mark.parametrize("step", ["mkstemp", "replace"])
@pytest.mark.parametrize("new_first", [False, True])
def test_or_none(
    new_first: bool,
    step: str,
    fails: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = tmp_path / "old", tmp_path / "folder" / "new"
    old.write_text("before")
    calls = []
    owner = files.tempfile if step == "mkstemp" else Path
    real = getattr(owner, step)

    def refuse(*arguments: object, **named: object) -> object:
        calls.append(arguments)
        if len(calls) == fails:
            raise PermissionError(13, "Permission denied", "file")
        return real(*arguments, **named)

    monkeypatch.setattr(owner, step, refuse)
    order = [new, old] if new_first else [old, new]
    with pytest.raises(PermissionError):
        files.write(dict.fromkeys(order, "after"))
    assert len(calls) == fails
    assert [p.name for p in tmp_path.iterdir()] == ["old"]
    assert old.read_text() == "before"


def test_text_of_no_encoding_leaves_all_as_it_was(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        files.write({old: "after", tmp_path / "new": "\udce9"})
    assert old.read_text() == "before"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x = 1\n\ndef f(:\n", "file:3: this is not Python"),
        (b"\xef\xbb\xbfx = 1\n", "file:1: it begins with a byte-order mark"),
        (b"x = 1\ny = '\xe9'\n", "file:2: this is not UTF-8"),
        (b"x = 1\n<<<<<<< HEAD\n", "file:2: the mark of a merge"),
        (b"x = '\0'\n", "file:1: this is not Python"),
    ],
)
def test_what_is_not_python_is_named(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BookError, match=message):
        files.tree(path)


@pytest.mark.parametrize("content", ["a: 1\nb: [\n", "a: 1\nb:\n\t- c\n"])
def test_what_is_not_yaml_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(BookError, match=r"file:[23]: this is not YAML"):
        files.data(path)
