"""Remove a chapter: its files, and all that is only its own elsewhere."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from book import files, layout
from book.check import lock, numbers
from book.edit.entries import without, without_page
from book.edit.move import NAMING, naming, rooms
from book.errors import OrderError
from book.layout import CONFIGS, LANGUAGES
from book.page import lab
from book.page.blocks import Page, find, read
from book.run import figures
from book.words import references, terms
from book.words.references import KEY

_EQUIVALENTS = "tests/book/formula/equivalents.yml"


def remove(root: Path, name: str) -> list[Path]:
    """Remove a chapter with everything that is only its own.

    That are its rooms, its places in navigation and lock, its exceptions
    of the numbers, and the words, references and bindings of formulas
    that no other page has.
    Returns: the files that were removed or changed.
    Raises: OrderError if there is no such chapter, or for all places
        that name it; BookError for a page that cannot be read. Then
        nothing has changed.
    """
    if not layout.is_chapter(name) or not all(
        layout.page(root, language, name).is_file() for language in LANGUAGES
    ):
        raise OrderError(f"there is no chapter {name}: name one, PART/CHAPTER")
    page = read(layout.page(root, "en", name))
    labels = {label for block in page.blocks for label in block.labels}
    own = [path for path in rooms(root, name) if path.is_file()]
    changed = dict(_changed(root, page, labels, own))
    if places := list(_places(root, name, labels, [*own, *changed])):
        raise OrderError(
            f"other files name {name}: change them first\n" + "\n".join(places)
        )
    files.write(changed)
    for path in own:
        path.unlink()
    files.sweep(root, {path.parent for path in own})
    return sorted([*changed, *own])


def _changed(
    root: Path, page: Page, labels: set[str], own: Collection[Path]
) -> Iterator[tuple[Path, str]]:
    """Yield the files that lose what is only the chapter's, without it."""
    for language in LANGUAGES:
        path = root / CONFIGS[language]
        yield path, without_page(files.text(path), page.name)
    locked = lock.load(root / "docs")
    locked.pop(page.name, None)
    yield root / "docs" / lock.LOCK, lock.text(locked)
    others = [p for p in find(root / "docs") if p not in own]
    texts = [files.text(p) for p in (*others, *lab.find(root / "docs"))]
    said = "\n".join(texts)
    words = root / "book" / "words"
    gone = {*KEY.findall("\n".join(page.lines))} - {*KEY.findall(said)}
    lost = {
        term.en
        for term in terms.load(words / "terms")
        if term.pattern.search("\n".join(page.lines))
        and not term.pattern.search(said)
    }
    drawn = _drawn(own) - _drawn((root / "docs" / "en").rglob("*.svg"), own)
    drawn = {label for label in drawn if label not in said}
    for path in (
        root / numbers.EXCEPTIONS,
        words / references.BASE.name,
        *sorted((words / "terms").glob("*.yml")),
        *sorted((words / "figures").glob("*.yml")),
        root / _EQUIVALENTS,
    ):
        if path.is_file():
            text = without(
                path,
                lambda entry: (
                    entry in drawn | labels
                    if isinstance(entry, str)
                    else entry.get("page") == page.name
                    or entry.get("key") in gone
                    or entry.get("en") in lost
                ),
            )
            if text != files.text(path):
                yield path, text
    for path in sorted((root / "tests" / "book").rglob("*.py")):
        text = _unbound(path, labels)
        if text != files.text(path):
            yield path, text


def _drawn(paths: object, apart: Collection[Path] = ()) -> set[str]:
    """The words of English figures."""
    return {
        label
        for path in paths  # type: ignore[attr-defined]
        if path.suffix == ".svg" and "en" in path.parts and path not in apart
        for label in figures.labels(files.text(path))
    }


def _unbound(path: Path, labels: Collection[str]) -> str:
    """A file of tests without the functions that are bound to formulas."""
    lines = files.text(path).splitlines(keepends=True)
    if not any(label in line for line in lines for label in labels):
        return "".join(lines)
    for node in reversed(files.tree(path).body):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(mark, ast.Call)
            and [ast.unparse(a).strip("'") for a in mark.args[:1]][0:1]
            and ast.unparse(mark.args[0]).strip("'") in labels
            for mark in node.decorator_list
        ):
            start, end = node.decorator_list[0].lineno - 1, node.end_lineno
            while end and end < len(lines) and not lines[end].strip():
                end += 1
            del lines[start:end]
    return "".join(lines).rstrip("\n") + "\n"


def _places(
    root: Path, name: str, labels: Collection[str], known: Collection[Path]
) -> Iterator[str]:
    """Yield each line elsewhere that names the chapter or its formulas."""
    paths = {p for pattern in NAMING for p in root.glob(pattern)}
    for path in sorted(paths - {*known}):
        inside = path.relative_to(root)
        if inside.parts[0] == "book":
            continue  # where a name is an example of a name
        named = naming(root, path, name)
        for number, line in enumerate(files.text(path).splitlines(), 1):
            used = [label for label in labels if label in line]
            if used or any(pattern.search(line) for pattern in named):
                shown = " ".join(line.split())[:100]
                yield f"{inside.as_posix()}:{number}: {shown}"
