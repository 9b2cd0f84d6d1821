"""The Python of a page: what its fences run, listings cut from modules.

A listing is a fence that holds one reference to objects of a module,
`d2lcode/recurrent/gru.py:GRUCell`. Others stand behind a comma, in the
module's order; `GRUCell.forward` is a method.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_codeblocks import extract_from_buffer

from book import files

if TYPE_CHECKING:
    from book.page.blocks import Block, Page

_REFERENCE = re.compile(r"([\w./-]+\.py):([\w.]+(?:, ?[\w.]+)*)$")
_LIKE_REFERENCE = re.compile(r"^\s*[\w./-]+\.py:", re.MULTILINE)

_Lines = tuple[int, int]


@dataclass(frozen=True)
class Code:
    """A Python fence: what it runs and what the page shows of it.

    `source` is the file in which the code stands, the page or the
    module of a listing; `lines` says where, line by line.
    """

    fence: "Block"
    code: str
    source: Path
    lines: tuple[int, ...]
    outputs: tuple["Block", ...]
    figures: tuple["Block", ...]

    @property
    def source_line(self) -> int:
        return self.lines[0] if self.lines else self.fence.line + 1

    @property
    def placed(self) -> str:
        """The code, each line at the number that it has in its source."""
        placed = [""] * (max(self.lines, default=1))
        for number, line in zip(
            self.lines, self.code.splitlines(), strict=True
        ):
            placed[number - 1] = line
        return "\n".join(placed) + "\n"


def codes(page: "Page") -> Iterator[Code]:
    """Yield the Python fences of a page, listings expanded.

    Raises: BookError for a fence that would not be run as it looks
        (another info string, no such listing, a stray output).
    """
    fences = list(_fences(page))
    try:
        parsed = [
            block.code
            for block in extract_from_buffer(StringIO(expanded(page)))
            if block.syntax == "python"
        ]
    except RuntimeError as error:
        raise page.error(1, f"pytest-codeblocks: {error}") from error
    if len(parsed) != len(fences):
        raise page.error(
            1,
            f"pytest-codeblocks sees {len(parsed)} Python blocks, "
            f"this page has {len(fences)}: look for a stray fence",
        )
    for (fence, shown), code in zip(fences, parsed, strict=True):
        outputs = tuple(b for b in shown if b.kind == "output")
        figures = tuple(b for b in shown if b.kind == "figure")
        source, start = page.path, fence.line + 1
        lines = list(range(start, start + len(code.splitlines())))
        if is_listing(fence):
            source, numbered = _listing(page, fence)
            lines = [number for number, _ in numbered]
        yield Code(fence, code, source, tuple(lines), outputs, figures)


def expanded(page: "Page") -> str:
    """The page's text with every listing in the place of its reference.

    Blank lines are indented as their fence is: pytest-codeblocks would
    lose them otherwise.
    """
    lines = list(page.lines)
    for block in reversed(page.blocks):
        if block.kind == "fence" and not block.given:
            body = block.text.splitlines()
            if is_listing(block):
                body = [line for _, line in _listing(page, block)[1]]
            pad = "    " * block.indent
            lines[block.line : block.end - 1] = [pad + line for line in body]
    return "\n".join(lines) + "\n"


def is_listing(block: "Block") -> bool:
    """Whether a fence holds a reference instead of code."""
    return block.info == "python" and bool(_LIKE_REFERENCE.search(block.text))


def _fences(page: "Page") -> Iterator[tuple["Block", list["Block"]]]:
    """Yield the Python fences, each with what is shown behind it."""
    fences: list[tuple[Block, list[Block]]] = []
    for block in page.blocks:
        if block.kind == "fence" and _looks_like_python(block):
            if block.info != "python":
                raise page.error(
                    block.line,
                    f"the info string {block.info!r} would not be run: "
                    "write exactly ```python",
                )
            fences.append((block, []))
        elif block.kind == "fence" and not block.info:
            raise page.error(block.line, "a fence needs a language: ```text")
        elif block.kind in {"output", "figure"}:
            if not fences:
                raise page.error(
                    block.line,
                    f"{block.kind} without a Python block before it: "
                    "move it behind the block that makes it",
                )
            fences[-1][1].append(block)
    for fence, shown in fences:
        printed = [b for b in shown if b.kind == "output"]
        if len(printed) > 1:
            raise page.error(
                printed[1].line, "a second output of one block: join them"
            )
        yield fence, shown


def _looks_like_python(block: "Block") -> bool:
    words = re.findall(r"\w+", block.info.lower())
    return any(w in {"python", "py", "python3", "ipython"} for w in words)


def _listing(
    page: "Page", block: "Block"
) -> tuple[Path, list[tuple[int, str]]]:
    """The module of a listing, and its lines with their numbers there."""
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
    return source, _cut(text.splitlines(), places)


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
