"""The Python of a page: what its fences run, listings expanded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_codeblocks import extract_from_buffer

from book.page.listing import is_listing, listing

if TYPE_CHECKING:
    from book.page.blocks import Block, Page


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
            cut = listing(page, fence)
            source, lines = cut.source, [number for number, _ in cut.lines]
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
                body = [line for _, line in listing(page, block).lines]
            pad = "    " * block.indent
            lines[block.line : block.end - 1] = [pad + line for line in body]
    return "\n".join(lines) + "\n"


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
                raise page.error(block.line, _stray(page, block))
            fences[-1][1].append(block)
    for fence, shown in fences:
        printed = [b for b in shown if b.kind == "output"]
        if len(printed) > 1:
            raise page.error(
                printed[1].line, "a second output of one block: join them"
            )
        yield fence, shown


def _stray(page: "Page", block: "Block") -> str:
    """Why an output or a figure before all blocks is refused."""
    said = (
        f"{block.kind} without a Python block before it: move it behind the "
        "block that makes it"
    )
    if block.kind == "figure":
        said += f", or draw it: a function in drawings/{page.name}.py"
    return said


def _looks_like_python(block: "Block") -> bool:
    words = re.findall(r"\w+", block.info.lower())
    return any(w in {"python", "py", "python3", "ipython"} for w in words)
