"""Compare the figure of a page with one that was drawn, by their data.

A number agrees within the tolerance, relative to the smaller of both,
as a printed one does, or within half of that share of what its axis
spans, in the axis's own scale: 1.5 pixels of 300 by default, less than
a line is wide. What lies outside of the axis on the same side is not
seen. Images agree cell by cell; the lines of a contour where they run,
however many points they have; words, colours and kinds exactly.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from book.run import compare, figures
from book.run.plotted import Data, Numbers

SPAN = 0.5
"""The share of the tolerance that is allowed of an axis."""


def difference(
    expected: str, actual: str, tolerance: float | None
) -> str | None:
    """Return how two SVG figures differ, or None if they agree.

    `expected` is what lies in docs/, `actual` was drawn just now, both
    in one language.
    """
    try:
        rtol = compare.allowed(tolerance)
    except ValueError as error:
        return str(error)
    old, new = figures.plotted(expected), figures.plotted(actual)
    if old is None or new is None:
        return "the file does not hold what was plotted"
    if not figures.is_as_drawn(expected):
        return "the drawing was changed by hand"
    shown, came = figures.labels(expected), figures.labels(actual)
    if len(shown) != len(came):
        return f"{len(shown)} texts came as {len(came)}"
    for text, other in zip(shown, came, strict=True):
        if compare.texts(text, other, tolerance):
            return f"text {text!r} came as {other!r}"
    return next(_differences(old, new, rtol), None)


def _differences(old: Data, new: Data, rtol: float) -> Iterator[str]:
    if len(old["texts"]) != len(new["texts"]):
        yield f"{len(old['texts'])} labels came as {len(new['texts'])}"
    if len(old["axes"]) != len(new["axes"]):
        yield f"{len(old['axes'])} axes came as {len(new['axes'])}"
    pairs = zip(old["axes"], new["axes"], strict=False)
    for number, (ax, other) in enumerate(pairs, 1):
        for reason in _axes(ax, other, rtol):
            yield f"axes {number}: {reason}"


def _axes(old: Data, new: Data, rtol: float) -> Iterator[str]:
    if [len(old[k]) for k in ("texts", "artists")] != [
        len(new[k]) for k in ("texts", "artists")
    ]:
        yield (
            f"{len(old['artists'])} artists and {len(old['texts'])} labels "
            f"came as {len(new['artists'])} and {len(new['texts'])}"
        )
        return
    if old["shown"] != new["shown"]:
        yield "an axis is shown in one of them only"
    for text, other in zip(old["texts"], new["texts"], strict=True):
        if compare.texts(text, other, rtol):
            yield f"label {text!r} came as {other!r}"
    scales = {}
    for name in ("x", "y"):
        scale = _Scale(old[name])
        scales[name] = scale
        if old[name]["scale"] != new[name]["scale"]:
            yield f"{name}: {old[name]['scale']} came as {new[name]['scale']}"
        elif reason := scale.unlike(
            old[name]["limits"], new[name]["limits"], rtol, is_seen=True
        ):
            yield f"the limits of {name}: {reason}"
    pairs = zip(old["artists"], new["artists"], strict=True)
    for number, (artist, other) in enumerate(pairs, 1):
        if reason := _artist(artist, other, scales, rtol):
            yield f"{artist['kind']} {number}: {reason}"


def _artist(
    old: Data, new: Data, scales: "dict[str, _Scale]", rtol: float
) -> str | None:
    for name in ("kind", "look", "shape", "frame"):
        if old.get(name) != new.get(name):
            return f"{name} {old.get(name)} came as {new.get(name)}"
    if reason := compare.texts(old.get("text", ""), new.get("text", ""), rtol):
        return reason
    if "curves" in old and _far(old["curves"], new["curves"], scales, rtol):
        return "a line runs elsewhere"
    span = _Scale({"scale": "linear", "limits": old.get("range", [])})
    none = _Scale({"scale": "linear", "limits": []})
    known = {**scales, "values": span, "range": span}
    for name in ("x", "y", "z", "values", "range", "sizes", "corners"):
        if reason := known.get(name, none).unlike(
            old.get(name, []), new.get(name, []), rtol
        ):
            return f"{name}: {reason}"
    return None


class _Scale:
    """How far two values lie from each other on an axis."""

    def __init__(self, axis: Data) -> None:
        self.is_log = axis["scale"] == "log"
        limits = self(axis["limits"]) if axis["limits"] else np.zeros(2)
        self.low, self.high = limits.min(), limits.max()

    def __call__(self, values: Numbers | Sequence[float]) -> np.ndarray:
        numbers = np.array(values, dtype=float)
        if not self.is_log:
            return numbers
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(np.where(numbers > 0, numbers, 0))

    def unlike(
        self, old: Numbers, new: Numbers, rtol: float, is_seen: bool = False
    ) -> str | None:
        """The first pair that does not agree; None if all do."""
        if len(old) != len(new):
            return f"{len(old)} numbers came as {len(new)}"
        first, second = (np.array(v, dtype=float) for v in (old, new))
        here, there = self(old), self(new)
        with np.errstate(invalid="ignore"):
            gap = abs(first - second)
            near = gap <= rtol * np.minimum(abs(first), abs(second))
            near &= (first > 0) == (second > 0)
            far = abs(here - there)
            near |= far <= SPAN * rtol * (self.high - self.low)
            if not is_seen and self.low < self.high:
                near |= (here < self.low) & (there < self.low)
                near |= (here > self.high) & (there > self.high)
        near |= (first == second) | (np.isnan(first) & np.isnan(second))
        if near.all():
            return None
        place = int(np.argmin(near))
        return f"{old[place]} came as {new[place]} (place {place + 1})"


def _far(
    old: list[Data],
    new: list[Data],
    scales: dict[str, _Scale],
    rtol: float,
) -> bool:
    """Whether the lines of two contours run apart somewhere."""
    if len(old) != len(new):
        return True
    for one, other in zip(old, new, strict=True):
        places = []
        for line in (one, other):
            columns = [
                (s(line.get(n, [])) - s.low) / max(s.high - s.low, 1e-300)
                for n, s in scales.items()
            ]
            places.append(np.column_stack(columns))
        first, second = places
        if not len(first) or not len(second):
            if len(first) != len(second):
                return True
            continue
        far = max(_distance(first, second), _distance(second, first))
        if far > math.sqrt(2) * rtol:
            return True
    return False


def _distance(points: np.ndarray, line: np.ndarray) -> float:
    """How far the farthest of the points lies from a line with gaps."""
    points = points[~np.isnan(points).any(1)]
    starts, steps = line[:-1], np.diff(line, axis=0)
    whole = ~np.isnan(steps).any(1)
    starts, steps = starts[whole], steps[whole]
    if not len(steps):
        starts = line[~np.isnan(line).any(1)]
        steps = np.zeros_like(starts)
    lengths = np.maximum((steps**2).sum(1), 1e-300)
    gaps = points[:, None] - starts
    along = np.clip((gaps * steps).sum(2) / lengths, 0, 1)
    ways = gaps - along[..., None] * steps
    return float(np.sqrt((ways**2).sum(2)).min(1).max())
