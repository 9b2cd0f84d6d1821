"""Words of the other language say so."""

import re
from pathlib import Path

import pytest

from book.foreign import mark
from book.pages import LANGUAGES


@pytest.mark.parametrize(
    "language, page, marked",
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
        ("en", '<a lang="zh" href="">中文</a>, naïve “words”', []),
    ],
)
def test_foreign_words(language: str, page: str, marked: list[str]) -> None:
    done = mark(page, language)
    other = "en" if language == "zh" else "zh"
    assert re.findall(f"<span lang={other}>(.*?)</span>", done) == marked
    assert re.sub(r"<span lang=\w+>(.*?)</span>", r"\1", done) == page


def test_code_is_english() -> None:
    page = '<div class="language-python highlight"><pre># add</pre></div>'
    assert mark(page, "zh").startswith('<div lang=en class="language-')
    assert mark(page, "en") == page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_site_is_marked(site: Path, language: str) -> None:
    """What is left of the other language stands in code and formulas."""
    for path in (site / language).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        said = re.search(r'<html lang="?(\w+)', page)
        assert said and said[1] == language
        assert mark(page, language) == page, path
