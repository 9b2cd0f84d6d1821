"""Numbers of parts and chapters, and which chapter needs which."""

from pathlib import Path

import pytest

from book.layout import LANGUAGES, ROOT, is_chapter, navigation
from book.page import graph, outline

NAV = """\
nav:
  - Home: index.md
  - First:
      - a/index.md
      - One: a/one.md
      - Two: a/two.md
  - Second:
      - Three: b/three.md
  - Labs:
      - labs/index.md
      - Try: labs/try.ipynb
"""


def test_numbers_are_places_in_the_navigation(tmp_path: Path) -> None:
    config = tmp_path / "mkdocs.yml"
    config.write_text(NAV, encoding="utf-8")
    assert outline.numbers(tmp_path, "en") == {
        "a/index": "1",
        "a/one": "1.1",
        "a/two": "1.2",
        "b/three": "2.1",
    }
    one = "      - One: a/one.md\n"
    config.write_text(NAV.replace(one, one + "      - New: a/new.md\n"))
    numbers = outline.numbers(tmp_path, "en")
    assert (numbers["a/new"], numbers["a/two"]) == ("1.2", "1.3")
    parts = outline.outline(tmp_path, "en")
    assert [(p.folder, p.number, p.title) for p in parts] == [
        ("a", "1", "First"),
        ("b", "2", "Second"),
        ("labs", "", "Labs"),
    ]
    assert [e.title for e in parts[2].entries] == ["Try"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_chapter_has_a_number_of_its_own(language: str) -> None:
    numbers = outline.numbers(ROOT, language)
    chapters = list(filter(is_chapter, navigation(ROOT, language)))
    assert numbers.keys() >= set(chapters)
    assert len(set(numbers.values())) == len(numbers)


def test_what_follows_from_others_is_left_out() -> None:
    before = {"a": [], "b": ["a"], "c": ["a", "b"], "d": ["a"]}
    assert graph.reduced(before) == [("a", "b"), ("b", "c"), ("a", "d")]
    circle = {"a": ["b"], "b": ["a"]}
    graph.reduced(circle)  # ends
