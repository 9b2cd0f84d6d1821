"""The drawings of a chapter: drawn, and compared with their files.

A chapter's file of drawings is run by its path, whatever else has been
imported. What was drawn is kept in the SVG as that of a figure is:
kinds, looks, words and places of all marks. A check allows a mark to
lie 2 % of the sheet's side elsewhere, as another version of Matplotlib
might put it; what is written follows its code closer than that.
"""

import importlib.util
import math
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from book import files, layout
from book.errors import BookError
from book.layout import LANGUAGES
from book.page.blocks import Page
from book.page.drawings import drawings
from book.run import figures, plotted, session
from book.run.legible import problems
from book.run.plotted import Data, Numbers
from d2lcode.plotting import STYLE

ROOM = 0.02
"""The share of a sheet's side by which a mark may lie elsewhere."""

CLOSE = 0.002
"""The same for what is written: less than a pixel."""

_MODULE = "drawings_of_a_chapter"
_STYLE = ("alpha", "linewidth", "fontsize", "horizontalalignment", "rotation")


@dataclass(frozen=True)
class Drawing:
    """A drawing in English, where its function is, what cannot be read."""

    svg: str
    source: Path
    line: int
    problems: tuple[str, ...]


def draw(page: Page) -> dict[str, Drawing]:
    """All drawings of a page's chapter: file name -> drawing.

    Raises: BookError for a function that fails or returns no sheet.
    """
    source = layout.drawing(page.root, page.name)
    functions = drawings(page.root, page.name)
    if not functions:
        return {}
    drawn = {}
    with (
        session.isolated(),
        mpl.rc_context({**STYLE, "figure.constrained_layout.use": False}),
        _module(page.root, source) as module,
    ):
        for file, (name, line) in functions.items():
            with _named(source, line):
                figure = getattr(getattr(module, name)(), "figure", None)
                if not isinstance(figure, Figure) or not figure.axes:
                    raise TypeError(f"{name}() returns no Sheet")
                svg = figures.adapt(session.svg(figure))
                drawn[file] = Drawing(
                    figures.sealed(svg, _data(figure)),
                    source,
                    line,
                    tuple(problems(figure)),
                )
    return drawn


def differences(page: Page) -> Iterator[str]:
    """Yield where the files of a page's drawings are not what is drawn.

    Raises: BookError for a function that fails or returns no sheet.
    """
    for file, drawing in draw(page).items():
        place = f"{drawing.source.name}:{drawing.line}: {file}"
        yield from (f"{place}: {reason}" for reason in drawing.problems)
        for language in LANGUAGES:
            shown = layout.page(page.root, language, page.name)
            if shown.is_file() and (
                reason := unlike(shown.with_name(file), drawing.svg, language)
            ):
                yield (
                    f"{place}: {language}: {reason}: run python -m book draw "
                    f"docs/en/{page.name}.md"
                )


def unlike(
    path: Path, svg: str, language: str, room: float = ROOM
) -> str | None:
    """How the file of a drawing differs from what was drawn in English."""
    try:
        svg = figures.translate(svg, language)
    except figures.LabelError as error:
        return str(error)
    if not path.is_file():
        return "the file is missing"
    return difference(files.text(path), svg, room)


def difference(expected: str, actual: str, room: float = ROOM) -> str | None:
    """Return how two drawings differ, or None if they agree."""
    old, new = figures.plotted(expected), figures.plotted(actual)
    if old is None or new is None or "sheet" not in old:
        return "the file does not hold what was drawn"
    if not figures.is_as_drawn(expected):
        return "the drawing was changed by hand"
    shown, came = figures.labels(expected), figures.labels(actual)
    if shown != came:
        return f"the texts {shown} came as {came}"
    if _far(old["sheet"], new["sheet"], room * max(old["sheet"])):
        return f"the sheet {old['sheet']} came as {new['sheet']}"
    if len(old["artists"]) != len(new["artists"]):
        return f"{len(old['artists'])} marks came as {len(new['artists'])}"
    for number, (mark, other) in enumerate(
        zip(old["artists"], new["artists"], strict=True), 1
    ):
        if reason := _unlike(mark, other, new["sheet"], room):
            return f"{mark['kind']} {number}: {reason}"
    return None


def _unlike(
    old: Data, new: Data, sheet: Sequence[float], room: float
) -> str | None:
    sides = dict(zip("xy", sheet, strict=True))
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if name in sides and before and after:
            if _far(before, after, room * sides[name]):
                return f"it lies elsewhere ({name})"
        elif before != after:
            return f"{name} {before} came as {after}"
    return None


def _far(old: Numbers, new: Numbers, room: float) -> bool:
    """Whether some numbers are more than `room` apart."""
    if len(old) != len(new):
        return True
    known = [math.nan if v is None else v for v in (*old, *new)]
    pairs = zip(known[: len(old)], known[len(old) :], strict=True)
    return any(
        abs(a - b) > room or math.isnan(a) != math.isnan(b) for a, b in pairs
    )


def _data(figure: Figure) -> Data:
    """What a drawing shows; its words line by line, as an SVG has them."""
    figure.draw_without_rendering()
    axes = figure.axes[0]
    marks = (a for a in axes.get_children() if a is not axes.patch)
    lines = [ln for t in axes.texts for ln in t.get_text().split("\n")]
    limits = (*axes.get_xlim(), *axes.get_ylim())
    return {
        "texts": lines,
        "axes": [],
        "sheet": [limits[1] - limits[0], limits[3] - limits[2]],
        "artists": [found for a in marks if (found := _mark(a))],
    }


def _mark(artist: Any) -> Data | None:
    """What is drawn of a mark, with all that says how it looks."""
    if not artist.get_visible() or not (found := plotted.artist(artist)):
        return None
    if isinstance(artist, mpl.patches.FancyArrowPatch):
        found |= plotted.points(np.asarray(artist.get_path().vertices))
    style = [getattr(artist, f"get_{n}", lambda: None)() for n in _STYLE]
    dashes = getattr(artist, "get_linestyle", lambda: "-")()
    style.append("solid" if dashes in ("-", "solid") else "dashed")
    if isinstance(artist, mpl.text.Text):
        style.append(artist.get_color())
    return found | {"style": [str(value) for value in style]}


@contextmanager
def _module(root: Path, source: Path) -> Iterator[ModuleType]:
    """A file as a module, which no other import sees afterwards."""
    spec = importlib.util.spec_from_file_location(_MODULE, source)
    if spec is None or spec.loader is None:
        raise BookError(source, 1, "this is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    path = list(sys.path)
    sys.path.insert(0, str(root))
    try:
        with _named(source, 1):
            spec.loader.exec_module(module)
        yield module
    finally:
        sys.path[:] = path
        del sys.modules[_MODULE]


@contextmanager
def _named(source: Path, line: int) -> Iterator[None]:
    """Say of what fails inside which line of the drawings led there."""
    try:
        yield
    except BookError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f.lineno for f in frames if f.filename == str(source)]
        last = traceback.format_exception_only(error)[-1].strip()
        raise BookError(
            source, (lines and lines[-1]) or line, f"the drawing fails: {last}"
        ) from error
