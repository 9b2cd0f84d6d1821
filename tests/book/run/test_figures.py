"""Figures for both schemes: text that can be read on either page."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from book.layout import LANGUAGES, ROOT
from book.run import figures
from d2lcode.plotting import COLORS, INK

PAGES = {"light": "#fffefb", "dark": "#15181d"}
"""The backgrounds of overrides/assets/stylesheets/book.css."""

TINT = 0.4
"""How opaque the cells are that have text on them."""

Color = tuple[float, ...]


def rgb(color: str) -> Color:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))


def mixed(over: Color, under: Color, share: float) -> Color:
    pairs = zip(over, under, strict=True)
    return tuple(share * o + (1 - share) * u for o, u in pairs)


def contrast(one: Color, other: Color) -> float:
    """The ratio that WCAG 2 defines."""

    def luminance(color: Color) -> float:
        linear = (
            v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
            for v in color
        )
        return sum(
            w * v
            for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
        )

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def fills(color: str) -> Iterator[tuple[str, str]]:
    """The scheme and the fill of adapted text of a colour."""
    svg = f'<style></style><text style="fill: {color}">x</text>'
    style = figures.adapt(svg).partition("</style>")[0]
    always, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    for scheme, rules in (("light", always), ("dark", dark)):
        (fill,) = re.findall(
            rf'text\[style\*="{color}"\], tspan\[style\*="{color}"\]'
            r" \{fill: (#\w{6}) !important\}",
            rules,
        )
        yield scheme, fill


@pytest.mark.parametrize("color", [INK, *COLORS])
def test_text_can_be_read(color: str) -> None:
    for scheme, fill in fills(color):
        assert contrast(rgb(fill), rgb(PAGES[scheme])) >= 4.5


def test_text_can_be_read_on_a_tinted_cell() -> None:
    for (scheme, fill), tint in product(fills(INK), COLORS):
        cell = mixed(rgb(tint), rgb(PAGES[scheme]), TINT)
        assert contrast(rgb(fill), cell) >= 4.5


@pytest.mark.parametrize("color", COLORS)
@pytest.mark.parametrize("page", PAGES.values())
def test_lines_can_be_seen(color: str, page: str) -> None:
    assert contrast(rgb(color), rgb(page)) >= 3


def test_pages_have_the_colours_that_are_tested() -> None:
    sheet = ROOT / "overrides" / "assets" / "stylesheets" / "book.css"
    style = sheet.read_text(encoding="utf-8")
    found = re.findall(r"--md-default-bg-color: (#\w{6});", style)
    assert found == list(PAGES.values())


def test_every_text_of_every_figure_follows_the_scheme() -> None:
    wrong = set()
    for language in LANGUAGES:
        for path in (ROOT / "docs" / language).rglob("*.svg"):
            svg = path.read_text(encoding="utf-8")
            style, _, drawing = svg.partition("</style>")
            texts = re.findall(r"<(?:text|tspan) [^>]*>", drawing)
            for color in re.findall(r"fill: (#\w{6})", "".join(texts)):
                if style.count(f'tspan[style*="{color}"]') != 2:
                    wrong.add(f"{path.name}: {color}")
    assert wrong == set()
