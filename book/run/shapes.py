"""A pytest plugin: the shape comments of a chapter's module are true.

While the tests of tests/PART/test_CHAPTER.py run, the lines of the
chapter's module that carry a comment such as `# (B, T, H)` are watched:
what is assigned or returned there has that many axes, its numbers are
these numbers, and within a call a letter is one size, an integer of
that name too. What a call leaves by an error said nothing. A comment
that no test of the whole file has reached is refused.
"""

import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from book import layout
from book.page.shapes import Comment, comments
from book.run.axes import Sizes

_WATCHED = pytest.StashKey[dict[Path, "Watch | None"]]()
_COUNTS = pytest.StashKey[dict[Path, int]]()


class Watch:
    """The comments of one module, and what became of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.comments = list(comments(path.read_text(encoding="utf-8")))
        self.by_line = {
            line: comment
            for comment in self.comments
            if comment.names or comment.returns
            for line in range(comment.first, comment.last + 1)
        }
        self.reached: set[int] = set()
        self.wrong: list[str] = []
        self.calls: list[_Call] = []
        self.known: dict[CodeType, bool] = {}

    def trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        """What Python calls at each call: watch those of the module."""
        code = frame.f_code
        if code.co_filename != str(self.path):
            return None
        if code not in self.known:
            lines = {line for _, _, line in code.co_lines() if line}
            self.known[code] = not self.by_line.keys().isdisjoint(lines)
        frame.f_trace_lines = self.known[code]
        call = _Call(self)
        self.calls.append(call)
        return call.trace


class _Call:
    """One call of a function of the module."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.sizes = Sizes()
        self.due: Comment | None = None
        self.raised = False
        self.reached: set[int] = set()
        self.wrong: list[str] = []

    def trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "exception":
            self.raised = True
        elif event == "line":
            self.raised = False
            line = frame.f_lineno
            due = self.due
            if due and (due.loop or not due.first <= line <= due.last):
                self.look(due, frame)
            self.due = self.watch.by_line.get(line)
        elif event == "return":
            if not (self.raised and arg is None):
                if self.due and self.due.returns:
                    self.hold(self.due, arg, frame)
                elif self.due:
                    self.look(self.due, frame)
                self.due = None
            self.end(failed=self.raised and arg is None)
        return self.trace

    def look(self, comment: Comment, frame: FrameType) -> None:
        """Hold a comment against what its statement has assigned."""
        if comment.returns or not comment.names:
            return
        if comment.loop and not comment.last < frame.f_lineno:
            return  # the loop is over
        try:
            value = eval(comment.names[0], frame.f_globals, frame.f_locals)
        except Exception as error:  # noqa: BLE001 - it is what we report
            self.say(comment, f"{comment.names[0]} has no value: {error}")
            return
        self.hold(comment, value, frame)

    def hold(self, comment: Comment, value: Any, frame: FrameType) -> None:
        self.reached.add(comment.line)
        reason = self.sizes.differs(comment, value, frame.f_locals)
        if reason:
            self.say(comment, reason)

    def say(self, comment: Comment, reason: str) -> None:
        place = f"{self.watch.path.name}:{comment.line}"
        self.wrong.append(f"{place}: {comment.text}: {reason}")

    def end(self, failed: bool) -> None:
        """Hand what was seen to the caller, unless the call failed."""
        calls = self.watch.calls
        if self in calls:
            del calls[calls.index(self) :]
        if not failed:
            above = calls[-1] if calls else self.watch
            above.reached |= self.reached
            above.wrong += self.wrong


def _module(item: pytest.Item) -> Path | None:
    """The chapter's module that the tests of a file are about."""
    root = item.config.rootpath
    name = item.path.stem.removeprefix("test_")
    if not item.path.is_relative_to(root / "tests"):
        return None
    path = layout.module(root, f"{item.path.parent.name}/{name}")
    is_own = item.path == layout.test(root, f"{item.path.parent.name}/{name}")
    return path if is_own and path.is_file() else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Count the tests of a file before any option takes some away."""
    report = yield
    if isinstance(collector, (pytest.Module, pytest.Class)):
        counts = collector.session.stash.setdefault(_COUNTS, {})
        inner = [r for r in report.result if isinstance(r, pytest.Item)]
        counts[collector.path] = counts.get(collector.path, 0) + len(inner)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Watch a chapter's module while one of its tests runs."""
    watched = item.session.stash.setdefault(_WATCHED, {})
    if item.path not in watched:
        path = _module(item)
        watched[item.path] = Watch(path) if path else None
    watch = watched[item.path]
    if watch is None or not watch.comments or sys.gettrace() is not None:
        yield
        return
    watch.wrong, watch.calls = [], []
    sys.settrace(watch.trace)
    try:
        yield
    finally:
        sys.settrace(None)
        facts = {
            "module": str(watch.path),
            "of": item.session.stash[_COUNTS][item.path],
            "reached": sorted(watch.reached),
            "all": [comment.line for comment in watch.comments],
        }
        item.user_properties.append(("shapes", facts))
    if watch.wrong:
        pytest.fail("\n".join(dict.fromkeys(watch.wrong)), pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    """Count where all results arrive."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Counter(config.rootpath))


class _Counter:
    """How many comments of which module were reached."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.every: dict[str, set[int]] = {}
        self.reached: dict[str, set[int]] = {}
        self.tests: dict[str, tuple[int, int]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        facts = dict(report.user_properties).get("shapes")
        if report.when == "call" and isinstance(facts, dict):
            name = facts["module"]
            self.every[name] = {*facts["all"]}
            self.reached.setdefault(name, set()).update(facts["reached"])
            count, _ = self.tests.get(name, (0, 0))
            self.tests[name] = count + 1, facts["of"]

    def missed(self) -> Iterable[str]:
        """Yield the comments that no test of a whole file has reached."""
        for name, every in sorted(self.every.items()):
            done, of = self.tests[name]
            if done == of:
                for line in sorted(every - self.reached[name]):
                    place = Path(name).relative_to(self.root).as_posix()
                    yield f"{place}:{line}"

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == pytest.ExitCode.OK and [*self.missed()]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        if not self.every:
            return
        of = sum(map(len, self.every.values()))
        reached = sum(map(len, self.reached.values()))
        terminalreporter.write_line(f"shape comments: {reached} of {of} held")
        for place in self.missed():
            terminalreporter.write_line(
                f"{place}: no test reaches this shape comment as a value "
                "that is assigned or returned: test it, or move it"
            )
