"""The teaching code beside the library: measured, compared, kept."""

import time
from pathlib import Path

import pytest
import torch
from torch import Tensor

from book.errors import BookError
from book.layout import LANGUAGES, ROOT
from book.run import bench
from book.run.bench import Case, Made

CPU = torch.device("cpu")

FILE = """
import torch
from book.run.bench import Case

def make(B):
    return torch.square, lambda x: x * x, [torch.randn(B)]

CASES = [Case("square", "product", make, {"B": 5})]
"""


def busy(passes: int) -> Made:
    """Ours does the same so many times."""

    def own(x: Tensor) -> Tensor:
        for _ in range(passes):
            y = x * x
        return y

    return own, lambda x: x * x, [torch.randn(200)]


def test_a_ratio_says_how_many_times_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "TURNS", 5)
    own, library, (x,) = busy(20)
    slow = bench.ratio(lambda: own(x), lambda: library(x), time.process_time)
    same = bench.ratio(
        lambda: library(x), lambda: library(x), time.process_time
    )
    assert 5 < slow < 40
    assert 0.5 < same < 2


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "TURNS", 1)
    monkeypatch.setattr(bench, "LEAST", 1e-5)


@pytest.mark.parametrize(
    "library",
    [lambda x: x * x + 0.1, lambda x: (x * x).detach() * x / x],
    ids=["another result", "another gradient"],
)
def test_what_is_not_the_same_is_not_timed(quick: None, library) -> None:
    def make(B: int) -> Made:
        return torch.square, library, [torch.rand(B) + 1]

    case = Case("square", "other", make, {"B": 7})
    with pytest.raises(BookError, match="square is not other"):
        bench.measure(Path("bench.py"), case, CPU)


def test_a_run_replaces_the_rows_of_its_chapter(
    quick: None, small_book: Path
) -> None:
    path = small_book / "tests/part/bench_one.py"
    path.write_text(FILE, encoding="utf-8")
    assert bench.find(small_book) == [path]
    for _ in range(2):
        (line,) = bench.run(small_book, [path], CPU)
        assert line.startswith("square")
    results = bench.load(small_book)
    (row,) = results["cpu"]["part/one"].rows
    assert (row.own, row.library, row.sizes) == ("square", "product", {"B": 5})
    assert row.forwards > 0 and row.both > 0
    assert results["cpu"]["part/one"].torch


def test_a_file_without_cases_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bench_one.py"
    path.write_text("CASES = []\n", encoding="utf-8")
    with pytest.raises(BookError, match="it needs CASES"):
        bench.cases(path)


@pytest.mark.parametrize("path", bench.find(ROOT), ids=lambda p: p.stem)
def test_the_results_are_of_the_cases(path: Path) -> None:
    """A case without a row needs `make bench FILES=...`."""
    kept = bench.load(ROOT)["cpu"][bench.chapter(ROOT, path)].rows
    assert [(c.own, c.library, c.sizes, c.why) for c in bench.cases(path)] == [
        (row.own, row.library, row.sizes, row.why) for row in kept
    ]


def test_every_result_has_its_case() -> None:
    there = {bench.chapter(ROOT, path) for path in bench.find(ROOT)}
    assert set(bench.load(ROOT)["cpu"]) == there


def test_what_misses_the_goal_says_why() -> None:
    for name, run in bench.load(ROOT)["cpu"].items():
        for row in run.rows:
            told = set(row.why) == {*LANGUAGES}
            assert told or row.both <= bench.GOAL, (name, row)
