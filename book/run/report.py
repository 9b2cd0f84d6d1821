"""A pytest plugin: what the last run of each chapter showed.

A run of a chapter, that is of all blocks of its page and all tests of
its file, leaves its numbers in build/report.json, where the site finds
them; a run of less leaves the report as it was. Where workers run the
tests, each result carries to the controller what is needed there.
"""

import json
import os
import platform
import subprocess
from collections import Counter
from collections.abc import Generator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import torch

from book import files, layout
from book.errors import BookError
from book.page.blocks import find
from book.run.last import REPORT, Run, fingerprint, load
from d2lcode.training import get_device

_MEMBERS: pytest.StashKey[dict[Path, set[str]]] = pytest.StashKey()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Note the members of a file before any option takes some away.

    A class is one of them until its own are known.
    """
    report = yield
    if isinstance(collector, (pytest.File, pytest.Class)):
        stash = collector.session.stash
        members = stash.setdefault(_MEMBERS, {})
        those = members.setdefault(collector.path, set())
        those.discard(collector.nodeid)
        those.update(member.nodeid for member in report.result or ())
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell each item of a chapter what the report has to know of it."""
    root = session.config.rootpath
    rooms = _rooms(root)
    hashes: dict[str, str] = {}
    for item in session.items:
        name, kind = rooms.get(item.path, ("", ""))
        if not name:
            continue
        with suppress(BookError):  # which collecting it reports
            if name not in hashes:
                hashes[name] = fingerprint(root, name)
            facts = {
                "chapter": name,
                "kind": kind,
                "of": len(session.stash[_MEMBERS][item.path]),
                "files": hashes[name],
                "proves": [m.args[0] for m in item.iter_markers("equation")],
            }
            item.user_properties.append(("run", facts))


def _rooms(root: Path) -> dict[Path, tuple[str, str]]:
    """The files that run, each with its chapter and what it consists of."""
    rooms = {}
    for path in find(root / "docs"):
        page = path.relative_to(root / "docs" / "en")
        name = page.with_suffix("").as_posix()
        if layout.is_chapter(name):
            rooms[path] = name, "blocks"
            rooms[layout.test(root, name)] = name, "tests"
    return rooms


def pytest_configure(config: pytest.Config) -> None:
    """Record where all results arrive, of runs without disturbance."""
    worker = hasattr(config, "workerinput")
    if not worker and config.getoption("--noise", None) is None:
        config.pluginmanager.register(_Recorder(config.rootpath))


@dataclass
class _Result:
    """What became of a block or a test."""

    facts: dict[str, Any] = field(default_factory=dict)
    outcomes: set[str] = field(default_factory=set)
    seconds: float = 0.0

    @property
    def outcome(self) -> str | None:
        """How it ended: the worst of before, in and after it."""
        known = ("failed", "skipped", "passed")
        return next((o for o in known if o in self.outcomes), None)


class _Recorder:
    """Keeps results by chapter and item; writes the report at the end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.chapters: dict[str, dict[str, _Result]] = {}
        self.refused = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        facts: dict[str, Any] = dict(report.user_properties)
        if "run" not in facts:
            return
        facts |= facts.pop("run")
        results = self.chapters.setdefault(facts["chapter"], {})
        result = results.setdefault(report.nodeid, _Result())
        result.facts = facts
        result.seconds += report.duration
        if report.when == "call" or not report.passed:
            result.outcomes.add(report.outcome)

    def pytest_sessionfinish(self) -> None:
        runs = {
            name: _run(self.root, results)
            for name, results in self.chapters.items()
            if _is_whole(list(results.values()))
        }
        try:
            if runs:
                self._write(runs)
        except OSError as error:  # a checkout that is only read
            self.refused = f"{REPORT.as_posix()} is not written: {error}"

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        if self.refused:
            terminalreporter.write_line(
                f"{self.refused}; a site built now does not show this run"
            )

    def _write(self, runs: dict[str, Run]) -> None:
        path = self.root / REPORT
        path.parent.mkdir(exist_ok=True)
        runs = load(self.root) | runs
        text = {name: asdict(runs[name]) for name in sorted(runs)}
        files.write({path: json.dumps(text, indent=1)})


def _is_whole(results: list[_Result]) -> bool:
    """Whether these are all blocks and all tests of one same chapter."""
    for kind in ("blocks", "tests"):
        sizes = [r.facts["of"] for r in results if r.facts["kind"] == kind]
        if not sizes or any(size != len(sizes) for size in sizes):
            return False
    hashes = {result.facts["files"] for result in results}
    return len(hashes) == 1 and all(result.outcome for result in results)


def _run(root: Path, by_name: dict[str, _Result]) -> Run:
    results = list(by_name.values())
    outcomes = Counter(result.outcome for result in results)
    passed = [r.facts for r in results if r.outcome == "passed"]
    kinds = Counter(f["kind"] for f in passed if "drawings" not in f)
    return Run(
        files=results[0].facts["files"],
        blocks=kinds["blocks"],
        outputs=sum(facts.get("outputs", 0) for facts in passed),
        figures=sum(
            facts.get("figures", 0) + facts.get("drawings", 0)
            for facts in passed
        ),
        equations=len({label for f in passed for label in f["proves"]}),
        evaluated=sorted(
            {label for facts in passed for label in facts.get("evaluated", ())}
        ),
        tests=kinds["tests"],
        skipped=outcomes["skipped"],
        failed=outcomes["failed"],
        failures=[
            name.partition("::")[2]
            for name, result in by_name.items()
            if result.outcome == "failed"
        ],
        seconds=round(sum(result.seconds for result in results), 1),
        python=platform.python_version(),
        torch=version("torch"),
        device=_device(),
        date=datetime.now(timezone.utc).date().isoformat(),
        commit=_commit(root),
    )


def _device() -> str:
    """What the pages computed on: the name of a GPU, or the CPU's kind."""
    try:
        device = get_device()
    except ValueError:  # no such device: every page says so
        return ""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"{device.type.upper()}, {platform.machine()}"


def _commit(root: Path) -> str:
    """What is checked out, `-dirty` if changed; empty outside of Git."""
    git = ("git", "describe", "--always", "--dirty", "--exclude=*")
    try:
        return subprocess.run(
            git,
            cwd=root,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
