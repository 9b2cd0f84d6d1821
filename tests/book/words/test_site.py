"""What readers are told stands in one place, in both languages."""

import ast
import re
from pathlib import Path

import pytest

from book.layout import LANGUAGES, ROOT, SECTIONS
from book.words import site

CHINESE = re.compile("[\u3400-\u9fff]")
BOOK = ROOT / "book"
MODULES = [
    path.relative_to(BOOK).as_posix()
    for path in sorted(BOOK.rglob("*.py"))
    if path.parent.name != "words"
]
EXCEPTED = {
    "check/exercises.py": "how sentences name an exercise, in patterns",
    "check/references.py": "how sentences cite, in patterns",
    "check/typography.py": "words that are not doubled by accident",
    "formula/vocabulary.py": "the words in formulas",
    "page/numbers.py": "how sentences write numbers, in patterns",
    "pack/cjk_text.py": "which character looks like which radical",
}
"""Modules whose Chinese is data, and no words."""


def chinese(code: str) -> list[str]:
    """The Chinese that a module could show: no comment, no docstring.

    The ends of a range of characters are none.
    """
    tree = ast.parse(code)
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = [
        re.sub("[^ ]-[^ ]", "", node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in silent
    ]
    return [text for text in texts if CHINESE.search(text)]


@pytest.mark.parametrize("name", MODULES)
def test_words_stand_with_the_words(name: str) -> None:
    found = chinese((BOOK / name).read_text(encoding="utf-8"))
    assert (found != []) == (name in EXCEPTED), found


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ('WORDS = {"zh": "目录"}', True),
        ('f"第 {n} 章"', True),
        ('"""目录"""\n\ndef f():\n    """目录"""  # 目录', False),
        ('PATTERN = "[\u4e00-\u9fff]+（[a-z]+）"', False),
    ],
)
def test_chinese_in_code_is_seen(code: str, seen: bool) -> None:
    assert bool(chinese(code)) == seen


@pytest.mark.parametrize("room", sorted(site._all()))
def test_both_languages_say_the_same_with_the_same_facts(room: str) -> None:
    ours, theirs = (site.words(room, language) for language in LANGUAGES)
    assert ours.keys() == theirs.keys()
    for name in ours:
        facts = [re.findall(r"\{[^}]*\}", w[name]) for w in (ours, theirs)]
        assert sorted(facts[0]) == sorted(facts[1]), name


def test_all_words_are_used() -> None:
    """Each section by its name, from the room that says it."""
    code = "".join(
        path.read_text(encoding="utf-8") for path in BOOK.rglob("*.py")
    )
    for script in ROOT.glob("overrides/assets/javascripts/*.js"):
        code += script.read_text(encoding="utf-8")
    unused = [room for room in site._all() if f'"{room}"' not in code]
    assert unused == []
    assert set(site.words("new", "en")) == set(SECTIONS)
    for room in set(site._all()) - {"new", "runs"}:
        for name in site.words(room, "en"):
            known = f'"{name}"' in code or f"WORDS.{name}" in code
            assert known or f'new Error("{name}")' in code, f"{room}: {name}"


def test_the_script_has_the_words_of_its_page(site: Path) -> None:
    from book.words.site import words

    for language in LANGUAGES:
        path = site / language / "assets/javascripts/book.js"
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        assert words("script", language)["close"] in first
        assert not CHINESE.search(rest)
