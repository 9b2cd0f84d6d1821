"""The wrong formulas of a label, and which of them are still right."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml

from book.formula import mutations
from book.formula.source import Source
from book.layout import LANGUAGES, ROOT

EQUIVALENTS = Path(__file__).with_name("equivalents.yml")


@dataclass(eq=False)
class Mutant:
    """A wrong formula in the place of a right one, in one language."""

    label: str
    language: int
    what: str
    source: Source
    caught: bool = False  # a value, or a fixed text, says that it is wrong
    refused: bool = False  # it cannot be read, or not computed
    unused: bool = False  # it holds, but a name that is bound has no use
    commutes: bool | None = None  # only numbers have changed their places
    by: set[pytest.Item] = field(default_factory=set)

    @property
    def kind(self) -> str:
        return self.what.split(" at ")[0]

    @property
    def survives(self) -> bool:
        noticed = self.caught or self.refused or self.unused
        return not (noticed or self.commutes)

    def __str__(self) -> str:
        tex = " ".join(self.source.tex.split())
        return f"{LANGUAGES[self.language]}, {self.what}:\n      {tex}"


@cache
def equivalents(path: Path = EQUIVALENTS) -> dict[str, dict[str, str]]:
    """Why mutants are true: by label and by what was changed."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for label, arguments in yaml.safe_load(path.read_text("utf-8")).items():
        for argument in arguments:
            for what in argument["changes"]:
                assert what not in found[label], f"{label}: twice: {what}"
                found[label][what] = argument["reason"]
    return dict(found)


def mutants(label: str, sources: list[Source]) -> Iterator[Mutant]:
    """Yield every mutant of a label, in each language."""
    for language, source in enumerate(sources):
        for what, tex in mutations(source.tex):
            wrong = Source(tex, source.path, source.line)
            yield Mutant(label, language, what, wrong)


def message(mutant: Mutant, file: Path, genuine: Source) -> str:
    """What an author is told about a mutant that no test notices."""
    here = EQUIVALENTS.relative_to(ROOT)
    return (
        f"{genuine.path}:{genuine.line}: {mutant.label}: {file} passes with "
        f"this formula, too\n    {mutant}\n    Strengthen the test with "
        "values for which this is false. If it is still true,\n    say why in "
        f"{here}, under {mutant.label}, changes: ['{mutant.what}']"
    )


def stale(
    label: str, tried: list[Mutant], argued: dict[str, str]
) -> Iterator[str]:
    """Yield what is wrong with the arguments for a label's mutants."""
    here = EQUIVALENTS.relative_to(ROOT)
    for what, reason in argued.items():
        named = [m for m in tried if m.what == what]
        if not named:
            yield f"{here}: {label} has no such change any more: {what}"
        elif not any(m.survives for m in named):
            yield f"{here}: {label}: a test notices it, take it out: {what}"
        elif not all(m.survives for m in named):
            yield f"{here}: {label}: a test notices one of these: {what}"
        if len(reason.split()) < 8:
            yield f"{here}: {label}: work the reason out: {reason}"
