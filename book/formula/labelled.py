"""A labelled formula of the book, held against values or a text."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

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
from book.layout import LANGUAGES, ROOT

_REPLACED: dict[str, dict[str, str]] = {}


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

    def refuse(
        self,
        values: Mapping[str, Value],
        reason: str = "does not hold",
        **options: Any,
    ) -> None:
        """Demand that the formula fails with these values, in each language.

        An inequality is proved as sharp as it is by values that are a
        little on the wrong side. `options` are those of `check`.
        Raises: AssertionError where it holds, or fails for another reason.
        """
        for source in self.sources:
            alone = replace(self, sources=(source,), genuine=False)
            try:
                alone.check(values, **options)
            except AssertionError as error:
                if reason not in str(error):
                    raise
            else:
                raise source.broken(0, f"{self.label} holds, and must not")

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
    if tex is not None:
        changed = Source(tex, sources[0].path, sources[0].line)
        return Formula(label, (changed,), genuine=False)
    texts = _REPLACED.get(label, {})
    return Formula(
        label,
        tuple(
            Source(texts.get(language, source.tex), source.path, source.line)
            for language, source in zip(LANGUAGES, sources, strict=True)
        ),
    )


@contextmanager
def replaced(label: str, **texts: str) -> Iterator[None]:
    r"""Within, the page of a language has another text of a formula.

        with replaced("eq:gru-state", zh=r"h_t = n_t"):

    Nothing else is different, and what holds with the text is proved:
    a test of the formula passes if it does not notice.
    """
    if unknown := texts.keys() - set(LANGUAGES):
        raise ValueError(f"no languages of the book: {sorted(unknown)}")
    with patch.dict(_REPLACED, {label: texts}):
        yield


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
        words = r"\text" in tex
        if words and len(seen) == 1:
            continue  # they may be the other language's
        if not (any(uses) if words else all(uses)):
            raise source.broken(
                0, f"{tex} is bound and never used in {self.label}"
            )
    for aside in asides:
        if not any(aside in met for _, met, _ in seen):
            raise source.broken(0, f"{self.label} has no aside {aside}")
