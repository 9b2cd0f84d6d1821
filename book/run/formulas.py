r"""A pytest plugin: a marked test evaluates its formula, or fixes its text.

    @pytest.mark.equation("eq:gru-state")
    @pytest.mark.equation("eq:init-he", fixed=r"\sigma^2 = ...")

A test with the first mark has to call `formula(label).check(...)`. The
text of the second is held against the pages here; `chinese=` gives the
Chinese page's, where its words matter. A marked test that pytest does
not collect, skips or expects to fail has failed.
"""

from collections.abc import Generator

import pytest

from book.check.proofs import marked
from book.errors import BookError
from book.formula import RECORD, formula
from book.formula.record import missing


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run a marked test, then ask what it proved."""
    marks = list(item.iter_markers("equation"))
    RECORD.clear()
    yield
    for mark in marks:
        if "fixed" in mark.kwargs:
            text, chinese = mark.kwargs["fixed"], mark.kwargs.get("chinese")
            formula(mark.args[0]).fixed(text, chinese)
    asked = [(mark.args[0], "fixed" in mark.kwargs) for mark in marks]
    left = list(missing(asked))
    if left:
        pytest.fail("\n".join(left), pytrace=False)
    if marks:
        kinds = dict(asked)
        item.user_properties.append(
            ("evaluated", [label for label, text in kinds.items() if not text])
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a marked test fail that was skipped, or expected to fail."""
    report = yield
    labels = [mark.args[0] for mark in item.iter_markers("equation")]
    if report.skipped and labels:
        report.outcome = "failed"
        report.longrepr = (
            f"the test is marked with {', '.join(labels)} and was not run to "
            f"its end: {report.longrepr}"
        )
        if hasattr(report, "wasxfail"):
            del report.wasxfail
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let a file fail of whose marked tests pytest does not see one."""
    report = yield
    if not isinstance(collector, pytest.Module) or not report.passed:
        return report
    seen = {getattr(m, "originalname", m.name) for m in report.result}
    for member in report.result:
        if isinstance(member, pytest.Class):
            seen |= {*vars(member.obj)}
    try:
        unseen = [p for p in marked(collector.path) if p.function not in seen]
    except BookError as error:
        unseen, said = [], str(error)
    else:
        said = "\n".join(
            f"{p.path.name}:{p.line}: {p.function} is marked with {p.label} "
            "and is not collected"
            for p in unseen
        )
    if said:
        report.outcome, report.longrepr, report.result = "failed", said, []
    return report
