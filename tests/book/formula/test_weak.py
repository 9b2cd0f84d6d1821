"""The proof of the proof finds a weak test, and says what to do."""

from pathlib import Path

import pytest

from book.formula import labelled, pages
from tests.book.formula import mutants, proofs

TEX = r"y = a x + b, \qquad y \le c + 1 \label{eq:a}"
GOOD = {"y": 7, "a": 2, "x": 3, "b": 1, "c": 6.5}
BLIND = {**GOOD, "y": 6, "b": 0, "c": 5.5}
TESTS = """
import pytest
from book.formula import formula


@pytest.mark.equation("eq:a")
def test_a():
    values = {values}
    formula("eq:a").check(values)
    {more}
"""


@pytest.fixture
def faults(tmp_path, monkeypatch):
    """What is found in a book of one formula with a test of these lines."""
    for language in ("en", "zh"):
        page = tmp_path / "docs" / language / "page.md"
        page.parent.mkdir(parents=True)
        page.write_text(f"# Page\n\n$$\n{TEX}\n$$\n", encoding="utf-8")

    def find(label: str, root: Path = tmp_path) -> list[labelled.Source]:
        return pages.find(label, tmp_path)

    for module in (labelled, proofs):
        monkeypatch.setattr(module, "find", find)

    def found(
        values: dict[str, float],
        more: str = "",
        argued: dict[str, str] | None = None,
    ) -> list[str]:
        arguments = {"eq:a": argued or {}}
        monkeypatch.setattr(proofs, "equivalents", lambda: arguments)
        monkeypatch.setattr(mutants, "equivalents", lambda: arguments)
        # Another name each time: Python imports a module once.
        number = len([*tmp_path.glob("test_*.py")])
        test = tmp_path / f"test_page_{number}.py"
        lines = TESTS.replace("{values}", repr(values))
        test.write_text(lines.replace("{more}", more), encoding="utf-8")
        return proofs.proofs(test).faults

    return found


SHARP = 'formula("eq:a").refuse(values | {"c": values["y"] - 1.1})'
HIDDEN = r"changed sign at y = a x + b, \qquad"
REASON = "a reason of no fewer than eight words is what this has"


def test_a_sharp_test_has_no_faults(faults):
    assert faults(GOOD, SHARP) == []


def test_a_value_that_hides_a_sign_is_named(faults):
    found = faults(BLIND, SHARP)
    said = [f.splitlines()[1].strip() for f in found]
    assert said == [f"en, {HIDDEN}:", f"zh, {HIDDEN}:"]
    assert all("page.md:4: eq:a: " in f for f in found)
    assert all("Strengthen the test" in f for f in found)
    assert all("equivalents.yml, under eq:a" in f for f in found)


def test_a_bound_that_nothing_presses_on_is_named(faults):
    found = faults(GOOD)
    assert len(found) == 2 and all("changed number at" in f for f in found)


def test_what_is_argued_for_has_to_survive(faults):
    assert faults(BLIND, SHARP, {HIDDEN: REASON}) == []
    assert "take it out" in faults(GOOD, SHARP, {HIDDEN: REASON})[0]
    assert "no such change" in faults(GOOD, SHARP, {"gone": REASON})[0]
    assert "work the reason out" in faults(BLIND, SHARP, {HIDDEN: "so"})[0]


def test_a_test_that_fails_unchanged_is_said_first(faults):
    (fault,) = faults(GOOD | {"b": 2})
    assert "test_a" in fault and "does not hold" in fault
