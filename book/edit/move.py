"""Give a chapter another name or part: its files, and all that name it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from book import files, layout
from book.check import lock
from book.edit.entries import without_page
from book.edit.new import refuse_name, with_entry
from book.errors import OrderError
from book.layout import CONFIGS, LANGUAGES
from book.page import lab
from book.page.blocks import Page, parse, read

NAMING = (
    "docs/**/*.md",
    "docs/**/*.ipynb",
    "docs/*.json",
    "d2lcode/**/*.py",
    "drawings/**/*.py",
    "tests/**/*.py",
    "tests/**/*.yml",
    "book/**/*.py",
    "book/**/*.yml",
    ".github/**/*.yml",
    ".ci/*",
    "*.md",
    "Makefile",
)
"""The files that may name a chapter, beside navigation and lock."""


def move(root: Path, old: str, new: str) -> list[Path]:
    """Move chapter `old` to the name `new`, with all its rooms.

    What was accepted stays accepted, as only names change.
    Returns: the files that were written.
    Raises: OrderError if there is no such chapter, or the new name
        cannot be used; BookError for a page that cannot be read. Then
        nothing has changed.
    """
    refuse_name(root, new)
    moved = dict(_moved(root, old, new))
    if not layout.page(root, "en", old).is_file():
        raise OrderError(f"there is no chapter {old}: name one, PART/CHAPTER")
    if not layout.page(root, "en", new).parent.is_dir():
        raise OrderError(f"there is no part {new.partition('/')[0]}")
    for path in moved.values():
        if path.exists():
            raise OrderError(f"{path.relative_to(root)} exists already")
    naming = {p for pattern in NAMING for p in root.glob(pattern)}
    texts = {path: _renamed(root, path, old, new) for path in sorted(naming)}
    texts = {
        path: text
        for path, text in texts.items()
        if path in moved or text != files.text(path)
    }
    texts |= {p: files.text(p) for p in moved if p.suffix in {".svg", ".yml"}}
    written = {moved.get(path, path): text for path, text in texts.items()}
    for language in LANGUAGES:
        path = root / CONFIGS[language]
        written[path] = _navigation(files.text(path), old, new)
    package = layout.module(root, new).parent / "__init__.py"
    if not package.exists():
        written[package] = ""
    written[root / "docs" / lock.LOCK] = _lock(root, old, new, moved, written)
    files.write(written)
    for path in moved:
        path.unlink()
    files.sweep(root, {path.parent for path in moved})
    return sorted(written)


def rooms(root: Path, name: str) -> Iterator[Path]:
    """The files of a chapter, whether they are there or not."""
    yield layout.module(root, name)
    yield layout.test(root, name)
    yield layout.drawing(root, name)
    yield layout.comments(root, name)
    for language in LANGUAGES:
        page = layout.page(root, language, name)
        yield page
        yield from page.parent.glob(f"{page.stem}-*.svg")


def naming(root: Path, path: Path, name: str) -> list[re.Pattern[str]]:
    """What names a chapter in a file."""
    part, last = name.split("/")
    found = [
        rf"(?<![\w-]){part}/(?:test_)?{last}(?![\w-])",
        rf"\bd2lcode\.{part}\.{last}\b",
        rf"\bfrom d2lcode\.{part} import .*\b{last}\b",
    ]
    inside = path.relative_to(root).parts
    if inside[0] == "docs" and inside[2:-1] == (part,):
        found.append(rf"\]\({last}\.md")
    return [re.compile(pattern) for pattern in found]


def _moved(root: Path, old: str, new: str) -> Iterator[tuple[Path, Path]]:
    """The files of a chapter: where they are, and where they go."""
    rooms = [
        (layout.module(root, n), layout.test(root, n)) for n in (old, new)
    ]
    yield from zip(*rooms, strict=True)
    for folder in (root / "docs/en", root / "docs/zh"):
        yield folder / f"{old}.md", folder / f"{new}.md"
        for path in folder.glob(f"{old}-*.svg"):
            rest = path.name.removeprefix(old.rpartition("/")[2])
            yield path, folder / f"{new}{rest}"
    for room in (layout.drawing, layout.comments, layout.bench):
        if room(root, old).is_file():
            yield room(root, old), room(root, new)


def _renamed(root: Path, path: Path, old: str, new: str) -> str:
    """The text of a file with the chapter's new name."""
    (part, last), (new_part, new_last) = old.split("/"), new.split("/")
    text = files.text(path)
    for before, after in (
        (rf"(?<![\w-]){part}/{last}(?![\w-])", new),
        (rf"\b{part}/test_{last}\b", f"{new_part}/test_{new_last}"),
        (rf"\bd2lcode\.{part}\.{last}\b", "d2lcode." + new.replace("/", ".")),
        (
            rf"\bfrom d2lcode\.{part} import {last}\b",
            f"from d2lcode.{new_part} import {new_last} as {last}",
        ),
    ):
        text = re.sub(before, after, text)
    inside = path.relative_to(root).parts
    if path.suffix == ".ipynb" and text != files.text(path):
        return _digested(files.text(path), text)
    if inside[0] != "docs" or inside[2:-1] != (part,):
        return text
    if path.stem == last:
        text = re.sub(rf"\]\({last}-", f"]({new_last}-", text)
        if part != new_part:
            link = r"\]\((?!https?:|\.\.?/|#)([\w-]+\.(?:md|ipynb))"
            text = re.sub(link, rf"](../{part}/\1", text)
            text = text.replace(f"](../{new_part}/", "](")
        return text
    target = os.path.relpath(new, part).replace(os.sep, "/")
    return re.sub(rf"\]\({last}\.md", f"]({target}.md", text)


def _digested(before: str, after: str) -> str:
    """A lab in which only names changed: its outputs are of this code."""
    old, new = (
        lab.digest(nbformat.reads(text, as_version=4))
        for text in (before, after)
    )
    return after.replace(old, new)


def _drawn(page: Page, target: Path) -> set[str]:
    """The drawings of a page, as they are called beside its new name."""
    return {
        target.stem + block.info.removeprefix(page.path.stem)
        for block in page.blocks
        if block.kind == "drawing"
    }


def _navigation(config: str, old: str, new: str) -> str:
    """A configuration in which the entry names the new page.

    In another part it becomes the last.
    """
    part, new_part = old.partition("/")[0], new.partition("/")[0]
    if part == new_part:
        return re.sub(rf": {old}\.md\b", f": {new}.md", config)
    entry = re.search(rf"^ *- (.*): {old}\.md *\n", config, re.MULTILINE)
    if entry is None:
        return config
    left = without_page(config, old)
    return with_entry(left, new, entry[1].strip("'\""), None)


def _lock(
    root: Path,
    old: str,
    new: str,
    moved: dict[Path, Path],
    written: dict[Path, str],
) -> str:
    """The lock with the new digests of what was accepted before."""
    docs = root / "docs"
    locked = lock.load(docs)
    for name, accepted in list(locked.items()):
        paths = [layout.page(root, language, name) for language in LANGUAGES]
        targets = [moved.get(path, path) for path in paths]
        if not any(t in written for t in targets) or not all(
            path.is_file() for path in paths
        ):
            continue
        before = [read(path) for path in paths]
        after = [
            parse(t, written[t].splitlines(), _drawn(page, t))
            if t in written
            else page
            for t, page in zip(targets, before, strict=True)
        ]
        pages = zip(
            lock.digests(lock.locked(*before)),
            lock.digests(lock.locked(*after)),
            strict=True,
        )
        same = dict(pages)
        locked[name] = [same.get(line, line) for line in accepted]
    if old in locked:
        locked[new] = locked.pop(old)
    return lock.text(locked)
