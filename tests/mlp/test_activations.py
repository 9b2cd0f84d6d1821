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

from d2lcode.mlp.activations import (
    Maxout,
    check_floating,
    check_negative_slope,
    check_pieces,
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


# The formulas, number by number


@pytest.mark.equation("eq:act-sigmoid")
def test_sigmoid_formula() -> None:
    ours, slopes = sigmoid(GRID), sigmoid_slope(GRID)
    for i, x in enumerate(GRID.tolist()):
        y = 1 / (1 + math.exp(-x))
        assert ours[i].item() == pytest.approx(y, rel=1e-12)
        by_quotient_rule = math.exp(-x) / (1 + math.exp(-x)) ** 2
        assert slopes[i].item() == pytest.approx(by_quotient_rule, rel=1e-10)
        assert by_quotient_rule == pytest.approx(y * (1 - y), rel=1e-10)
    assert slopes.max().item() == slopes[120].item() == 0.25
    assert (slopes <= torch.exp(-GRID.abs())).all()


@pytest.mark.equation("eq:act-tanh")
def test_tanh_formula() -> None:
    ours, slopes = tanh(GRID), tanh_slope(GRID)
    for i, x in enumerate(GRID.tolist()):
        up, down = math.exp(x), math.exp(-x)
        y = (up - down) / (up + down)
        assert ours[i].item() == pytest.approx(y, rel=1e-10, abs=1e-14)
        by_quotient_rule = 4 / (up + down) ** 2
        assert slopes[i].item() == pytest.approx(by_quotient_rule, abs=1e-12)
        assert by_quotient_rule == pytest.approx(1 - y**2, abs=1e-12)
    assert slopes.max().item() == 1


@pytest.mark.equation("eq:act-identity")
def test_tanh_of_half_is_a_stretched_sigmoid() -> None:
    for x in GRID.tolist():
        s = 1 / (1 + math.exp(-x))
        assert math.tanh(x / 2) == pytest.approx(2 * s - 1, abs=1e-14)
        # The version of the study note has the wrong sign, but at 0.
        assert math.tanh(-x / 2) == pytest.approx(1 - 2 * s, abs=1e-14)
        if abs(x) > 1e-3:
            assert (1 - 2 * s) * math.tanh(x / 2) < 0
    expected = [math.tanh(x / 2) for x in GRID.tolist()]
    for ours in (tanh(GRID / 2), 2 * sigmoid(GRID) - 1):
        np.testing.assert_allclose(ours.numpy(), expected, atol=1e-14)


@pytest.mark.equation("eq:act-leaky")
@pytest.mark.parametrize("a", [0.0, 0.01, 0.25, 1.0, 1.5, -0.5])
def test_leaky_relu_formula(a: float) -> None:
    expected = [x if x > 0 else a * x for x in GRID.tolist()]
    np.testing.assert_allclose(leaky_relu(GRID, a).numpy(), expected)
    if a == 0:
        np.testing.assert_allclose(relu(GRID).numpy(), expected)
    largest = [max(x, a * x) for x in GRID.tolist()]
    assert np.allclose(largest, expected) == (a <= 1)


@pytest.mark.equation("eq:act-leaky")
def test_leaky_slopes_formula() -> None:
    """By x and by a, from differences away from the kink, and at it."""
    a = 0.3
    by_x, by_a = leaky_relu_slopes(GRID, a)

    def f(x: float, a: float) -> float:
        return x if x > 0 else a * x

    for i, x in enumerate(GRID.tolist()):
        if abs(x) > 1e-3:
            slope = (f(x + 1e-4, a) - f(x - 1e-4, a)) / 2e-4
            assert by_x[i].item() == pytest.approx(slope, rel=1e-8)
        in_a = (f(x, a + 1e-4) - f(x, a - 1e-4)) / 2e-4
        assert by_a[i].item() == pytest.approx(in_a, abs=1e-8)
    assert by_x[120].item() == a
    assert GRID[120].item() == by_a[120].item() == 0


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
    """The distribution function by summing the density, term by term."""
    for x in (-3.0, -1.0, -0.2, 0.0, 0.7, 2.5):
        nodes = np.linspace(-12, x, 20_001)
        density = np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
        cdf = (density[1:] + density[:-1]).sum() / 2 * (nodes[1] - nodes[0])
        point = torch.tensor(x, dtype=torch.float64)
        assert normal_cdf(point).item() == pytest.approx(cdf, abs=1e-7)
        assert gelu(point).item() == pytest.approx(x * cdf, abs=1e-7)
        slope = cdf + x * density[-1]
        assert gelu_slope(point).item() == pytest.approx(slope, abs=1e-7)


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
    K=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_maxout_formula(B: int, D: int, H: int, K: int, seed: int) -> None:
    torch.manual_seed(seed)
    layer = Maxout(D, H, K).double()
    with torch.no_grad():
        layer.b.normal_()
    x = torch.randn(B, D, dtype=torch.float64)
    upstream = torch.randn(B, H, dtype=torch.float64)
    h = layer(x)
    h.backward(upstream)
    W, b = layer.W.detach().numpy(), layer.b.detach().numpy()
    expected, W_grad, b_grad = np.zeros((B, H)), 0 * W, 0 * b
    for i in range(B):
        for j in range(H):
            scores = [
                x[i].numpy() @ W[:, k * H + j] + b[k * H + j] for k in range(K)
            ]
            k = int(np.argmax(scores))
            expected[i, j] = scores[k]
            g = upstream[i, j].item()
            W_grad[:, k * H + j] += g * x[i].numpy()  # only the winner
            b_grad[k * H + j] += g
    np.testing.assert_allclose(h.detach().numpy(), expected, rtol=1e-12)
    assert layer.W.grad is not None
    assert layer.b.grad is not None
    np.testing.assert_allclose(layer.W.grad.numpy(), W_grad, atol=1e-12)
    np.testing.assert_allclose(layer.b.grad.numpy(), b_grad, atol=1e-12)


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
@pytest.mark.parametrize("name", PAIRS)
def test_gradient_is_bounded_by_slopes_and_norms(name: str) -> None:
    """The backward pass by hand, in NumPy, and the bound at each layer."""
    function, slope, _ = PAIRS[name]
    c = {"sigmoid": 0.25, "gelu": 1.13}.get(name, 1.0)
    torch.manual_seed(0)
    weights = [torch.randn(7, 7, dtype=torch.float64) for _ in range(4)]
    x = torch.randn(1, 7, dtype=torch.float64, requires_grad=True)
    v = torch.randn(7, dtype=torch.float64)
    h, slopes = x, []
    for W in weights:
        z = h @ W
        slopes.append(slope(z.detach()).numpy()[0])
        h = function(z)
    (h @ v).sum().backward()
    g, bound = v.numpy(), v.norm().item()
    for W, s in zip(weights[::-1], slopes[::-1], strict=True):
        g = (g * s) @ W.numpy().T
        bound *= c * float(np.linalg.norm(W.numpy(), 2))
        assert np.sqrt(g @ g) <= bound
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy()[0], g, rtol=1e-9)


@pytest.mark.equation("eq:act-mean")
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_mean_bounds_the_largest_eigenvalue_from_below(name: str) -> None:
    torch.manual_seed(0)
    z = torch.randn(200, 9, dtype=torch.float64) + 0.3
    h = PAIRS[name][0](z).numpy()
    second = sum(np.outer(row, row) for row in h) / 200
    mean = sum(h) / 200
    largest = np.linalg.eigvalsh(second)[-1]
    assert largest >= (mean**2).sum()
    u = mean / np.sqrt(mean @ mean)
    spread = np.mean([(row @ u - mean @ u) ** 2 for row in h])
    assert u @ second @ u == pytest.approx((mean**2).sum() + spread)


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
@pytest.mark.parametrize("rate", [0.1, 5.0, 50.0])
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
    for n in range(12):
        for j in range(6):
            shift = sum(
                delta[i, j].item()
                * (sum(x[n, d].item() * x[i, d].item() for d in range(4)) + 1)
                for i in range(12)
                if z[i, j] > 0
            )
            new = z[n, j].item() - rate / 12 * shift
            assert moved[n, j].item() == pytest.approx(new, rel=1e-9)
    if rate == 50:
        assert dead_units(relu(moved.detach())).any()


@pytest.mark.equation("eq:act-dead")
def test_dead_unit_gets_no_gradient_and_stays_dead() -> None:
    x, W, b, v, y = first_layer()
    b[2] = -100.0
    W.requires_grad_()
    b.requires_grad_()
    before, offset = W.detach().clone(), b.detach().clone()
    for _ in range(20):
        W.grad = b.grad = None
        h = relu(x @ W + b)
        dead = [all(h[i, j] == 0 for i in range(12)) for j in range(6)]
        assert dead_units(h).tolist() == dead
        assert dead[2]
        F.cross_entropy(h @ v, y).backward()
        assert W.grad is not None
        assert b.grad is not None
        for j in range(6):
            largest = max(W.grad[:, j].abs().max(), b.grad[j].abs())
            assert (largest == 0) == dead[j]
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
        check_floating,
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
        check_negative_slope,
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


@pytest.mark.parametrize("function", [check_pieces, maxout, maxout_slope])
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
