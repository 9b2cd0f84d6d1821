"""Activations against torch.nn.functional, NumPy and finite differences."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import Random, each, entries, formula, rows
from d2lcode.mlp.activations import (
    Maxout,
    _check_floating,
    _check_negative_slope,
    _check_pieces,
    dead_units,
    gelu,
    gelu_slope,
    leaky_relu,
    leaky_relu_slopes,
    maxout,
    maxout_slope,
    normal_cdf,
    relu,
    sigmoid,
    sigmoid_slope,
    tanh,
    tanh_slope,
)

Function = Callable[[Tensor], Tensor]

GRID = torch.arange(-120, 121, dtype=torch.float64) / 20  # 120 is zero


def leaky_slope(x: Tensor) -> Tensor:
    return leaky_relu_slopes(x, 0.2)[0]


PAIRS: dict[str, tuple[Function, Function, Function]] = {
    "sigmoid": (sigmoid, sigmoid_slope, torch.sigmoid),
    "tanh": (tanh, tanh_slope, torch.tanh),
    "relu": (
        relu,
        lambda x: leaky_relu_slopes(x, 0.0)[0],
        F.relu,
    ),
    "leaky": (
        lambda x: leaky_relu(x, 0.2),
        leaky_slope,
        lambda x: F.leaky_relu(x, 0.2),
    ),
    "gelu": (gelu, gelu_slope, F.gelu),
}


def gradient(function: Function, x: Tensor) -> Tensor:
    x = x.detach().clone().requires_grad_()
    function(x).sum().backward()
    assert x.grad is not None
    return x.grad


# The oracle


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=20, deadline=None)
@given(
    shape=st.lists(st.integers(1, 4), max_size=3),
    scale=st.sampled_from([0.1, 1.0, 8.0]),
    seed=st.integers(0, 99),
)
def test_values_and_gradients_are_those_of_torch(
    name: str, shape: list[int], scale: float, seed: int
) -> None:
    ours, slope, oracle = PAIRS[name]
    generator = torch.Generator().manual_seed(seed)
    x = scale * torch.randn(shape, dtype=torch.float64, generator=generator)
    torch.testing.assert_close(ours(x), oracle(x), rtol=1e-12, atol=1e-14)
    expected = gradient(oracle, x)
    torch.testing.assert_close(slope(x), expected, rtol=1e-11, atol=1e-13)
    torch.testing.assert_close(
        gradient(ours, x), expected, rtol=1e-11, atol=1e-13
    )


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("x", [-1e4, -200.0, 0.0, 200.0, 1e4])
def test_zero_and_the_far_ends_in_float32(name: str, x: float) -> None:
    ours, slope, oracle = PAIRS[name]
    point = torch.tensor([x])
    torch.testing.assert_close(ours(point), oracle(point))
    expected = gradient(oracle, point)
    torch.testing.assert_close(slope(point), expected)
    torch.testing.assert_close(gradient(ours, point), expected)


@pytest.mark.parametrize("name", PAIRS)
def test_nan_is_not_hidden(name: str) -> None:
    assert PAIRS[name][0](torch.tensor([math.nan])).isnan().all()


@pytest.mark.parametrize("name", PAIRS)
def test_slope_is_the_central_difference(name: str) -> None:
    function, slope, _ = PAIRS[name]
    x = GRID[GRID.abs() > 1e-3]
    step = 1e-5
    difference = (function(x + step) - function(x - step)) / (2 * step)
    torch.testing.assert_close(slope(x), difference, rtol=1e-8, atol=1e-9)


# The formulas


def scalar(function: Function) -> Callable[[float], float]:
    return lambda x: function(torch.tensor(x, dtype=torch.float64)).item()


@pytest.mark.equation("eq:act-sigmoid")
def test_sigmoid_formula() -> None:
    formula("eq:act-sigmoid").check(
        {r"\sigma": scalar(sigmoid), r"\sigma'": scalar(sigmoid_slope)}
        | {"x": each(GRID[::10].tolist())}
    )


def test_sigmoid_slope_is_largest_at_zero_and_falls_exponentially() -> None:
    slopes = sigmoid_slope(GRID)
    assert slopes.max().item() == slopes[120].item() == 0.25
    assert (slopes <= torch.exp(-GRID.abs())).all()


@pytest.mark.equation("eq:act-tanh")
def test_tanh_formula() -> None:
    formula("eq:act-tanh").check(
        {r"\tanh": scalar(tanh), r"\tanh'": scalar(tanh_slope)}
        | {"x": each(GRID[::10].tolist())}
    )
    assert tanh_slope(GRID).max().item() == 1


@pytest.mark.equation("eq:act-identity")
@pytest.mark.parametrize("hyperbolic", [math.tanh, scalar(tanh)])
def test_tanh_of_half_is_a_stretched_sigmoid(
    hyperbolic: Callable[[float], float],
) -> None:
    formula("eq:act-identity").check(
        {r"\tanh": hyperbolic, r"\sigma": scalar(sigmoid)}
        | {"x": each(GRID[::10].tolist())}
    )


@pytest.mark.equation("eq:act-leaky")
@pytest.mark.parametrize("a", [0.0, 0.01, 0.25, 1.0, 1.5, -0.5])
def test_leaky_relu_formula(a: float) -> None:
    by_x, by_a = (
        entries("x", scalar(lambda x, i=i: leaky_relu_slopes(x, a)[i]))
        for i in (0, 1)
    )
    formula("eq:act-leaky").check(
        {
            "f_a": scalar(lambda x: leaky_relu(x, a)),
            r"\frac{\partial f_a}{\partial x}": by_x,
            r"\frac{\partial f_a}{\partial a}": by_a,
            "x": each(GRID[::10].tolist()),
            "a": a,
        }
    )
    found = leaky_relu(GRID, a)
    if a == 0:
        torch.testing.assert_close(relu(GRID), found)
    assert torch.allclose(torch.maximum(GRID, a * GRID), found) == (a <= 1)


@pytest.mark.parametrize("x_shape", [(5, 3), (2, 4, 3)])
def test_leaky_relu_is_prelu_with_one_slope_for_each_unit(
    x_shape: tuple[int, ...],
) -> None:
    torch.manual_seed(0)
    x = torch.randn(x_shape, dtype=torch.float64)
    a = torch.tensor([0.25, 0.0, -0.5], dtype=torch.float64)
    flat, upstream = x.reshape(-1, 3), torch.randn_like(x).reshape(-1, 3)
    oracle_a = a.clone().requires_grad_()
    oracle_x = flat.clone().requires_grad_()
    (F.prelu(oracle_x, oracle_a) * upstream).sum().backward()
    ours_a = a.clone().requires_grad_()
    expected = F.prelu(flat, a).reshape(x_shape)
    torch.testing.assert_close(leaky_relu(x, ours_a), expected)
    (leaky_relu(flat, ours_a) * upstream).sum().backward()
    torch.testing.assert_close(ours_a.grad, oracle_a.grad)
    by_x, by_a = leaky_relu_slopes(flat, a)
    torch.testing.assert_close(by_x * upstream, oracle_x.grad)
    torch.testing.assert_close((by_a * upstream).sum(dim=0), oracle_a.grad)


@pytest.mark.equation("eq:act-gelu")
def test_gelu_formula() -> None:
    formula("eq:act-gelu").check(
        {
            r"\operatorname{GELU}": scalar(gelu),
            r"\operatorname{GELU}'": scalar(gelu_slope),
            r"\Phi": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
            r"\varphi": lambda x: (
                math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
            ),
            "x": each(GRID[::10].tolist()),
        }
    )


def test_normal_cdf_sums_the_density() -> None:
    for x in (-3.0, -1.0, -0.2, 0.0, 0.7, 2.5):
        nodes = np.linspace(-12, x, 20_001)
        density = np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
        cdf = (density[1:] + density[:-1]).sum() / 2 * (nodes[1] - nodes[0])
        assert scalar(normal_cdf)(x) == pytest.approx(cdf, abs=1e-7)


def test_gelu_slope_is_steepest_at_the_root_of_two() -> None:
    x = torch.linspace(-6, 6, 120_001, dtype=torch.float64)
    slopes = gelu_slope(x)
    root = 2**0.5
    assert x[slopes.argmax()].item() == pytest.approx(root, abs=1e-3)
    assert x[slopes.argmin()].item() == pytest.approx(-root, abs=1e-3)
    assert slopes.max().item() == pytest.approx(1.129, abs=5e-4)
    assert slopes.min().item() == pytest.approx(-0.129, abs=5e-4)


def test_gelu_falls_first_and_then_rises() -> None:
    values = gelu(GRID)
    lowest = int(values.argmin())
    assert GRID[lowest].item() == pytest.approx(-0.75, abs=0.03)
    assert values[lowest].item() == pytest.approx(-0.17, abs=5e-3)


# Maxout


@pytest.mark.equation("eq:act-maxout")
@settings(max_examples=20, deadline=None)
@given(
    B=st.integers(1, 4),
    D=st.integers(1, 4),
    H=st.integers(1, 4),
    K=st.integers(2, 4),
    seed=st.integers(0, 99),
)
def test_maxout_formula(B: int, D: int, H: int, K: int, seed: int) -> None:
    torch.manual_seed(seed)
    layer = Maxout(D, H, K).double()
    with torch.no_grad():
        layer.b.normal_()
    x = torch.randn(B, D, dtype=torch.float64)
    z = (x @ layer.W + layer.b).detach().view(B, K, H)
    for i, h in enumerate(layer(x)):
        slope = entries("k j", maxout_slope(z[i]))
        formula("eq:act-maxout").check(
            {"h": h, "z": z[i], r"\frac{\partial h_j}{\partial z_{kj}}": slope}
            | {"k": range(1, K + 1), "i": range(1, K + 1)}
            | {"j": range(1, H + 1)}
        )
        torch.testing.assert_close(gradient(maxout, z[i]), slope.values)


def test_maxout_slope_picks_one_winner_even_in_a_tie() -> None:
    z = torch.tensor([[1.0, 2.0, -3.0], [0.5, 2.0, -1.0]])
    slope = maxout_slope(z)
    assert slope.sum(dim=0).tolist() == [1, 1, 1]
    assert slope[:, 0].tolist() == [1, 0]
    assert slope[:, 2].tolist() == [0, 1]
    torch.testing.assert_close(gradient(maxout, z), slope)
    assert maxout(z).tolist() == [1, 2, -1]


def test_maxout_holds_relu_and_leaky_relu() -> None:
    for a in (0.0, 0.01, 0.4):
        pieces = torch.stack([GRID, a * GRID])
        torch.testing.assert_close(maxout(pieces), leaky_relu(GRID, a))


def test_maxout_by_hand() -> None:
    layer = Maxout(2, 1, 2)
    with torch.no_grad():
        layer.W.copy_(torch.tensor([[1.0, -1.0], [2.0, 0.0]]))
        layer.b.copy_(torch.tensor([0.0, 1.0]))
    x = torch.tensor([[1.0, 1.0], [-1.0, 0.0]])
    h = layer(x)
    assert h.tolist() == [[3.0], [2.0]]
    h.sum().backward()
    assert layer.W.grad is not None
    assert layer.b.grad is not None
    assert layer.W.grad.tolist() == [[1.0, -1.0], [1.0, 0.0]]
    assert layer.b.grad.tolist() == [1.0, 1.0]
    assert layer(x[0]).shape == (1,)
    assert layer(x[None]).shape == (1, 2, 1)


def test_maxout_starts_with_pieces_of_variance_one() -> None:
    torch.manual_seed(0)
    layer = Maxout(400, 30, 2)
    assert layer.W.std().item() == pytest.approx(1 / 20, rel=0.05)
    assert layer.b.abs().max().item() == 0
    assert sum(p.numel() for p in layer.parameters()) == 2 * 401 * 30


# What the chapter says of layers


@pytest.mark.equation("eq:act-shrink")
@pytest.mark.parametrize("name", [*PAIRS, "steep"])
def test_gradient_is_bounded_by_slopes_and_norms(name: str) -> None:
    """The bound is met where every slope is the largest, "steep"."""
    steep = (lambda x: leaky_relu(x, 1.7),)
    function = (PAIRS | {"steep": steep})[name][0]
    c = {"sigmoid": 0.25, "gelu": 1.13, "steep": 1.7}.get(name, 1.0)
    torch.manual_seed(0)
    weights = torch.randn(4, 7, 7, dtype=torch.float64)
    x = torch.randn(1, 7, dtype=torch.float64)
    if name == "steep":
        weights[:] = 1.5 * torch.eye(7).flip(0)
        x = -x.abs()
    v = torch.randn(1, 7, dtype=torch.float64)
    h = x.requires_grad_()
    for W in weights:
        h = function(h @ W)
    (h @ v.T).sum().backward()
    formula("eq:act-shrink").check(
        {r"\nabla_{h_0} \L": x.grad, r"\nabla_{h_L} \L": v}
        | {"W": weights.numpy(), "L": 4, "c": c}
    )


@pytest.mark.equation("eq:act-mean")
@pytest.mark.parametrize("spread", [0.0, 1.0])
@pytest.mark.parametrize("H", [2, 9])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_mean_bounds_the_largest_eigenvalue_from_below(
    name: str, H: int, spread: float
) -> None:
    """Without spread the bound is met, by a norm below 1 and above."""
    torch.manual_seed(0)
    z = spread * torch.randn(200, H, dtype=torch.float64) + 0.3
    h = PAIRS[name][0](z)
    mu = h.mean(dim=0)
    formula("eq:act-mean").check(
        {r"\lambda_{\max}": lambda M: np.linalg.eigvalsh(M)[-1]}
        | {"h": Random(rows(h)), r"\mu": mu}
    )
    second = h.T @ h / 200
    u = mu / mu.norm()
    varied = (h @ u - mu @ u).square().mean()
    torch.testing.assert_close(u @ second @ u, mu @ mu + varied)


def first_layer(B: int = 12, D: int = 4, H: int = 6) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(B, D, dtype=torch.float64, generator=generator)
    W, v = (
        torch.randn(shape, dtype=torch.float64, generator=generator)
        for shape in ((D, H), (H, 3))
    )
    b = 0.1 * torch.ones(H, dtype=torch.float64)
    y = torch.arange(B) % 3
    return x, W, b, v, y


@pytest.mark.equation("eq:act-kill")
@pytest.mark.parametrize("rate", [0.1, 50.0])
def test_one_step_moves_every_preactivation_as_the_formula(
    rate: float,
) -> None:
    x, W, b, v, y = first_layer()
    W.requires_grad_()
    b.requires_grad_()
    z = x @ W + b
    z.retain_grad()
    F.cross_entropy(relu(z) @ v, y).backward()
    assert W.grad is not None
    assert b.grad is not None
    assert z.grad is not None
    moved = x @ (W - rate * W.grad) + (b - rate * b.grad)
    delta = 12 * z.grad  # of each sample's own loss
    for j in range(6):
        formula("eq:act-kill").check(
            {r"\tilde z": moved[:, j], "z": z[:, j], "N": 12}
            | {r"\eta": rate, r"\delta": delta[:, j], "x": rows(x)}
            | {"m": range(1, 13)}
        )
    if rate == 50:
        assert dead_units(relu(moved.detach())).any()


@pytest.mark.equation("eq:act-dead")
def test_dead_unit_gets_no_gradient_and_stays_dead() -> None:
    x, W, b, v, y = first_layer()
    b[2] = -100.0
    W.requires_grad_()
    b.requires_grad_()
    before, offset = W.detach().clone(), b.detach().clone()
    for _ in range(5):
        W.grad = b.grad = None
        z = x @ W + b
        h = relu(z)
        F.cross_entropy(h @ v, y).backward()
        assert W.grad is not None
        assert b.grad is not None
        formula("eq:act-dead").check(
            {
                "z_n": entries("n j", z),  # of every unit j
                r"\nabla_w \L": entries("j", W.grad.T),
                r"\frac{\partial \L}{\partial b}": entries("j", b.grad),
                "n": range(1, 13),
                "j": range(1, 7),
            }
        )
        dead = (W.grad == 0).all(dim=0)
        assert dead[2]
        assert not dead.all()
        assert torch.equal(dead_units(h), dead)
        with torch.no_grad():
            W -= 0.1 * W.grad
            b -= 0.1 * b.grad
    assert torch.equal(W[:, 2], before[:, 2])
    assert torch.equal(b[2], offset[2])
    assert not torch.equal(W, before)


def test_dead_units_by_hand() -> None:
    h = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    assert dead_units(h).tolist() == [True, False, False]
    assert dead_units(h[:1]).tolist() == [True, False, True]


# Bad input


@pytest.mark.parametrize(
    "function",
    [
        _check_floating,
        sigmoid,
        sigmoid_slope,
        tanh,
        tanh_slope,
        relu,
        leaky_relu,
        lambda x: leaky_relu_slopes(x, 0.1),
        normal_cdf,
        gelu,
        gelu_slope,
    ],
)
def test_integers_are_refused(function: Function) -> None:
    message = "x must be floating point, got torch.int64"
    with pytest.raises(ValueError, match=message):
        function(torch.tensor([1, 2]))


@pytest.mark.parametrize(
    "function",
    [
        _check_negative_slope,
        leaky_relu,
        leaky_relu_slopes,
    ],
)
def test_bad_negative_slope(
    function: Callable[[Tensor, float | Tensor], object],
) -> None:
    x = torch.zeros(2, 3)
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match=f"a must be finite, got {bad}"):
            function(x, bad)
    with pytest.raises(
        ValueError, match=r"a must be a number or \(3,\), got \(2,\)"
    ):
        function(x, torch.zeros(2))
    with pytest.raises(ValueError, match=r"\(3,\), got \(2, 3\)"):
        function(x, torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"a must be a number, got \(1,\)"):
        function(torch.tensor(1.0), torch.zeros(1))


@pytest.mark.parametrize("function", [_check_pieces, maxout, maxout_slope])
def test_bad_pieces(function: Function) -> None:
    for shape in ((), (0, 3)):
        with pytest.raises(
            ValueError, match=r"z must be \(K, ...\), K > 0, got \("
        ):
            function(torch.zeros(shape))
    with pytest.raises(ValueError, match="z must be floating point"):
        function(torch.zeros(2, 3, dtype=torch.int64))


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 2), (2, 3, -1)])
def test_bad_maxout_sizes(sizes: tuple[int, int, int]) -> None:
    message = "D, H, K must be positive, got {}, {}, {}".format(*sizes)
    with pytest.raises(ValueError, match=message):
        Maxout(*sizes)


def test_bad_maxout_input() -> None:
    layer: nn.Module = Maxout(3, 2)
    for shape in ((5, 4), (3, 1), ()):
        with pytest.raises(
            ValueError, match=r"x must be \(\.\.\., 3\), got \("
        ):
            layer(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 3, 4)])
def test_bad_shape_of_outputs(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"h must be \(N, H\), N > 0, got \("):
        dead_units(torch.zeros(shape))


@pytest.mark.parametrize("bad", [-0.5, math.nan])
def test_outputs_that_no_relu_made(bad: float) -> None:
    h = torch.tensor([[1.0, bad]])
    message = f"h must be outputs of a ReLU .*smallest entry of {bad}"
    with pytest.raises(ValueError, match=message):
        dead_units(h)
