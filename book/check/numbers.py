"""Refuse a number in a sentence that the page does not show elsewhere.

It has to occur in an output, a formula or the code of its page, as the
same number at the digits that the sentence shows. One that comes from
elsewhere, such as a paper, is written down with its reason.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from book import files
from book.errors import BookError
from book.page.blocks import Page
from book.page.numbers import Number, numbers, read
from book.page.shown import shown

EXCEPTIONS = Path("book/check/prose_numbers.yml")

_FIELDS = {"page", "number", "reason"}


@dataclass(frozen=True)
class Excepted:
    """A number that a page takes from elsewhere, and from where."""

    page: str
    number: str
    reason: str

    @property
    def value(self) -> float:
        return read(self.number).readings[0][0]


def load(root: Path) -> tuple[list[Excepted], list[BookError]]:
    """The exceptions of a book, and what is wrong with them."""
    path = root / EXCEPTIONS
    try:
        entries = (files.data(path) if path.is_file() else None) or []
    except BookError as error:
        return [], [error]
    found, wrong = [], []
    for place, entry in enumerate(entries, 1):
        reason = ""
        if not isinstance(entry, dict) or set(entry) != _FIELDS:
            reason = "an entry has a page, a number and a reason"
        elif not all(isinstance(v, str) and v for v in entry.values()):
            reason = "page, number and reason are words in quotes"
        else:
            try:
                read(entry["number"])
            except ValueError as error:
                reason = f"{error}: write it as the English page does"
        if reason:
            wrong.append(BookError(path, 1, f"entry {place}: {reason}"))
        else:
            found.append(Excepted(**entry))
    return found, wrong


def problems(page: Page, excepted: Iterable[Excepted]) -> Iterator[BookError]:
    """Yield each number of a page's sentences that nothing binds."""
    allowed = [e.value for e in excepted if e.page == page.name]
    for number in unbound(page):
        if not number.is_among(allowed):
            yield page.error(
                number.line,
                f"{number.text}: no output, formula or code of this page "
                "shows this number: correct it, print it, or write it into "
                f"{EXCEPTIONS} with its reason",
            )


def unbound(page: Page) -> list[Number]:
    """The numbers of a page's sentences that it does not show."""
    values = shown(page)
    return [n for n in numbers(page) if not n.is_among(values)]


def unused(
    root: Path, pages: Collection[Page], excepted: Iterable[Excepted]
) -> Iterator[BookError]:
    """Yield the exceptions that none of these pages needs."""
    here: dict[str, list[Number]] = {page.name: [] for page in pages}
    for page in pages:
        here[page.name] += unbound(page)
    for entry in excepted:
        left = here.get(entry.page, [])
        if not any(number.is_among([entry.value]) for number in left):
            yield BookError(
                root / EXCEPTIONS,
                1,
                f"{entry.number} of {entry.page}: no sentence needs this "
                "exception: remove it",
            )
