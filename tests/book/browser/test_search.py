"""What a reader types, and what is found."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from book import files
from book.layout import LANGUAGES
from book.words.site import words

QUERIES: dict[str, dict[str, str | list[str]]] = files.data(
    Path(__file__).with_name("queries.yml")
)
ASK = """queries => {
    const input = document.querySelector(".book-found input");
    return queries.map(query => {
        input.value = query;
        input.dispatchEvent(new Event("change"));
        const hits = document.querySelectorAll(".book-found li > a");
        return [...hits].slice(0, 3).map(({ pathname, hash }) =>
            pathname.split("/").slice(2).join("/").replace(".html", "") + hash
        );
    });
}"""
"""Ask for each query; return the first three hits that are shown."""


def search(page: Page, address: str, text: str = "") -> None:
    """Open the search on a page; write into it, as no key would."""
    page.goto(address)
    page.keyboard.press("/")
    page.wait_for_function("globalThis.bookSearch?.index")
    if text:
        page.fill(".book-found input", text)
        page.locator(".book-found li a").first.wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_readers_type_is_found(
    page: Page, address: str, language: str
) -> None:
    search(page, f"{address}{language}/index.html", "GRU")
    asked = QUERIES[language]
    found = page.evaluate(ASK, list(asked))
    wrong = {
        query: hits
        for (query, wanted), hits in zip(asked.items(), found, strict=True)
        if not _right(wanted, hits)
    }
    assert wrong == {}


def _right(wanted: str | list[str], hits: list[str]) -> bool:
    """Whether the page of the first hit, and one of the sections, is right."""
    places = [wanted] if isinstance(wanted, str) else wanted
    first = "".join(hits[:1]).partition("#")[0]
    return any(
        place == first or (place in hits and place.startswith(f"{first}#"))
        for place in places
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_is_found_by_its_title(
    page: Page, address: str, language: str
) -> None:
    """... and by the name that it has in the menu."""
    search(page, f"{address}{language}/index.html", "GRU")
    titles: list[list[str]] = page.evaluate(
        "bookSearch.index.pages.filter(p => p[3] === 1)"
        '.map(p => [p[0].replace(".html", ""), p[1]])'
    )
    found = page.evaluate(ASK, [title for _, title in titles])
    wrong = {
        title: hits
        for (name, title), hits in zip(titles, found, strict=True)
        if not hits or hits[0].partition("#")[0] != name
    }
    assert len(titles) > 15
    assert wrong == {}


def test_forms_of_a_word_have_one_stem(page: Page, address: str) -> None:
    search(page, f"{address}en/index.html")
    for forms in (
        ["standardize", "standardized", "standardizing", "standardization"],
        ["regularisation", "regularizing", "regularizers"],
        ["gradient", "gradients"],
        ["loss", "losses"],
        ["bias", "biases"],
        ["query", "queries"],
        ["overfit", "overfitting"],
        ["batch", "batches"],
        ["propagate", "propagation", "propagating"],
        ["gate", "gates", "gated", "gating"],
    ):
        stems = page.evaluate("w => w.map(bookSearch.stem)", forms)
        assert len(set(stems)) == 1, forms
    different = page.evaluate(
        "['normal', 'normalize', 'not', 'notation'].map(bookSearch.stem)"
    )
    assert len(set(different)) == 4


def test_an_input_method_needs_no_key(page: Page, address: str) -> None:
    """Letters, then a candidate that is tapped; half a word shows nothing."""
    search(page, f"{address}zh/index.html")
    first = page.locator(".book-found li a").first
    typing = page.context.new_cdp_session(page)
    for text in ("guo", "guo'ni'he"):
        typing.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": 9, "selectionEnd": 9},
        )
    typing.send("Input.insertText", {"text": "过拟合"})
    expect(first).to_have_attribute(
        "href", re.compile("/mlp/model_selection.html")
    )
    expect(page.locator(".book-found input")).to_have_value("过拟合")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_words_come_before_any(
    page: Page, address: str, language: str
) -> None:
    said = words("script", language)
    text = {"en": "gradient zebra", "zh": "梯度 斑马线"}[language]
    search(page, f"{address}{language}/index.html", text)
    status = page.locator(".book-found [role=status]")
    expect(status).to_have_text(said["found_some"])
    page.fill(".book-found input", "zebra")
    expect(status).to_have_text(said["found_none"])
    expect(page.locator(".book-found li")).to_have_count(0)
    order = page.evaluate(
        """bookSearch.find(bookSearch.prepare(bookSearch.index),
            "softmax gradient overflow").map(result => result.all)"""
    )
    assert order == sorted(order, reverse=True)
    assert {0, 2} <= set(order)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_is_an_entry_of_its_own(
    page: Page, address: str, language: str
) -> None:
    search(page, f"{address}{language}/index.html", "early stopping")
    second = page.locator(".book-found li >> nth=1 >> a")
    expect(second).to_have_count(1)
    expect(second).to_contain_text("早停")
    second.click()
    page.wait_for_url("**/glossary.html*#early-stopping")
    expect(page.locator("#early-stopping")).to_be_in_viewport()


@pytest.mark.parametrize("language, width", [("en", 1440), ("zh", 390)])
def test_previews_are_short(
    page: Page, address: str, language: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    search(page, f"{address}{language}/index.html", "softmax")
    lines = page.evaluate(
        """[...document.querySelectorAll(".book-found a > :last-child")].map(
            e => e.clientHeight / parseFloat(getComputedStyle(e).fontSize)
        )"""
    )
    assert len(lines) > 10
    assert max(lines) < 3 * 1.6
    sideways = "document.querySelector('.book-found > div')"
    assert page.evaluate(f"{sideways}.scrollWidth <= {sideways}.clientWidth")


@pytest.mark.parametrize(
    "language, text, name", [("en", "regularizing", "mlp/weight_decay"),
                             ("zh", "丢弃法", "mlp/dropout")],
)  # fmt: skip
def test_a_hit_opens_with_its_words_marked(
    page: Page, address: str, language: str, text: str, name: str
) -> None:
    """... and its address is that of the section, without the words."""
    search(page, f"{address}{language}/index.html", text)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{name}.html*")
    page.wait_for_function('CSS.highlights.get("book-search")?.size')
    assert "h=" not in page.url
    marked = page.evaluate(
        """[...CSS.highlights.get("book-search")].map(range =>
            range.startContainer.data.slice(range.startOffset, range.endOffset)
        )"""
    )
    wanted = {"en": "weight decay", "zh": "暂退法"}[language]
    assert wanted in {word.lower() for word in marked}
    # A tap on the header after the way back finds what was found before.
    page.go_back()
    page.click(".book-find")
    expect(page.locator(".book-found")).to_be_visible()


def test_the_search_is_used_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}en/index.html")
    for key in ("/", "Control+k", "s"):
        page.keyboard.press(key)
        expect(page.locator(".book-found input")).to_be_focused()
        page.keyboard.insert_text("half a query")
        page.keyboard.press("Escape")
        expect(page.locator(".book-found")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("gated recurrent units")  # all of it is selected
    links = page.locator(".book-found li a")
    links.first.wait_for()
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}en/recurrent/gru.html**")


def test_an_index_that_is_not_loaded_is_asked_for_again(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    index = "**/search/index.js"
    page.route(index, lambda route: route.abort())
    page.goto(f"{address}en/index.html")
    page.keyboard.press("/")
    status = page.locator(".book-found [role=status]")
    expect(status).to_have_text(words("script", "en")["not_loaded"])
    page.unroute(index)
    page.keyboard.insert_text("dropout")
    page.locator(".book-found li a").first.wait_for()
    page.close()


def test_without_a_script_there_is_no_search(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}en/index.html")
    expect(page.locator(".book-find")).to_be_hidden()
    expect(page.locator(".book-found")).to_be_hidden()
    context.close()
