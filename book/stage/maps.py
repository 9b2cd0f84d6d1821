"""Maps of the book and of its parts: boxes that are links, and arrows.

They are drawn from the navigation and from what chapters say that they
need, twice: for a wide window, and for a phone.
"""

import itertools
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

from book.layout import is_chapter
from book.page import graph
from book.page.graph import Edge
from book.page.outline import Part, outline
from book.stage.map_places import Box, Grid, Places, place, ways
from book.words.site import words

WIDE, PHONE = Grid(5, 720.0, 22.0), Grid(3, 360.0, 14.0)
SIZE, HEAD_SIZE = 12.0, 14.0
"""Of the letters in a box and above a band, where a phone is 360 wide."""


@dataclass(frozen=True)
class _Node:
    name: str
    number: str
    title: str
    outside: bool = False


_Band = tuple[_Node | None, list[_Node]]
"""What is written above a band, and its boxes."""


def book_map(root: Path, language: str, page: str) -> str:
    """The map of the whole book as HTML, for the page of this name."""
    bands: list[_Band] = [
        (
            _Node(_first(part), part.number, part.title),
            [_Node(e.name, e.number, e.title) for e in part.entries],
        )
        for part in outline(root, language)
        if part.number
    ]
    return _html(language, page, bands, graph.edges(root, language))


def part_map(root: Path, language: str, page: str) -> str:
    """The map of the part that a page opens, and of parts before it."""
    parts = {part.folder: part for part in outline(root, language)}
    own = parts[posixpath.dirname(page)]
    before = {e.name: own for e in own.entries}
    edges: list[Edge] = []
    outside: dict[str, Part] = {}
    inner = [e for e in graph.edges(root, language) if e[1] in before]
    for start, end in inner:
        part = parts.get(posixpath.dirname(start), own)
        if part is own:
            edges.append((start, end))
        else:
            outside[_first(part)] = part
            edges.append((_first(part), end))
    together: dict[str, list[str]] = {e.name: [] for e in own.entries}
    for start, end in dict.fromkeys(edges):
        together[end].append(start)
    bands: list[_Band] = [
        (
            None,
            [
                _Node(_first(part), part.number, part.title, outside=True)
                for part in parts.values()
                if _first(part) in outside
            ],
        ),
        (
            None,
            [
                _Node(e.name, e.number, e.title)
                for e in own.entries
                if is_chapter(e.name)
            ],
        ),
    ]
    return _html(language, page, bands, graph.reduced(together))


def _first(part: Part) -> str:
    """The page that a part begins with."""
    return (part.opening or part.entries[0]).name


def _html(
    language: str, page: str, bands: list[_Band], edges: list[Edge]
) -> str:
    said = words("map", language)
    drawn = "".join(
        _svg(kind, grid, page, bands, edges)
        for kind, grid in (("wide", WIDE), ("phone", PHONE))
    )
    return (
        f'<div class="book-map" role="group" aria-label="{said["label"]}" '
        f'data-search-exclude="1">{drawn}</div>'
    )


def _svg(
    kind: str, grid: Grid, page: str, bands: list[_Band], edges: list[Edge]
) -> str:
    nodes = {n.name: n for _, inside in bands for n in inside}
    known = [edge for edge in edges if set(edge) <= nodes.keys()]
    laid = [
        (head is not None, [_box(node, grid) for node in inside])
        for head, inside in bands
        if inside
    ]
    found = place(grid, laid, known)
    number = {name: str(n) for n, name in enumerate(nodes)}
    address = partial(_address, page)
    parts = [
        f'<svg class="{kind}" viewBox="0 0 {grid.width:g} {found.height:.0f}"'
        ">",
        *_arrows(found, known, number),
    ]
    for (head, inside), y in zip(
        [band for band in bands if band[1]], found.heads, strict=True
    ):
        if head is not None:
            parts.append(
                f'<a href="{address(head.name)}"><text class="head" '
                f'x="{grid.lane:g}" y="{y + 13:g}"{_squeezed(head, grid)}>'
                f"{escape(_titled(head))}</text></a>"
            )
        parts += [
            _link(found, node, number[node.name], address(node.name))
            for node in inside
        ]
    return "".join([*parts, "</svg>"])


def _squeezed(head: _Node, grid: Grid) -> str:
    """How a title is made to fit into the width of a map."""
    room = grid.width - 2 * grid.lane
    bold = 1.15 * HEAD_SIZE / SIZE
    if width(_titled(head)) * bold < room:
        return ""
    return f' textLength="{room:g}" lengthAdjust="spacingAndGlyphs"'


def _arrows(
    found: Places, edges: list[Edge], number: dict[str, str]
) -> Iterator[str]:
    for (start, end), points in ways(found, edges):
        path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            half = (y0 + y1) / 2
            path += (
                f"V{y1:.1f}"
                if abs(x0 - x1) < 0.1
                else f"C{x0:.1f} {half:.1f} {x1:.1f} {half:.1f} "
                f"{x1:.1f} {y1:.1f}"
            )
        path += "m-3-6 3 6 3-6"
        yield (f'<path data-ends="{number[start]} {number[end]}" d="{path}"/>')


def _link(found: Places, node: _Node, number: str, address: str) -> str:
    """A box that is a link: its number, and below it its title."""
    box = found.boxes[node.name]
    left, top = found.left(node.name), found.top(node.name)
    middle = found.middle(node.name)
    room = found.grid.box - 6
    y = top + (box.height - _height(len(box.lines))) / 2 + 13
    texts = [f'<text class="number" x="{middle:.1f}" y="{y:.1f}">']
    texts.append(f"{node.number}</text>")
    for line in box.lines:
        y += SIZE + 2
        long = f' textLength="{room:.0f}" lengthAdjust="spacingAndGlyphs"'
        squeezed = long if width(line) > room else ""
        texts.append(
            f'<text x="{middle:.1f}" y="{y:.1f}"{squeezed}>'
            f"{escape(line)}</text>"
        )
    outside = ' class="outside"' if node.outside else ""
    return (
        f'<a href="{address}" data-node="{number}"{outside} '
        f'aria-label="{escape(_titled(node))}">'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{found.grid.box:.1f}" '
        f'height="{box.height:.1f}" rx="4"/>{"".join(texts)}</a>'
    )


def _titled(node: _Node) -> str:
    return f"{node.number} {node.title}".strip()


def _address(page: str, name: str) -> str:
    return posixpath.relpath(f"{name}.html", posixpath.dirname(page) or ".")


def _box(node: _Node, grid: Grid) -> Box:
    lines = wrapped(node.title, grid.box - 6)
    return Box(node.name, lines, _height(len(lines)))


def _height(lines: int) -> float:
    return 22 + lines * (SIZE + 2)


def wrapped(title: str, room: float) -> tuple[str, ...]:
    """A title in as few lines as fit, about equally long."""
    pieces = list(_pieces(title))
    total = width(title)
    least = max(1, -int(-total // room))
    for count in range(least, len(pieces) + 1):
        lines = _filled(pieces, max(total / count * 1.08, 1), room)
        if len(lines) <= count:
            return tuple(lines)
    return tuple(_filled(pieces, room, room))


def _filled(pieces: list[str], aim: float, room: float) -> list[str]:
    """Fill lines up to `aim`, or up to the room where a piece needs it."""
    lines = [""]
    for piece in pieces:
        longer = width((lines[-1] + piece).strip())
        if lines[-1] and (
            longer > room
            or (width(lines[-1].strip()) >= aim * 0.75 and longer > aim)
        ):
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _pieces(title: str) -> Iterator[str]:
    """What a line may end behind: a word, or a Chinese character."""
    piece = ""
    for character in title:
        if _wide(character) and piece and not _closes(character):
            yield piece
            piece = ""
        piece += character
        if character in " -":
            yield piece
            piece = ""
    if piece:
        yield piece


def _closes(character: str) -> bool:
    return character in "、，。：；！？）》”"


def _wide(character: str) -> bool:
    return character >= "\u2e80"


def width(text: str) -> float:
    """About how wide a text is, in the system's font of any reader."""
    return SIZE * sum(map(_advance, text))


def _advance(character: str) -> float:
    if _wide(character):
        return 1.0
    if character in "ijlt.,'-I f":
        return 0.33
    if character in "mwMW":
        return 0.86
    return 0.68 if character.isupper() else 0.6
