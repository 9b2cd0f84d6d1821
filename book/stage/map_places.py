"""Where the boxes of a map stand, and the ways of its arrows.

Boxes stand in rows, each below all that it needs; arrows run down. One
to the next row goes straight; a longer one goes down a lane between two
columns, where it crosses no box.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from book.page.graph import Edge

GAP, HEAD = 26.0, 40.0
"""The height between two rows, and that of a title above a band."""


@dataclass(frozen=True)
class Box:
    """What a map links: a chapter, or a part that comes before."""

    key: str
    lines: tuple[str, ...]
    height: float


@dataclass(frozen=True)
class Grid:
    """How wide a map is, and how many boxes it has side by side."""

    columns: int
    width: float
    lane: float

    @property
    def box(self) -> float:
        lanes = (self.columns + 1) * self.lane
        return (self.width - lanes) / self.columns

    def left(self, column: int) -> float:
        return self.lane + column * (self.box + self.lane)


@dataclass
class Places:
    """The rows of boxes, and for each its column, its row, its top."""

    grid: Grid
    boxes: dict[str, Box]
    column: dict[str, int]
    row: dict[str, int]
    tops: list[float]
    heights: list[float]
    heads: list[float]
    """The top of each band, where its title stands."""

    @property
    def height(self) -> float:
        return self.tops[-1] + self.heights[-1] + 4 if self.tops else 0

    def left(self, key: str) -> float:
        return self.grid.left(self.column[key])

    def middle(self, key: str) -> float:
        return self.left(key) + self.grid.box / 2

    def top(self, key: str) -> float:
        return self.tops[self.row[key]]

    def bottom(self, key: str) -> float:
        return self.top(key) + self.boxes[key].height


def place(
    grid: Grid, bands: Sequence[tuple[bool, Sequence[Box]]], edges: list[Edge]
) -> Places:
    """Place the boxes of each band, which has a title or none."""
    found = Places(grid, {}, {}, {}, [], [], [])
    y = 2.0
    for titled, boxes in bands:
        found.heads.append(y)
        y += HEAD if titled else 0
        for rank in _ranks([box.key for box in boxes], edges):
            known = {box.key: box for box in boxes}
            for start in range(0, len(rank), grid.columns):
                row = rank[start : start + grid.columns]
                _columns(found, row, edges)
                high = max(known[key].height for key in row)
                for key in row:
                    old = known[key]
                    found.boxes[key] = Box(key, old.lines, high)
                    found.row[key] = len(found.tops)
                found.tops.append(y)
                found.heights.append(high)
                y += high + GAP
    return found


def _ranks(keys: list[str], edges: list[Edge]) -> list[list[str]]:
    """The keys of a band by the longest way that leads to each in it."""
    depth: dict[str, int] = {}
    for key in keys:  # in reading order: what is needed comes first
        before = [a for a, b in edges if b == key and a in depth]
        depth[key] = 1 + max((depth[a] for a in before), default=-1)
    ranks = defaultdict(list)
    for key, rank in depth.items():
        ranks[rank].append(key)
    return [ranks[rank] for rank in sorted(ranks)]


def _columns(found: Places, row: list[str], edges: list[Edge]) -> None:
    """Give each box of a row a column, close to those that it needs."""
    middle = (found.grid.columns - 1) / 2
    wanted = {}
    for key in row:
        above = [
            found.column[a] for a, b in edges if b == key and a in found.column
        ]
        wanted[key] = sum(above) / len(above) if above else middle
    ordered = sorted(row, key=lambda key: wanted[key])

    def cost(chosen: tuple[int, ...]) -> float:
        pairs = zip(ordered, chosen, strict=True)
        return sum((wanted[k] - c) ** 2 for k, c in pairs) + abs(
            sum(chosen) / len(chosen) - middle
        )

    best = min(combinations(range(found.grid.columns), len(row)), key=cost)
    found.column |= dict(zip(ordered, best, strict=True))


Way = tuple[Edge, list[tuple[float, float]]]
"""An arrow: from where to where, and the points that it goes through."""


def ways(found: Places, edges: list[Edge]) -> list[Way]:
    """The way of each arrow, from below a box to the top of another."""
    starts, ends = _ports(found, edges, 0), _ports(found, edges, 1)
    lanes: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        if found.row[edge[1]] - found.row[edge[0]] > 1:
            lanes[_lane(found, edge)].append(edge)
    across: dict[Edge, float] = {}
    for lane, inside in lanes.items():
        across |= _tracks(found, lane, inside)
    made = []
    for edge in edges:
        x0, y0 = starts[edge], found.bottom(edge[0])
        x1, y1 = ends[edge], found.top(edge[1])
        points = [(x0, y0), (x1, y1)]
        if edge in across:
            x = across[edge]
            points[1:1] = [(x, y0 + GAP * 0.8), (x, y1 - GAP * 0.9)]
        made.append((edge, points))
    return made


def _ports(found: Places, edges: list[Edge], side: int) -> dict[Edge, float]:
    """Where on its box each arrow starts (0) or ends (1)."""
    at = defaultdict(list)
    for edge in edges:
        at[edge[side]].append(edge)
    ports = {}
    for key, there in at.items():
        there.sort(key=lambda edge: found.middle(edge[1 - side]))
        step = min(14.0, found.grid.box * 0.7 / len(there))
        for number, edge in enumerate(there):
            shift = (number - (len(there) - 1) / 2) * step
            ports[edge] = found.middle(key) + shift
    return ports


def _lane(found: Places, edge: Edge) -> int:
    """The lane beside the target that is closer to the start."""
    column = found.column[edge[1]]
    return column + (found.middle(edge[0]) > found.middle(edge[1]))


def _tracks(found: Places, lane: int, inside: list[Edge]) -> dict[Edge, float]:
    """Arrows side by side in a lane; each has its place across."""
    inside.sort(key=lambda edge: (found.bottom(edge[0]), found.top(edge[1])))
    free: list[float] = []
    taken = {}
    for edge in inside:
        start, end = found.bottom(edge[0]), found.top(edge[1])
        for track, until in enumerate(free):  # noqa: B007
            if until <= start:
                break
        else:
            track = len(free)
            free.append(0.0)
        free[track] = end
        taken[edge] = track
    middle = found.grid.left(lane) - found.grid.lane / 2
    step = min(4.0, (found.grid.lane - 4) / len(free))
    return {
        edge: middle + (track - (len(free) - 1) / 2) * step
        for edge, track in taken.items()
    }
