"""Proof that readers see: links to tests, and the line of the last run."""

from pathlib import Path

import pytest

from book.layout import LANGUAGES
from book.stage import runs
from book.words.site import words
from tests.book.conftest import write_report


def line(root: Path, language: str) -> str:
    page = root / "docs" / language / "part" / "one.md"
    return runs.run_line(root, page)[0]


@pytest.fixture
def ran(small_book: Path):
    """Report a run of the small book's chapter as it stands."""

    def write(**facts: object) -> Path:
        write_report(small_book, {"part/one": facts})
        return small_book

    return write


def test_a_label_leads_to_the_line_of_its_test(small_book: Path) -> None:
    address = "code/tests/part/test_one.html#L6"
    assert runs.tests(small_book) == {"eq:one-double": address}


def test_a_run_is_told_in_both_languages(ran) -> None:
    root = ran(evaluated=["eq:a", "eq:b"])
    assert line(root, "en") == (
        "**Last test run:** 2026-02-03, 6.5 s. Blocks run: 12; outputs "
        "compared: 11; figures compared: 10; equations tested: 9, of which "
        "computed from the formula on the page: 2; tests passed: 8. "
        "Python 3.10.1, PyTorch 2.6.0+cpu on cpu, commit `abc1234`."
    )
    assert line(root, "zh") == (
        "**最近一次测试：**2026-02-03，用时 6.5 秒。运行代码块 12 个，"
        "比对输出 11 处、图 10 幅，测试公式 9 个，"
        "其中 2 个由页面上的公式直接算出；"
        "通过测试 8 项。"
        "Python 3.10.1，PyTorch 2.6.0+cpu（cpu），提交 `abc1234`。"
        "运行的是英文页，除注释外，代码与本页逐字相同。"
    )


def test_what_is_not_there_is_not_told(ran) -> None:
    root = ran(skipped=2, commit="")
    assert "tests passed: 8, skipped: 2. " in line(root, "en")
    assert line(root, "en").endswith("PyTorch 2.6.0+cpu on cpu.")
    assert "通过测试 8 项，跳过 2 项。" in line(root, "zh")
    assert "PyTorch 2.6.0+cpu（cpu）。运行" in line(root, "zh")


def test_a_failed_run_names_what_failed(ran) -> None:
    root = ran(failed=2, failures=["one.md:7", "test_double"])
    for language, between in (("en", "; "), ("zh", "；")):
        said = line(root, language)
        assert f"`one.md:7`{between}`test_double`" in said
        assert "8" not in said.replace("2026-02-03", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("facts", "marks"),
    [
        ({}, ".passed"),
        ({"failed": 1}, ".failed"),
        (None, ".unknown"),
        (
            {"evaluated": ["eq:a", "eq:b"]},
            '.passed data-evaluated="eq:a eq:b"',
        ),
    ],
)
def test_the_line_says_which_marks_are_earned(
    ran,
    small_book: Path,
    language: str,
    facts,
    marks: str,
) -> None:
    if facts is not None:
        ran(**facts)
    page = small_book / "docs" / language / "part" / "one.md"
    assert runs.run_line(small_book, page)[1] == marks


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_run_is_told_without_report(
    small_book: Path, language: str
) -> None:
    assert line(small_book, language) == words("runs", language)["none"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_run_is_told_of_what_changed_since(
    ran, edit, language: str
) -> None:
    root = ran()
    edit("docs/en/part/one.md", "Some words", "Other words")
    assert line(root, language) == words("runs", language)["none"]


def test_no_run_is_told_of_other_code(ran, edit) -> None:
    edit("docs/zh/part/one.md", "double(2.0)", "double(3.0)")
    root = ran()
    assert line(root, "zh") == words("runs", "zh")["none"]
    assert line(root, "en") != words("runs", "en")["none"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_end_with_the_line(
    small_book: Path, tmp_path: Path, language: str
) -> None:
    docs, folder = small_book / "docs" / language, tmp_path / "staged"
    (docs / "index.md").write_text("# Home\n", encoding="utf-8")
    (folder / "part").mkdir(parents=True)
    (folder / "checked.md").write_text("# Checked\n", encoding="utf-8")
    for name in ("part/one.md", "index.md"):
        (folder / name).write_text("End\n", encoding="utf-8")
    runs.stage_runs(small_book, language, folder)
    said = words("runs", language)
    staged = (folder / "part" / "one.md").read_text(encoding="utf-8")
    assert staged == (
        f"End\n\n{said['none']}{said['how'].format('../checked.md')}\n"
        "{ .run .unknown data-search-exclude=1 }\n"
    )
    home = (folder / "index.md").read_text(encoding="utf-8")
    assert home == "End\n"


def test_a_chinese_page_shares_the_run_but_for_comments(ran, edit) -> None:
    edit(
        "docs/en/part/one.md", "print(double(2.0))", "print(double(2.0))  # a"
    )
    edit(
        "docs/zh/part/one.md", "print(double(2.0))", "print(double(2.0))  # 甲"
    )
    assert "通过测试 8 项" in line(ran(), "zh")
    edit("docs/zh/part/one.md", "print(double(2.0))", "print(double(3.0))")
    assert "**未运行：**" in line(ran(), "zh")
