"""Proof that readers see: links to tests, and the line of the last run."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from book import chapters, proof, report
from book.pages import LANGUAGES, ROOT, find, read

NAMES = [
    page.name
    for page in map(read, find(ROOT / "docs"))
    if chapters.is_chapter(page.name)
]
FACTS: dict[str, Any] = {
    "blocks": 12,
    "outputs": 11,
    "figures": 10,
    "equations": 9,
    "tests": 8,
    "skipped": 0,
    "failed": 0,
    "seconds": 6.54,
    "python": "3.10.1",
    "torch": "2.6.0+cpu",
    "date": "2026-02-03",
    "commit": "abc1234",
}


def line(root: Path, language: str) -> str:
    return proof.run_line(root, root / "docs" / language / "part" / "one.md")


@pytest.fixture
def ran(small_book: Path):
    """Report a run of the small book's chapter as it stands."""

    def write(**facts: object) -> Path:
        files = report.fingerprint(small_book, "part/one")
        run = FACTS | {"files": files} | facts
        path = small_book / report.REPORT
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"part/one": run}), encoding="utf-8")
        return small_book

    return write


def test_a_label_leads_to_the_line_of_its_test(small_book: Path) -> None:
    address = "code/tests/part/test_one.html#L6"
    assert proof.tests(small_book) == {"eq:one-double": address}


@pytest.mark.parametrize(
    ("place", "up"), [("index.html", ""), ("a/b.html", "../"), ("a/c/d", None)]
)
def test_equations_are_linked(place: str, up: str | None) -> None:
    page = (
        '<div class="equation numbered"><math><mtd id="eq:one">1</mtd></math>'
        '</div>\n<div class="equation"><math></math></div>'
        '<div class="equation numbered"><mtd id="eq:none">1</mtd></div>'
        '<p id="eq:one"></p>'
    )
    tests = {"eq:one": "code/tests/a/test_b.html#L3"}
    marked = proof.mark(page, place, "zh", tests)
    up = "../../" if up is None else up
    link = (
        f'<a class="proof" href="{up}code/tests/a/test_b.html#L3" '
        'title="有测试证明"></a>'
    )
    assert link in marked
    assert marked.replace(link, "") == page
    assert marked.index(link) < marked.index("</div>")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_equation_has_its_test_beside_it(
    site: Path, language: str, name: str
) -> None:
    folder = site / language
    page = (folder / f"{name}.html").read_text(encoding="utf-8")
    test = chapters.test(ROOT, name)
    lines = test.read_text(encoding="utf-8").splitlines()
    file = test.relative_to(ROOT).with_suffix(".html").as_posix()
    labels = []
    for equation in re.findall(
        '<div class="equation numbered">.*?</div>', page, re.DOTALL
    ):
        label, number = re.fullmatch(
            r".* id=(eq:[\w-]+)>.*<a class=proof "
            rf"href=\.\./code/{file}#L(\d+) [^>]*></a></div>",
            equation,
            re.DOTALL,
        ).groups()
        before, start = lines[: int(number) - 1], lines[int(number) - 1]
        assert start.startswith("def test_")
        decorators = "\n".join(before).rpartition("\n\n\n")[2]
        assert f'@pytest.mark.equation("{label}")' in decorators
        labels.append(label)
    source = read(ROOT / "docs" / language / f"{name}.md")
    assert labels == [lb for block in source.blocks for lb in block.labels]


def test_a_run_is_told_in_both_languages(ran) -> None:
    root = ran()
    assert line(root, "en") == (
        "**Last test run:** 2026-02-03, 6.5 s. Blocks run: 12; outputs "
        "compared: 11; figures compared: 10; equations proved: 9; tests "
        "passed: 8. Python 3.10.1, PyTorch 2.6.0+cpu, commit `abc1234`."
    )
    assert line(root, "zh") == (
        "**最近一次测试：**2026-02-03，用时 6.5 秒。运行代码块 12 个，"
        "比对输出 11 处、图 10 幅，证明公式 9 个，通过测试 8 项。"
        "Python 3.10.1，PyTorch 2.6.0+cpu，提交 `abc1234`。"
        "运行的是英文页，代码与本页逐字相同。"
    )


def test_what_is_not_there_is_not_told(ran) -> None:
    root = ran(skipped=2, commit="")
    assert "tests passed: 8, skipped: 2. " in line(root, "en")
    assert line(root, "en").endswith("PyTorch 2.6.0+cpu.")
    assert "通过测试 8 项，跳过 2 项。" in line(root, "zh")
    assert "PyTorch 2.6.0+cpu。运行" in line(root, "zh")


def test_a_failed_run_is_told_as_such(ran) -> None:
    root = ran(failed=3)
    assert "that failed: 3." in line(root, "en")
    assert "未通过的有 3 项。" in line(root, "zh")
    assert "passed" not in line(root, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_run_is_told_without_report(
    small_book: Path, language: str
) -> None:
    assert line(small_book, language) == proof.WORDS[language]["none"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_run_is_told_of_what_changed_since(
    ran, edit, language: str
) -> None:
    root = ran()
    edit("docs/en/part/one.md", "Some words", "Other words")
    assert line(root, language) == proof.WORDS[language]["none"]


def test_no_run_is_told_of_other_code(ran, edit) -> None:
    edit("docs/zh/part/one.md", "double(2.0)", "double(3.0)")
    root = ran()
    assert line(root, "zh") == proof.WORDS["zh"]["none"]
    assert line(root, "en") != proof.WORDS["en"]["none"]


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
    proof.stage_runs(small_book, language, folder)
    words = proof.WORDS[language]
    staged = (folder / "part" / "one.md").read_text(encoding="utf-8")
    assert staged == (
        f"End\n\n{words['none']}{words['how'].format('../checked.md')}\n"
        "{ .run data-search-exclude=1 }\n"
    )
    home = (folder / "index.md").read_text(encoding="utf-8")
    assert home == "End\n"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_built_without_report_says_so(
    site: Path, language: str, name: str
) -> None:
    page = (site / language / f"{name}.html").read_text(encoding="utf-8")
    (said,) = re.findall(r"<p class=run>(.*?)</p>", page, re.DOTALL)
    words = proof.WORDS[language]["none"].replace("*", "")
    assert html.unescape(re.sub("<[^>]*>", "", said)).startswith(words)
    assert page.index(said) > page.index("id=references")
