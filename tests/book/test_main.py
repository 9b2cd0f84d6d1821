"""The command line: what it calls, prints and returns."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from book import __main__ as cli
from book.layout import ROOT

Edit = Callable[[str, str, str], None]


@pytest.fixture
def root(small_book: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cli, "ROOT", small_book)
    return small_book


def test_sync_takes_either_page(
    root: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("docs/zh/part/one.md", "4.0\n", "")
    page = str(root / "docs/zh/part/one.md")
    assert cli.main(["sync", page]) == 0
    assert cli.main(["sync", page, "--accept"]) == 0
    assert capsys.readouterr().out == (
        "part/one: code and math filled\n"
        "part/one: code and math agree, 0 pair(s) accepted\n"
    )


def test_sync_shows_what_it_accepts(
    root: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("docs/en/part/one.md", "Some words.", "Other words.")
    page = str(root / "docs/zh/part/one.md")
    assert cli.main(["sync", page, "--accept"]) == 0
    assert capsys.readouterr().out == (
        "docs/en/part/one.md:11: Other words.\n"
        "docs/zh/part/one.md:11: 几句话。\n\n"
        "part/one: code and math agree, 1 pair(s) accepted\n"
    )


def test_count_prints_a_row_a_chapter(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "docs/en/part/index.md").write_text("# Part\n", encoding="utf-8")
    assert cli.main(["count", str(root / "docs/zh/part/one.md")]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["drawings", "core", "words"]
    assert [row.split()[0] for row in rows] == ["part/one"]
    assert len({len(line) for line in (head, *rows)}) == 1


def test_what_is_accepted_is_named(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["sync", "--accept"]) == 1
    assert "name the pages" in capsys.readouterr().err


def test_a_fault_of_the_code_is_not_hidden(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("book.edit.sync.sync", fault)
    with pytest.raises(ValueError, match="a bug"):
        cli.main(["sync"])


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (PermissionError(13, "Permission denied", "x"), 1, "error: x: Perm"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_what_the_system_refuses_is_a_line(
    raised: BaseException,
    status: int,
    told: str,
    root: Path,
    edit: Edit,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object) -> None:
        raise raised

    monkeypatch.setattr("book.files.write", refuse)
    page = str(root / "docs/en/part/one.md")
    assert cli.main(["sync", "--accept", page]) == status
    error = capsys.readouterr().err
    assert error.startswith(told) and error.count("\n") == 1


@pytest.mark.parametrize(
    "name",
    [
        "docs/zh/part/one.md",
        "docs/en/part",
        "docs",
        "d2lcode/part/one.py",
        "tests/part/test_one.py",
        "drawings/part/one.py",
        ".",
    ],
)
def test_a_page_is_named_by_each_of_its_rooms(
    name: str, root: Path, drawn_book: Path
) -> None:
    assert cli._names([root / name]) == ["part/one"]


@pytest.mark.parametrize("name", ["docs/en/part/two.md", "mkdocs.yml", "x"])
@pytest.mark.parametrize("command", ["check", "update", "sync"])
def test_what_is_no_page(
    name: str, command: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "x").mkdir()
    assert cli.main([command, str(root / name)]) == 1
    assert "is no page: name one such as" in capsys.readouterr().err


def test_a_lab_is_checked(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli, "_pytest", lambda _: pytest.fail("was run"))
    lab = root / "docs/en/labs/small.ipynb"
    lab.parent.mkdir()
    lab.write_text("<<<<<<< HEAD\n{}", encoding="utf-8")
    (root / "docs/zh/labs").mkdir()
    (root / "docs/zh/labs/small.ipynb").write_text("{}", encoding="utf-8")
    assert cli.main(["check", str(lab)]) == 1
    error = capsys.readouterr().err
    assert "small.ipynb:1: the mark of a merge" in error


def test_blocks_of_a_broken_page_are_not_run(
    root: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(
        cli, "_pytest", lambda files: bool(calls.append(files))
    )
    edit("docs/en/part/one.md", "```python\nprint", "```py\nprint")
    assert cli.main(["check"]) == 1
    assert calls == []


def test_a_title_in_a_terminal_without_chinese(root: Path) -> None:
    """The titles arrive as the bytes that were typed."""
    code = (
        "import sys; from pathlib import Path; import book.__main__ as cli; "
        f"cli.ROOT = Path({str(root)!r}); sys.exit(cli.main())"
    )
    command = [sys.executable, "-X", "utf8=0", "-c", code]
    title = "暂退法"
    done = subprocess.run(
        [*command, "new", "part/drop_out", "--title-zh", title],
        env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    page = root / "docs/zh/part/drop_out.md"
    assert f"# {title}\n" in page.read_text(encoding="utf-8")
