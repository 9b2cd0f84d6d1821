"""A new chapter has its form, and cannot pass as finished."""

from pathlib import Path

import pytest

from book import layout
from book.check.problems import problems
from book.edit import new
from book.errors import OrderError

TITLES = {"en": "Dropout: why", "zh": "暂退法"}

ASKED = (
    "needs a `description:`",
    "needs `hours:`",
    "each mistake has three paragraphs",
    "0 notes `!!! question",
    "words: a chapter has 1500 to 2500",
)


def test_a_new_chapter_has_its_rooms_and_entries(small_book: Path) -> None:
    made = new.create(small_book, "part/drop_out", TITLES)
    assert [p.relative_to(small_book).as_posix() for p in made] == [
        "docs/en/part/drop_out.md",
        "docs/zh/part/drop_out.md",
        "d2lcode/part/drop_out.py",
        "tests/part/test_drop_out.py",
        "drawings/part/drop_out.py",
        "book/words/comments/part/drop_out.yml",
        "d2lcode/part/__init__.py",
    ]
    for language in ("en", "zh"):
        assert layout.navigation(small_book, language) == [
            "part/one",
            "part/drop_out",
        ]


def test_it_has_the_form_and_cannot_pass(small_book: Path) -> None:
    new.create(small_book, "part/drop_out", TITLES)
    found = [str(p) for p in problems(small_book)]
    empty = [text for text in found if "nothing under" in text]
    assert len(empty) == 2 * (1 + len(layout.SECTIONS))
    undrawn = [text for text in found if "it draws nothing" in text]
    assert len(undrawn) == 1 and "drawings/part/drop_out.py:1" in undrawn[0]
    asked = [text for text in found if any(a in text for a in ASKED)]
    rest = [t for t in found if t not in (*empty, *undrawn, *asked)]
    assert rest and all("both blocks" in text for text in rest)


@pytest.mark.parametrize("asked", ASKED)
def test_what_the_form_asks_for_is_named(asked: str, small_book: Path) -> None:
    new.create(small_book, "part/drop_out", TITLES)
    found = [str(p) for p in problems(small_book) if asked in str(p)]
    assert any("docs/en/part/drop_out.md" in text for text in found)


def test_a_new_part(small_book: Path) -> None:
    parts = {"en": "Vision", "zh": "视觉"}
    new.create(small_book, "vision/boxes", TITLES, parts)
    config = (small_book / "mkdocs.zh.yml").read_text(encoding="utf-8")
    assert config.endswith("  - 视觉:\n      - 暂退法: vision/boxes.md\n")
    assert layout.navigation(small_book, "en")[-1] == "vision/boxes"


def test_a_new_part_follows_the_last_part(small_book: Path) -> None:
    config = small_book / "mkdocs.yml"
    before = config.read_text(encoding="utf-8")
    after = "  - Labs:\n      - labs/index.md\n  - Corrections: fixes.md\n"
    config.write_text(before + after, encoding="utf-8")
    new.create(small_book, "vision/boxes", TITLES, {"en": "V", "zh": "视"})
    assert config.read_text(encoding="utf-8") == (
        before + "  - V:\n      - 'Dropout: why': vision/boxes.md\n" + after
    )


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
        ("data/gru", "'data' cannot be a part"),
        ("book/gru", "'book' cannot be a part"),
        ("labs/gru", "'labs' cannot be a part"),
        ("drawings/gru", "'drawings' cannot be a part"),
        ("helper/gru", "'helper' cannot be a part"),
        ("part/class", "'class' is a word of Python's"),
        ("lambda/gru", "'lambda' is a word of Python's"),
        ("part/index", "'index' is the opening of a part"),
    ],
)
def test_refused_names(name: str, message: str, small_book: Path) -> None:
    (small_book / "d2lcode/helper.py").touch()

    def tree() -> dict[str, str]:
        return {
            str(p): p.read_text(encoding="utf-8")
            for p in small_book.rglob("*.*")
            if p.is_file()
        }

    before = tree()
    with pytest.raises(OrderError, match=message):
        new.create(small_book, name, TITLES)
    assert tree() == before


def test_all_files_or_none(
    small_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {p: p.is_file() and p.read_bytes() for p in small_book.rglob("*")}
    replace, calls = Path.replace, []

    def refuse(path: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise PermissionError(13, "Permission denied", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        new.create(small_book, "vision/boxes", TITLES, {"en": "V", "zh": "视"})
    after = {p: p.is_file() and p.read_bytes() for p in small_book.rglob("*")}
    assert after == before


@pytest.mark.parametrize(
    ("argument", "title"),
    [
        ("暂退法", "暂退法"),
        ("暂退法".encode().decode("ascii", "surrogateescape"), "暂退法"),
    ],
)
def test_what_was_typed_is_read_in_any_locale(
    argument: str, title: str
) -> None:
    assert new.typed(argument) == title


def test_what_is_in_no_encoding_is_refused() -> None:
    with pytest.raises(OrderError, match="is not readable text"):
        new.typed("caf\udce9")
