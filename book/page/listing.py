"""Listings: objects of modules that a page shows, cut from there.

A listing is a fence that holds one reference to objects of a module,
`d2lcode/recurrent/gru.py:GRUCell`. Others stand behind a comma, in the
module's order; `GRUCell.forward` is a method. Its guards are left out.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from book import files
from book.page.comments import chinese
from book.page.left_out import left_out
from book.words import comments

if TYPE_CHECKING:
    from book.page.blocks import Block, Page

_REFERENCE = re.compile(r"([\w./-]+\.py):([\w.]+(?:, ?[\w.]+)*)$")
_LIKE_REFERENCE = re.compile(r"^\s*[\w./-]+\.py:", re.MULTILINE)

_Lines = tuple[int, int]


@dataclass(frozen=True)
class Listing:
    """Lines of a module with their numbers, as a page shows them.

    `first` is the line where the first object begins; `whole` says
    whether the objects have no line that is left out, `length` how many
    lines they have with those.
    """

    source: Path
    lines: list[tuple[int, str]]
    first: int
    whole: bool
    length: int


def is_listing(block: "Block") -> bool:
    """Whether a fence holds a reference instead of code."""
    return block.info == "python" and bool(_LIKE_REFERENCE.search(block.text))


def listing(page: "Page", block: "Block") -> Listing:
    """The listing that a fence refers to.

    Raises: BookError if there is no such file or object.
    """
    match = _REFERENCE.match(block.text.strip())
    if match is None:
        raise page.error(
            block.line,
            "a listing is one line in its fence: "
            "d2lcode/PART/CHAPTER.py:NAME, or several names behind commas",
        )
    source = page.root / match[1]
    if not source.is_file():
        raise page.error(
            block.line, f"there is no file {match[1]}: mend the path"
        )
    text = files.text(source)
    known = _objects(source, text)
    names = [name.strip() for name in match[2].split(",")]
    for name in names:
        if name not in known:
            raise page.error(
                block.line,
                f"{match[1]} has no object {name!r}; it has "
                f"{', '.join(n for n in known if '.' not in n) or 'none'}",
            )
    places = [known[name] for name in names]
    if any(after[0] <= before[1] for before, after in pairwise(places)):
        raise page.error(
            block.line, f"name the objects in the order of {match[1]}"
        )
    out = left_out(text)
    lines = text.splitlines()
    for number, line in out.reworded.items():
        lines[number - 1] = line
    cut = _cut(lines, places)
    shown = [(n, line) for n, line in cut if n not in out.lines]
    whole = len(shown) == len(cut) and not any(
        n in out.reworded for n, _ in cut
    )
    if page.language == "zh":
        table = comments.load(page.root, page.name) or {}
        code = chinese("\n".join(line for _, line in shown), table)
        numbers = [n for n, _ in shown]
        shown = list(zip(numbers, code.split("\n"), strict=True))
    return Listing(source, shown, places[0][0], whole, len(cut))


def _cut(
    lines: Sequence[str], places: Sequence[_Lines]
) -> list[tuple[int, str]]:
    """The lines at these places, each with its number, not indented.

    Between two pieces stand the blank lines before the second.
    """
    cut: list[tuple[int, str]] = []
    for first, last in places:
        above = first - 1
        while cut and above > cut[-1][0] and not lines[above - 1].strip():
            above -= 1
        cut += [(n, "") for n in range(above + 1, first)]
        pad = len(lines[first - 1]) - len(lines[first - 1].lstrip())
        for number in range(first, last + 1):
            line = lines[number - 1]
            indent = len(line) - len(line.lstrip())
            cut.append((number, line[min(pad, indent) :]))
    return cut


@lru_cache(maxsize=256)
def _objects(source: Path, text: str) -> dict[str, _Lines]:
    """The first and the last line of each object of a module.

    Objects are functions, classes, methods and constants; decorators
    and the comment directly above belong to them, and the string that
    describes a constant.
    """
    lines = text.splitlines()
    found: dict[str, _Lines] = {}

    def look(body: Sequence[ast.stmt], prefix: str) -> None:
        for node, behind in zip(body, (*body[1:], None), strict=True):
            decorators = getattr(node, "decorator_list", [])
            first = min(n.lineno for n in (node, *decorators))
            while first > 1 and lines[first - 2].lstrip().startswith("#"):
                first -= 1
            last = node.end_lineno or node.lineno
            if isinstance(behind, ast.Expr) and isinstance(
                node, (ast.Assign, ast.AnnAssign)
            ):
                last = behind.end_lineno or last
            for name in _names(node):
                found[prefix + name] = first, last
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{prefix}{node.name}.")

    look(files.tree(source).body, "")
    return found


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return [t.id for t in targets if isinstance(t, ast.Name)]
