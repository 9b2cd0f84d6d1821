"""The list of all terms."""

import re
from pathlib import Path

import pytest

from book.errors import BookError
from book.layout import LANGUAGES, ROOT
from book.stage import glossary
from book.words import terms


def test_an_entry_names_defines_and_links() -> None:
    english = glossary.entries(ROOT, "en")
    assert (
        "\n\nreset gate *重置门*{ lang=zh } { #reset-gate }\n"
        ":   the gate that says how much of the old state the candidate "
        "sees · [Gated recurrent units](recurrent/gru.md)\n\n"
    ) in english
    chinese = glossary.entries(ROOT, "zh")
    assert (
        "\n\n重置门 *reset gate*{ lang=en } { #reset-gate }\n"
        ":   决定候选状态能看到多少旧状态的门 · "
        "[门控循环单元](recurrent/gru.md)\n\n"
    ) in chinese


@pytest.mark.parametrize(
    "anchor, chapter",
    [
        ("squared-loss", "linear/linear_regression"),  # used there first
        ("dropout", "mlp/dropout"),  # used before, but this is its title
        ("least-squares", "linear/linear_regression"),  # as the base says
    ],
)
def test_the_chapter_that_teaches_or_first_uses_it_is_linked(
    anchor: str, chapter: str
) -> None:
    english = glossary.entries(ROOT, "en")
    assert "\nbias *偏置*" in english
    _, _, entry = english.partition(f"{{ #{anchor} }}\n")
    assert f"]({chapter}.md)" in entry.partition("\n")[0]


def test_a_title_among_the_references_is_no_use(small_book: Path) -> None:
    config = small_book / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    first = "      - Zero: part/zero.md\n      - One"
    config.write_text(text.replace("      - One", first), encoding="utf-8")
    (small_book / "docs/en/part/zero.md").write_text(
        "# Zero\n\n## References {#references}\n\n- On weight decay.\n",
        encoding="utf-8",
    )
    entries = glossary.entries(small_book, "en")
    _, _, entry = entries.partition("{ #weight-decay }\n")
    assert "](part/one.md)" in entry.partition("\n")[0]


def test_english_is_sorted_by_letter_and_chinese_by_sound() -> None:
    anchors = [line.split("#")[1] for line in _heads("en")]
    assert anchors == sorted(anchors)
    names = [line.split(" *")[0] for line in _heads("zh")]
    known = ["chrono 初始化", "动量", "汇聚", "批量大小", "张量", "注意力"]
    assert [name for name in names if name in known] == known


def _heads(language: str) -> list[str]:
    lines = glossary.entries(ROOT, language).splitlines()
    return [line for line in lines if line.endswith(" }") and "*{" in line]


def test_letters_lead_to_their_terms() -> None:
    for language in LANGUAGES:
        text = glossary.entries(ROOT, language)
        jumps = re.findall(r"\[(.)\]\(#(letter-.)\)", text.partition("\n")[0])
        heads = re.findall(r"^## (.) \{ #(letter-.) \}$", text, re.MULTILINE)
        assert jumps == heads == sorted(heads)
        assert len(heads) > 15


@pytest.mark.parametrize(
    ("zh", "sound", "letter"),
    [
        ("白化", "", "B"),
        ("熵", "伤", "S"),
        ("重置门", "虫", "C"),
        ("softmax 回归", "", "S"),
        ("张量", "", "Z"),
    ],
)
def test_a_chinese_term_stands_under_its_sound(
    zh: str, sound: str, letter: str
) -> None:
    term = terms.Term("x", zh, "", "", zh_sound=sound)
    assert glossary.place(term, "zh")[0] == letter


def test_a_rare_character_asks_for_its_sound() -> None:
    with pytest.raises(BookError, match="zh_sound"):
        glossary.place(terms.Term("x", "熵", "", ""), "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_term(site: Path, language: str) -> None:
    page = site / language / "glossary.html"
    text = page.read_text(encoding="utf-8")
    other = "zh" if language == "en" else "en"
    heads = re.findall("<dt .*?</dt>", text)
    names = [re.sub("<[^>]*>", "", head) for head in heads]
    assert sorted(names) == sorted(
        f"{term.name(language)} {term.name(other)}" for term in terms.base()
    )
    assert all(f'<em lang="{other}">' in head for head in heads)
    assert "<dfn" not in text
