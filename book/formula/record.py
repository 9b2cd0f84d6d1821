"""What was proved of the book's formulas, and what marks ask for.

A pytest plugin clears RECORD before each test and reads it afterwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Proved:
    """A labelled formula that held as its pages have it.

    `statements` are the comparisons that were evaluated; a fixed
    formula has none.
    """

    label: str
    how: Literal["evaluated", "fixed"]
    statements: int = 0


RECORD: set[Proved] = set()
"""What has been proved since the set was last cleared."""


def missing(marks: Iterable[tuple[str, bool]]) -> Iterator[str]:
    """Yield what a test's marks claim and RECORD does not have.

    A mark is a label, and whether the formula's text is fixed in it: a
    test marked without the text must have evaluated the formula.
    """
    done = {(proved.label, proved.how) for proved in RECORD}
    for label, fixed in marks:
        if (label, "fixed" if fixed else "evaluated") not in done:
            yield (
                f"the test is marked with {label} and never evaluates it: "
                f'call formula("{label}").check(...) in it, or fix the '
                "formula's text in the mark, fixed=..."
            )
