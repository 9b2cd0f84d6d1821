"""What agrees within tolerance, and what does not."""

import re
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal, getcontext

import pytest

from book.layout import ROOT
from book.page.blocks import Block, find, read
from book.run import compare


@pytest.mark.parametrize(
    ("page", "run"),
    [
        ("", "\n"),
        ("a  b", "a b\n"),
        ("1.000", "1.009"),
        ("-1.000", "-1.009"),
        ("0.00", "-0.00"),
        ("0.67", "0.68"),  # 0.6749 and 0.6751
        ("0.99", "1.00"),
        ("1.23e-05", "1.24e-05"),
        ("tensor([1.00, 2])", "tensor([1.01, 2])"),
        ("[ 0.500, -1.00]", "[0.501, -1.00]"),
        ("nan inf -inf", "nan inf -inf"),
        ("93.2%", "93.9%"),
        ("1.50ms", "1.51ms"),
        ("1.000+2.000j", "1.001+2.001j"),
        ("1,234.5 dollars", "1,240.1 dollars"),
        ("\u22121.00", "-1.00"),
    ],
)
def test_outputs_that_agree(page: str, run: str) -> None:
    assert compare.texts(page, run, None) is None
    assert compare.texts(run, page, None) is None


@pytest.mark.parametrize(
    ("page", "run"),
    [
        ("1", "2"),
        ("100", "101"),
        ("1451", "1451.3"),
        ("tensor(3.)", "tensor(4.)"),
        ("1000.", "1001."),
        ("tensor([0., 1.])", "tensor([1., 0.])"),
        ("tensor([0.25, 0.50])", "tensor([0.50, 0.25])"),
        ("0.1", "0.2"),
        ("0.01", "0.02"),
        ("0.50", "0.51"),
        ("1e-3", "2e-3"),
        ("3e+46", "6e+46"),
        ("0.00", "0.01"),
        ("1.000", "1.012"),
        ("1.000", "-1.000"),
        ("0.001", "-0.001"),
        ("1.23e-05", "1.23e-04"),
        ("1.23e-05", "1.26e-05"),
        ("1.0", "nan"),
        ("inf", "-inf"),
        ("1.000+2.000j", "1.000-2.000j"),
        ("1.000+2.000j", "1.000+2.100j"),
        ("93%", "94%"),
        ("93.2%", "95.1%"),
        ("1.50ms", "1.54ms"),
        ("1.50ms", "1.50s"),
        ("GRU2 1.0", "GRU3 1.0"),
        ("conv1.5", "conv1.501"),
        ("torch 2.10.0", "torch 2.10.1"),
        ("1,234.5", "1,264.5"),
        ("True", "False"),
        ("a", "a\nb"),
        ("1.0 2.0", "1.0"),
    ],
)
def test_outputs_that_differ(page: str, run: str) -> None:
    assert compare.texts(page, run, None) is not None
    assert compare.texts(run, page, None) is not None


def test_every_line_that_differs_is_named() -> None:
    reason = str(compare.texts("1.0\n2.0\n3.0", "1.5\n2.0\n3.5", None))
    assert "line 1" in reason and "line 3" in reason
    assert "line 2" not in reason


def test_another_tolerance() -> None:
    assert compare.texts("100.0", "104.0", None) is not None
    assert compare.texts("100.0", "104.0", 0.05) is None
    assert compare.texts("100.0", "106.0", 0.05) is not None
    assert compare.texts("0.5", "0.6", 0.05) is not None


@pytest.mark.parametrize("tolerance", [0.21, 5, 0, -0.05, float("nan")])
def test_a_tolerance_has_a_ceiling(tolerance: float) -> None:
    reason = compare.texts("1.0", "1.0", tolerance)
    assert reason and "is no tolerance" in reason


NUMBER = re.compile(
    r"(?<![\w.])([-+]?)(\d[\d,]*\.?\d*|\.\d+)((?:[eE][-+]?\d+)?)(?!\.?\d)"
)


def wrong(text: str, share: Decimal) -> Iterator[tuple[str, str]]:
    """Each number of a text falsified, alone, as little as may be caught.

    A whole number by 1, another by the least step of its last digit
    that is a change of `share` or more; both ways, and its sign.
    """
    for match in NUMBER.finditer(text):
        getcontext().prec = 60  # some whole numbers are long
        sign, digits, exponent = match.groups()
        shown = Decimal(digits.replace(",", "").rstrip("."))
        decimals = len(digits.partition(".")[2])
        unit = Decimal(1).scaleb(-decimals)
        is_whole = not decimals and not exponent
        steps = (share * shown / unit).to_integral_value(ROUND_CEILING)
        step = unit if is_whole else max(steps, 1) * unit
        point = "." if digits.endswith(".") else ""
        others = {shown + step, abs(shown - step)} - {shown}
        made = [f"{sign}{v:.{decimals}f}{point}{exponent}" for v in others]
        if shown:
            made.append(f"{'' if sign == '-' else '-'}{digits}{exponent}")
        start, end = match.span()
        for new in made:
            yield f"{match[0]} as {new}", text[:start] + new + text[end:]


def outputs() -> list[tuple[str, Block]]:
    return [
        (f"{path.relative_to(ROOT)}:{block.line}", block)
        for path in find(ROOT / "docs")
        for block in read(path).blocks
        if block.kind == "output"
    ]


def test_every_falsified_number_of_every_page_is_caught() -> None:
    falsified, unseen = 0, []
    for place, block in outputs():
        tolerance = block.tolerance
        if tolerance and tolerance > compare.CEILING:
            continue  # refused whatever it shows
        share = Decimal(repr(2 * (tolerance or compare.DEFAULT)))
        for change, text in wrong(block.text, share):
            falsified += 1
            pairs = ((block.text, text), (text, block.text))
            if not all(compare.texts(*pair, tolerance) for pair in pairs):
                unseen.append(f"{place}: {change}")
    assert unseen == []
    assert falsified > 1000


def test_the_falsifier_finds_every_number() -> None:
    text = "a 0.50, [3., -1.25e-03] 93.2% 1,200 x1.5 2.10.0"
    made = [change for change, _ in wrong(text, Decimal("0.02"))]
    assert "0.50 as 0.51" in made and "3. as 4." in made
    assert "-1.25e-03 as -1.28e-03" in made and "93.2 as 95.1" in made
    assert "1,200 as 1201" in made
    assert not any("1.5" in change or "2.10" in change for change in made)
