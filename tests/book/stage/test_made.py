"""What the build makes in the place of a comment: lists, an example."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.check import openings
from book.errors import BookError
from book.layout import LANGUAGES, ROOT, navigation, page
from book.page.blocks import parse, read
from book.stage import contents, example, made
from book.stage.pages import stage_pages

Edit = Callable[[str, str, str], None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_names_all_that_the_navigation_has(language: str) -> None:
    text = contents.book_contents(ROOT, language)
    names = [n for n in navigation(ROOT, language) if "/" in n]
    addresses = [
        page(Path(), "", n).relative_to("docs").as_posix() for n in names
    ]
    places = [text.index(f"]({address})") for address in addresses]
    assert places == sorted(places)
    assert len(text.splitlines()) == len(names)


def test_an_opening_says_what_each_chapter_promises() -> None:
    text = contents.part_contents(ROOT, "en", "recurrent/index")
    gru = read(ROOT / "docs/en/recurrent/gru.md")
    assert "Gated recurrent units](gru.md)" in text
    assert str(gru.meta["description"]) in text
    labs = contents.part_contents(ROOT, "zh", "labs/index")
    assert "](house_prices.ipynb)" in labs


def test_it_stands_where_the_comment_stood(
    small_book: Path, tmp_path: Path
) -> None:
    for language in LANGUAGES:
        (small_book / "docs" / language / "home.md").write_text(
            "# Home\n\nA word.\n\n<!--book:chapters-->\n\nThe end.\n",
            encoding="utf-8",
        )
    folder = tmp_path / "staged"
    stage_pages(small_book, "en", folder)
    made.stage_made(small_book, "en", folder)
    assert (folder / "home.md").read_text(encoding="utf-8") == (
        "# Home\n\nA word.\n\n- **[1 Part](part/one.md)**\n"
        "    - [1.1 One](part/one.md)\n\nThe end.\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_shows_what_its_example_has(language: str) -> None:
    home = read(ROOT / "docs" / language / "index.md")
    (block,) = [b for b in home.blocks if b.info.startswith("example")]
    text = example.example(ROOT, home, block)
    _, name, label, listing, figure = block.info.split()
    chapter = read(ROOT / "docs" / language / f"{name}.md")
    assert f"\\label{{{label}}}" in text
    assert f"def {listing}(" in text and f"# {label}" in text
    assert f"]({name.rpartition('/')[0]}/{figure} " in text
    outputs = [b.text for b in chapter.blocks if b.kind == "output"]
    assert sum(output in text for output in outputs) == 1
    assert f"]({name}.md)" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("a/b", "say which"),
        ("no/page eq:x f g.svg", "there is no chapter no/page"),
        ("mlp/weight_decay eq:no ridge x.svg", "not one formula eq:no"),
        ("mlp/weight_decay eq:decay-ridge no x.svg", "not one listing no"),
        ("mlp/weight_decay eq:decay-ridge ridge no.svg", "one figure no.svg"),
    ],
)
def test_an_example_of_nothing_is_refused(asked: str, said: str) -> None:
    lines = ["# Home", "", f"<!--book:example {asked}-->"]
    home = parse(ROOT / "docs/en/index.md", lines)
    with pytest.raises(BookError, match=f"index.md:3: .*{said}"):
        example.example(ROOT, home, home.blocks[1])


def test_an_opening_without_a_chapter_is_refused(
    small_book: Path, edit: Edit
) -> None:
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        edit(config, "      - ", "      - part/index.md\n      - ")
    opening = small_book / "docs/en/part/index.md"
    for text, found in (
        ("# Part\n", ["does not name the chapter part/one"]),
        ("# Part\n\n- [One](one.md)\n", []),
        ("# Part\n\n<!--book:chapters-->\n", []),
    ):
        opening.write_text(text, encoding="utf-8")
        problems = [p.message for p in openings.problems(small_book)]
        assert len(problems) == len(found)
        for problem, part in zip(problems, found, strict=True):
            assert part in problem


def test_this_book_has_no_such_opening() -> None:
    assert list(openings.problems(ROOT)) == []
