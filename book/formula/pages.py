"""Where the labelled formulas of the book stand."""

from functools import cache
from pathlib import Path

from book.formula.source import Source
from book.layout import LANGUAGES, ROOT
from book.page.blocks import read


def labels(root: Path = ROOT) -> list[str]:
    """All labels of the English pages, in the order of the pages."""
    paths = sorted((root / "docs" / "en").rglob("*.md"))
    return [label for path in paths for label in _displays(path, _age(path))]


def find(label: str, root: Path = ROOT) -> list[Source]:
    """The display with a label: on the English page, and its partner's.

    Raises: LookupError if one of the pages has none.
    """
    for path in sorted((root / "docs" / "en").rglob("*.md")):
        if label not in _displays(path, _age(path)):
            continue
        found = []
        name = path.relative_to(root / "docs" / "en")
        for language in LANGUAGES:
            page = root / "docs" / language / name
            sources = _displays(page, _age(page))
            if label not in sources:
                raise LookupError(f"{page} has no formula {label}")
            found.append(sources[label])
        return found
    raise LookupError(f"no English page has a formula {label}")


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


@cache
def _displays(path: Path, age: int) -> dict[str, Source]:
    """The labelled displays of a page, as it was at some time."""
    if not age:
        return {}
    page = read(path)
    found = {}
    for block in page.blocks:
        for label in block.labels:
            lines = page.lines[block.line - 1 : block.end]
            text = "\n".join(lines)
            start = text.index("$$") + 2
            tex = text[start : text.rindex("$$")]
            # From the line after the dollars on, as the page has it.
            skip = len(tex) - len(tex.lstrip(" \n"))
            skip = tex.rfind("\n", 0, skip) + 1
            line = block.line + text[: start + skip].count("\n")
            found[label] = Source(tex[skip:].rstrip(), path, line)
    return found
