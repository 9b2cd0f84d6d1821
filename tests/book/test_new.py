"""A new chapter has its form, and cannot pass as finished."""

from pathlib import Path

import pytest

from book import chapters, check, new

TITLES = {"en": "Dropout: why", "zh": "暂退法"}


def test_a_new_chapter_has_its_rooms_and_entries(small_book: Path) -> None:
    made = new.create(small_book, "part/drop_out", TITLES)
    assert [p.relative_to(small_book).as_posix() for p in made] == [
        "docs/en/part/drop_out.md",
        "docs/zh/part/drop_out.md",
        "d2lcode/part/drop_out.py",
        "tests/part/test_drop_out.py",
        "d2lcode/part/__init__.py",
    ]
    for language in ("en", "zh"):
        assert chapters.navigation(small_book, language) == [
            "part/one",
            "part/drop_out",
        ]


def test_it_has_the_form_and_cannot_pass(small_book: Path) -> None:
    new.create(small_book, "part/drop_out", TITLES)
    found = [str(p) for p in check.problems(small_book)]
    empty = [text for text in found if "nothing under" in text]
    assert len(empty) == 2 * (1 + len(chapters.SECTIONS))
    rest = [text for text in found if text not in empty]
    assert all("`description:`" in t or "both blocks" in t for t in rest)


def test_a_new_part(small_book: Path) -> None:
    parts = {"en": "Vision", "zh": "视觉"}
    new.create(small_book, "vision/boxes", TITLES, parts)
    config = (small_book / "mkdocs.zh.yml").read_text(encoding="utf-8")
    assert config.endswith("  - 视觉:\n      - 暂退法: vision/boxes.md\n")
    assert chapters.navigation(small_book, "en")[-1] == "vision/boxes"


def test_what_follows_the_navigation_stays(small_book: Path) -> None:
    config = small_book / "mkdocs.yml"
    before = config.read_text(encoding="utf-8")
    config.write_text(before + "\nextra: {}\n", encoding="utf-8")
    new.create(small_book, "vision/boxes", TITLES, {"en": "V", "zh": "视"})
    assert config.read_text(encoding="utf-8") == (
        before
        + "  - V:\n      - 'Dropout: why': vision/boxes.md\n\nextra: {}\n"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gru", "PART/CHAPTER"),
        ("Part/gru", "PART/CHAPTER"),
        ("../part/gru", "PART/CHAPTER"),
        ("part/one", "docs/en/part/one.md exists already"),
        ("vision/boxes", "'vision' is a new part"),
    ],
)
def test_refused_names(name: str, message: str, small_book: Path) -> None:
    def tree() -> dict[str, str]:
        return {
            str(p): p.read_text(encoding="utf-8")
            for p in small_book.rglob("*.*")
            if p.is_file()
        }

    before = tree()
    with pytest.raises(ValueError, match=message):
        new.create(small_book, name, TITLES)
    assert tree() == before
