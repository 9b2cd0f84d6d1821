"""A pytest plugin: of much that is alike, a run takes a sample.

What would take all chapters hours is done for some of them:

    @pytest.mark.sample(6)  # six of a test's parameters, the others not
    def test_it(sample):
        for page in sample(pages, 4):  # four of a list

Which, the commit decides, and the run says it: `--sample SEED` repeats a
run, `--whole` takes everything, as a workflow does every week. What has
changed, against the commit before and since, comes first.
"""

import hashlib
import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

_GIT = (
    ("diff", "--name-only", "HEAD^"),
    ("ls-files", "--others", "--exclude-standard"),
)
"""What has changed: in the last commit, since then, and not yet in Git."""


@dataclass(frozen=True)
class Sample:
    """A rule that takes some of a list, the same in every process."""

    seed: str
    first: frozenset[str] = frozenset()
    whole: bool = False

    def __call__(self, names: Iterable[T], count: int) -> list[T]:
        """Return `count` of the names, or all, in their order.

        What has changed comes first, then what the seed says.
        """
        every = list(names)
        if self.whole:
            return every
        places = sorted(range(len(every)), key=lambda i: self._rank(every[i]))
        return [every[i] for i in sorted(places[:count])]

    def _rank(self, name: object) -> tuple[bool, bytes]:
        told = f"{self.seed} {name}".encode()
        named = name if isinstance(name, tuple) else (name,)
        changed = any(chapter(str(part)) in self.first for part in named)
        return not changed, hashlib.sha256(told).digest()


_DRAWN: pytest.StashKey[Sample] = pytest.StashKey()


def chapter(path: str) -> str:
    """The chapter that a path below any folder belongs to: PART/CHAPTER."""
    *_, part, last = f"/{path}".split("/")
    name, _, _ = last.removeprefix("test_").partition(".")
    return f"{part}/{name.partition('-')[0]}"


def of(root: Path, seed: str | None = None) -> Sample:
    """The sample of what is checked out; without Git, that of the day."""
    seed = seed or _git(root, "rev-parse", "--short", "HEAD").strip()
    changed = {
        chapter(line) for words in _GIT for line in _git(root, *words).split()
    }
    return Sample(seed or time.strftime("%F"), frozenset(changed))


def _git(root: Path, *words: str) -> str:
    """What Git says; nothing where there is none, or no such commit."""
    try:
        return subprocess.run(
            ("git", *words),
            cwd=root,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="sample nothing")
    parser.addoption(
        "--sample", metavar="SEED", help="sample as the run with this seed did"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Draw once: workers take what the controller has drawn."""
    config.addinivalue_line(
        "markers", "sample(count): so many of a test's parameters are run"
    )
    if hasattr(config, "workerinput"):
        seed, first = config.workerinput["sample"]
        drawn = Sample(seed, frozenset(first))
    else:
        drawn = of(config.rootpath, config.getoption("--sample"))
    whole = config.getoption("--whole")
    config.stash[_DRAWN] = replace(drawn, whole=whole)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker."""
    drawn = node.config.stash[_DRAWN]
    node.workerinput["sample"] = drawn.seed, sorted(drawn.first)


def pytest_report_header(config: pytest.Config) -> str:
    drawn = config.stash[_DRAWN]
    how = f"--sample {drawn.seed} repeats it, --whole takes all"
    return f"sample: {'none' if drawn.whole else how}"


@pytest.hookimpl(trylast=True)  # of what other options have left
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Take the sample of each test that is marked."""
    marked: dict[str, list[pytest.Item]] = defaultdict(list)
    counts: dict[str, int] = {}
    for item in items:
        mark = item.get_closest_marker("sample")
        if mark is not None:
            test = item.nodeid.partition("[")[0]
            marked[test].append(item)
            (counts[test],) = mark.args
    drawn, left = config.stash[_DRAWN], set()
    for test, those in marked.items():
        names = {_parameters(item): item for item in those}
        left.update({*those} - {names[n] for n in drawn(names, counts[test])})
    if left:
        config.hook.pytest_deselected(items=[i for i in items if i in left])
        items[:] = [item for item in items if item not in left]


def _parameters(item: pytest.Item) -> tuple[str, ...]:
    """What tells an item from others of its test."""
    callspec: Any = getattr(item, "callspec", None)
    given = callspec.params.values() if callspec else ()
    return (item.name, *map(str, given))


@pytest.fixture(scope="session")
def sample(
    pytestconfig: pytest.Config,
) -> Callable[[Sequence[T], int], list[T]]:
    """Take so many of a list, or with --whole all of it."""
    return pytestconfig.stash[_DRAWN]
