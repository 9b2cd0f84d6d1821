"""Numbered formulas as they are drawn: nothing over anything else."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from book.layout import LANGUAGES
from book.run.sample import Sample

WIDTHS = (390, 768, 1440)

WRONG = """() => {
  const seen = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const wider = (text, box) =>
    text.left < box.left - 1.5 || text.right > box.right + 1.5;
  const over = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 &&
    a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return [...document.querySelectorAll(".numbered")].flatMap((formula) => {
    const cells = [...formula.querySelectorAll("mtd")];
    const numbers = cells.filter((cell) => cell.matches("[id]"));
    const texts = [...formula.querySelectorAll("mi, mn, mtext")];
    const label = numbers[0].id;
    for (const box of [formula, ...formula.querySelectorAll("*")]) {
      box.scrollLeft = box.scrollWidth;  // where its number is not in front
    }
    const name = (text) => `${label}: ${text.textContent}`;
    const box = (element) => element.getBoundingClientRect();
    return [
      ...texts.filter((text) => wider(seen(text), box(text.closest("mtd"))))
        .map((text) => `${name(text)} leaves its cell`),
      ...texts.filter((text) => wider(seen(text), box(text)))
        .map((text) => `${name(text)} is cut`),
      ...texts.filter((text) => !numbers.some((n) => n.contains(text)) &&
        numbers.some((n) => over(seen(text), seen(n))))
        .map((text) => `${name(text)} lies under a number`),
    ];
  });
}"""
"""What is drawn outside of its cell or its box, or under a number."""


ALONE = """async () => {
  const formulas = document.querySelectorAll(".numbered");
  document.querySelector("article").replaceChildren(...formulas);
  await document.fonts.load("16px 'STIX Two Math'", "x");
}"""
"""Of a page only its formulas: they are laid out anew for each width."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_formula_is_printed_over_itself(
    page: Page, address: str, site: Path, language: str, sample: Sample
) -> None:
    """One evaluation measures all formulas of a page.

    test_browser.py measures those of every page as on a phone.
    """
    found = []
    widths = list(WIDTHS)
    numbered = {
        path: text.count("equation numbered")
        for path in sorted((site / language).glob("*/*.html"))
        if "equation numbered" in (text := path.read_text(encoding="utf-8"))
    }
    assert sum(numbered.values()) > 100
    for path in sample(numbered, 4):
        page.goto(
            f"{address}{path.relative_to(site).as_posix()}",
            wait_until="domcontentloaded",
        )
        page.evaluate(ALONE)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            found += [
                f"{path.name} at {width} px: {wrong}"
                for wrong in page.evaluate(WRONG)
            ]
        widths.reverse()  # the next page is loaded at the width it has
    assert found == []


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ("<mtd><mi>x</mi></mtd>", 0),
        ('<mtd style="width: 2px"><mtext>as wide as this</mtext></mtd>', 0),
        (
            '<mtd style="display: block; width: 2px"><mi>wide</mi></mtd>',
            1,
        ),
        ('<mtd><mi style="margin-right: -40px">wide</mi></mtd>', 2),
    ],
)
def test_what_is_wrong_is_seen(
    browser: Browser, cells: str, wrong: int
) -> None:
    page = browser.new_page()
    page.set_content(
        f'<div class="numbered"><math><mtable><mtr>{cells}<mtd id="eq:a">'
        "<mtext>(1)</mtext></mtd></mtr></mtable></math></div>"
    )
    found = page.evaluate(WRONG)
    page.close()
    assert bool(found) == bool(wrong), found
