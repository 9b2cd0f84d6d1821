"""The data of a figure: what was plotted, whatever drew it.

Kept in the figure's file, so that a run is compared with the data and
not with the places that a version of Matplotlib gave them. Numbers
have four digits, or more where the values lie close together.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import LogFormatter, NullFormatter, ScalarFormatter

Data = dict[str, Any]
Numbers = list[float | None]

_OF_NUMBERS = (ScalarFormatter, LogFormatter, NullFormatter)
"""What writes numbers beside an axis, which follow from its limits."""


def data(figure: Figure) -> Data:
    """What a figure shows: its words, and the artists of its axes."""
    figure.draw_without_rendering()  # which settles limits and ticks
    texts = [t.get_text() for t in figure.texts]
    for legend in figure.legends:
        texts += [t.get_text() for t in legend.get_texts()]
    if figure.get_suptitle():
        texts.append(figure.get_suptitle())
    axes = [_axes(ax) for parent in figure.axes for ax in _nested(parent)]
    return {"texts": texts, "axes": axes}


def moving(figure: Figure) -> Iterator[Artist]:
    """What of a figure is in one frame of `d2lcode.plotting.frames`."""
    for ax in figure.axes:
        yield from (a for a in ax.get_children() if _frame(a))


def _frame(artist: Artist) -> str:
    """The frame that an artist is in; empty for one in every frame."""
    gid = artist.get_gid() or ""
    return gid if gid.startswith("frame-") else ""


def words(data: Data) -> list[str]:
    """All texts of a figure."""
    return data["texts"] + [t for ax in data["axes"] for t in ax["texts"]]


def _nested(ax: Any) -> Iterator[Axes]:
    yield ax
    for child in ax.child_axes:
        yield from _nested(child)


def _axes(ax: Axes) -> Data:
    sides = [ax.get_title(loc) for loc in ("left", "center", "right")]
    texts = [text for text in sides if text]
    shown = ax.axison
    for axis in (ax.xaxis, ax.yaxis) if shown else ():
        texts += _axis_texts(axis)
    artists = []
    for child in ax.get_children():
        if not child.get_visible() or child is ax.patch:
            continue
        if isinstance(child, Legend):
            texts += [t.get_text() for t in child.get_texts()]
        elif found := artist(child):
            if frame := _frame(child):
                found["frame"] = frame
            artists.append(found)
    return {
        "x": _axis(ax.get_xlim(), ax.get_xscale()),
        "y": _axis(ax.get_ylim(), ax.get_yscale()),
        "shown": shown,
        "texts": texts,
        "artists": artists,
    }


def _axis(limits: tuple[float, float], scale: str) -> Data:
    return {"scale": scale, "limits": _numbers(limits)}


def _axis_texts(axis: Axis) -> list[str]:
    """The label, and the names that stand in place of numbers."""
    texts = [axis.get_label_text()]
    if not isinstance(axis.get_major_formatter(), _OF_NUMBERS):
        texts += [t.get_text() for t in axis.get_ticklabels()]
    return [text for text in texts if text]


def artist(artist: Any) -> Data | None:
    """What is drawn of an artist; None for one that shows nothing."""
    found: Data = {"kind": type(artist).__name__}
    if isinstance(artist, Line2D):
        raw = getattr(artist, "get_data_3d", artist.get_data)(orig=False)
        look = [artist.get_color(), artist.get_linestyle()]
        look += [str(artist.get_marker())]
        found |= {"look": [_color(look[0]), *look[1:]]}
        found |= points(np.column_stack([np.asarray(v) for v in raw]))
    elif isinstance(artist, ContourSet):
        found |= {"curves": [_joined(lines) for lines in artist.allsegs]}
        found |= {"values": _numbers(artist.levels)}
    elif isinstance(artist, Collection):
        found |= _collection(artist)
    elif isinstance(artist, AxesImage):
        found |= _values(artist)
        found |= {"corners": _numbers(artist.get_extent())}
    elif isinstance(artist, FancyArrowPatch):
        found |= {"look": [_color(artist.get_edgecolor())]}
        ends = artist._posA_posB  # type: ignore[attr-defined]
        found |= points(np.asarray(ends))
    elif isinstance(artist, Patch):
        look = [artist.get_facecolor(), artist.get_edgecolor()]
        found |= {"look": [_color(color) for color in look]}
        path = artist.get_patch_transform().transform_path(artist.get_path())
        found |= points(np.asarray(path.vertices))
    elif isinstance(artist, Text):
        if not artist.get_text() and not isinstance(artist, Annotation):
            return None
        found |= {"text": artist.get_text()}
        places = [artist.get_position(), getattr(artist, "xy", None)]
        found |= points(np.array([p for p in places if p is not None]))
    else:
        return None
    return found


def _collection(artist: Any) -> Data:
    found: Data = {}
    if isinstance(artist, PathCollection) or len(artist.get_offsets()) > 1:
        found |= points(np.ma.filled(artist.get_offsets(), np.nan))
        found["sizes"] = _numbers(artist.get_sizes())
    elif artist.get_paths():
        paths = [path.vertices for path in artist.get_paths()]
        found |= points(np.vstack(paths))
    if artist.get_array() is not None:
        return found | _values(artist)
    colors = [*artist.get_facecolor(), *artist.get_edgecolor()]
    names = [_color(color) for color in colors]
    if len(set(names)) <= 2:  # one face, one edge
        names = [*dict.fromkeys(names)]
    return found | {"look": names}


def _joined(lines: list[np.ndarray]) -> Data:
    """Lines one after another, with a gap behind each."""
    gap = np.full((1, 2), np.nan)
    parts = [part for line in lines for part in (line, gap)]
    return points(np.vstack(parts)) if parts else {}


def _values(artist: Any) -> Data:
    """The numbers that colours stand for."""
    shown: np.ndarray = np.ma.filled(
        np.ma.asarray(artist.get_array(), float), np.nan
    )
    limits = [v for v in artist.get_clim() if v is not None]
    return {
        "shape": list(shown.shape),
        "values": _numbers(shown.ravel()),
        "range": _numbers(limits),
        "look": [artist.get_cmap().name],
    }


def _color(color: Any) -> str:
    return to_hex(color, keep_alpha=True)


def points(places: np.ndarray) -> Data:
    """The places of an artist, a list for each axis."""
    names = ("x", "y", "z")
    columns = np.atleast_2d(places).T if np.size(places) else []
    return {n: _numbers(c) for n, c in zip(names, columns, strict=False)}


def _numbers(values: Any) -> Numbers:
    """Rounded, as many digits as it takes to tell them apart."""
    numbers = np.asarray(values, dtype=float).ravel()
    finite = numbers[np.isfinite(numbers)]
    digits = 4
    if finite.size and (span := float(np.ptp(finite))):
        digits += max(0, math.ceil(math.log10(abs(finite).max() / span)))
    return [
        float(f"{v:.{min(digits, 12)}g}") if math.isfinite(v) else None
        for v in numbers.tolist()
    ]
