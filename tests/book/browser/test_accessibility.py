"""Readers with a keyboard, a screen reader, other eyes or less patience."""

import contextlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooLate

from book.layout import LANGUAGES, is_chapter

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

VIOLATIONS = """async ([context, options]) => {
  const found = await axe.run(
    context, {resultTypes: ["violations", "incomplete"], ...options});
  const describe = ({id, nodes}) =>
    nodes.map(({target, html}) => `${id}: ${target} ${html.slice(0, 100)}`);
  const unseen = (node) =>
    node.any.some(({data}) => data?.messageKey === "equalRatio");
  return [...found.violations, ...found.incomplete.map(({id, nodes}) =>
    ({id, nodes: nodes.filter(unseen)}))].flatMap(describe);
}"""
"""What axe finds, and text in the colour of its ground, which axe takes
for hidden on purpose."""

NARROW = ["region", "scrollable-region-focusable", "target-size"]
"""The rules that a page may break in a narrow window alone."""

COLOURS = ["color-contrast", "link-in-text-block"]
"""... and in another scheme."""

FOCUS = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  // The theme hides these inputs and shows labels for them.
  const seen = focused.matches(".md-option") ? focused.nextElementSibling
    : focused;
  const box = seen.getClientRects()[0] ?? new DOMRect();
  const middle = (from, to, end) =>
    (Math.max(from, 0) + Math.min(to, end)) / 2;
  const hit = document.elementFromPoint(
    middle(box.left, box.right, innerWidth),
    middle(box.top, box.bottom, innerHeight));
  const faults = [];
  if (!seen.checkVisibility({opacityProperty: true, visibilityProperty: true})
      || !hit || !(seen.contains(hit) || hit.contains(seen))) {
    faults.push("is not to be seen");
  }
  const {outlineStyle, outlineWidth} = getComputedStyle(seen);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) {
    faults.push("shows no focus");
  }
  return [focused.cloneNode().outerHTML, faults.join(", ")];
}"""
"""What has the focus, and what is wrong with how it shows that."""

UNFOLD = "document.querySelectorAll('details').forEach(e => e.open = true)"

MOVING = """() => [...document.querySelectorAll("*")].filter((element) =>
  ["", "::before", "::after"].some((part) => {
    const style = getComputedStyle(element, part);
    return style.animationName !== "none" || style.scrollBehavior !== "auto"
      || style.transitionDuration.split(", ").some((time) => time !== "0s");
  })).map((element) => element.cloneNode().outerHTML)"""

REACHABLE = """[...document.querySelectorAll("pre > code")].every(code =>
code.scrollWidth <= code.clientWidth || code.tabIndex >= 0
|| !code.checkVisibility())"""
"""Whether the theme has seen which blocks of code have come to scroll."""


def kind(name: str) -> str:
    """Of which kind a page is; those that are like no other: its name."""
    for part in ("code/d2lcode", "code/tests", "labs"):
        if name.startswith(f"{part}/"):
            return part
    return "chapter" if is_chapter(name) else name


def kinds(folder: Path) -> dict[str, str]:
    """The page of each kind that has most sorts of elements."""
    paths = sorted(folder.rglob("*.html"), key=variety)
    names = [p.relative_to(folder).with_suffix("").as_posix() for p in paths]
    return {kind(name): name for name in names}


@cache
def variety(path: Path) -> int:
    text = path.read_text(encoding="utf-8")
    return len(set(re.findall(r"<\w+(?: class=[^\s>]+)?", text)))


def violations(
    page: Page, context: object = "html", **options: object
) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(VIOLATIONS, [context, options])


def press(page: Page, key: str) -> tuple[str, str] | None:
    """Press a key; return what then has the focus, and what is wrong.

    What the focus opens takes the theme's script a moment.
    """
    page.keyboard.press(key)
    settled = f"(found => !found?.[1])(({FOCUS})())"
    with contextlib.suppress(TooLate):
        page.wait_for_function(settled, timeout=3000)
    return page.evaluate(FOCUS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(
    page: Page, address: str, site: Path, language: str
) -> None:
    """All rules in the light, those on colour in the dark, some on phones.

    The blocks of code are the same in both languages.
    """
    found = {}
    context = {"exclude": [["pre"]]} if language == "zh" else "html"
    names = kinds(site / language)
    assert {"chapter", "code/tests", "labs", "index", "404"} <= set(names)
    for name in names.values():
        page.set_viewport_size({"width": 1440, "height": 800})
        page.emulate_media(color_scheme="light")
        page.goto(f"{address}{language}/{name}.html")
        found[name] = violations(page, context)
        page.set_viewport_size({"width": 360, "height": 800})
        page.wait_for_function(REACHABLE)
        found[f"{name}, phone"] = violations(page, context, runOnly=NARROW)
        page.emulate_media(color_scheme="dark")
        assert page.locator("[data-md-color-scheme=slate]").count()
        found[f"{name}, dark"] = violations(page, context, runOnly=COLOURS)
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "404"])
def test_axe_finds_nothing_at_the_root(
    page: Page, site: Path, name: str, scheme: str
) -> None:
    text = (site / f"{name}.html").read_text(encoding="utf-8")
    page.emulate_media(color_scheme=scheme)
    page.set_content(re.sub("<script>.*?</script>", "", text, flags=re.DOTALL))
    assert violations(page) == []


@pytest.mark.parametrize("language, scheme", [("en", "dark"), ("zh", "light")])
def test_axe_finds_nothing_in_what_opens(
    page: Page, address: str, site: Path, language: str, scheme: str
) -> None:
    """A solution, a tooltip, a figure enlarged, what is found, two columns."""
    page.set_viewport_size({"width": 1440, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    name = kinds(site / language)["chapter"]
    page.goto(f"{address}{language}/{name}.html")
    found = {}
    page.locator("details summary").first.press("Enter")
    page.locator("details[open]").first.wait_for()
    found["solution"] = violations(page, "details")
    page.locator("dfn").first.focus()
    page.locator("dfn [role=tooltip]").first.wait_for()
    found["tooltip"] = violations(page, "p:has(dfn)")
    page.locator("figure > a").first.press("Enter")
    page.locator("dialog[open]").wait_for()
    found["figure"] = violations(page, "dialog")
    page.keyboard.press("Escape")
    page.locator(".book-find").press("Enter")
    page.keyboard.type("GRU")
    page.locator(".book-found li a").first.wait_for()
    found["search"] = violations(page, ".book-found")
    page.keyboard.press("Escape")
    page.locator(".rooms button").first.press("Enter")
    page.locator("article.both").wait_for()
    found["both"] = violations(page, {"exclude": [["pre"]]})
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize("language, width", [("en", 1440), ("zh", 360)])
def test_the_keyboard_reaches_everything_in_sight(
    page: Page, address: str, site: Path, language: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(reduced_motion="reduce")  # each step stands still
    name = kinds(site / language)["chapter"]
    page.goto(f"{address}{language}/{name}.html")
    page.evaluate(UNFOLD)
    reached, faults = [], []
    for _ in range(1000):
        focus = press(page, "Tab")
        if focus is None:
            break
        reached.append(focus[0])
        if focus[1]:
            faults.append(focus)
    assert faults == []
    for part in (
        "md-skip",
        "md-option",
        "book-find",
        "md-code__button",
        "<button type=",
        "<dfn",
        "<summary",
        "title=",
    ):
        assert any(part in element for element in reached), part
    if width == 360:
        assert any('for="__drawer"' in element for element in reached)
    else:
        links = page.locator("a[href]:visible").count()
        assert sum(e.startswith("<a ") for e in reached) >= links - 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_key_skips_to_the_text(
    page: Page, address: str, language: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}{language}/recurrent/gru.html")
    follow(page, "md-skip")
    page.wait_for_url("**#*")
    page.keyboard.press("Tab")
    inside = (
        "document.querySelector('article').contains(document.activeElement)"
    )
    assert page.evaluate(inside)


def test_the_other_language_is_chosen_by_keyboard(
    page: Page, address: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}en/recurrent/gru.html")
    follow(page, 'hreflang="zh"')
    page.wait_for_url(f"{address}zh/recurrent/gru.html")


def test_a_block_is_copied_by_keyboard(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}en/recurrent/gru.html")
    page.locator(".md-code__button").first.press("Enter")
    page.wait_for_function(
        "navigator.clipboard.readText().then(text => text.includes('import'))"
    )


def test_the_menu_of_a_phone_opens_by_keyboard(
    page: Page, address: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}en/recurrent/gru.html")
    follow(page, 'for="__drawer"')
    assert page.locator("#__drawer").is_checked()
    # The menu opens at the part of the page; its title leads back.
    follow(page, 'for="__nav_')
    follow(page, 'href="../index.html"', "Shift+Tab")
    page.wait_for_url(f"{address}en/index.html")


def follow(page: Page, part: str, key: str = "Tab") -> None:
    """Press Tab up to the element that `part` is a part of; press Enter."""
    for _ in range(30):
        element, fault = press(page, key) or ("", "nothing has the focus")
        assert fault == "", element
        if part in element:
            page.keyboard.press("Enter")
            return
    pytest.fail(f"the focus reaches no {part}")


def test_the_scheme_is_chosen_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}en/notation.html")
    page.locator(".md-option").first.focus()
    for scheme in ("default", "slate"):
        page.keyboard.press("ArrowRight")
        body = page.locator("body")
        assert body.get_attribute("data-md-color-scheme") == scheme


def test_nothing_moves_for_those_who_ask(
    page: Page, address: str, site: Path
) -> None:
    page.emulate_media(reduced_motion="reduce")
    name = kinds(site / "en")["chapter"]
    page.goto(f"{address}en/{name}.html")
    assert page.evaluate(MOVING) == []
