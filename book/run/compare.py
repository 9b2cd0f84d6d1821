"""Compare what a page shows with what a run gave, within tolerance.

Two numbers agree if their difference is within the tolerance, relative
to the smaller of them. Both were rounded before they were printed, so
one unit of the last digit shown is allowed beyond that, but only while
the difference stays below twice the tolerance. So

    0.671 and 0.677 agree (0.9 %); 0.67 and 0.68, too: 1.5 %, and
        0.6749 and 0.6751 are printed so;
    0.50 and 0.51 do not (2 %), nor do 0.1 and 0.2, 3. and 4., 1e-3 and
        2e-3: a number with few digits has to agree digit by digit.

What is off by twice the tolerance or more (2 % where the page says
nothing) is therefore always refused, whatever its digits. Whole
numbers ("3", "3.", "93%"), zeros, signs, nan, inf and words have to be
the same. A number near the border of a rounding is not given room
here: rounding noise (`book.run.noise`) makes its author print it
otherwise.
"""

import re
from collections.abc import Iterator

DEFAULT = 0.01
CEILING = 0.2

_NUMBER = re.compile(
    r"(?<![\w.])[-+]?"  # not within a name, a version or another number
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d*|\.\d+|\d+)"
    r"(?:[eE][-+]?\d+)?"
    r"(?!\.?\d)"  # a unit may follow at once: 1.5ms, 93.2%, 2.0j
)
_BESIDE_BRACKETS = re.compile(r"(?<=[(\[])\s+|\s+(?=[)\]])")


def texts(expected: str, actual: str, tolerance: float | None) -> str | None:
    """Return how two outputs differ, or None if they agree."""
    try:
        reasons = list(_differences(expected, actual, allowed(tolerance)))
    except ValueError as error:
        return str(error)
    return "\n".join(reasons) or None


def allowed(tolerance: float | None) -> float:
    """The tolerance that holds: the block's own, or the default.

    Raises: ValueError for one that is not above 0 and up to the ceiling.
    """
    if tolerance is None:
        return DEFAULT
    if not 0 < tolerance <= CEILING:
        raise ValueError(
            f"{100 * tolerance:g} % is no tolerance: it has to be above 0 "
            f"and at most {100 * CEILING:g} %. Mend the experiment, so that "
            "its numbers hold: a mean over seeds, a rank, a count with room"
        )
    return tolerance


def agree(shown: str, came: str, rtol: float) -> bool:
    """Whether two printed numbers agree within a relative tolerance."""
    if _is_whole(shown) and _is_whole(came):
        return _whole(shown) == _whole(came)
    old, new = _value(shown), _value(came)
    if old == new:
        return True
    if _is_whole(shown) or _is_whole(came) or (old < 0) != (new < 0):
        return False
    gap, scale = abs(old - new), min(abs(old), abs(new))
    unit = max(_unit(shown), _unit(came))
    slack = 1 + 1e-9  # decimals are not exact in binary
    return gap <= slack * rtol * scale or (
        gap - unit <= slack * rtol * scale and slack * gap < 2 * rtol * scale
    )


def _differences(expected: str, actual: str, rtol: float) -> Iterator[str]:
    shown, came = (_lines(t) for t in (expected, actual))
    for number, (old, new) in enumerate(zip(shown, came, strict=False), 1):
        reason = _line(old, new, rtol)
        if reason:
            yield f"line {number}: {reason}\n  page: {old}\n  run:  {new}"
    if len(shown) != len(came):
        yield f"the page shows {len(shown)} lines, the run {len(came)}"


def _lines(text: str) -> list[str]:
    """Lines without what alignment and the sign of a number change."""
    lines = text.replace("\u2212", "-").strip().splitlines()
    return [_BESIDE_BRACKETS.sub("", " ".join(line.split())) for line in lines]


def _line(old: str, new: str, rtol: float) -> str | None:
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return "the words differ"
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    for shown, came in pairs:
        if not agree(shown, came, rtol):
            return f"{shown} came as {came} (tolerance {100 * rtol:g} %)"
    return None


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _whole(number: str) -> int:
    """A number of any length, exactly: a float has 16 digits."""
    return int(number.replace(",", "").rstrip("."))


def _is_whole(number: str) -> bool:
    return re.fullmatch(r"[-+]?[\d,]+\.?", number) is not None


def _unit(number: str) -> float:
    """One unit of the last digit shown: 0.01 for "1.23", 10 for "1.2e2"."""
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(f"1e{int(exponent or 0) - decimals}")
