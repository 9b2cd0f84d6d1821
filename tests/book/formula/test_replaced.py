"""A formula replaced on its page: a test of it sees that, and nothing else."""

import pytest

from book.formula import formula, labelled, replaced
from book.formula.pages import find
from book.formula.record import RECORD

VALUES = {"y": 6, "x": 3, r"\text{words}": 1, r"\text{字}": 1, "n": 1}


@pytest.fixture
def label(tmp_path, monkeypatch):
    """A formula whose words are names: bound in each language's words."""
    for language, word in [("en", "words"), ("zh", "字")]:
        page = tmp_path / "docs" / language / "page.md"
        page.parent.mkdir(parents=True)
        tex = rf"y = 2 x, \qquad \text{{{word}}} = n \label{{eq:a}}"
        page.write_text(f"# Page\n\n$$\n{tex}\n$$\n", encoding="utf-8")
    monkeypatch.setattr(labelled, "find", lambda name, _: find(name, tmp_path))
    return "eq:a"


@pytest.mark.parametrize(
    "texts",
    [
        {"en": r"y = x 2, \qquad \text{words} = n"},
        {"zh": r"y = x 2, \qquad \text{字} = n"},
    ],
)
def test_what_is_still_true_holds_and_is_proved(label, texts):
    RECORD.clear()
    with replaced(label, **texts):
        assert formula(label).check(VALUES) == 2
    assert [proved.label for proved in RECORD] == [label]


@pytest.mark.parametrize(
    "texts",
    [
        {"en": r"y = 3 x, \qquad \text{words} = n"},
        {"zh": r"y = 3 x, \qquad \text{字} = n"},
        {"zh": r"y = 2 x, \qquad \text{字} = n + 1"},
    ],
)
def test_what_is_wrong_in_one_language_fails(label, texts):
    with (
        replaced(label, **texts),
        pytest.raises(AssertionError, match="does not hold"),
    ):
        formula(label).check(VALUES)
    assert formula(label).check(VALUES) == 2


def test_no_other_language():
    with pytest.raises(ValueError, match="no languages"), replaced("a", fr=""):
        pass


def test_a_formula_refuses_in_each_language(label):
    formula(label).refuse(VALUES | {"y": 7})
    with pytest.raises(AssertionError, match="never used"):
        formula(label).refuse(VALUES | {"z": 7})
    with (
        replaced(label, zh=r"y = 2 x + 1, \qquad \text{字} = n"),
        pytest.raises(AssertionError, match="eq:a holds, and must not"),
    ):
        formula(label).refuse(VALUES | {"y": 7})
