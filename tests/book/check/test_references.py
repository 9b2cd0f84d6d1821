"""Refused: a reference without key, a key without entry, a loose citation."""

from pathlib import Path

import pytest

from book.check import references as check
from book.errors import BookError
from book.page.blocks import Page, parse
from book.words import references

BASE = references.base()

PAGE = """\
# One

The ReLU (K. He et al. 2015), the chain rule (Bauer, 1974), and what
Lipton, Wang and Smola (2018, section 3) found of labels. In
August (2019) nothing. {words}

## References {{#references}}

- [@bauer1974computational] The rule as a sum over paths.
- [@he2015delving] Section 2.2.
- [@lipton2018detecting] The estimate.
"""


def page(
    words: str = "", language: str = "en", change: tuple[str, str] = ("", "")
) -> Page:
    text = PAGE.format(words=words)
    assert change[0] in text
    path = Path("/book/docs") / language / "part/one.md"
    return parse(path, text.replace(*change, 1).splitlines())


def found(one: Page) -> list[tuple[int, str]]:
    return [(p.line, p.message) for p in check.of_page(one, BASE)]


def test_a_right_page_passes() -> None:
    assert found(page()) == []


WRONG = {
    "no such key": ("@bauer1974", "@power1974", 9, "no such key"),
    "no key": ("[@bauer1974computational]", "F. Bauer, 1974.", 9, "write `- "),
    "a key in the middle": ("[@he", "See [@he", 10, "write `- "),
    "two keys": ("Section", "[@lipton2018detecting]", 10, "one key an item"),
    "a key twice": ("lipton2018detecting", "he2015delving", 11, "here twice"),
    "a key in prose": ("(Bauer, 1974)", "[@bauer1974computational]", 3, "now"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_item_is_refused(case: str) -> None:
    old, new, line, said = WRONG[case]
    one = page(change=(old, new))
    assert any(at == line and said in what for at, what in found(one))


@pytest.mark.parametrize(
    "words",
    [
        "See He et al. (2016).",
        "See (He et al., 2016).",
        "(Bauer 1975)",
        "(Bauer's, 1975)",
        "See Wang and Smola (2019).",
        "See Nobody and Noone (2018).",
        "(Nobody et al. 2018)",
        "(Srivastava 2014)",
        "见 He 等（2016）。",
        "（He 等人，2016）",
        "（Bauer，1975）",
        "见 Wang 和 Smola（2019）。",
        "（Nobody 等，2018）",
        "(He et al. 2015; Bauer 1973)",
        "(Zhang et al. 2015)",  # a co-author does not stand first
    ],
)
def test_a_citation_of_no_work_is_refused(words: str) -> None:
    ((line, said),) = found(page(words))
    assert line == 5
    assert "no work in this page's references" in said


@pytest.mark.parametrize(
    "words",
    [
        "（He 等，2015）",
        "见 He 等人（2015）。",
        "He 等（2015，第 2 节）",
        "Lipton、Wang 和 Smola（2018）",
        "（Lipton 等，2018；Bauer，1974）",
        "*The Time Machine* (H. G. Wells, 1895)",
        "Sold in Ames (Iowa 2010), in May 2011 and by Bauer in 1975.",
        "For Bauer, 1975 was late (or not).",
        "`(Bauer 1975)` and $(Bauer 1975)$",
        "Python 3 (2008), ImageNet (2012), CIFAR-10 (2009)",
    ],
)
def test_what_is_cited_or_no_citation_passes(words: str) -> None:
    assert found(page(words)) == []


def test_a_lab_names_the_section_alone() -> None:
    one = page(change=(" {#references}", ""))
    assert found(one) == []
    one = page(change=("## References {#references}", "## 参考文献"))
    assert found(one) == []


def test_both_languages_cite_the_same() -> None:
    english, chinese = page(), page(language="zh")
    swapped = page(language="zh", change=("he2015delving", "he2016deep"))
    root = Path("/book")
    pair = [english, chinese]
    assert not [*check.problems(root, pair, BASE, whole=False)]
    said = [*check.problems(root, [english, swapped], BASE, whole=False)]
    assert "stands where the English page has [@he2015" in str(said[-1])
    assert said[-1].line == 10


def test_an_entry_that_no_page_cites_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book/words/references.yml"
    path.parent.mkdir(parents=True)
    text = references.BASE.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    works, wrong = check.load(tmp_path)
    assert works
    assert wrong == []
    said = [*check.problems(tmp_path, [page()], works, whole=True)]
    assert len(said) == len(works) - 3
    line = text.splitlines().index("- key: he2016deep") + 1
    assert f":{line}: no page cites he2016deep" in "\n".join(map(str, said))
    assert not [*check.problems(tmp_path, [page()], works, whole=False)]


def test_wrong_entries_are_told_and_no_page_is_blamed(tmp_path: Path) -> None:
    path = tmp_path / "book/words/references.yml"
    path.parent.mkdir(parents=True)
    path.write_text("- key: he2015delving\n", encoding="utf-8")
    works, wrong = check.load(tmp_path)
    assert works is None
    assert [type(problem) for problem in wrong] == [BookError]
