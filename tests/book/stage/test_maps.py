"""Maps: every chapter a link, arrows that cross no box."""

import itertools
import random
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from book.layout import LANGUAGES, ROOT, is_chapter, navigation
from book.page import graph
from book.stage import maps
from book.stage.map_places import Box, Grid, Places, place, ways


def svg(html: str, kind: str) -> LexborNode:
    found = LexborHTMLParser(html).css(f".book-map > svg.{kind}")
    assert len(found) == 1
    return found[0]


def links(drawing: LexborNode) -> dict[str, str]:
    """The boxes of a drawing: address -> number."""
    return {
        str(box.attributes["href"]): str(box.attributes["data-node"])
        for box in drawing.css("a[data-node]")
    }


@pytest.mark.parametrize("kind", ["wide", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_has_every_chapter_and_what_it_needs(
    language: str, kind: str
) -> None:
    drawing = svg(maps.book_map(ROOT, language, "map"), kind)
    boxes = links(drawing)
    chapters = list(filter(is_chapter, navigation(ROOT, language)))
    assert list(boxes) == [f"{name}.html" for name in chapters]
    drawn = {str(p.attributes["data-ends"]) for p in drawing.css("path")}
    wanted = {
        f"{boxes[f'{a}.html']} {boxes[f'{b}.html']}"
        for a, b in graph.edges(ROOT, language)
    }
    assert drawn == wanted and len(wanted) > 15
    for box in drawing.css("a[data-node]"):
        said = str(box.attributes["aria-label"]).replace(" ", "")
        assert said == box.text().replace(" ", "")


def test_a_part_shows_the_parts_before_it() -> None:
    drawing = svg(maps.part_map(ROOT, "en", "mlp/index"), "phone")
    assert {"../linear/index.html", "weight_decay.html"} < set(links(drawing))
    outside = [box.attributes["href"] for box in drawing.css("a.outside")]
    assert all(str(address).startswith("../") for address in outside)
    assert "../labs/index.html" not in links(drawing)


def many(count: int) -> tuple[list[tuple[bool, list[Box]]], list[graph.Edge]]:
    """Chapters in nine parts that need one to three of those before."""
    draw = random.Random(0)
    names = [f"{n * 9 // count}/{n}" for n in range(count)]
    before = {
        name: draw.sample(
            names[max(0, n - 12) : n], min(n, draw.randint(1, 3))
        )
        for n, name in enumerate(names)
    }
    bands = [
        (True, [Box(n, ("x",), 36.0) for n in names if n[0] == str(part)])
        for part in range(9)
    ]
    return bands, graph.reduced(before, names)


@pytest.mark.parametrize("grid", [maps.WIDE, maps.PHONE])
def test_sixty_seven_chapters_find_room(grid: Grid) -> None:
    """No box on another, none outside; no arrow through a box."""
    bands, edges = many(67)
    found = place(grid, bands, edges)
    assert len(found.boxes) == 67
    spots = {(found.row[key], found.column[key]) for key in found.boxes}
    assert len(spots) == 67
    for key in found.boxes:
        assert 0 < found.left(key) < grid.width - grid.box
    for (start, end), points in ways(found, edges):
        assert found.top(start) < found.top(end)
        assert points[0][1] == found.bottom(start)
        assert points[-1][1] == found.top(end)
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            assert y0 < y1
            if len(points) > 2 and x0 == x1:
                assert not any(crosses(found, k, x0, y0, y1) for k in spots)


def crosses(
    found: Places, spot: tuple[int, int], x: float, y0: float, y1: float
) -> bool:
    """Whether a line that goes down meets the box at a spot."""
    row, column = spot
    left = found.grid.left(column)
    top = found.tops[row]
    inside = left < x < left + found.grid.box
    return inside and y0 < top + found.heights[row] and y1 > top


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Tensors", ("Tensors",)),
        ("Gated recurrent units", ("Gated recurrent", "units")),
        ("多层感知机", ("多层感知机",)),
        ("模型选择、欠拟合与过拟合", ("模型选择、", "欠拟合与过拟合")),
    ],
)
def test_a_title_takes_as_few_lines_as_it_can(
    title: str, lines: tuple[str, ...]
) -> None:
    found = maps.wrapped(title, 100)
    assert "".join(found).replace(" ", "") == title.replace(" ", "")
    assert len(found) == len(lines)
    assert all(maps.width(line) <= 100 for line in found)


def test_a_page_asks_for_its_map(small_book: Path) -> None:
    """A comment becomes a map; an unknown one is refused elsewhere."""
    html = maps.book_map(small_book, "zh", "a/map")
    assert links(svg(html, "wide")) == {"../part/one.html": "0"}
