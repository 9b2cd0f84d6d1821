"""The shape comments of a module are read, held and counted."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from book.page.shapes import comments
from book.run import shapes as plugin

MODULE = '''\
"""One."""

import torch


class Cell:
    def __init__(self, D, H):
        self.W = torch.zeros(D, 3 * H)  # (D, 3H)


def steps(x, wanted=True):
    B = len(x)
    out = x @ torch.zeros(x.shape[-1], 6)  # eq:one, (B, T, 6), words
    if not wanted:
        unused = out[0]  # (T, 6)
    first, second = out.chunk(2, dim=-1)  # (B, T, H) each
    for row in first.unbind(1):  # T times (B, H)
        last = (
            row + 1
        )  # (B, H)
    if wanted is None:
        raise ValueError
    return first, last  # (B, T, H), (B, H)
'''

TEST = """\
import pytest
import torch
from one_of_shapes import Cell, steps


def test_steps():
    steps(torch.zeros(2, 4, 5))
    steps(torch.zeros(3, 2, 5), False)
    Cell(2, 3)
"""


class Outcome:
    """A pytest plugin that keeps what a run reported."""

    def __init__(self) -> None:
        self.text = ""
        self.missed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.text += str(report.longrepr)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        for one in session.config.pluginmanager.get_plugins():
            if isinstance(one, plugin._Counter):
                self.missed = [*one.missed()]


Run = Callable[..., tuple[int, Outcome]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a test of a small chapter under the plugin."""
    module = tmp_path / "d2lcode/part/one_of_shapes.py"
    test = tmp_path / "tests/part/test_one_of_shapes.py"
    for path in (module, test):
        path.parent.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(module.parent))

    def go(
        old: str = "", new: str = "", tests: str = TEST, *options: str
    ) -> tuple[int, Outcome]:
        assert old in MODULE
        module.write_text(MODULE.replace(old, new, 1), encoding="utf-8")
        test.write_text(tests, encoding="utf-8")
        for name in ("one_of_shapes", "tests.part.test_one_of_shapes"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        outcome = Outcome()
        before = sys.gettrace()
        sys.settrace(None)
        code = pytest.main(
            [
                str(test),
                "-p", "no:cacheprovider",
                "-p", "no:xdist",
                "-o", "addopts=--import-mode=importlib",
                f"--rootdir={tmp_path}",
                *options,
            ],
            plugins=[plugin, outcome],
        )  # fmt: skip
        sys.settrace(before)
        return int(code), outcome

    return go


def test_true_comments_pass(run: Run) -> None:
    code, outcome = run()
    assert outcome.text == ""
    assert outcome.missed == []
    assert code == 0


FALSE = {
    "axes": ("(B, T, 6)", "(B, 6)", "one_of_shapes.py:13", "not 2 axes"),
    "a number": ("(B, T, 6)", "(B, T, 5)", ":13", "5 is 5"),
    "a letter twice": ("(B, T, 6)", "(B, B, 6)", ":13", "B is 2"),
    "a local integer": ("(B, T, 6)", "(T, B, 6)", ":13", "B is 2"),
    "each": ("(B, T, H) each", "(B, T) each", ":16", "not 2 axes"),
    "not each": ("(B, T, H) each", "(B, T, H)", ":16", "2 values, not one"),
    "a loop": ("T times (B, H)", "T times (H, B)", ":17", "H is 3"),
    "a later line": (
        ")  # (B, H)\n    if", ")  # (B, T)\n    if", ":20", "T is",
    ),
    "what is returned": ("(B, T, H), (B, H)", "(B, T, H), (B, T)", ":23", "T"),
    "how many": ("(B, T, H), (B, H)", "(B, T, H)", ":23", "2 values, not"),
    "an attribute": ("(D, 3H)", "(3D, H)", ":8", "3D is 6"),
    "a multiple": ("(D, 3H)", "(D, 2H)", ":8", "is"),
    "the code": ("shape[-1], 6)", "shape[-1], 8)", ":13", "6 is 6"),
}  # fmt: skip


@pytest.mark.parametrize("case", FALSE)
def test_a_false_comment_fails_its_test(case: str, run: Run) -> None:
    old, new, place, said = FALSE[case]
    code, outcome = run(old, new)
    assert code == 1
    assert place in outcome.text
    assert said in outcome.text


def test_what_no_test_reaches_is_refused(run: Run) -> None:
    less = TEST.replace("    steps(torch.zeros(3, 2, 5), False)\n", "")
    code, outcome = run(tests=less)
    assert outcome.text == ""
    assert outcome.missed == ["d2lcode/part/one_of_shapes.py:15"]
    assert code == 1
    two = less + "\n\ndef test_two():\n    pass\n"
    code, outcome = run("", "", two, "-k", "steps")
    assert outcome.missed == []
    assert code == 0


def test_a_comment_of_no_value_is_refused(run: Run) -> None:
    code, outcome = run(
        "            row + 1\n", "            row + 1  # (B, H)\n"
    )
    assert outcome.missed == ["d2lcode/part/one_of_shapes.py:19"]
    assert code == 1


def test_a_call_that_fails_says_nothing(run: Run) -> None:
    bad = """

def test_bad():
    with pytest.raises(ValueError):
        steps(torch.zeros(2, 3, 4, 5), None)
"""
    code, outcome = run("", "", TEST + bad)
    assert code == 0, outcome.text
    good = bad.replace("None", "False").replace("pytest.raises", "suppress")
    good = "from contextlib import suppress\n" + TEST + good
    code, outcome = run("", "", good)
    assert code == 1
    assert "not 3 axes" in outcome.text


def test_what_is_no_shape_comment() -> None:
    text = (
        "x = 1  # one (W, b) for each\ny = 2  # (see below)\nz = 3  # eq:a\n"
    )
    assert list(comments(text)) == []
