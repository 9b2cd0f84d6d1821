"""The report of the last run: what ran and passed, and nothing else."""

import json
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
import torch

from book.edit.update import update
from book.errors import BookError
from book.formula import labelled
from book.page.blocks import read
from book.run.last import REPORT, Run, fingerprint, latest

NAME = "part/one"
PAGE = "docs/en/part/one.md"
TEST = "tests/part/test_one.py"
TESTS = """\
import pytest


@pytest.mark.equation("eq:one-double")
def test_double():
    assert 2 * 3.0 == 6.0


@pytest.mark.parametrize("x", [1, 2])
def test_more(x):
    assert x


class TestClass:
    def test_in_a_class(self):
        pass
"""


@pytest.fixture
def book(small_book: Path) -> Path:
    """A book whose tests need none of its modules."""
    (small_book / TEST).write_text(TESTS, encoding="utf-8")
    return small_book


def run(book: Path, *arguments: str) -> Run | None:
    """Run pytest in the book; return what is known of its chapter then."""
    paths = [str(book / a) if "/" in a else a for a in arguments]
    pytest.main(
        ["-q", "-p", "book.run.plugin", "-p", "book.run.report",
         "-c", os.devnull,
         "-o", "markers=equation(label, fixed): proves it",
         "-o", f"cache_dir={book / 'cache'}",
         "--import-mode=importlib", "--rootdir", str(book), *paths]
    )  # fmt: skip
    sys.modules.pop("tests.part.test_one", None)
    return latest(book, NAME)


def check(found: Run | None, **expected: object) -> None:
    facts: dict[str, object] = dict.fromkeys(
        ("skipped", "failed", "figures"), 0
    )
    facts |= {"blocks": 2, "outputs": 1, "equations": 1, "tests": 4}
    if not expected.get("failed"):
        facts |= {"failures": []}
    assert found is not None
    assert vars(found) | facts | expected == vars(found)


def test_a_whole_run_is_reported(book: Path) -> None:
    assert latest(book, NAME) is None
    found = run(book, PAGE, TEST)
    today = datetime.now(timezone.utc).date()
    check(found, date=today.isoformat(), commit="")
    assert found and 0 <= found.seconds < 60
    assert found.torch.startswith("2.")


def test_workers_report_to_the_controller(book: Path) -> None:
    check(run(book, PAGE, TEST, "-n2"))


@pytest.mark.parametrize(
    "arguments",
    [
        (PAGE,),
        (TEST,),
        (PAGE, f"{TEST}::test_double", f"{TEST}::test_more"),
        (PAGE, f"{TEST}::TestClass"),
        (PAGE, TEST, "-k=not class"),
        (PAGE, TEST, "-k=not block-01"),
        (PAGE, TEST, "--noise=1"),
        (PAGE, TEST, "--collect-only"),
    ],
)
def test_a_run_of_less_is_none(book: Path, arguments: tuple[str]) -> None:
    assert run(book, *arguments) is None


def test_a_run_of_less_leaves_the_report(book: Path) -> None:
    check(run(book, PAGE, TEST))
    check(run(book, PAGE))


def test_what_failed_last_is_less_than_all(book: Path, edit) -> None:
    edit(TEST, TESTS[TESTS.index("class") :], "")
    edit(TEST, "assert x", "assert x == 1")
    edit("d2lcode/part/one.py", "def double(", "def double(*, y=1 / 0, ")
    facts = {"tests": 2, "blocks": 0, "outputs": 0, "skipped": 1}
    failures = ["block-01-line-25", "test_more[2]"]
    check(run(book, PAGE, TEST), failed=2, failures=failures, **facts)
    edit(TEST, "assert x == 1", "assert x")
    edit("d2lcode/part/one.py", "*, y=1 / 0, ", "")
    assert run(book, "docs/en", "tests", "--last-failed") is None


def test_a_failure_is_reported(book: Path, edit) -> None:
    edit(PAGE, "print(double(2.0))", "print(double(3.0))")
    found = run(book, PAGE, TEST)
    check(found, failed=1, blocks=1, outputs=0)
    assert found and len(found.failures) == 1
    assert found.failures[0].startswith("block-02-line-")


def test_where_nothing_can_be_written_the_tests_pass(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a checkout that is only read."""
    (book / REPORT.parent).write_text("no folder", encoding="utf-8")
    assert run(book, PAGE, TEST) is None
    printed = capsys.readouterr().out
    assert "build/report.json is not written" in printed
    assert "INTERNALERROR" not in printed and "Traceback" not in printed


def test_the_device_is_named(book: Path) -> None:
    found = run(book, PAGE, TEST)
    assert found and found.device
    if not torch.cuda.is_available():
        assert found.device.startswith("CPU, ")


def test_a_proof_counts_if_it_ran(book: Path, edit) -> None:
    edit(TEST, "    assert 2 *", "    pytest.skip('no time')\n    assert 2 *")
    check(run(book, PAGE, TEST), skipped=1, tests=3, equations=0)


def test_a_formula_that_was_computed_is_reported(
    book: Path, edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = labelled.find
    monkeypatch.setattr(labelled, "find", lambda la, _: find(la, book))
    plugin = ("-p", "book.run.formulas")
    values = '{"x": 3.0, "y": 6.0}'
    edit(TEST, "import pytest\n", "import pytest\nfrom book import formula\n")
    edit(
        TEST,
        "assert 2 * 3.0 == 6.0",
        f'formula.formula("eq:one-double").check({values})',
    )
    check(run(book, PAGE, TEST, *plugin), evaluated=["eq:one-double"])
    edit(TEST, '"y": 6.0', '"y": 7.0')
    failed = {"failed": 1, "tests": 3, "equations": 0}
    check(run(book, PAGE, TEST, *plugin), evaluated=[], **failed)
    edit(TEST, '"y": 7.0', '"y": 6.0')
    edit(TEST, 'one-double")\n', 'one-double", fixed="y = 2 x")\n')
    check(run(book, PAGE, TEST, *plugin), evaluated=[])


def test_a_broken_end_is_a_failure(book: Path, edit) -> None:
    edit(
        TEST,
        "@pytest.mark.eq",
        "@pytest.fixture\ndef end():\n    yield\n    assert False\n\n\n"
        "@pytest.mark.eq",
    )
    edit(TEST, "def test_double():", "def test_double(end):")
    check(run(book, PAGE, TEST), failed=1, tests=3, equations=0)


def test_a_figure_is_compared(book: Path, edit) -> None:
    draw = (
        "\n```python\nimport matplotlib.pyplot as plt\n\n"
        "plt.plot([0, 1])\nplt.show()\n```\n\n![Up.](one-up.svg)\n"
    )
    for language in ("en", "zh"):
        edit(f"docs/{language}/part/one.md", "4.0\n```\n", f"4.0\n```\n{draw}")
    update(read(book / PAGE), seeds=())
    check(run(book, PAGE, TEST), blocks=3, figures=1)
    (book / "docs/zh/part/one-up.svg").write_text("", encoding="utf-8")
    assert latest(book, NAME) is None


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (PAGE, "Some words", "Other words"),
        ("docs/zh/part/one.md", "几句话", "另外几句话"),
        (TEST, "6.0", "6"),
        ("d2lcode/part/one.py", "twice", "two times"),
        ("d2lcode/helper.py", "1", "2"),
        ("d2lcode/deep/__init__.py", "1", "2"),
    ],
)
def test_what_changed_since_was_not_run(
    name: str, old: str, new: str, book: Path, edit
) -> None:
    edit("d2lcode/part/one.py", '"""One."""', '"""1"""\nimport d2lcode.helper')
    for made, text in (
        ("helper.py", "from d2lcode import deep\n\nx = 1\n"),
        ("deep/__init__.py", "x = 1\n"),
    ):
        path = book / "d2lcode" / made
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    before = fingerprint(book, NAME)
    (book / "d2lcode" / "other.py").write_text("x = 1\n", encoding="utf-8")
    assert fingerprint(book, NAME) == before
    edit(name, old, new)
    assert fingerprint(book, NAME) != before


def test_other_chapters_keep_their_runs(book: Path) -> None:
    check(run(book, PAGE, TEST))
    path = book / REPORT
    report = json.loads(path.read_text(encoding="utf-8"))
    report["part/two"] = report[NAME] | {"blocks": 7}
    path.write_text(json.dumps(report), encoding="utf-8")
    check(run(book, PAGE, TEST))
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["part/two"]["blocks"] == 7


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"part/one": {"blocks": 2}}', '{"part/one": 1}']
)
def test_a_strange_report_is_none(book: Path, text: str) -> None:
    (book / REPORT).parent.mkdir()
    (book / REPORT).write_text(text, encoding="utf-8")
    assert latest(book, NAME) is None
    check(run(book, PAGE, TEST))


def test_a_page_that_is_none_is_not_run(book: Path, edit) -> None:
    check(run(book, PAGE, TEST))
    edit(PAGE, "```python\nprint", "```py\nprint")
    with pytest.raises(BookError):
        run(book, PAGE, TEST, "--continue-on-collection-errors")
    report = json.loads((book / REPORT).read_text(encoding="utf-8"))
    assert report[NAME]["tests"] == 4
