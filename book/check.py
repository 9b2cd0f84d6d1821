"""All that can be refused without running a block.

Each function yields what is wrong, with its place and what to do.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from book import chapters, labs, mathml, terms, translation
from book.pages import (
    LANGUAGES,
    ROOT,
    Page,
    PageError,
    find,
    read,
    sections,
)

LISTING = 40
"""The most lines of a listing."""

_HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff]\s?[,;:?!().]|[,;:?!(]\s?[\u4e00-\u9fff]"
)
_TIGHT = re.compile(
    r"[\u4e00-\u9fff][A-Za-z0-9$`]|[A-Za-z0-9$`%][\u4e00-\u9fff]"
)


def problems(root: Path = ROOT) -> list[PageError]:
    """Everything that is wrong with the book as it stands in `root`."""
    docs = root / "docs"
    found: list[PageError] = list(source_sections(root))
    read_pages: dict[str, dict[str, Page]] = {}
    for language in LANGUAGES:
        read_pages[language] = {}
        for path in find(docs, language):
            try:
                page = read(path)
                page.codes  # noqa: B018 - raises what is wrong with a fence
            except PageError as error:
                found.append(error)
            else:
                read_pages[language][page.name] = page
    english, chinese = read_pages["en"], read_pages["zh"]
    for page in (*english.values(), *chinese.values()):
        found += form(page)
        found += figure_files(page)
        found += mathml.problems(page)
    base, proofs = [], []
    try:
        base = terms.load(root / "book" / "terms.yml")
        proofs = chapters.proofs(root)
    except PageError as error:
        found.append(error)
    for name, page in english.items():
        if name in chinese:
            found += translation.problems(page, chinese[name])
            found += translation.drift(page, chinese[name])
            found += terms.problems(page, chinese[name], base)
    for page in chinese.values():
        found += typography(page)
    for path in labs.find(docs):
        found += lab(path, base)
    found += rooms(root)
    found += in_navigation(root)
    found += proved(root, english.values(), proofs)
    found += import_order(root)
    return found


def concerns(problem: PageError, files: Iterable[Path]) -> bool:
    """Whether a problem lies in one of these files or rooms of theirs."""
    rooms = {path.stem.removeprefix("test_") for path in files}
    stem = problem.path.stem.removeprefix("test_")
    return any(stem == room or stem.startswith(f"{room}-") for room in rooms)


def source_sections(root: Path) -> Iterator[PageError]:
    """Refuse snippet sections that are doubled or unpaired."""
    for path in sorted((root / "d2lcode").rglob("*.py")):
        try:
            sections(path)
        except PageError as error:
            yield error


def form(page: Page) -> Iterator[PageError]:
    """Refuse a chapter without its sections, or with an empty one."""
    if not page.meta.get("description"):
        yield page.error(1, "the front matter needs a `description:`")
    headings = [b for b in page.blocks if b.kind == "heading"]
    if (
        not headings
        or page.blocks[0] != headings[0]
        or headings[0].info != "1#"
    ):
        yield page.error(1, "a page begins with its title: `# Title`")
    for heading in headings[1:]:
        if heading.info.startswith("1#") or heading.info.endswith("#"):
            yield page.error(
                heading.line,
                "a heading below the title has level 2 or more and an id, "
                "the same in both languages: `## Text {#id}`",
            )
    ids = [h.info.partition("#")[2] for h in headings[1:]]
    for heading in headings[1:]:
        if ids.count(heading.info.partition("#")[2]) > 1:
            yield page.error(heading.line, "this id stands twice on the page")
    if not chapters.is_chapter(page.name):
        return
    present = [h for h in headings if h.info.startswith("2#")]
    if [h.info[2:] for h in present] != list(chapters.SECTIONS):
        yield page.error(
            1,
            "a chapter has the sections "
            + ", ".join(chapters.SECTIONS)
            + " in this order; this page has "
            + (", ".join(h.info[2:] for h in present) or "none"),
        )
    behind = dict(zip(page.blocks, (*page.blocks[1:], None), strict=True))
    for heading in headings:
        following = behind[heading]
        if following is None or (
            following.kind == "heading"
            and (
                following.info[0] <= heading.info[0] or heading is headings[0]
            )
        ):
            yield page.error(
                heading.line, f"nothing under {heading.text!r}: write it"
            )
    for code in page.codes:
        lines = len(code.code.splitlines())
        if lines > LISTING:
            yield page.error(
                code.fence.line,
                f"a listing of {lines} lines: split it, {LISTING} at most",
            )


def figure_files(page: Page) -> Iterator[PageError]:
    """Refuse a missing or foreign figure file, and one without use."""
    shown = {b.info: b for b in page.blocks if b.kind == "figure"}
    stem = page.path.stem
    for name, block in shown.items():
        if not re.fullmatch(rf"{stem}(-[\w-]+)?\.svg", name):
            yield page.error(
                block.line, f"{name}: a figure is called {stem}-NAME.svg"
            )
    for path in page.path.parent.glob(f"{stem}-*.svg"):
        if path.name not in shown:
            yield PageError(
                path, 1, f"{page.path.name} does not show it: remove it"
            )


def typography(page: Page) -> Iterator[PageError]:
    """Refuse half-width punctuation and missing spaces in Chinese."""
    for block in page.blocks:
        if block.kind in translation.COPIED:
            continue
        words = re.sub(r"\*\*|(?<!\w)_|_(?!\w)", "", block.text)
        words = re.sub(r"\]\([^)]*\)|\[", "", words).replace("\\$", "")
        words = re.sub(r"`[^`]*`", "`c`", words)
        words = re.sub(r"\$[^$]+\$", "$f$", words)
        for pattern, remedy in (
            (_HALF_WIDTH, "Chinese text has full-width punctuation"),
            (_TIGHT, "a space stands between Chinese and Latin"),
        ):
            match = pattern.search(words)
            if match:
                place = words[max(0, match.start() - 6) : match.end() + 6]
                yield page.error(block.line, f"{place!r}: {remedy}")


def lab(path: Path, base: list[terms.Term]) -> Iterator[PageError]:
    """Refuse a lab whose notebooks differ, or whose prose is not right."""
    if not labs.partner(path).is_file():
        return  # `rooms` says so
    try:
        yield from labs.problems(path)
        english, chinese = map(labs.prose, (path, labs.partner(path)))
    except PageError as error:
        yield error
        return
    for page in (english, chinese):
        yield from mathml.problems(page)
    yield from translation.problems(english, chinese)
    yield from terms.problems(english, chinese, base)
    yield from typography(chinese)


def rooms(root: Path) -> Iterator[PageError]:
    """Refuse a page in one language, without module or without test."""
    docs = root / "docs"
    names = {language: _written(root, language) for language in LANGUAGES}
    for name in sorted(names["en"].keys() ^ names["zh"].keys()):
        here = "en" if name in names["en"] else "zh"
        yield PageError(
            names[here][name], 1, "the other language has no such page"
        )
    for name in sorted(filter(chapters.is_chapter, names["en"])):
        for path in (chapters.module(root, name), chapters.test(root, name)):
            if not path.is_file():
                yield PageError(
                    docs / "en" / f"{name}.md",
                    1,
                    f"the chapter needs {path.relative_to(root)}",
                )
    for name in _modules(root):
        if name not in names["en"]:
            yield PageError(
                chapters.module(root, name), 1, f"no page docs/en/{name}.md"
            )


def _written(root: Path, language: str) -> dict[str, Path]:
    """The names and files of all pages of a language, labs as well."""
    docs = root / "docs"
    return {
        path.relative_to(docs / language).with_suffix("").as_posix(): path
        for path in (*find(docs, language), *labs.find(docs, language))
    }


def _modules(root: Path) -> list[str]:
    """The chapters that have a module: d2lcode/PART/CHAPTER.py."""
    package = root / "d2lcode"
    return sorted(
        path.relative_to(package).with_suffix("").as_posix()
        for path in package.glob("*/*.py")
        if path.name != "__init__.py" and path.parent.name != "data"
    )


def in_navigation(root: Path) -> Iterator[PageError]:
    """Refuse a page that no navigation shows, and an entry to none."""
    orders = {}
    for language in LANGUAGES:
        config = root / chapters.CONFIGS[language]
        entries = chapters.navigation(root, language)
        orders[language] = entries
        there = _written(root, language)
        for name in sorted(there.keys() - set(entries)):
            yield PageError(
                there[name],
                1,
                f"missing from the navigation in {config.name}",
            )
        for name in sorted(set(entries) - there.keys()):
            yield PageError(
                config,
                _line(config, f"{name}."),
                f"the navigation names {name}, which does not exist",
            )
    if orders["en"] != orders["zh"]:
        yield PageError(
            root / chapters.CONFIGS["zh"],
            1,
            "the navigation has another order than in mkdocs.yml",
        )


def _line(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text in line), 1)


def proved(
    root: Path, pages: Iterable[Page], proofs: Iterable[chapters.Proof]
) -> Iterator[PageError]:
    """Refuse labels without proof, proofs without label, twins."""
    tests = defaultdict(set)
    for proof in proofs:
        tests[proof.label].add(proof.path)
    places: dict[str, str] = {}
    for page in pages:
        for block in page.blocks:
            for label in block.labels:
                if label in places:
                    yield page.error(
                        block.line,
                        f"\\label{{{label}}} exists already at "
                        f"{places[label]}: rename one",
                    )
                places.setdefault(label, f"{page.name}.md:{block.line}")
                where = chapters.test(root, page.name)
                if where not in tests[label]:
                    yield page.error(
                        block.line,
                        f"no test proves \\label{{{label}}}: mark one with "
                        f'@pytest.mark.equation("{label}") in '
                        f"{where.relative_to(root)}",
                    )
    for proof in proofs:
        if proof.label not in places:
            yield PageError(
                proof.path,
                proof.line,
                f"{proof.function} proves {proof.label!r}, which no page has",
            )


def import_order(root: Path) -> Iterator[PageError]:
    """Refuse a chapter's module that imports a later chapter."""
    order = [
        name.replace("/", ".")
        for name in chapters.navigation(root, "en")
        if chapters.is_chapter(name)
    ]
    for position, name in enumerate(order):
        path = chapters.module(root, name.replace(".", "/"))
        if not path.is_file():
            continue
        later = {f"d2lcode.{other}" for other in order[position + 1 :]}
        code = path.read_text(encoding="utf-8")
        for imported, line in chapters.imports(code):
            if imported.startswith("."):
                yield PageError(path, line, "import by full name: d2lcode.…")
            if imported in later:
                yield PageError(
                    path,
                    line,
                    f"{imported} is a later chapter: a module imports only "
                    "shared helpers and earlier chapters",
                )
