"""The entries of works, and how a page prints them."""

from pathlib import Path

import pytest

from book.errors import BookError
from book.words import references

RIGHT = """\
- key: bauer1974computational
  authors: [Friedrich L. Bauer]
  title: "Computational graphs"
  venue: "SIAM Journal on Numerical Analysis 11(1), 87–96"
  year: 1974
  doi: "10.1137/0711010"
- key: vandersluis1969condition
  authors: [Abraham van der Sluis, Åsa Böhning]
  title: "The condition numbers of matrices"
  venue: "Numerische Mathematik 14"
  year: 1969
  doi: "10.1007/(BF)02165096"
  arxiv: "math/0406456"
"""

# what is replaced, by what, the line where it is refused, what is said
WRONG = {
    "no title": ('  title: "Computational graphs"\n', "", 1, "add title"),
    "no authors": ("[Friedrich L. Bauer]", "[]", 1, "add authors"),
    "no venue": ('"Numerische Mathematik 14"', '""', 7, "add venue"),
    "no year": ("  year: 1969\n", "", 7, "add year"),
    "no key": ("- key: bauer1974computational\n  a", "- a", 1, "add key"),
    "no identifier": ('  doi: "10.1137/0711010"\n', "", 1, "add one of doi"),
    "a word for a year": ("year: 1974", "year: soon", 1, "is no year"),
    "authors in a line": (
        "[Friedrich L. Bauer]", "Friedrich L. Bauer", 1, "a list of full",
    ),
    "a field of its own": ("  year: 1974", "  x: 1\n  year: 1974", 1, "no su"),
    "DOI with its address": (
        '"10.1137/0711010"', '"https://doi.org/10.1137/0711010"', 1, "no doi",
    ),
    "DOI without a suffix": ('"10.1137/0711010"', '"10.1137"', 1, "no doi"),
    "arXiv id too short": ('"math/0406456"', '"1234.567"', 7, "no arxiv"),
    "arXiv id as a number": ('"math/0406456"', "1502.01850", 7, "no arxiv"),
    "url without a host": (
        'arxiv: "math/0406456"', 'url: "sluis.html"', 7, "no url",
    ),
    "another's key": (
        "key: vandersluis1969condition", "key: sluis1969condition", 7,
        "the key of this work is vandersluis1969condition",
    ),
    "out of order": (
        "key: bauer1974computational", "key: wauer1974computational", 7,
        "vandersluis1969condition stands behind wauer1974computational",
    ),
    "no YAML": ("- key: bauer1974computational\n  auth", "auth", 2, "YAML"),
}  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "references.yml"
    path.write_text(RIGHT, encoding="utf-8")
    return path


def test_right_entries_are_read(written: Path) -> None:
    works = references.load(written)
    assert [*works] == ["bauer1974computational", "vandersluis1969condition"]
    assert works["bauer1974computational"].year == 1974


def test_no_file_has_no_entries(tmp_path: Path) -> None:
    assert references.load(tmp_path / "references.yml") == {}


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "references.yml"
    path.write_text("bauer: 1974\n", encoding="utf-8")
    (problem,) = references.problems(path)
    assert "not a list of entries" in problem.message


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_refused(case: str, written: Path) -> None:
    old, new, line, said = WRONG[case]
    assert old in RIGHT
    written.write_text(RIGHT.replace(old, new, 1), encoding="utf-8")
    found = list(references.problems(written))
    assert (line, True) in [(p.line, said in p.message) for p in found], found
    with pytest.raises(BookError):
        references.load(written)


def test_the_book_has_right_entries() -> None:
    assert list(references.problems(references.BASE)) == []
    assert len(references.base()) > 100


def test_both_languages_print_the_same_but_for_punctuation(
    written: Path,
) -> None:
    one, two = references.load(written).values()
    assert references.formatted(one, "en") == (
        'Friedrich L. Bauer, "Computational graphs", SIAM Journal on '
        "Numerical Analysis 11(1), 87–96, 1974. "
        "[doi:10.1137/0711010](https://doi.org/10.1137/0711010)."
    )
    assert references.formatted(two, "zh") == (
        "Abraham van der Sluis、Åsa Böhning，“The condition numbers of "
        "matrices”，Numerische Mathematik 14，1969。[doi:10.1007/(BF)02165096]"
        "(https://doi.org/10.1007/%28BF%2902165096)，[arXiv:math/0406456]"
        "(https://arxiv.org/abs/math/0406456)。"
    )
    assert "van der Sluis and Åsa" in references.formatted(two, "en")


def test_of_many_authors_three_are_named() -> None:
    many = references.base()["vaswani2017attention"]
    first = "Ashish Vaswani, Noam Shazeer, Niki Parmar et al., "
    assert references.formatted(many, "en").startswith(first)
    chinese = references.formatted(many, "zh")
    assert chinese.startswith("Ashish Vaswani、Noam Shazeer、Niki Parmar 等，")


def test_a_work_without_a_record_links_its_page() -> None:
    work = references.base()["karpathy2019recipe"]
    assert references.formatted(work, "en").endswith(
        "2019. [karpathy.github.io]"
        "(https://karpathy.github.io/2019/04/25/recipe/)."
    )


def test_keys_at_the_head_of_items_are_written_out() -> None:
    text = "# A\n\n- [@bauer1974computational] Paths.\n\nSee [@x] there.\n"
    path = Path("page.md")
    english = references.filled(path, text, "en")
    assert "0711010). Paths.\n\nSee [@x] there.\n" in english
    assert "\n- Friedrich L. Bauer, " in english
    assert "0711010)。Paths.\n" in references.filled(path, text, "zh")


def test_a_dead_key_is_refused_where_it_stands() -> None:
    with pytest.raises(BookError, match=r"page.md:3: \[@x\]: no such key"):
        references.filled(Path("page.md"), "# A\n\n- [@x] Why.\n", "en")
