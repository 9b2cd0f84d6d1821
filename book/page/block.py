"""A piece of a page: its kind, text and place."""

import re
from dataclasses import dataclass

from book.page import formulas

MARKER = "<!--pytest-codeblocks:expected-output-->"

GIVEN = "<!--book:not-output-->"
"""Stands before a `text` fence that no block prints."""

FIGURES = {"figure", "drawing"}
"""Images with a caption: what a block plots, what a chapter draws."""

PROSE = {"heading", "paragraph", "item", "note", "table"} | FIGURES
"""The kinds of blocks that are written anew in each language."""

_ADDRESS = re.compile(r"\]\([^)]*\)")


@dataclass(frozen=True)
class Block:
    """A piece of a page.

    `kind` is one of heading, paragraph, item, note, fence, output,
    equation, figure, drawing, table, made. `text` is its content without
    markup: a title, prose, code, TeX or a caption. `info` tells it from
    others of its kind: level and id of a heading ("2#math"), the info
    string of a fence, the marker of an item, the type of a note, the
    file of a figure or drawing, the size of a table, and of what the
    build makes in its place (`<!--book:map-->`) what that is. A fence is
    `given` if it is marked as what no block prints. Lines count from 1;
    `end` is the
    last line; `indent` is the depth in steps of four spaces.
    """

    kind: str
    text: str
    line: int
    end: int
    indent: int = 0
    info: str = ""
    tolerance: float | None = None
    given: bool = False

    @property
    def shape(self) -> tuple[str, str, int]:
        """What the partner in the other language must have, too."""
        return self.kind, self.info, self.indent

    @property
    def labels(self) -> list[str]:
        if self.kind != "equation":
            return []
        return formulas.LABEL.findall(self.text)

    @property
    def formulas(self) -> list[str]:
        """The inline formulas of a block of prose."""
        return formulas.inline(self.text) if self.kind in PROSE else []

    @property
    def prose(self) -> str:
        """The words, without code, formulas and addresses."""
        if self.kind not in PROSE:
            return ""
        words = formulas.replaced(self.text, lambda _: " ", lambda _: " ")
        return " ".join(_ADDRESS.sub(" ", words).split())
