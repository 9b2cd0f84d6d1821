"""Each construct of the grammar, on numbers that can be checked by hand."""

import math

import numpy as np
import pytest

from book.formula import Random, columns, each, entries, rows
from book.formula.labelled import Formula
from book.formula.source import FormulaError, Source

A = np.array([[1.0, 2.0], [3.0, 4.0]])
V = np.array([3.0, 4.0])


def check(tex, values, **options):
    return Formula("eq:x", (Source(tex),), False).check(values, **options)


HOLDS = [
    ("y = 2x + 1", {"y": 7, "x": 3}),
    ("y = -x^2", {"y": -9, "x": 3}),
    ("y = 2.5", {"y": 2.5}),
    (r"y = \frac12 x", {"y": 2, "x": 4}),
    (r"y = \sqrt{x} + \sqrt[3]{8}", {"y": 5, "x": 9}),
    ("y = a/b/c", {"y": 2, "a": 12, "b": 3, "c": 2}),
    (r"y = x A", {"y": V @ A, "x": V, "A": A}),
    (r"y = x \odot x", {"y": V * V, "x": V}),
    (r"y = x \cdot x", {"y": 25, "x": V}),
    (r"B = A^\T", {"B": A.T, "A": A}),
    (r"B = A^{-1} A^2", {"B": A, "A": A}),
    (r"n = \norm{x}, \quad n = \lVert x \rVert", {"n": 5, "x": V}),
    (r"n = \norm{A}_2", {"n": np.linalg.norm(A, 2), "A": A}),
    (r"y = \abs{x}, \quad y = \lvert x \rvert", {"y": 3, "x": -3}),
    (r"y = \lceil x \rceil + \lfloor x \rfloor", {"y": 5, "x": 2.5}),
    (r"y = \binom{n}{2}", {"y": 10, "n": 5}),
    (r"y = \langle x, x \rangle", {"y": 25, "x": V}),
    (r"y = \sum_{i=1}^{2} x_i", {"y": 7, "x": V}),
    (r"y = \prod_{i=1}^{n} A_{i1}", {"y": 3, "n": 2, "A": A}),
    (r"y = 1 + \sum_{i=1}^{0} x_i", {"y": 1, "x": V}),
    (r"y = \sum_{j \ne k} x_j", {"y": 4, "x": V, "j": range(1, 3), "k": 1}),
    (r"y = \sum_{i \in S} x_i", {"y": 4, "x": V, "S": {2}}),
    (
        r"y = \sum_{i,j} A_{ij}",
        {"y": 10, "A": A, **dict.fromkeys("ij", range(1, 3))},
    ),
    (r"y = \max_i x_i", {"y": 4, "x": V, "i": range(1, 3)}),
    (r"y = \min(x, 2) + \max(x, 2)", {"y": 5, "x": 3}),
    (r"k = \argmin_i x_i", {"k": 1, "x": V, "i": range(1, 3)}),
    (r"k \in \argmax_i x_i", {"k": 2, "x": [1, 5, 5], "i": range(1, 4)}),
    (r"y = \log e^{x} - \exp(0)", {"y": 1, "x": 2}),
    (r"y = \tanh^2 x", {"y": math.tanh(1) ** 2, "x": 1}),
    (r"y = \log \frac{a}{b} + 1", {"y": 1 + math.log(2), "a": 2, "b": 1}),
    (r"y = \log \sum_{i=1}^{2} x_i", {"y": math.log(7), "x": V}),
    (r"D = \diag(x)", {"D": np.diag(V), "x": V}),
    (
        r"p_k = \softmax(x)_k",
        {"p": np.exp(V) / np.exp(V).sum(), "x": V, "k": range(1, 3)},
    ),
    (
        r"y = f(x) + f'(x)",
        {"y": 15, "x": 3, "f": lambda x: x * x, "f'": lambda x: 2 * x},
    ),
    (r"y = a (x + 1)", {"y": 8, "a": 2, "x": 3}),
    (
        r"y = K(q \,\Vert\, p)",
        {"y": 1, "K": lambda a, b: a - b, "q": 3, "p": 2},
    ),
    (r"y = \mathbb 1[x > 2] + \delta_{ij}", {"y": 1, "x": 3, "i": 1, "j": 2}),
    (r"y = \bar x + \hat x_1", {"y": 4, r"\bar x": 1, r"\hat x": V}),
    (r"s_k' = 2 s_k", {"s'": [2, 4], "s": [1, 2], "k": range(1, 3)}),
    (r"n'_k = n_k", {"n_k'": 2, "n_k": 2.0}),
    (r"w^{(2)} = w^{(1)} + 1", {"w": [1, 2]}),
    (r"w^{(t)} = 2", {"w^{(t)}": 2}),
    (r"h^* = \theta^+", {"h^*": 2, r"\theta^+": 2.0}),
    (r"y = W_1 W_2 \cdots W_n", {"y": 24, "W": [2, 3, 4], "n": 3}),
    (r"y = x_1 + \dots + x_n", {"y": 9, "x": [2, 3, 4], "n": 3}),
    (r"v = (1, 2) - (0, 1)", {"v": [1, 1]}),
    (
        r"B = \begin{pmatrix} A & 0 \\ 0 & 1 \end{pmatrix}",
        {
            "A": A,
            "B": np.block([[A, np.zeros((2, 1))], [np.zeros((1, 2)), 1]]),
        },
    ),
    (r"v^\T v = 25", {"v": V[:, None]}),
    (r"v_1^\T v_2 = u_1 u_2^\T", {"v": columns(A.T), "u": rows(A)}),
    (
        r"\frac{\partial \L}{\partial W} = x",
        {r"\frac{\partial \L}{\partial W}": 2, "x": 2.0},
    ),
    (r"\E[x^2] = \Var(x) + \E[x]^2", {"x": Random([0, 1, 5])}),
    (r"\E_q[x] = 3", {"x": Random([2, 6]), r"\E_q": [0.75, 0.25]}),
    (r"\Cov[x, y] = -\Var[x]", {"x": Random([0, 1]), "y": Random([1, 0])}),
    (r"a < b \le b + 1 \ne 0", {"a": 1, "b": 2}),
    (r"x \in [0, 1]", {"x": each([0, 0.5, 1])}),
    (r"a := b =: c", {"a": 1, "b": 1.0, "c": 1.0}),
    (r"a = 1, \qquad b = 2 \\ c = 3", {"a": 1, "b": 2, "c": 3}),
    (
        r"\begin{aligned} a &= b \\ &= c \\ d &= 1 \\ &+ b \end{aligned}",
        {"a": 2, "b": 2.0, "c": 2.0, "d": 3},
    ),
    (r"y = x \quad (x > 0)", {"y": 1, "x": each([1, -2])}),
    (r"y = x_k \qquad \text{若 } k \ne 2", {"y": 3, "x": V, "k": range(1, 3)}),
    (
        r"x_k = y_k, \qquad k = 1, \dots, 2",
        {"x": V, "y": [3, 4], "k": range(1, 3)},
    ),
    (r"a > 0 \Longrightarrow b = 1", {"a": each([1]), "b": 1}),
    (
        r"\text{if } a > 0: \quad w \leftarrow w + a",
        {"a": 1, "w": 1, r"w \leftarrow": 2},
    ),
    (
        r"y_k = \begin{cases} 1, & \text{if } k = 1 \text{ or } k = 3 \\"
        r" 0 & \text{否则} \end{cases}",
        {"y": [1, 0, 1], "k": range(1, 4)},
    ),
    (
        r"a = 1, \quad \text{if } k > 1: \quad b = k",
        {"a": 1, "b": 2, "k": each([1, 2])},
    ),
    (
        r"y + z = \nabla \L(w) + \nabla \L",
        {"y": 5, r"\nabla \L": 3.0, r"\nabla \L(w)": 5.0, "z": 3},
    ),
    (r"y = x \text{ uniform in } [0, 1]", {"y": 2, r"x \text{} [0, 1]": 2.0}),
]


@pytest.mark.parametrize("tex, values", HOLDS, ids=[tex for tex, _ in HOLDS])
def test_each_construct(tex, values):
    assert check(tex, values) >= 1


READS = [
    (r"y = x \foo", {"y": 1, "x": 1}, 7, r"\\foo"),
    (r"y = x_t", {"y": 1}, 5, "nothing is bound to x_t"),
    (r"y = \begin{array} x", {"y": 1}, 5, "array"),
    (r"y = x \text{ sometimes}", {"y": 1, "x": 1}, 7, "sometimes"),
    (r"y = \frac{x}", {"y": 1, "x": 1}, 12, "argument"),
    (r"y = x)", {"y": 1, "x": 1}, 6, "cannot read"),
    (r"y = 2 3", {"y": 6}, 7, "two numbers"),
    (r"y = \sum x", {"y": 6, "x": 1}, 5, "over what"),
    (r"y = \max_{i+1} x", {"y": 6, "x": 1, "i": range(2)}, 11, "comparison"),
    (r"y = x^\T", {"y": 1, "x": V}, 5, "orientation"),
    (r"y = A x", {"y": 1, "A": A, "x": np.ones(3)}, 5, "product"),
    (r"y = x + A", {"y": 1, "A": A, "x": V[:, None]}, 5, "shapes"),
    (r"y = x_3", {"y": 1, "x": V}, 5, "index 3 of 2"),
    (r"y = x_0", {"y": 1, "x": V}, 5, "counted from 1"),
    (r"y = \log x", {"y": 1, "x": -1}, 5, "positive"),
    (r"y \approx x", {"y": 1, "x": 1.0}, 1, "how near"),
    (r"y = x", {"y": 1, "x": Random([1, 2])}, None, "does not hold"),
    (
        r"y = \begin{cases} 1 & x > 1 \end{cases}",
        {"y": 1, "x": 0},
        5,
        "no case",
    ),
    (r"y = x a' \propto 2", {"y": 1, "x": 1, "a'": 1}, 10, "propto"),
    (r"2 x", {"x": 1}, 1, "without a comparison"),
    (r"\text{for } x = 1", {"x": 1}, 1, "states nothing"),
]


@pytest.mark.parametrize("tex, values, column, message", READS)
def test_what_cannot_be_read_is_an_error_with_its_column(
    tex, values, column, message
):
    with pytest.raises(
        (FormulaError, AssertionError), match=message
    ) as caught:
        check(tex, values)
    if column is not None:
        assert isinstance(caught.value, FormulaError)
        assert (caught.value.line, caught.value.column) == (1, column)


VACUOUS = [
    ("x = x", {"x": 1}, "both sides are the same"),
    ("x = y", {"x": V, "y": V}, "both sides are the same"),
    ("x = 1 + 1", {"x": 2, "q": 3}, "q is bound and never used"),
    (r"x = 1 \quad (x > 2)", {"x": 1}, "never holds"),
    (
        r"x = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
        {"x": 1},
        "case 2 is never taken",
    ),
    (
        r"x_k = 1, \qquad k = 1, \dots, 3",
        {"x": np.ones(3), "k": range(1, 3)},
        "runs from 1.0 to 3.0",
    ),
]


@pytest.mark.parametrize("tex, values, message", VACUOUS)
def test_what_proves_nothing_is_an_error(tex, values, message):
    with pytest.raises(AssertionError, match=message):
        check(tex, values)


def test_an_expression_alone_is_held_against_its_result():
    assert check("2 x", {"x": 3}, results=[6]) == 1
    with pytest.raises(AssertionError, match="does not hold"):
        check("2 x", {"x": 3}, results=[7])


def test_an_aside_must_occur_and_something_else_must_be_claimed():
    tex = r"y = 1, \qquad w \text{ uniform in } [0, 1]"
    aside = r"w \text{} [0, 1]"
    assert check(tex, {"y": 1}, asides=[aside]) == 1
    with pytest.raises(AssertionError, match="has no aside"):
        check(tex, {"y": 1}, asides=[aside, "z"])
    with pytest.raises(FormulaError, match="states nothing"):
        check(r"\text{words}", {}, asides=[r"\text{}"])


def test_the_tolerance_is_relative_and_nan_is_equal_to_nothing():
    assert check("x = y", {"x": 1e-20, "y": 1e-20 * (1 + 1e-10)})
    for x, y in [(1.0, 1 + 1e-8), (1e-20, 2e-20), (math.nan, math.nan)]:
        with pytest.raises(AssertionError):
            check("x = y", {"x": x, "y": y})
    assert check("x = 0", {"x": 1e-17}, absolute=1e-15)


def test_a_strict_inequality_is_strict():
    assert check(r"x \le y", {"x": 1, "y": 1.0}) == 1
    with pytest.raises(AssertionError):
        check("x < y", {"x": 1, "y": 1.0})


def test_entries_and_sequences_of_their_own():
    values = {"W": 24, "W_{}": [2, 3, 4], "n": 3}
    assert check(r"W = W_1 \cdots W_n", values) == 1
    values = {r"\E[q_i]": entries("i", V), "i": range(1, 3), "v": V}
    assert check(r"\E[q_i] = v_i", values) == 1
