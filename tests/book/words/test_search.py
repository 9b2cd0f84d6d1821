"""The words that the search knows, and those that jieba keeps whole."""

from book.layout import ROOT, is_chapter, navigation
from book.words import search
from book.words.terms import Term, base


def test_words_are_the_chinese_parts_of_terms() -> None:
    made = [
        Term("weight decay", "权重衰减", "", ""),
        Term("chrono initialization", "chrono 初始化", "", ""),
        Term("LSTM", "LSTM", "", ""),
    ]
    assert search.words(made) == ["初始化", "权重衰减"]


def test_names_of_a_term_mean_the_same() -> None:
    forms, aliases = ("weight decays",), ("L2 penalty", "权值衰减")
    made = Term("weight decay", "权重衰减", "", "", forms, aliases=aliases)
    first, *others = search.synonyms([made])
    names = ["weight decay", "weight decays", "权重衰减", *aliases]
    assert first == ["weight-decay", *names]
    assert all(group[0] == "" and len(group) > 2 for group in others)


def test_a_name_is_given_once() -> None:
    """A second one would be no mistake, but a word too much."""
    for term in base():
        names = [name.lower() for name in (term.en, *term.en_forms, term.zh)]
        aliases = [name.lower() for name in term.aliases]
        assert not {*names} & {*aliases}, term.en
        assert len({*aliases}) == len(aliases), term.en


def test_chapters_that_teach_a_term_exist() -> None:
    chapters = [name for name in navigation(ROOT, "en") if is_chapter(name)]
    for term in base():
        assert term.chapter in ("", *chapters), term.en
