"""Compare what a page shows with what a run gave, within tolerance.

Another processor, a GPU or a newer library changes the last digits of
a float, and nothing else: words and integers compare exactly.
"""

import base64
import math
import re
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
from matplotlib import image

FLOATS = 0.01
FIGURES = 0.02

_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w])"
)
_COLOR = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b")
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


def texts(expected: str, actual: str, tolerance: float | None) -> str | None:
    """Return how two outputs differ, or None if they agree.

    A float may be off by the relative `tolerance` (1 % by default), or
    by one unit of the last digit that the page shows.
    """
    rtol = FLOATS if tolerance is None else tolerance
    shown, came = (_lines(t) for t in (expected, actual))
    for number, (old, new) in enumerate(zip(shown, came, strict=False), 1):
        reason = _line(old, new, rtol)
        if reason:
            return f"line {number}: {reason}\n  page: {old}\n  run:  {new}"
    if len(shown) != len(came):
        return f"the page shows {len(shown)} lines, the run {len(came)}"
    return None


def figures(expected: str, actual: str, tolerance: float | None) -> str | None:
    """Return how two SVG figures differ, or None if they agree.

    Coordinates may be off by `tolerance` (2 % by default) of the
    figure's longer side, colours by as much of their range.
    """
    share = FIGURES if tolerance is None else tolerance
    old, new = (ElementTree.fromstring(t) for t in (expected, actual))
    side = max(float(v) for v in (old.get("viewBox") or "0 0 1 1").split())
    for part, other in zip(old.iter(), new.iter(), strict=False):
        reason = _element(part, other, share, share * side)
        if reason:
            return reason
    if len(list(old.iter())) != len(list(new.iter())):
        return "one has more elements than the other"
    return None


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def _line(old: str, new: str, rtol: float) -> str | None:
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return "the words differ"
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    for shown, came in pairs:
        if _is_integer(shown) and _is_integer(came):
            if int(shown) != int(came):
                return f"the integer {shown} came as {came}"
        elif abs(float(shown) - float(came)) > max(
            rtol * abs(float(shown)), 1.000001 * _unit(shown)
        ):
            return f"{shown} came as {came} (tolerance {rtol:.0%})"
    return None


def _is_integer(number: str) -> bool:
    return re.fullmatch(r"[-+]?\d+", number) is not None


def _unit(number: str) -> float:
    """One unit of the last digit shown: 0.01 for "1.23", 10 for "1.2e2"."""
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return math.pow(10.0, int(exponent or 0) - decimals)


def _element(
    old: ElementTree.Element,
    new: ElementTree.Element,
    share: float,
    distance: float,
) -> str | None:
    if old.tag != new.tag:
        return f"<{old.tag}> came as <{new.tag}>".replace(_SVG, "")
    if (old.text or "").strip() != (new.text or "").strip():
        reason = texts(old.text or "", new.text or "", share)
        if reason:
            return f"text {old.text!r} came as {new.text!r}"
    if old.tag == f"{_SVG}image":
        return _image(old.get(_HREF, ""), new.get(_HREF, ""), share)
    for name in ("d", "x", "y", "width", "height", "transform", "style"):
        reason = _attribute(
            old.get(name, ""), new.get(name, ""), share, distance
        )
        if reason:
            return f"{name} of <{old.tag}>: {reason}".replace(_SVG, "")
    return None


def _attribute(
    old: str, new: str, share: float, distance: float
) -> str | None:
    colors = zip(_COLOR.findall(old), _COLOR.findall(new), strict=False)
    for shown, came in colors:
        gap = max(
            abs(int(a, 16) - int(b, 16))
            for a, b in zip(shown, came, strict=True)
        )
        if gap > 255 * share:
            return f"colour #{''.join(shown)} came as #{''.join(came)}"
    old, new = _COLOR.sub("colour", old), _COLOR.sub("colour", new)
    if _NUMBER.sub("#", old).split() != _NUMBER.sub("#", new).split():
        return f"{old[:60]!r} came as {new[:60]!r}"
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    for shown, came in pairs:
        if abs(float(shown) - float(came)) > distance:
            return f"{shown} came as {came} (tolerance {distance:.1f})"
    return None


def _image(old: str, new: str, share: float) -> str | None:
    first, second = (
        image.imread(BytesIO(base64.b64decode(data.partition(",")[2])))
        for data in (old, new)
    )
    if first.shape != second.shape:
        return f"image {first.shape} came as {second.shape}"
    gap = float(np.abs(first - second).mean())
    return f"image differs by {gap:.3f}" if gap > share else None
