"""A book of as many chapters as are wanted: those that exist, repeated.

`python -m tests.book.built.repeated FOLDER COUNT` makes it, to measure
how long the build of a larger book takes. No copy has the text of its
original: what is remembered of one helps with none of the others.
"""

import json
import shutil
import sys
from itertools import count, cycle
from pathlib import Path

from book import layout
from book.layout import LANGUAGES, ROOT, is_chapter, navigation
from book.page.formulas import formulas
from book.run.last import REPORT, fingerprint

_UNWANTED = shutil.ignore_patterns("__pycache__", "*.egg-info")
_TREE = ("book", "d2lcode", "docs", "drawings", "overrides", "tests")


def make(folder: Path, chapters: int) -> None:
    """Write a book of so many chapters, with a report of its runs."""
    for name in _TREE:
        shutil.copytree(ROOT / name, folder / name, ignore=_UNWANTED)
    for name in layout.CONFIGS.values():
        shutil.copy(ROOT / name, folder)
    report = json.loads((ROOT / REPORT).read_text(encoding="utf-8"))
    there = [n for n in navigation(ROOT, "en") if is_chapter(n)]
    numbers = (n for n in count(2) for _ in there)
    for name, number in zip(cycle(there), numbers, strict=False):
        if chapters <= len(there):
            break
        chapters -= 1
        copy = _copy(folder, name, number)
        if name in report:
            files = {"files": fingerprint(folder, copy)}
            report[copy] = report[name] | files
    (folder / REPORT).parent.mkdir()
    (folder / REPORT).write_text(json.dumps(report), encoding="utf-8")


def _copy(folder: Path, name: str, number: int) -> str:
    """Write a chapter once more, and return the name of the copy."""
    copy = f"{name}_{number}"
    old, new = (n.rpartition("/")[2] for n in (name, copy))
    changes = {
        f"{name}.py": f"{copy}.py",
        f"{name}.".replace("/", "."): f"{copy}.".replace("/", "."),
        f"{name} ".replace("/", "."): f"{copy} ".replace("/", "."),
        f"({old}-": f"({new}-",
    }

    def changed(text: str) -> str:
        for before, after in changes.items():
            text = text.replace(before, after)
        return text

    for room in (layout.module, layout.test, layout.drawing):
        source = room(folder, name)
        if source.is_file():
            text = changed(source.read_text(encoding="utf-8"))
            room(folder, copy).write_text(
                f"{text}\n# copy {number}\n", encoding="utf-8"
            )
    comments = layout.comments(folder, name)
    if comments.is_file():
        shutil.copy(comments, layout.comments(folder, copy))
    for language in LANGUAGES:
        page = layout.page(folder, language, name)
        text = changed(page.read_text(encoding="utf-8"))
        layout.page(folder, language, copy).write_text(
            _numbered(text, number), encoding="utf-8"
        )
        for figure in page.parent.glob(f"{old}-*.svg"):
            end = figure.name.removeprefix(old)
            shutil.copy(figure, figure.with_name(new + end))
        config = folder / layout.CONFIGS[language]
        lines = config.read_text(encoding="utf-8").split("\n")
        place = next(n for n, x in enumerate(lines) if f" {name}.md" in x)
        lines.insert(
            place + 1,
            lines[place]
            .replace(f"{name}.md", f"{copy}.md")
            .replace(": ", f" {number}: "),
        )
        config.write_text("\n".join(lines), encoding="utf-8")
    return copy


def _numbered(text: str, number: int) -> str:
    """A page of which every formula and listing differs."""
    for formula in reversed(formulas(text)):
        if not formula.display:
            place = formula.span[0] + len(formula.before) + 1
            text = f"{text[:place]}{{}}_{{{number}}}{text[place:]}"
    return text.replace("```python\nimport", f"```python\n# {number}\nimport")


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
