"""Words of the other language say so."""

from pathlib import Path

import pytest

from book.finish.built import BuiltPage, read
from book.finish.language_spans import mark
from book.layout import LANGUAGES, ROOT, other


def marked(page: BuiltPage) -> list[str]:
    wanted = f"span[lang={other(page.language)}]"
    return [span.text() for span in page.all(wanted)]


@pytest.mark.parametrize(
    "language, text, words",
    [
        ("zh", "权重衰减（weight decay）为", ["weight decay"]),
        ("zh", "Cho, K. 与 van Merriënboer", ["Cho, K", "van Merriënboer"]),
        ("zh", "一个 GRU、A 和 B，第 3 章", []),
        ("zh", "a &amp; b <br> cd", ["cd"]),
        ("zh", "<script>Abc</script><p>Abc</p>", ["Abc"]),
        ("zh", "<head><title>Abc</title></head><header>Abc</header>", ["Abc"]),
        ("zh", '<code>Abc</code><math alttext="Abc"><mi>Abc</mi></math>', []),
        ("zh", '<a href="Abc" title="Abc" lang="en">English</a>', []),
        ("zh", '<html lang="zh"><body class="Abc">Abc</body></html>', ["Abc"]),
        (
            "en",
            "weight decay is 权重衰减，简单 in Chinese",
            ["权重衰减，简单"],
        ),
        ("en", "<b lang=zh>梯度</b>", []),
        ("en", "<b lang=zh><i>梯度</i>下降</b>", []),  # after a tag closed
        ("en", '<p title="a > 梯度">b</p>', []),  # in no attribute
        ("en", '<a lang="zh" href="">中文</a>, naïve “words”', []),
    ],
)
def test_foreign_words(language: str, text: str, words: list[str]) -> None:
    page = read(ROOT, language, "", text)
    before = page.html
    mark(page)
    assert marked(page) == words
    for span in page.all(f"span[lang={other(language)}]"):
        span.unwrap()
    page.tree.merge_text_nodes()
    assert page.html == before


def test_code_is_english() -> None:
    block = '<div class="language-python highlight"><pre># add</pre></div>'
    for language, lang in (("zh", "en"), ("en", None)):
        page = read(ROOT, language, "", block)
        mark(page)
        (div,) = page.all("div")
        assert div.attributes.get("lang") == lang


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_site_is_marked(site: Path, language: str) -> None:
    """What is left of the other language stands in code and formulas."""
    for path in (site / language).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        page = read(ROOT, language, "", text)
        (top,) = page.all("html")
        assert top.attributes["lang"] == language
        mark(page)
        assert page.html == text, path
