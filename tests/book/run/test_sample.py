"""What a run takes of much that is alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from book.run.sample import Sample, chapter, of

NAMES = [f"mlp/{letter}" for letter in "abcdefghij"]

TESTS = """
import pytest

@pytest.mark.sample(2)
@pytest.mark.parametrize("name", {names})
@pytest.mark.parametrize("language", ["en", "zh"])
def test_some(name, language):
    pass

@pytest.mark.parametrize("name", {names})
def test_all(name):
    pass

def test_a_list(sample):
    assert len(sample(range(9), 4)) == {count}
"""


def test_so_many_in_their_order() -> None:
    taken = Sample("a")(NAMES, 4)
    assert len(taken) == 4
    assert taken == sorted(taken)
    assert Sample("a")(NAMES, 40) == NAMES
    assert Sample("a", whole=True)(NAMES, 4) == NAMES


def test_a_seed_repeats_and_seeds_differ() -> None:
    assert Sample("a")(NAMES, 4) == Sample("a")(iter(NAMES), 4)
    seeds = map(str, range(40))
    taken = [frozenset(Sample(seed)(NAMES, 4)) for seed in seeds]
    assert len(set(taken)) > 20
    assert frozenset.union(*taken) == set(NAMES)


@pytest.mark.parametrize("seed", "abc")
def test_what_has_changed_comes_first(seed: str) -> None:
    drawn = Sample(seed, frozenset({"mlp/c", "mlp/h"}))
    assert {"mlp/c", "mlp/h"} <= set(drawn(NAMES, 4))
    paths = [Path(f"docs/zh/{name}.md") for name in NAMES]
    assert drawn(paths, 2) == [paths[2], paths[7]]
    pairs = [("zh", name) for name in NAMES]
    assert drawn(pairs, 2) == [pairs[2], pairs[7]]


@pytest.mark.parametrize(
    "path",
    [
        "docs/en/mlp/drop_out.md",
        "docs/zh/mlp/drop_out-mask.svg",
        "d2lcode/mlp/drop_out.py",
        "tests/mlp/test_drop_out.py",
        "en/code/tests/mlp/test_drop_out.html",
        "mlp/drop_out",
    ],
)
def test_the_chapter_of_a_path(path: str) -> None:
    assert chapter(path) == "mlp/drop_out"


@pytest.mark.parametrize("path", ["README.md", "en", "", "."])
def test_other_words_are_no_chapter(path: str) -> None:
    assert chapter(path).startswith("/")


def git(folder: Path, *words: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    command = ("git", *name, *words)
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def test_the_commit_is_the_seed(tmp_path: Path) -> None:
    assert of(tmp_path).seed.count("-") == 2  # the day
    git(tmp_path, "init", "-q")
    for name in ("mlp/a", "mlp/b", "mlp/c", "mlp/d"):
        path = tmp_path / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.touch()
        assert name in of(tmp_path).first  # not yet in Git
        if name != "mlp/d":
            git(tmp_path, "add", ".")
            git(tmp_path, "commit", "-qm", name)
    (tmp_path / "mlp/a.md").write_text("changed")
    drawn = of(tmp_path)
    assert len(drawn.seed) >= 7 and drawn.seed != of(tmp_path, "b").seed
    assert drawn.first == {"mlp/a", "mlp/c", "mlp/d"}


def run(folder: Path, count: int, *options: str) -> str:
    """What pytest says, in a process of its own."""
    path = folder / "test_sampled.py"
    path.write_text(TESTS.format(names=NAMES, count=count), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--strict-markers",
         "-p", "book.run.sample", "--rootdir", str(folder), *options, path],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_marked_test_is_sampled(tmp_path: Path) -> None:
    said = run(tmp_path, 4, "--sample", "a")
    assert "13 passed, 18 deselected" in said
    assert "--sample a repeats it" in said


def test_workers_take_all_if_asked(tmp_path: Path) -> None:
    assert "31 passed" in run(tmp_path, 9, "--whole", "-n", "2")


def test_one_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    assert "2 passed" in run(tmp_path, 4, "-k", "some and mlp/c")
