"""The plugin that asks what a marked test proved of its formula."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from book.formula import labelled
from book.run import formulas as plugin

TEST = "tests/part/test_one.py"

EVALUATED = """\
import pytest
from book.formula import formula


@pytest.mark.equation("eq:one-double")
def test_double():
    formula("eq:one-double").check({"x": 3.0, "y": 2 * 3.0})
"""

FIXED = """\
import pytest


@pytest.mark.equation("eq:one-double", fixed=r"y = 2 x")
def test_double():
    assert True
"""


class Outcome:
    """A pytest plugin that keeps what a run reported."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.text = ""
        self.evaluated: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcomes.append("error")
            self.text += str(report.longrepr)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self.outcomes.append(report.outcome)
            self.text += str(report.longrepr)
            self.evaluated += dict(report.user_properties).get("evaluated", [])


@pytest.fixture
def run(
    small_book: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Outcome]:
    """Run a test of the small book under the plugin."""
    find = labelled.find
    monkeypatch.setattr(labelled, "find", lambda la, _: find(la, small_book))

    def go(text: str) -> Outcome:
        path = small_book / TEST
        path.write_text(text, encoding="utf-8")
        outcome = Outcome()
        pytest.main(
            [
                str(path),
                "-p", "no:cacheprovider",
                "-o", "addopts=--import-mode=importlib",
                "-o", "markers=equation(label): proves",
                f"--rootdir={small_book}",
            ],
            plugins=[plugin, outcome],
        )  # fmt: skip
        sys.modules.pop("tests.part.test_one", None)  # the next is another
        return outcome

    return go


Run = Callable[[str], Outcome]


def test_a_formula_that_is_evaluated(run: Run) -> None:
    outcome = run(EVALUATED)
    assert outcome.outcomes == ["passed"], outcome.text
    assert outcome.evaluated == ["eq:one-double"]


def test_a_formula_whose_text_is_fixed(run: Run) -> None:
    outcome = run(FIXED)
    assert outcome.outcomes == ["passed"], outcome.text
    assert outcome.evaluated == []


WRONG = {
    "emptied": (
        EVALUATED, "    formula(", "    pass  # (", "", "never evaluates",
    ),
    "another value": (EVALUATED, "2 * 3.0", "4.0", "", "does not hold"),
    "never evaluated": (
        EVALUATED, 'formula("eq:one-double").check({"x": 3.0, "y": 2 * 3.0})',
        "assert True", "", "never evaluates it",
    ),
    "evaluated, not checked": (
        EVALUATED, '.check({"x": 3.0, "y": 2 * 3.0})', "", "", "never eval",
    ),
    "another text": (FIXED, "y = 2 x", "y = 3 x", "", "read its test again"),
    "skipped": (
        EVALUATED, "@pytest", "@pytest.mark.skip\n@pytest", "",
        "was not run to its end",
    ),
    "skipped within": (
        EVALUATED, "    formula(", '    pytest.skip("no time")\n    formula(',
        "", "was not run to its end",
    ),
    "expected to fail": (
        EVALUATED, "@pytest", "@pytest.mark.xfail\n@pytest", "2 * 3.0;4.0",
        "was not run to its end",
    ),
    "not collected": (
        EVALUATED, "def test_double", "def double_test", "",
        "double_test is marked with eq:one-double and is not collected",
    ),
    "taken away": (
        EVALUATED, "\n\n\n@pytest", "\n\n\n@pytest", "",
        "test_double is marked with eq:one-double and is not collected",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_mark_that_proves_nothing_fails(case: str, run: Run) -> None:
    text, old, new, also, said = WRONG[case]
    assert old in text
    text = text.replace(old, new, 1)
    if also:
        text = text.replace(*also.split(";"), 1)
    if case == "taken away":
        text += "\n\ntest_double.__test__ = False\ndel test_double\n"
    outcome = run(text)
    assert outcome.outcomes in (["failed"], ["error"]), outcome.text
    assert said in outcome.text
