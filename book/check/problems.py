"""All that can be refused without running a block, family by family."""

from collections.abc import Collection
from pathlib import Path

from book import layout
from book.check import (
    chapters,
    comments,
    drawings,
    exercises,
    fences,
    form,
    formulas,
    imports,
    labs,
    languages,
    lock,
    markup,
    navigation,
    numbers,
    openings,
    proofs,
    references,
    rooms,
    terms,
    typography,
)
from book.errors import BookError
from book.layout import LANGUAGES, ROOT
from book.page.blocks import Page, read
from book.words import labels
from book.words.terms import Term, load

Pair = dict[str, Page]


def problems(
    root: Path = ROOT, names: Collection[str] | None = None
) -> list[BookError]:
    """Everything that is wrong with pages, by name, or with all of them.

    What all pages share (terms, labels, navigation) is always read.
    What follows from something broken is not told: where a page cannot
    be read, nothing is said about what it should have had.
    """
    docs = root / "docs"
    there = sorted({n for la in LANGUAGES for n in rooms.written(root, la)})
    found: list[BookError] = []
    base: list[Term] | None = None
    try:
        base = load(root / "book" / "words" / "terms")
    except BookError as error:
        found.append(error)
    works, wrong = references.load(root)
    found += wrong
    excepted, wrong = numbers.load(root)
    found += wrong
    found += labels.problems(root / "book" / "words" / "figures")
    shared = list(navigation.problems(root))
    found += [p for p in shared if names is None or _concerns(p, docs, names)]
    found += lock.orphans(docs, there)
    if names is None and not shared:
        found += openings.problems(root)
    found += rooms.problems(root, names)
    pairs, unread = [], set()
    cited: list[Page] = []
    for name in there if names is None else names:
        if layout.page(root, "en", name).suffix == ".ipynb":
            continue
        pair, wrong = _read(root, name)
        found += wrong
        unread |= {name} if wrong else set()
        pairs.append(pair)
        for page in pair.values():
            found += _of_page(page)
            if layout.is_chapter(name):
                found += numbers.problems(page, excepted)
            cited.append(page)
        if len(pair) == len(LANGUAGES):
            found += _of_pair(pair["en"], pair["zh"], base)
    english = [pair["en"] for pair in pairs if "en" in pair]
    found += proofs.problems(root, english, unread, whole=names is None)
    if not any(p.path.suffix == ".yml" for p in shared):
        found += imports.problems(root, english)
    for name in there if names is None else names:
        path = layout.page(root, "en", name)
        if path.suffix == ".ipynb" and path.is_file():
            found += labs.problems(path, base or [])
            cited += labs.pages(path)
    if works is not None:
        whole = names is None and not unread
        found += references.problems(root, cited, works, whole=whole)
    if names is None and not unread:
        bound = [p for p in cited if layout.is_chapter(p.name)]
        found += numbers.unused(root, bound, excepted)
    return list({str(problem): problem for problem in found}.values())


def _read(root: Path, name: str) -> tuple[Pair, list[BookError]]:
    """The pages of a name that can be read, and why others cannot."""
    pair, wrong = {}, []
    for language in LANGUAGES:
        path = layout.page(root, language, name)
        if path.is_file():
            try:
                page = read(path)
                page.codes  # noqa: B018 - raises what is wrong with a fence
                pair[language] = page
            except BookError as error:
                wrong.append(error)
    return pair, wrong


def _of_page(page: Page) -> list[BookError]:
    return [
        *form.problems(page),
        *chapters.problems(page),
        *fences.problems(page),
        *exercises.problems(page),
        *markup.problems(page),
        *rooms.figures(page),
        *drawings.problems(page),
        *formulas.problems(page),
        *typography.problems(page),
    ]


def _of_pair(
    english: Page, chinese: Page, base: list[Term] | None
) -> list[BookError]:
    found = list(languages.problems(english, chinese))
    try:
        languages.pairs(english, chinese)
    except BookError:
        return found  # which says so
    found += comments.problems(english)
    found += lock.drift(english, chinese)
    if base is not None:
        found += terms.problems(english, chinese, base)
    return found


def _concerns(problem: BookError, docs: Path, names: Collection[str]) -> bool:
    """Whether a problem of the navigation is not another page's alone."""
    if not problem.path.is_relative_to(docs):
        return True
    inside = problem.path.relative_to(docs).with_suffix("")
    return "/".join(inside.parts[1:]) in names
