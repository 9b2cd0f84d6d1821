"""Formulas on pages: two languages, fixed texts, what is recorded."""

import numpy as np
import pytest
import torch

from book.formula import RECORD, FormulaError, Proved, formula, replaced
from book.formula.pages import find, labels
from book.formula.record import missing

PAGE = "# A page\n\nText.\n\n$$\n{tex} \\label{{eq:a}}\n$$\n"


@pytest.fixture
def pages(tmp_path):
    def write(english, chinese=None):
        for language, tex in (("en", english), ("zh", chinese or english)):
            page = tmp_path / "docs" / language / "part" / "page.md"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(PAGE.format(tex=tex), encoding="utf-8")
        return formula("eq:a", root=tmp_path)

    return write


@pytest.fixture(autouse=True)
def nothing_recorded():
    RECORD.clear()
    yield
    RECORD.clear()


def test_a_formula_of_the_book_is_found_in_both_languages():
    english, chinese = find("eq:gru-state")
    assert english.path.parts[-3:] == ("en", "recurrent", "gru.md")
    assert chinese.path.parts[-3:] == ("zh", "recurrent", "gru.md")
    assert "eq:gru-state" in labels() and len(labels()) == len(set(labels()))
    line = english.path.read_text().splitlines()[english.line - 1]
    assert line == english.tex


def test_an_unknown_label_is_an_error():
    with pytest.raises(LookupError, match="eq:nothing"):
        formula("eq:nothing")


def test_what_differs_is_named_with_its_page_line_and_values(pages):
    with pytest.raises(AssertionError) as caught:
        pages("y = 2 x").check({"y": 3, "x": 2})
    told = str(caught.value)
    assert "docs/en/part/page.md:6: column" in told
    assert "y = 2 x" in told and "left 3.0, right 4.0" in told


def test_an_error_in_the_chinese_page_alone_is_seen(pages):
    a = pages("y = 2 x", "y = 3 x")
    with pytest.raises(AssertionError, match="docs/zh/part/page.md:6"):
        a.check({"y": 4, "x": 2})


def test_words_are_bound_in_each_language(pages):
    tex = r"\text{{{}}} = 2 x"
    a = pages(tex.format("cost"), tex.format("代价"))
    assert a.check({r"\text{}": 4, "x": 2}) == 1
    assert a.check({r"\text{cost}": 4, r"\text{代价}": 4, "x": 2}) == 1
    with pytest.raises(FormulaError, match="docs/zh.*代价"):
        a.check({r"\text{cost}": 4, "x": 2})


def test_the_place_of_an_error_is_that_on_the_page(pages):
    with pytest.raises(FormulaError) as caught:
        pages("y = 2 x\n  + \\foo").check({"y": 4, "x": 2})
    assert (caught.value.line, caught.value.column) == (7, 5)


def test_tensors_are_values():
    z, n, old = (torch.rand(2, 3, dtype=torch.float64) for _ in range(3))
    values = {"z_t": z, "n_t": n, "h_{t-1}": old}
    new = (z * old + (1 - z) * n).requires_grad_()
    assert formula("eq:gru-state").check({"h_t": new, **values}) == 1
    with pytest.raises(AssertionError, match="gru.md"):
        formula("eq:gru-state").check({"h_t": new + 1e-6, **values})


def test_a_fixed_text_must_be_that_of_the_page(pages):
    a = pages(r"\E[x] = O(q^2) \text{ in all}", r"\E[x] = O(q^2) \text{总是}")
    a.fixed(r"\E[x] = O(q^{2})\text{ in all}")
    a.fixed(r"\E[x] = O(q^2) \text{in all}", r"\E[x] = O(q^2) \text{总是}")
    wrong = [
        (r"\E[x] = O(q^3) \text{in all}", None),
        (r"\E[x] = O(q^2) \text{in some}", None),
        (r"\E[x] = O(q^2)", None),
        (r"\E[x] = O(q^2) \text{in all} y", None),
        (r"\E[x] = O(q^2) \text{in all}", r"\E[x] = O(q^2) \text{从不}"),
    ]
    for english, chinese in wrong:
        with pytest.raises(AssertionError, match=r"page.md:6: column"):
            a.fixed(english, chinese)


def test_a_fixed_text_is_that_of_the_chinese_page_too(pages):
    with pytest.raises(AssertionError, match="docs/zh"):
        pages("y = O(q)", "y = O(n)").fixed("y = O(q)")


def test_what_was_proved_is_recorded(pages):
    marks = [("eq:a", False)]
    assert "never evaluates" in next(missing(marks))
    a = pages("y = 2 x")
    with pytest.raises(AssertionError):
        a.check({"y": 5, "x": 2})
    assert not RECORD
    a.check({"y": 4, "x": 2})
    assert {Proved("eq:a", "evaluated", 1)} == RECORD
    assert not list(missing(marks)) and list(missing([("eq:a", True)]))
    a.fixed("y = 2x")
    assert not list(missing([("eq:a", True)]))


def test_a_replaced_formula_is_checked_and_not_recorded():
    values = {"h_t": 2.5, "z_t": 0.5, "h_{t-1}": 4, "n_t": 1}
    wrong = r"h_t = z_t \odot h_{t-1} - (1 - z_t) \odot n_t"
    with replaced("eq:gru-state", en=wrong), pytest.raises(AssertionError):
        formula("eq:gru-state").check(values)
    with pytest.raises(AssertionError):
        formula("eq:gru-state", wrong).check(values)
    right = r"h_t = z_t h_{t-1} + (1 - z_t) n_t"
    assert formula("eq:gru-state", right).check(values) == 1 and not RECORD
    assert formula("eq:gru-state").check(values) == 1 and RECORD


def test_values_of_the_wrong_shape_are_no_match(pages):
    with pytest.raises(AssertionError, match="shapes"):
        pages("y = x + 1").check({"y": np.ones(3), "x": np.zeros((2, 3))})
