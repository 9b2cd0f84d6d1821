"""A labelled formula of the book, held against values or a text."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from book.formula.checking import Check
from book.formula.compare import Room
from book.formula.display import statements
from book.formula.lexer import Token, lex
from book.formula.names import Names
from book.formula.pages import find
from book.formula.record import RECORD, Proved
from book.formula.scope import Scope
from book.formula.source import Source
from book.formula.tree import Key
from book.formula.values import Value
from book.layout import ROOT

_REPLACED: dict[str, str] = {}


@dataclass(frozen=True)
class Formula:
    """A formula as its pages have it, one source a language."""

    label: str
    sources: tuple[Source, ...]
    genuine: bool = True

    def check(
        self,
        values: Mapping[str, Value],
        *,
        results: Sequence[Value] = (),
        asides: Sequence[str] = (),
        tolerance: float = 1e-9,
        absolute: float = 0.0,
        approximately: float | None = None,
    ) -> int:
        r"""Evaluate every statement of the formula in both languages.

        `values` binds each name that the formula has; a `range` or
        `each(...)` makes it hold for all of them. `results` are what
        the expressions that stand without a comparison are worth, in
        order. `asides` are parts that say what no value can, written as
        the formula has them, with \text{} for words. `tolerance` is
        relative; `absolute` is for what is compared with 0 and misses it
        by rounding; `approximately` is the tolerance of \approx.
        Returns: the number of comparisons that the formula makes.
        Raises: AssertionError where the formula does not hold, or
            proves nothing; FormulaError where it cannot be read.
        """
        names = Names(values)
        seen: list[tuple[set[Key], set[str], int]] = []
        for source in self.sources:
            names.met = set()
            scope = Scope(
                source, names, Room(tolerance, absolute), approximately
            )
            found, met = statements(source, names, asides)
            count = Check(scope, found, results).count()
            seen.append((scope.used | names.met, met, count))
        _all_used(self, names, asides, seen)
        if self.genuine:
            RECORD.add(Proved(self.label, "evaluated", seen[0][2]))
        return seen[0][2]

    def fixed(self, english: str, chinese: str | None = None) -> None:
        r"""Demand that the formula reads as this text, spacing apart.

        The words in \text of the Chinese page count only where its own
        text is given.
        Raises: AssertionError at the first token that differs.
        """
        texts = [english, english if chinese is None else chinese]
        for i, source in enumerate(self.sources):
            words = i == 0 or chinese is not None
            _reads(source, texts[i], words)
        if self.genuine:
            RECORD.add(Proved(self.label, "fixed"))


def formula(label: str, tex: str | None = None, root: Path = ROOT) -> Formula:
    """The formula with a label, or with another text in its place.

    Raises: LookupError if a page lacks it.
    """
    sources = find(label, root)
    tex = _REPLACED.get(label) if tex is None else tex
    if tex is None:
        return Formula(label, tuple(sources))
    changed = Source(tex, sources[0].path, sources[0].line)
    return Formula(label, (changed,), genuine=False)


@contextmanager
def replaced(label: str, tex: str) -> Iterator[None]:
    """Within, a formula has another text: its tests must fail."""
    _REPLACED[label] = tex
    try:
        yield
    finally:
        del _REPLACED[label]


def _reads(source: Source, text: str, words: bool) -> None:
    here = _texts(lex(source))
    wanted = _texts(lex(Source(text)))
    for token, want in itertools.zip_longest(here, wanted):
        both_words = (
            token and want and token.kind == want.kind == "words" and not words
        )
        if both_words or (token and want and token.text == want.text):
            continue
        at = token.start if token else len(source.tex)
        raise source.broken(
            at,
            "the formula has "
            f"{token.text if token else 'no more'!r}, the fixed text "
            f"{want.text if want else 'no more'!r}: read its test again",
        )


def _texts(tokens: list[Token]) -> list[Token]:
    return [t for t in tokens if t.kind != "gap"]


def _all_used(
    self: Formula,
    names: Names,
    asides: Sequence[str],
    seen: list[tuple[set[Key], set[str], int]],
) -> None:
    """What is bound or declared must occur, words in one language."""
    source = self.sources[0]
    for key, tex in names.given.items():
        uses = [key in used for used, _, _ in seen]
        if not (any(uses) if r"\text" in tex else all(uses)):
            raise source.broken(
                0, f"{tex} is bound and never used in {self.label}"
            )
    for aside in asides:
        if not any(aside in met for _, met, _ in seen):
            raise source.broken(0, f"{self.label} has no aside {aside}")
