"""Wrong formulas in the place of right ones, and what their tests say.

The marked tests of a chapter are run once. Whenever one of them checks a
formula, the mutants that are left are held against the same values: one
language has the mutant, the other is as it is. What ends otherwise than
the right formula, the test notices. To see that it does, one mutant of
each label is put on its page, and the test is run again: it must fail.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from book.formula import labelled, replaced
from book.formula.pages import find
from book.layout import LANGUAGES, ROOT
from tests.book.formula.mutants import (
    Mutant,
    equivalents,
    message,
    mutants,
    stale,
)
from tests.book.formula.swaps import Pair, products, same

CAUGHT = 3
"""Mutants of each label and language that a value must tell, at least."""
CHECKS = 12
"""A mutant that holds for so many bindings of a test survives it."""

SWAPPED = "swapped product"
HOLDS, ERROR, UNUSED = "holds", "error", "never used"
REASONS = "does not hold", "never holds", "never taken", UNUSED
"""What a check of a formula comes to, and why it fails."""

OPTIONS = [
    *("-c", str(ROOT / "pyproject.toml"), f"--rootdir={ROOT}"),
    *("-o", "addopts=", "--import-mode=importlib", "--strict-markers"),
    *("-p", "book.run.formulas", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("--no-header", "-q", "-s", "--tb=line", "-W", "ignore"),
]

EXAMPLES = "_hypothesis_internal_use_settings"
"""Where Hypothesis has the settings of a test."""


@dataclass
class Proofs:
    """A pytest plugin: what became of the mutants of one test file."""

    path: Path
    mutants: dict[str, list[Mutant]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed or not session.items:
            self.faults.append(f"{self.path}: no test could be collected")
            return True
        items = []
        for item in session.items:
            evaluated = False
            for mark in item.iter_markers("equation"):
                label = mark.args[0]
                if label not in self.mutants:
                    self.mutants[label] = [*mutants(label, find(label))]
                if "fixed" in mark.kwargs:
                    self.fix(label, item, mark)
                else:
                    evaluated = True
            items += [item] if evaluated else []
        for item in items:
            with self.watched(item):
                self.faults += failures(item)
        if not self.faults:
            for number, label in enumerate(self.mutants):
                self.judge(label, number % len(LANGUAGES))
        return True

    def fix(self, label: str, item: pytest.Item, mark: pytest.Mark) -> None:
        """Hold the mutants against the text of a mark."""
        texts = mark.kwargs["fixed"], mark.kwargs.get("chinese")
        for mutant in self.mutants[label]:
            sources = find(label)
            sources[mutant.language] = mutant.source
            wrong = labelled.Formula(label, tuple(sources), genuine=False)
            try:
                wrong.fixed(*texts)
            except AssertionError:
                mutant.caught = True
                mutant.by.add(item)

    @contextmanager
    def watched(self, item: pytest.Item) -> Iterator[None]:
        """Within, each check of a formula is one of its mutants, too."""
        check = labelled.Formula.check
        checks: Counter[str] = Counter()

        def checked(self_: Any, values: Any, **options: Any) -> int:
            def outcome(wrong: labelled.Formula) -> str:
                try:
                    check(wrong, values, **options)
                except AssertionError as error:
                    return reason(error)
                except Exception:  # noqa: BLE001 - whatever stops a mutant
                    return ERROR
                return HOLDS

            def again(expected: str, before: Sequence[Pair] = ()) -> None:
                with torch.random.fork_rng(devices=[]):
                    state = np.random.get_state()
                    for mutant in left:
                        wrong = put(mutant, self_, expected)
                        with products() as after:
                            found = outcome(wrong)
                        half = len(before) // len(self_.sources)
                        told(mutant, item, found, expected)
                        numbers = same(before[:half], after)
                        if found != expected or not numbers:
                            mutant.commutes = False
                        elif mutant.commutes is None:
                            mutant.commutes = mutant.kind == SWAPPED
                    np.random.set_state(state)

            texts = {source.tex for source in self_.sources}
            genuine = find(self_.label) if self_.label in self.mutants else []
            left = [
                mutant
                for mutant in self.mutants.get(self_.label, ())
                if texts <= {source.tex for source in genuine}
                and genuine[mutant.language].tex in texts
                and not (mutant.caught or mutant.refused)
            ]
            checks[self_.label] += 1
            left = left if checks[self_.label] <= CHECKS else []
            try:
                with products() as before:
                    count = check(self_, values, **options)
            except AssertionError as error:
                again(reason(error))
                raise
            again(HOLDS, before)
            return count

        with patch.object(labelled.Formula, "check", checked):
            yield

    def summary(self) -> str:
        """How many labels and mutants there were, and what became of them."""
        tried = [m for some in self.mutants.values() for m in some]
        left = [m for m in tried if m.survives]
        argued = [m for m in left if m.what in equivalents().get(m.label, {})]
        return (
            f"{len(self.mutants)} labels, {len(tried)} mutants: "
            f"{sum(m.caught for m in tried)} change a value or a fixed text, "
            f"{sum(m.refused and not m.caught for m in tried)} cannot be "
            "computed, "
            f"{sum(m.unused and not m.caught for m in tried)} leave a name "
            "without use, "
            f"{sum(bool(m.commutes) for m in tried)} swap numbers, "
            f"{len(argued)} argued for, {len(left) - len(argued)} survive"
        )

    def judge(self, label: str, language: int) -> None:
        """Note what survived, and see a mutant's test fail in earnest."""
        tried, genuine = self.mutants[label], find(label)
        argued = equivalents().get(label, {})
        file = self.path.relative_to(ROOT) if ROOT in self.path.parents else ""
        self.faults += stale(label, tried, argued)
        self.faults += [
            message(mutant, Path(file or self.path), genuine[mutant.language])
            for mutant in tried
            if mutant.survives and mutant.what not in argued
        ]
        for i, name in enumerate(LANGUAGES):
            caught = [m for m in tried if m.language == i and m.caught]
            if len(caught) < CAUGHT:
                self.faults.append(
                    f"{genuine[i].path}:{genuine[i].line}: {label}: only "
                    f"{len(caught)} of its mutants ({name}) change a value"
                )
            if i == language and caught:
                self.faults += self.earnest(caught[0])

    def earnest(self, mutant: Mutant) -> Iterator[str]:
        """Run a test with a mutant on its page: it must fail."""
        name = LANGUAGES[mutant.language]
        for item in mutant.by:
            marks = item.iter_markers("equation")
            if any("fixed" in m.kwargs for m in marks):
                continue
            with replaced(mutant.label, **{name: mutant.source.tex}):
                if not failures(item):
                    yield f"{item.name} passes with {mutant.label}: {mutant}"


def reason(error: AssertionError) -> str:
    """Why a formula fails, without the values for which it does."""
    return next((r for r in REASONS if r in str(error)), "other")


def put(
    mutant: Mutant, right: labelled.Formula, expected: str
) -> labelled.Formula:
    """The formula with a mutant, and no more of it than has to be.

    Where a test wants a failure, the other language may have it: then a
    mutant does not show, and is not noticed.
    """
    others = list(right.sources)
    others.pop(mutant.language if len(others) > 1 else 0)
    others = [] if expected == HOLDS else others
    return replace(right, sources=(mutant.source, *others), genuine=False)


def told(mutant: Mutant, item: pytest.Item, found: str, expected: str) -> None:
    """Note that a mutant ended otherwise than the right formula."""
    if found == ERROR:
        mutant.refused = True
    elif found == UNUSED:
        mutant.unused = True
    elif found != expected:
        mutant.caught = True
    if found != expected:
        mutant.by.add(item)


def failures(item: pytest.Item) -> list[str]:
    """Run a test, with few examples and none made smaller: how it fails."""
    with ExitStack() as stack:
        function = getattr(item, "function", None)
        chosen = getattr(function, EXAMPLES, None)
        if chosen is not None:
            few = settings(
                chosen,
                max_examples=min(CHECKS, chosen.max_examples),
                phases=[Phase.explicit, Phase.generate],
                database=None,
                derandomize=True,
            )
            stack.enter_context(patch.object(function, EXAMPLES, few))
        reports = runtestprotocol(item, log=False, nextitem=None)
    return [f"{item.name}: {r.longreprtext}" for r in reports if r.failed]


def proofs(path: Path) -> Proofs:
    """What the tests of a file say to the mutants of their formulas."""
    found = Proofs(path)
    code = pytest.main([*OPTIONS, str(path)], plugins=[found])
    if code == pytest.ExitCode.INTERNAL_ERROR:
        found.faults.append(f"{path}: the run broke down")
    return found
