"""Proof that readers can see: what checks a chapter, and what it found.

Each equation that a test proves gets a link to the test, and each
chapter ends with a line made from the report of its last run.
"""

import posixpath
import re
from pathlib import Path

from book import chapters, report
from book.pages import Page, find, read

WORDS = {
    "en": {
        "proved": "Proved by a test",
        "ran": (
            "**Last test run:** {date}, {seconds:.1f} s. Blocks run: "
            "{blocks}; outputs compared: {outputs}; figures compared: "
            "{figures}; equations proved: {equations}; tests passed: "
            "{tests}{skipped}. Python {python}, PyTorch {torch}{commit}."
        ),
        "skipped": ", skipped: {}",
        "failed": (
            "**Last test run:** {date}. Blocks and tests of this chapter "
            "that failed: {failed}. Python {python}, PyTorch "
            "{torch}{commit}."
        ),
        "commit": ", commit `{}`",
        "none": (
            "**Not run:** this site was built without a test run of the "
            "chapter as it stands here."
        ),
        "how": " [How this book is checked]({})",
    },
    "zh": {
        "proved": "有测试证明",
        "ran": (
            "**最近一次测试：**{date}，用时 {seconds:.1f} 秒。运行代码块 "
            "{blocks} 个，比对输出 {outputs} 处、图 {figures} 幅，证明公式 "
            "{equations} 个，通过测试 {tests} 项{skipped}。Python {python}，"
            "PyTorch {torch}{commit}。运行的是英文页，代码与本页逐字相同。"
        ),
        "skipped": "，跳过 {} 项",
        "failed": (
            "**最近一次测试：**{date}。本章的代码块和测试中，未通过的有 "
            "{failed} 项。Python {python}，PyTorch {torch}{commit}。"
        ),
        "commit": "，提交 `{}`",
        "none": "**未运行：**生成本站时，没有本章现有内容的测试记录。",
        "how": "[本书如何自证]({})",
    },
}

_EQUATION = re.compile(
    r'(<div class="equation numbered">)(.*?)(</div>)', re.DOTALL
)
_LABEL = re.compile(r'\bid="(eq:[^"]+)"')
_LINK = '<a class="proof" href="{}" title="{words}"></a>'
_HOW = "checked.md"


def tests(root: Path) -> dict[str, str]:
    """Where on a site the test of each labelled equation stands.

    Raises: PageError for a mark that names no label.
    """
    return {
        proof.label: posixpath.join(
            "code",
            proof.path.relative_to(root).with_suffix(".html").as_posix(),
        )
        + f"#L{proof.line}"
        for proof in reversed(chapters.proofs(root))
    }


def mark(page: str, place: str, language: str, tests: dict[str, str]) -> str:
    """Link the equations of the built page at `place` to their tests."""

    def link(label: str) -> str:
        test = posixpath.relpath(tests[label], posixpath.dirname(place))
        return _LINK.format(test, words=WORDS[language]["proved"])

    def add(equation: re.Match[str]) -> str:
        labels = filter(tests.__contains__, _LABEL.findall(equation[2]))
        return "".join((*equation.group(1, 2), *map(link, labels), "</div>"))

    return _EQUATION.sub(add, page)


def stage_runs(root: Path, language: str, folder: Path) -> None:
    """End each chapter with the line of its last run."""
    for path in find(root / "docs", language):
        page = path.relative_to(root / "docs" / language)
        if chapters.is_chapter(page.with_suffix("").as_posix()):
            line = run_line(root, path)
            if (folder / _HOW).is_file():
                how = posixpath.relpath(_HOW, page.parent.as_posix())
                line += WORDS[language]["how"].format(how)
            with (folder / page).open("a", encoding="utf-8") as staged:
                staged.write(f"\n{line}\n{{ .run data-search-exclude=1 }}\n")


def run_line(root: Path, path: Path) -> str:
    """What the last run of the chapter's page at `path` showed.

    English pages are run; a Chinese one shares the run of its partner
    if the code is the same.
    """
    page = read(path)
    words = WORDS[page.language]
    run = report.latest(root, page.name)
    if run is None or not _is_what_ran(page):
        return words["none"]
    facts = vars(run) | {
        key: words[key].format(value) if (value := vars(run)[key]) else ""
        for key in ("skipped", "commit")
    }
    return words["failed" if run.failed else "ran"].format(**facts)


def _is_what_ran(page: Page) -> bool:
    if page.language == "en":
        return True
    mine, theirs = page.codes, read(page.partner).codes
    return [c.code for c in mine] == [c.code for c in theirs]
