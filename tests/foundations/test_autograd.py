"""Automatic differentiation: oracles, equations, errors, claims."""

import itertools
import math
import operator
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from torch import Tensor
from torch.nn.functional import avg_pool2d

from book.formula import formula
from d2lcode import data
from d2lcode.foundations.autograd import (
    Value,
    backward,
    exp,
    forward_derivative,
    in_order,
    log,
    number,
    numerical_gradient,
    relu,
    tanh,
)

UNIT = 2.0**-53
"""The largest relative error of one rounding in float64."""


def floats(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def gradient(output: Value, inputs: list[Value]) -> list[float]:
    for v in inputs:
        v.grad = 0.0
    backward(output)
    return [v.grad for v in inputs]


def random_graph(
    nodes: int, seed: int
) -> tuple[list[Value], list[list[tuple[int, float]]]]:
    """Values made by hand, and the same edges as lists of numbers.

    The first two are inputs; up to three edges lead into the others,
    sometimes two of them from the same value.
    """
    rng = random.Random(seed)
    values, edges = [Value(1.0), Value(1.0)], [[], []]  # type: ignore[var-annotated]
    for n in range(2, nodes):
        chosen = [
            (rng.randrange(n), rng.uniform(-2, 2))
            for _ in range(rng.randint(1, 3))
        ]
        values.append(Value(0.0, *((values[j], d) for j, d in chosen)))
        edges.append(chosen)
    return values, edges


# --- The equations -------------------------------------------------------


@pytest.mark.equation("eq:autograd-central")
@pytest.mark.parametrize("x", [-1.3, 0.4, 10.8])
@pytest.mark.parametrize("h", [1e-2, 0.1])
def test_central(x: float, h: float) -> None:
    """What numerical_gradient is off by gives xi, which lies between."""
    point = torch.tensor(x, dtype=torch.float64)
    found = numerical_gradient(torch.sin, point, h).item()
    h *= max(1.0, abs(x))  # how far it walks
    third = 6 * (found - math.cos(x)) / h**2
    # Between x - h and x + h the third derivative, -cos, is monotonic.
    xi = brentq(lambda v: -math.cos(v) - third, x - h, x + h, xtol=1e-15)
    functions = {"f": math.sin, "f'": math.cos, "f'''": lambda v: -math.cos(v)}
    formula("eq:autograd-central").check(
        functions | {r"\xi": xi, "x": x, "h": h}
    )


@pytest.mark.equation("eq:autograd-step")
@pytest.mark.parametrize("M", [0.1, 6.0, 300.0])
@pytest.mark.parametrize("delta", [1e-16, 1e-7])
def test_step(M: float, delta: float) -> None:
    """h* is where the bound has the slope 0, as the engine derives it."""

    def bound(h: Value) -> Value:
        return h * h * (M / 6) + delta / h

    def slope(h: float) -> float:
        at = Value(h)
        return gradient(bound(at), [at])[0]

    best = brentq(slope, 1e-9, 1.0, xtol=1e-20)
    formula("eq:autograd-step").check(
        {"h^*": best, "M": M, r"\delta": delta},
        results=[bound(Value(best)).data],
        asides=[r"\text{}"],
    )


def test_step_bounds_the_measured_error() -> None:
    """x^3 at 0.9: f''' is 6, two roundings make delta 2 u f(0.9 + h)."""
    x, errors = torch.tensor(0.9, dtype=torch.float64), {}
    for h in 10 ** np.arange(-9, -1.9, 0.25):
        delta = 2.01 * UNIT * (0.9 + h) ** 3
        found = numerical_gradient(lambda x: x * x * x, x, h).item()
        errors[h] = abs(found - 3 * 0.9 * 0.9)
        # The two points are 0.9 + h and 0.9 - h after rounding: their
        # midpoint may be off by one unit, which moves f' by f'' times it.
        assert errors[h] <= h**2 / 6 * 6 + delta / h + 6 * 2 * UNIT
    delta = 2 * UNIT * 0.9**3
    best = (3 * delta / 6) ** (1 / 3)
    assert 4e-6 < best < 5e-6
    default = numerical_gradient(lambda x: x * x * x, x).item()
    assert abs(default - 2.43) < 3 * 6 / 2 * best**2
    assert torch.finfo(torch.float64).eps ** (1 / 3) < 2 * best


@pytest.mark.equation(
    "eq:autograd-paths",
    fixed=r"""\frac{\partial v_N}{\partial v_j}
    = \sum_{\text{paths } j \to \dots \to N}\;
    \prod_{\text{edges } k \to i} d_{ik} \label{eq:autograd-paths}""",
    chinese=r"""\frac{\partial v_N}{\partial v_j}
    = \sum_{\text{路径 } j \to \dots \to N}\;
    \prod_{\text{边 } k \to i} d_{ik} \label{eq:autograd-paths}""",
)
@pytest.mark.parametrize("nodes, seed", [(3, 0), (6, 1), (11, 2), (14, 3)])
def test_paths(nodes: int, seed: int) -> None:
    values, edges = random_graph(nodes, seed)

    def paths(i: int, j: int) -> Iterator[float]:
        """The product of slopes along every path from j to i."""
        if i == j:
            yield 1.0
            return
        for source, slope in edges[i]:
            for product in paths(source, j):
                yield slope * product

    found = gradient(values[-1], values)
    expected = [sum(paths(nodes - 1, j)) for j in range(nodes)]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    for j in range(nodes):
        one = forward_derivative(values[-1], values[j])
        assert one == pytest.approx(expected[j], rel=1e-9, abs=1e-12)


def graph(edges: list[list[tuple[int, float]]]) -> dict[str, Any]:
    """What the formulas say of a graph's edges; values from 1 to N.

    Parallel edges are one, their slopes added up.
    """
    d: dict[tuple[int, int], float] = {}
    for i, inputs in enumerate(edges, start=1):
        for j, slope in inputs:
            d[i, j + 1] = d.get((i, j + 1), 0.0) + slope
    every = range(1, len(edges) + 1)
    is_edge = {r"\to": lambda j, i: (i, j) in d}
    return is_edge | {"d": d, "i": every, "j": every}


@pytest.mark.equation("eq:autograd-adjoint")
@pytest.mark.parametrize("nodes, seed", [(3, 0), (7, 1), (11, 2)])
def test_adjoint(nodes: int, seed: int) -> None:
    values, edges = random_graph(nodes, seed)
    found = dict(enumerate(gradient(values[-1], values), start=1))
    formula("eq:autograd-adjoint").check(
        graph(edges) | {r"\bar v": found, "N": nodes}, absolute=1e-12
    )


@pytest.mark.equation("eq:autograd-tangent")
@pytest.mark.parametrize("nodes, seed", [(3, 0), (7, 1), (11, 2)])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_tangent(nodes: int, seed: int, k: int) -> None:
    """Starting at an input, and at a value that has inputs itself."""
    values, edges = random_graph(nodes, seed)
    start = values[k - 1]
    found = {i: forward_derivative(v, start) for i, v in enumerate(values, 1)}
    formula("eq:autograd-tangent").check(
        graph(edges) | {r"\dot v": found, "k": k}, absolute=1e-12
    )


@given(nodes=st.integers(3, 30), seed=st.integers(0, 999))
@settings(max_examples=20, deadline=None)
def test_both_sweeps_are_one_inverse(nodes: int, seed: int) -> None:
    """adjoint = adjoint d + e, tangent = d tangent + e: (1 - d) inverse."""
    values, edges = random_graph(nodes, seed)
    d = np.zeros((nodes, nodes))
    for i, inputs in enumerate(edges):
        for j, slope in inputs:
            d[i, j] += slope
    inverse = np.linalg.inv(np.eye(nodes) - d)
    found = gradient(values[-1], values)
    np.testing.assert_allclose(found, inverse[-1], rtol=1e-8, atol=1e-8)
    for k in (0, 1):
        pushed = [forward_derivative(v, values[k]) for v in values]
        expected = inverse[:, k]
        np.testing.assert_allclose(pushed, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.equation("eq:autograd-matmul")
@pytest.mark.parametrize("B, D, H", [(1, 2, 1), (4, 3, 2), (2, 5, 3)])
def test_matmul(B: int, D: int, H: int) -> None:
    """Any loss of Y = X W, here the sum of tanh(Y)^2 / (b + h)."""
    X, W = floats(0, B, D), floats(1, D, H)
    x = [[Value(v) for v in row] for row in X.tolist()]
    w = [[Value(v) for v in row] for row in W.tolist()]
    y = [
        [
            sum((x[b][d] * w[d][h] for d in range(D)), start=Value(0.0))
            for h in range(H)
        ]
        for b in range(B)
    ]
    loss = Value(0.0)
    for b, h in itertools.product(range(B), range(H)):
        loss = loss + tanh(y[b][h]) * tanh(y[b][h]) / (b + h + 1)
    backward(loss)
    X_bar, W_bar, Y_bar = (
        np.array([[v.grad for v in row] for row in table])
        for table in (x, w, y)
    )
    bars = {r"\bar X": X_bar, r"\bar W": W_bar, r"\bar Y": Y_bar}
    formula("eq:autograd-matmul").check(bars | {"X": X, "W": W})
    X.requires_grad_()
    W.requires_grad_()
    Y = X @ W
    Y.retain_grad()
    weight = torch.tensor([[b + h + 1.0 for h in range(H)] for b in range(B)])
    (Y.tanh().square() / weight).sum().backward()
    for theirs, ours in ((Y, Y_bar), (X, X_bar), (W, W_bar)):
        assert theirs.grad is not None
        np.testing.assert_allclose(theirs.grad.numpy(), ours, rtol=1e-9)


def network(widths: list[int], x: list[Any], W: list[Any]) -> list[Any]:
    for k, (D, H) in enumerate(itertools.pairwise(widths)):
        x = [sum(x[d] * W[k][d][h] for d in range(D)) for h in range(H)]
        x = [tanh(v) for v in x]
    return x


@pytest.mark.equation("eq:autograd-cost")
@pytest.mark.parametrize("widths", [[3, 2], [4, 3, 2], [2, 5, 3, 1, 4]])
def test_cost(widths: list[int]) -> None:
    """Counted in the engine; the page counts PyTorch."""
    W = [
        [[Value(0.1) for _ in range(H)] for _ in range(D)]
        for D, H in itertools.pairwise(widths)
    ]
    outputs = network(widths, [0.3] * widths[0], W)
    every = in_order(sum(outputs, start=Value(0.0)))
    weights = {w for layer in W for row in layer for w in row}
    multiplied = [
        v for v in every if any(source in weights for source, _ in v.edges)
    ]
    # Forwards one product each, backwards one for each edge.
    ratio = sum(len(v.edges) for v in multiplied) / len(multiplied)
    sizes = {"D": dict(enumerate(widths)), "K": len(W)}
    words = r"\frac{\text{backward}}{\text{forward}}"
    chinese = r"\frac{\text{反向}}{\text{前向}}"
    formula("eq:autograd-cost").check(sizes | {words: ratio, chinese: ratio})


@pytest.mark.equation("eq:autograd-accumulate")
@pytest.mark.parametrize("eta", [0.1, 1.3, 3.9])
def test_accumulate(eta: float) -> None:
    """Without clearing, w^2 / 2 is an oscillator that never rests."""
    w, path = Value(1.0), [1.0]
    for _ in range(400):
        backward(w * w / 2)
        w.data -= eta * w.grad
        path.append(w.data)
    steps = {"w": dict(enumerate(path)), "t": range(1, 30)}
    formula("eq:autograd-accumulate").check(
        steps | {r"\eta": eta}, absolute=1e-9
    )
    roots = np.roots([1, eta - 2, 1])
    np.testing.assert_allclose(np.abs(roots), 1, rtol=1e-9)
    # The energy of the oscillation is kept, up to rounding.
    energy = [
        a * a + b * b - (2 - eta) * a * b for a, b in itertools.pairwise(path)
    ]
    np.testing.assert_allclose(energy, energy[0], rtol=1e-6)
    cleared = Value(1.0)
    for _ in range(400):
        backward(cleared * cleared / 2)
        cleared.data -= min(eta, 1.9) * cleared.grad
        cleared.grad = 0.0
    assert abs(cleared.data) < 1e-10


# --- The oracles ---------------------------------------------------------


BINARY: list[Callable[[Any, Any], Any]] = [
    operator.add,
    operator.sub,
    operator.mul,
    lambda a, b: a / (b * b + 1),
    lambda a, b: 2 - a * 0.5 + b,
    lambda a, b: 3 / (a * a + 2) - b / 4,
]
UNARY = {
    tanh: torch.tanh,
    relu: torch.relu,
    lambda v: exp(tanh(v)): lambda v: torch.exp(torch.tanh(v)),
    lambda v: log(v * v + 0.5): lambda v: torch.log(v * v + 0.5),
}
STEP = st.tuples(
    st.integers(0, len(BINARY) - 1),
    st.integers(0, len(UNARY) - 1),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)


@given(
    x=st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=4),
    steps=st.lists(STEP, min_size=1, max_size=15),
)
@settings(max_examples=60, deadline=None)
def test_equals_torch_on_random_graphs(
    x: list[float], steps: list[tuple[int, int, int, int]]
) -> None:
    def run(inputs: list[Any], unary: list[Callable[[Any], Any]]) -> Any:
        values = list(inputs)
        for b, u, i, j in steps:
            left, right = values[i % len(values)], values[j % len(values)]
            values.append(unary[u](BINARY[b](left, right)))
        total = values[-1] * 1.5
        for v in values:
            total = total + v
        return total

    ours = [Value(v) for v in x]
    output = run(ours, list(UNARY))
    theirs = [
        torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in x
    ]
    expected = run(theirs, list(UNARY.values()))
    expected.backward()
    assert output.data == pytest.approx(expected.item(), rel=1e-9, abs=1e-9)
    scale = max(1.0, *(abs(v.grad.item()) for v in theirs))
    for found, v in zip(gradient(output, ours), theirs, strict=True):
        assert found == pytest.approx(v.grad.item(), abs=1e-8 * scale)
    for start, v in zip(ours, theirs, strict=True):
        found = forward_derivative(output, start)
        assert found == pytest.approx(v.grad.item(), abs=1e-8 * scale)


@given(seed=st.integers(0, 99), n=st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_numerical_gradient_equals_torch(seed: int, n: int) -> None:
    x = 3 * floats(seed, n, 2)

    def f(x: Tensor) -> Tensor:
        return (torch.tanh(x[:, 0] * x[0, 1]) + (0.3 * x[:, 1]).exp()).mean()

    leaf = x.clone().requires_grad_()
    f(leaf).backward()
    assert leaf.grad is not None
    found = numerical_gradient(f, x)
    torch.testing.assert_close(found, leaf.grad, rtol=1e-7, atol=1e-7)
    again = numerical_gradient(f, leaf)
    torch.testing.assert_close(again, found, rtol=0, atol=0)
    assert not again.requires_grad


def test_numerical_gradient_keeps_x_shape_and_dtype() -> None:
    x = floats(0, 2, 3).T  # not contiguous
    before = x.clone()
    found = numerical_gradient(lambda x: (x * x).sum(), x)
    assert torch.equal(x, before)
    torch.testing.assert_close(found, 2 * x, rtol=1e-8, atol=1e-8)
    single = numerical_gradient(lambda x: (x * x).sum(), x.float())
    assert single.dtype == torch.float32
    torch.testing.assert_close(single, 2 * x.float(), rtol=0, atol=5e-3)
    scalar = numerical_gradient(torch.exp, torch.tensor(0.0).double())
    assert scalar.shape == ()
    assert numerical_gradient(torch.sum, torch.zeros(0)).shape == (0,)
    of_value = numerical_gradient(
        lambda x: exp(Value(x.item())), torch.tensor(0.5).double()
    )
    assert of_value.item() == pytest.approx(math.exp(0.5), rel=1e-9)


def test_the_step_grows_with_the_entry() -> None:
    x = torch.tensor([1e7], dtype=torch.float64)
    found = numerical_gradient(lambda x: (x * x).sum(), x)
    assert found.item() == pytest.approx(2e7, rel=1e-9)


@pytest.mark.parametrize(
    "function, theirs, points",
    [
        (exp, torch.exp, [-3.0, 0.0, 2.5]),
        (log, torch.log, [1e-3, 1.0, 7.0]),
        (tanh, torch.tanh, [-2.0, 0.0, 0.7]),
        (relu, torch.relu, [-1.5, 0.0, 3.0]),
    ],
)
def test_functions(
    function: Callable[[Value], Value],
    theirs: Callable[[Tensor], Tensor],
    points: list[float],
) -> None:
    for x in points:
        v = Value(x)
        t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        y = theirs(t)
        y.backward()
        assert t.grad is not None
        assert function(v).data == pytest.approx(y.item())
        [found] = gradient(function(v), [v])
        assert found == pytest.approx(t.grad.item())


def test_operators_with_numbers_on_both_sides() -> None:
    a, b = 1.7, -0.6
    for function in BINARY:
        v, w = Value(a), Value(b)
        y = function(v, w)
        assert y.data == pytest.approx(function(a, b))
        h = 1e-6
        by_a = (function(a + h, b) - function(a - h, b)) / (2 * h)
        by_b = (function(a, b + h) - function(a, b - h)) / (2 * h)
        assert gradient(y, [v, w]) == pytest.approx([by_a, by_b], abs=1e-7)
        assert function(v, b).data == pytest.approx(y.data)
        assert function(a, w).data == pytest.approx(y.data)
        assert gradient(function(v, b), [v]) == pytest.approx([by_a], abs=1e-7)
        assert gradient(function(a, w), [w]) == pytest.approx([by_b], abs=1e-7)


def test_tiny_divisor() -> None:
    v = Value(1e-170)
    assert gradient(Value(1e-170) / v, [v]) == pytest.approx([-1e170])


def test_by_hand() -> None:
    """The page's graph: (a b + a)^2 at a = 2, b = 3."""
    a, b = Value(2), Value(3)
    u = a * b
    s = u + a
    L = s * s
    backward(L)
    assert [v.data for v in (a, b, u, s, L)] == [2, 3, 6, 8, 64]
    assert [v.grad for v in (a, b, u, s, L)] == [64, 32, 16, 16, 1]
    assert in_order(L) == [a, b, u, s, L]


def test_exercise_by_hand() -> None:
    """a b - a / b at (6, 2): the derivatives 3/2 and 15/2."""
    a, b = Value(6), Value(2)
    L = a * b - a / b
    assert L.data == 9
    assert gradient(L, [a, b]) == [1.5, 7.5]
    assert forward_derivative(L, a) == 1.5
    assert forward_derivative(L, b) == 7.5


# --- Semantics -----------------------------------------------------------


def test_grad_adds_up_over_calls_also_inside() -> None:
    a = Value(0.5)
    u = a * a
    y = u * a
    for times in (1, 2, 3):
        backward(y)
        assert a.grad == pytest.approx(times * 3 * 0.25)
        assert u.grad == pytest.approx(times * 0.5)
        assert y.grad == times
    backward(u)
    assert a.grad == pytest.approx(3 * 0.75 + 1.0)


def test_an_output_that_is_an_input_and_one_apart() -> None:
    a, apart = Value(2.0), Value(1.0)
    backward(a)
    assert a.grad == 1.0
    assert forward_derivative(a, a) == 1.0
    assert forward_derivative(a * a, apart) == 0.0
    u = a * a
    assert forward_derivative(u * a, u) == 2.0


def test_deep_and_wide_graphs() -> None:
    """No recursion: deeper than Python's limit. No path counted twice."""
    w = Value(1.0001)
    y = w
    for _ in range(20_000):
        y = y * w
    backward(y)
    assert w.grad == pytest.approx(20_001 * 1.0001**20_000, rel=1e-9)
    a = Value(1.0)
    y = a
    for _ in range(60):  # 2^60 paths
        y = y + y
    backward(y)
    assert a.grad == 2.0**60
    assert forward_derivative(y, a) == 2.0**60


def test_changing_data_later_leaves_recorded_slopes() -> None:
    a = Value(3.0)
    y = a * a
    a.data = 5.0
    backward(y)
    assert a.grad == 6.0


# --- What the page claims ------------------------------------------------


def test_relu_minus_relu_is_the_identity_except_for_its_derivative() -> None:
    for x, expected in ((-1.0, 1.0), (0.0, 0.0), (1.0, 1.0)):
        v = Value(x)
        y = relu(v) - relu(0 - v)
        assert y.data == x
        assert gradient(y, [v]) == [expected]
        t = torch.tensor(x, requires_grad=True)
        (torch.relu(t) - torch.relu(-t)).backward()
        assert t.grad is not None and t.grad.item() == expected


@pytest.mark.parametrize("M", [0.5, 5.4])
def test_one_sided_step(M: float) -> None:
    """h M / 2 + 2 delta / h is least at 2 sqrt(delta / M)."""
    delta = 1.6e-16
    best = 2 * math.sqrt(delta / M)
    around = best * np.linspace(0.5, 2, 3001)
    values = around * M / 2 + 2 * delta / around
    assert around[int(np.argmin(values))] == pytest.approx(best, rel=1e-3)
    assert values.min() == pytest.approx(2 * math.sqrt(delta * M), rel=1e-6)


def test_every_operation_has_at_most_two_edges() -> None:
    a, b = Value(0.5), Value(0.7)
    for y in (a + b, a - b, a * b, a / b, 1 - a, 1 / a, 2 * a, a + 1):
        assert 1 <= len(y.edges) <= 2
    for function in (exp, log, tanh, relu):
        assert len(function(a).edges) == 1


def test_answers_of_the_questions_on_the_way() -> None:
    """Three arrows leave x in x x + x; 1,000 outputs take as many sweeps."""
    x = Value(3.0)
    z = x * x + x
    backward(z)
    arrows = [v for y in in_order(z) for v, _ in y.edges if v is x]
    assert len(arrows) == 3 and x.grad == 7.0
    inputs = [Value(v) for v in (0.1, 0.2, 0.3)]
    outputs = [inputs[k % 3] * k for k in range(1000)]
    forward = [[forward_derivative(y, v) for y in outputs[:6]] for v in inputs]
    assert len(forward) == 3  # one sweep of each input gives a whole row
    assert forward[1] == [0.0, 1.0, 0.0, 0.0, 4.0, 0.0]


def test_training_on_digits_walks_with_torch() -> None:
    """The page's network, fewer steps: the same parameters at the end."""
    digits = data.load_digits()
    keep = (digits.y == 4) | (digits.y == 9)
    X = avg_pool2d(digits.X[keep], 2).flatten(1).double()[:30]  # (30, 16)
    y = torch.where(digits.y[keep] == 9, 1.0, -1.0).double()[:30]
    start = floats(0, 73) / 4
    theta = [Value(v) for v in start.tolist()]
    leaf = start.clone().requires_grad_()

    def dot(a: list[Any], b: list[Any]) -> Any:
        return sum(p * q for p, q in zip(a, b, strict=True))

    def predict(x: list[float]) -> Value:
        rows = [theta[17 * j : 17 * (j + 1)] for j in range(4)]
        hidden = [tanh(dot(row[:16], x) + row[16]) for row in rows]
        return dot(theta[68:72], hidden) + theta[72]

    losses = []
    for _ in range(8):
        errors = [
            predict(row) - target
            for row, target in zip(X.tolist(), y.tolist(), strict=True)
        ]
        loss = dot(errors, errors) / len(errors)
        backward(loss)
        for v in theta:
            v.data -= 0.3 * v.grad
            v.grad = 0.0
        rows = leaf[:68].view(4, 17)
        hidden = torch.tanh(X @ rows[:, :16].T + rows[:, 16])
        theirs = (hidden @ leaf[68:72] + leaf[72] - y).square().mean()
        theirs.backward()
        assert leaf.grad is not None
        with torch.no_grad():
            leaf -= 0.3 * leaf.grad
        leaf.grad = None
        losses.append(loss.data)
        assert loss.data == pytest.approx(theirs.item(), rel=1e-10)
    ours = torch.tensor([v.data for v in theta], dtype=torch.float64)
    torch.testing.assert_close(ours, leaf.detach(), rtol=1e-9, atol=1e-9)
    assert losses[-1] < losses[0] / 2


# --- The errors ----------------------------------------------------------


@pytest.mark.parametrize("bad", ["2", None, torch.tensor(2.0), 1j])
def test_refuses_what_is_no_number(bad: Any) -> None:
    message = f"a Value, int or float is needed, got a {type(bad).__name__}"
    a = Value(1.0)
    for call in (
        lambda: Value(bad),
        lambda: number(bad),
        lambda: a + bad,
        lambda: a - bad,
        lambda: a * bad,
        lambda: a / bad,
        lambda: bad - a,
        lambda: bad / a,
        lambda: bad + a,
        lambda: bad * a,
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_division_by_zero_and_overflow_as_numbers_do() -> None:
    with pytest.raises(ZeroDivisionError):
        Value(1.0) / 0
    with pytest.raises(ZeroDivisionError):
        1 / Value(0.0)
    with pytest.raises(OverflowError):
        exp(Value(710.0))


@pytest.mark.parametrize("x", [0.0, -2.0, math.nan])
def test_log_refuses(x: float) -> None:
    with pytest.raises(ValueError, match=f"x must be positive, got {x}"):
        log(Value(x))


def test_sweeps_refuse_what_is_no_value() -> None:
    with pytest.raises(ValueError, match="output must be a Value, got 2.0"):
        backward(2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="output must be a Value, got None"):
        in_order(None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="start must be a Value, got 1"):
        forward_derivative(Value(1.0), 1)  # type: ignore[arg-type]


def test_numerical_gradient_refuses() -> None:
    x = torch.zeros(3, dtype=torch.float64)
    with pytest.raises(ValueError, match="floating point, got torch.int64"):
        numerical_gradient(torch.sum, x.long())
    for h in (0.0, -1e-5, 1.0, math.nan):
        with pytest.raises(ValueError, match=f"between 0 and 1, got {h}"):
            numerical_gradient(torch.sum, x, h)
    with pytest.raises(ValueError, match=r"one number, got \(3,\)"):
        numerical_gradient(torch.exp, x)


def test_a_value_can_be_negated() -> None:
    x = Value(3.0)
    y = -x * x
    backward(y)
    assert (y.data, x.grad) == (-9.0, -6.0)
    assert math.copysign(1, (-Value(0.0)).data) == -1
