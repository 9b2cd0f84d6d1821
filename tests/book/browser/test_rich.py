"""What the form of a page offers, in a browser, in both languages."""

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from book.layout import LANGUAGES
from book.pack import document, printing
from tests.book.browser.test_accessibility import COLOURS, violations
from tests.book.conftest import listen

PROSE = 'article p a[href="#eq:one-double"]'
CODE = 'article code a[href="#eq:one-triple"]'
INSIDE = """(box => box.left >= 0 && box.right <= innerWidth && box.top >= 0
&& box.bottom <= innerHeight)"""

RIGHT = {"en": "Right.", "zh": "正确。"}
WRONG = {"en": "Not quite.", "zh": "再想想。"}


def preview(page: Page) -> Locator:
    return page.locator("#formula-preview")


def language(page: Page) -> str:
    return str(page.locator("html").get_attribute("lang"))


@pytest.mark.parametrize(("link", "formula"), [(PROSE, "2"), (CODE, "3")])
def test_a_pointer_sees_the_formula(
    rich: Page, link: str, formula: str
) -> None:
    first = rich.locator(link).first
    expect(preview(rich)).to_have_count(0)
    first.hover()
    expect(preview(rich)).to_be_visible()
    expect(preview(rich).locator("mn")).to_have_text(formula)
    assert preview(rich).evaluate(f"e => {INSIDE}(e.getBoundingClientRect())")
    preview(rich).hover()
    rich.wait_for_timeout(200)
    expect(preview(rich)).to_be_visible()
    rich.mouse.move(0, 0)
    expect(preview(rich)).to_have_count(0)


@pytest.mark.parametrize("link", [PROSE, CODE])
def test_a_keyboard_sees_the_formula_and_puts_it_away(
    rich: Page, link: str
) -> None:
    first = rich.locator(link).first
    rich.keyboard.press("Tab")  # the focus is now one that shows
    first.focus()
    expect(preview(rich)).to_be_visible()
    ids = rich.evaluate("[...document.querySelectorAll('[id]')].map(e=>e.id)")
    assert len(ids) == len(set(ids))
    rich.keyboard.press("Escape")
    expect(preview(rich)).to_have_count(0)
    expect(first).to_be_focused()
    rich.keyboard.press("Shift+Tab")
    rich.wait_for_timeout(200)
    rich.keyboard.press("Tab")
    expect(preview(rich)).to_be_visible()
    rich.keyboard.press("Enter")
    rich.wait_for_url(f"**{first.get_attribute('href')}")


def test_a_formula_at_the_edge_stays_in_the_window(rich: Page) -> None:
    rich.set_viewport_size({"width": 360, "height": 600})
    link = rich.locator(CODE)
    link.evaluate("e => e.scrollIntoView({block: 'end'})")
    link.hover()
    expect(preview(rich)).to_be_visible()
    assert preview(rich).evaluate(f"e => {INSIDE}(e.getBoundingClientRect())")
    above = "(a, b) => a.getBoundingClientRect().bottom <= b + 1"
    top = link.bounding_box()
    assert top
    assert preview(rich).evaluate(above, top["y"])


def test_a_tap_follows_the_link(browser: Browser, rich_address: str) -> None:
    context = browser.new_context(has_touch=True)
    page = context.new_page()
    page.goto(f"{rich_address}en/part/one.html")
    page.locator(PROSE).first.tap()
    page.wait_for_url("**#eq:one-double")
    page.wait_for_timeout(200)
    expect(preview(page)).to_have_count(0)
    context.close()


def test_a_formula_is_seen_from_disk(
    browser: Browser, rich_site: Path
) -> None:
    page = browser.new_page()
    complaints = listen(page, rich_site.as_uri())
    page.goto((rich_site / "zh/part/one.html").as_uri())
    page.locator(CODE).hover()
    expect(preview(page)).to_be_visible()
    page.close()
    assert complaints == []


def test_a_label_is_seen_as_a_number_and_copied_as_a_label(
    rich: Page, rich_site: Path
) -> None:
    rich.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = rich.locator(CODE)
    seen = link.evaluate("e => getComputedStyle(e, '::after').content")
    assert seen == '"(2)"'
    assert link.locator("span").evaluate("e => e.offsetWidth") == 0
    expect(link).to_have_accessible_name("(2)")
    rich.locator(".md-code__button").first.press("Enter")
    rich.wait_for_function(
        "navigator.clipboard.readText().then(text => text.endsWith("
        "'return 2 * x  # (B, H), eq:one-double, eq:one-triple'))"
    )
    rich.locator(".rooms button").last.click()
    said = rich.locator(".rooms [role=status]")
    expect(said).not_to_be_empty()
    script = rich_site / language(rich) / "notebooks/part/one.py"
    copied = rich.evaluate("navigator.clipboard.readText()")
    assert copied == script.read_text(encoding="utf-8")


def test_a_choice_made_by_keyboard_shows_its_reason(rich: Page) -> None:
    reasons = rich.locator(".reason")
    expect(reasons).to_have_count(3)
    for number in range(3):
        expect(reasons.nth(number)).to_be_hidden()
    choices = rich.locator("article").get_by_role("radio")
    choices.first.focus()
    rich.keyboard.press("Space")
    expect(reasons.nth(0)).to_be_visible()
    expect(reasons.nth(0)).to_contain_text(WRONG[language(rich)])
    rich.keyboard.press("ArrowDown")
    expect(choices.nth(1)).to_be_checked()
    expect(reasons.nth(0)).to_be_hidden()
    expect(reasons.nth(1)).to_be_visible()
    expect(reasons.nth(1)).to_contain_text(RIGHT[language(rich)])
    expect(reasons.nth(2)).to_be_hidden()
    signs = [
        reasons.nth(n)
        .locator("b")
        .first.evaluate("e => getComputedStyle(e, '::before').content")
        for n in (0, 1)
    ]
    assert [sign[1] for sign in signs] == ["✗", "✓"]


def test_a_choice_needs_no_script(browser: Browser, rich_address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{rich_address}en/part/one.html")
    expect(page.locator(".reason >> nth=1")).to_be_hidden()
    page.locator(".choice label").nth(1).click()
    expect(page.locator(".reason").nth(1)).to_be_visible()
    group = page.get_by_role("group", name="A GRU keeps")
    expect(group.get_by_role("radio")).to_have_count(3)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(rich: Page, scheme: str) -> None:
    rich.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    rich.set_viewport_size({"width": 1440, "height": 800})
    rich.evaluate(
        "document.querySelectorAll('details').forEach(e => e.open = true)"
    )
    found = []
    for number in range(2):  # right and wrong
        rich.locator("article").get_by_role("radio").nth(number).check()
        found += violations(rich, ".question", runOnly=COLOURS)
    rich.keyboard.press("Tab")
    rich.locator(CODE).focus()
    expect(preview(rich)).to_be_visible()
    found += violations(rich)
    assert found == []


@pytest.mark.parametrize("width", [360, 1440])
def test_the_rich_page_fits(rich: Page, width: int) -> None:
    rich.set_viewport_size({"width": width, "height": 800})
    rich.locator("article").get_by_role("radio").first.check()
    rich.wait_for_function(
        "document.documentElement.scrollWidth <= innerWidth"
    )


def test_both_languages_of_a_question_stand_side_by_side(rich: Page) -> None:
    rich.locator(".rooms button").first.click()
    rich.locator("article.both").wait_for()
    assert rich.locator("legend > .pair").count() == 1
    assert rich.locator(".choice label > span > .pair").count() == 2
    assert rich.locator(".reason .pair").count() == 3
    assert rich.locator(".head > .pair").count() == 1


def test_a_link_opens_the_second_reading(rich: Page) -> None:
    closed = rich.locator("details.info")
    assert closed.get_attribute("open") is None
    rich.locator(CODE).click()
    expect(rich.locator("details.info[open] .equation")).to_be_visible()


LOOK = """e => { const style = getComputedStyle(e);
  const title = getComputedStyle(e.firstElementChild);
  return [style.borderTopStyle, title.backgroundColor]; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_second_reading_looks_like_nothing_else(
    rich: Page, scheme: str
) -> None:
    rich.emulate_media(color_scheme=scheme)
    looks = [
        rich.locator(kind).evaluate(LOOK)
        for kind in (".info", ".success", ".note", ".question")
    ]
    borders, grounds = zip(*looks, strict=True)
    assert borders == ("dashed", "solid", "solid", "solid")
    assert len(set(grounds)) == 4


def test_the_head_leads_to_what_the_chapter_needs(rich: Page) -> None:
    head = rich.locator("h1 + .head")
    expect(head).to_contain_text(
        {"en": "about 2.5 hours", "zh": "约 2.5 小时"}[language(rich)]
    )
    head.get_by_role("link").click()
    rich.wait_for_url("**/part/two.html")
    title = {"en": "The other one", "zh": "另一章"}[language(rich)]
    expect(rich.locator("h1")).to_contain_text(title)
    expect(rich.locator(".head")).to_have_count(0)


@pytest.fixture(scope="module")
def printed(browser: Browser, rich_site: Path) -> dict[str, str]:
    """The text of the PDF in each language."""
    texts = {}
    for language in LANGUAGES:
        made = document.assemble(rich_site.parent, language)
        pdf = PdfReader(BytesIO(printing.print_(browser, made)))
        pages = (page.extract_text() for page in pdf.pages)
        texts[language] = " ".join(" ".join(pages).split())
    return texts


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "en",
            "Builds on: The other one|A.|the candidate|B.|C."
            "|whatever|A.|Not quite.|B.|Right.|C.|Not quite.",
        ),
        (
            "zh",
            "先读|A.|候选状态|B.|C.|无关|A.|再想想|B.|正确|C.|再想想",
        ),
    ],
)
def test_on_paper_the_answers_stand_at_the_end(
    printed: dict[str, str], language: str, parts: str
) -> None:
    place = 0
    for part in parts.split("|"):
        assert part in printed[language][place:], (part, printed[language])
        place = printed[language].index(part, place) + len(part)


def test_the_built_site_has_nothing_of_the_preview(rich_site: Path) -> None:
    page = rich_site / "en" / "part" / "one.html"
    assert "preview" not in page.read_text(encoding="utf-8")
