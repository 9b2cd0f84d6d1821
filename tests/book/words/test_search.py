"""The words that the search knows."""

import json
from pathlib import Path

import pytest

from book.layout import LANGUAGES
from book.words import search
from book.words.terms import Term


def test_words_are_the_chinese_parts_of_terms() -> None:
    made = [
        Term("weight decay", "权重衰减", "", ""),
        Term("chrono initialization", "chrono 初始化", "", ""),
        Term("LSTM", "LSTM", "", ""),
    ]
    assert search.words(made) == ["初始化", "权重衰减"]


def test_terms_are_words_of_the_index(site: Path) -> None:
    texts = _texts(site, "zh")
    for word in ("梯度裁剪", "门控循环单元", "套索回归"):
        assert f"\u200b{word}\u200b" in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_tooltips_are_not_searched(site: Path, language: str) -> None:
    texts = _texts(site, language).replace("\u200b", "")
    assert "reset gate" in texts
    assert "重置门: " not in texts
    assert "reset gate：" not in texts


def _texts(site: Path, language: str) -> str:
    """What can be found, but for the glossary."""
    index = site / language / "search" / "search_index.json"
    entries = json.loads(index.read_text(encoding="utf-8"))["docs"]
    return "\n".join(
        f"{entry['title']}\n{entry['text']}"
        for entry in entries
        if not entry["location"].startswith("glossary")
    )
