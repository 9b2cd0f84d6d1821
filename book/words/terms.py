"""The term base: one translation of each term of art, everywhere."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from book import files
from book.errors import BookError

BASE = Path(__file__).with_name("terms")

_LISTS = ("aliases", "en_forms", "zh_avoid")


@dataclass(frozen=True)
class Term:
    """A term in both languages, as the term base has it.

    `zh` is its only translation in this book. A definition is one line
    without a full stop. `en_forms` are other forms that count as the
    term (plurals), `zh_avoid` translations that exist elsewhere and are
    refused here; a word of everyday use is explained only where a page
    marks it in bold. `aliases` are what readers of either language may
    call it, and nobody but the search knows; `chapter` teaches it, where
    no title says so. `zh_sound` is a common character that sounds like
    the first one of `zh`, where that is rare or has several sounds.
    """

    en: str
    zh: str
    en_definition: str
    zh_definition: str
    en_forms: tuple[str, ...] = ()
    zh_avoid: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    chapter: str = ""
    everyday: bool = False
    zh_sound: str = ""

    @property
    def anchor(self) -> str:
        """Where the term stands in the glossary."""
        return re.sub(r"\W+", "-", self.en.lower())

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def forms(self, language: str) -> tuple[str, ...]:
        """The words that count as this term."""
        return (self.en, *self.en_forms) if language == "en" else (self.zh,)

    def definition(self, language: str) -> str:
        return self.en_definition if language == "en" else self.zh_definition

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        forms = sorted(self.forms("en"), key=len, reverse=True)
        either = "|".join(re.escape(form) for form in forms)
        return re.compile(rf"\b(?:{either})\b", re.IGNORECASE)


def load(folder: Path) -> list[Term]:
    """Read the term base, a file a part, in alphabetical order.

    Raises: BookError for an entry that lacks a key, stands twice or
        out of order.
    """
    known: dict[str, tuple[Term, Path]] = {}
    for path in sorted(folder.glob("*.yml")):
        for term in _load(path):
            name = term.en.lower()
            if name in known:
                raise BookError(
                    path,
                    1,
                    f"{name!r} stands in {known[name][1].name}, too: one "
                    "entry a term",
                )
            known[name] = term, path
    return [known[name][0] for name in sorted(known)]


def _load(path: Path) -> list[Term]:
    """Read one file of it."""
    terms: list[Term] = []
    lines = files.text(path).splitlines()
    for entry in files.data(path) or []:
        name = entry.get("en") if isinstance(entry, dict) else entry
        place = (n for n, s in enumerate(lines, 1) if s == f"- en: {name}")
        line = next(place, 1)
        try:
            lists = {k: tuple(entry[k]) for k in _LISTS if k in entry}
            term = Term(**{**entry, **lists})
        except TypeError as error:
            reason = str(error).replace("Term.__init__() ", "")
            raise BookError(path, line, f"{name}: {reason}") from error
        if terms and terms[-1].en.lower() >= term.en.lower():
            raise BookError(
                path,
                line,
                f"{term.en!r} stands behind {terms[-1].en!r}: one entry a "
                "term, in alphabetical order",
            )
        terms.append(term)
    return terms


@cache
def base() -> list[Term]:
    """Return the term base of this book."""
    return load(BASE)
