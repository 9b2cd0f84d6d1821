"""The command line: what it calls, prints and returns."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book import __main__ as cli

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
        "part/one: code and math agree, pair accepted\n"
    )


def test_an_error_is_one_line(
    root: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("docs/en/part/one.md", "4.0\n```\n", "4.0\n")
    assert cli.main(["sync", str(root / "docs/en/part/one.md")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "one.md:" in error and error.count("\n") == 1


def test_new_makes_a_chapter(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new", "part/drop_out", "--title-zh", "暂退法"]) == 0
    assert "docs/en/part/drop_out.md\n" in capsys.readouterr().out
    page = root / "docs/zh/part/drop_out.md"
    assert "# 暂退法\n" in page.read_text(encoding="utf-8")
    assert cli.main(["new", "part/drop_out"]) == 1
    assert "exists already" in capsys.readouterr().err


def test_notebooks_of_both_languages(root: Path, tmp_path: Path) -> None:
    assert cli.main(["notebooks", str(tmp_path / "made")]) == 0
    for language in ("en", "zh"):
        assert (tmp_path / "made" / language / "part/one.ipynb").is_file()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("check", ["docs/en/part/one.md", "tests/part/test_one.py"]),
        ("update", ["docs/en/part/one.md", "--update"]),
    ],
)
def test_pages_are_run(
    command: str,
    expected: list[str],
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[list[str]] = []

    def run(arguments: list[Path | str]) -> int:
        calls.append([str(a).replace(f"{root}/", "") for a in arguments])
        return 0

    monkeypatch.setattr(cli, "_pytest", run)
    assert cli.main([command, str(root / "docs/zh/part/one.md")]) == 0
    assert calls == [expected]


def test_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([])
    assert "COMMAND" in capsys.readouterr().err
