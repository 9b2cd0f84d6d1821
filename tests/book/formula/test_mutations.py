"""Wrong formulas fail, and every formula of the book can be made wrong."""

import pytest

from book.formula import FormulaError, formula, mutations
from book.formula.lexer import lex
from book.formula.pages import find, labels
from book.formula.source import Source
from tests.book.formula import bindings_networks
from tests.book.formula.bindings import CASES

KINDS = {"changed sign", "dropped term", "changed number", "dropped factor"}
EQUIVALENT = {
    "eq:linreg-sampling": 4,  # a covariance with one side centred
    "eq:perceptron-hidden": 4,  # other thresholds part four points alike
    "eq:softmax-jacobian": 3,  # a bound that is not tight
    "eq:act-sigmoid": 1,  # 1/4, a bound
    "eq:perceptron-rule": 2,  # a condition that holds anyway
    "eq:mlp-collapse": 1,  # what the dots stand for
    "eq:mlp-tent": 3,  # conditions that other points would tell
}
"""How many of these mutations the values cannot tell from the truth."""

assert bindings_networks


def test_there_are_enough_formulas():
    assert len(CASES) >= 40


@pytest.mark.parametrize("label", CASES)
def test_the_formula_holds_and_its_mutations_do_not(label):
    values, options = CASES[label]()
    assert formula(label).check(values, **options) >= 1
    survived, failed = [], 0
    for what, tex in mutations(find(label)[0].tex):
        try:
            formula(label, tex).check(values, **options)
        except AssertionError:
            failed += 1
        except FormulaError:
            pass
        else:
            if what.split(" at ")[0] in KINDS:
                survived.append(what)
    assert failed >= 1
    assert len(survived) <= EQUIVALENT.get(label, 0), survived


def test_every_labelled_formula_has_three_mutations_that_are_tex():
    for label in labels():
        tex = find(label)[0].tex
        found = mutations(tex)
        assert len(found) >= 3, label
        assert len({mutated for _, mutated in found} - {tex}) == len(found)
        for _, mutated in found:
            lex(Source(mutated))


@pytest.mark.parametrize(
    "tex, what, mutated",
    [
        ("y = a - b", "changed sign", "y = a + b"),
        ("y = a - b + c", "dropped term", "y = a  + c"),
        ("y = a b", "swapped product", "y = b a "),
        ("y = a b", "dropped factor", "y = b"),
        ("y = 2 b", "changed number", "y = 3 b"),
        ("y = x_{t-1}", "changed index", "y = x_{t+1}"),
        ("y = A_{ij}", "changed index", "y = A_{ji}"),
        (r"y \le b", "inverted comparison", r"y \ge  b"),
        (r"y = A^\T b", "dropped exponent", r"y = A b"),
        (r"y = \frac{a}{b}", "swapped fraction", r"y = \frac{b}{a}"),
        (r"y = f'(x)", "dropped prime", r"y = f(x)"),
        (r"y = \max_i x_i", "changed operator", r"y = \min _i x_i"),
    ],
)
def test_each_kind_of_mutation(tex, what, mutated):
    found = [(w.split(" at ")[0], m) for w, m in mutations(tex)]
    assert (what, mutated) in found
