"""Initialization against torch.nn.init, enumeration and plain NumPy."""

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import Random, formula
from d2lcode.mlp.initialization import (
    Activation,
    gain,
    gaussian_mean,
    kaiming_normal_,
    kept,
    signals,
    slope_kept,
    xavier_uniform_,
)

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(150)


def leaky(z: Tensor) -> Tensor:
    return F.leaky_relu(z, 0.2)


def identity(z: Tensor) -> Tensor:
    return 1.0 * z


def all_signs(shapes: list[tuple[int, int]]) -> Iterator[list[Tensor]]:
    """Every choice of entries -1 and 1 for matrices of these shapes."""
    sizes = [D * H for D, H in shapes]
    for signs in itertools.product([-1.0, 1.0], repeat=sum(sizes)):
        parts = torch.tensor(signs, dtype=torch.float64).split(sizes)
        yield [w.view(s) for w, s in zip(parts, shapes, strict=True)]


def hermite_mean(function: Activation, q: float) -> float:
    """Mean over N(0, q) by Gauss-Hermite quadrature."""
    values = function(torch.tensor(NODES) * math.sqrt(q)).numpy()
    return float((WEIGHTS * values).sum() / WEIGHTS.sum())


def on_numpy(function: Activation) -> Callable[[Any], np.ndarray]:
    return lambda z: function(torch.tensor(z, dtype=torch.float64)).numpy()


SLOPES: dict[Activation, Callable[[Any], np.ndarray]] = {
    identity: np.ones_like,
    torch.relu: lambda z: np.float64(z > 0),
    leaky: lambda z: np.where(z > 0, 1, 0.2),
    torch.tanh: lambda z: 1 / np.cosh(z) ** 2,
    torch.sin: np.cos,
}


# What an activation keeps


@pytest.mark.equation("eq:init-kept")
@pytest.mark.parametrize("q", [1e-3, 0.1, 0.8, 3.0])
def test_shares_kept(q: float) -> None:
    for activation in SLOPES:
        formula("eq:init-kept").check(
            {
                r"\kappa": partial(kept, activation),
                r"\phi": on_numpy(activation),
                "z": Random(math.sqrt(q) * NODES),
                r"\E": WEIGHTS / WEIGHTS.sum(),
                "q": q,
            },
            asides=[r"z \sim \N(0, q)"],
            tolerance=1e-5,
        )


def test_gaussian_mean_of_powers() -> None:
    for power, moment in ((0, 1.0), (1, 0.0), (2, 1.7), (4, 3 * 1.7**2)):
        mean = gaussian_mean(lambda z, p=power: z**p, 1.7)
        assert mean == pytest.approx(moment, abs=1e-9)


def test_shares_by_sampling() -> None:
    z = np.random.default_rng(0).normal(scale=1.5, size=400_000)
    share = (np.tanh(z) ** 2).mean() / (z**2).mean()
    assert kept(torch.tanh, 2.25) == pytest.approx(share, rel=0.01)
    slopes = ((1 - np.tanh(z) ** 2) ** 2).mean()
    assert slope_kept(torch.tanh, 2.25) == pytest.approx(slopes, rel=0.01)


@pytest.mark.equation("eq:init-gain")
@pytest.mark.parametrize("q", [0.1, 1.3])
def test_gain_undoes_the_loss(q: float) -> None:
    for activation in (identity, torch.relu, leaky, torch.tanh, F.gelu):
        factor = gain(activation, q)
        W, noise = torch.empty(2, 7, 4, dtype=torch.float64)
        torch.manual_seed(0)
        kaiming_normal_(W, factor)
        torch.manual_seed(0)
        formula("eq:init-gain").check(
            {r"\sigma_l": W.norm() / noise.normal_().norm(), "n_{l-1}": 7}
            | {r"\gamma": factor, r"\kappa": partial(kept, activation)}
            | {"q": q}
        )


def test_gains_of_the_library() -> None:
    assert gain(torch.relu) == pytest.approx(nn.init.calculate_gain("relu"))
    assert gain(identity) == pytest.approx(nn.init.calculate_gain("linear"))
    oracle = nn.init.calculate_gain("leaky_relu", 0.2)
    assert gain(leaky, 7.0) == pytest.approx(oracle)
    assert gain(torch.tanh, 1e-6) == pytest.approx(1, abs=1e-5)
    assert gain(torch.selu) == pytest.approx(1, abs=1e-4)
    # PyTorch's number for tanh is a rounded version of the gain at 1
    assert gain(torch.tanh, 1.0) == pytest.approx(1.5925, abs=1e-4)
    assert nn.init.calculate_gain("tanh") == pytest.approx(5 / 3)


@pytest.mark.equation(
    "eq:init-tanh",
    fixed=r"\kappa(q) = \frac{\E[\tanh^2 z]}{q}"
    r"\approx \frac{q - \frac23 \cdot 3 q^2}{q} = 1 - 2q",
)
def test_tanh_near_zero() -> None:
    for q in (1e-3, 1e-4):
        assert (kept(torch.tanh, q) - 1) / q == pytest.approx(-2, abs=8 * q)
        slope = (slope_kept(torch.tanh, q) - 1) / q
        assert slope == pytest.approx(-2, abs=10 * q)
    # and so q falls like 1 / (2 l) under gain 1
    q = 1.0
    for _ in range(2000):
        q *= hermite_mean(lambda z, s=q: torch.tanh(z) ** 2 / s, q)
    assert 2000 * q == pytest.approx(0.5, abs=0.01)


# One layer and many, in expectation: every choice of signs


@pytest.mark.equation("eq:init-forward")
def test_second_moment_before_the_activation() -> None:
    """Exactly, over all skewed tosses of weights and three inputs.

    A toss is 2 with chance 1/5, else -1/2: mean 0, variance 1. The
    inputs are neither centred nor independent.
    """
    s, g = 0.3, torch.ones(1, 1).double()
    inputs = [[2.0, 0.5, 1.0], [-0.4, 0.7, 1.6], [0.9, 0.2, -0.3]]
    tosses = itertools.product([2.0, -0.5], repeat=3)
    h, w, squares, before, chances = [], [], [], [], []
    for x, toss in itertools.product(inputs, tosses):
        h.append(torch.tensor([x]).double())
        w.append(s * torch.tensor([toss]).double())
        forward, _ = signals(h[-1], [w[-1].T], identity, g)
        before.append(forward[0].item())
        squares.append(forward[1].item())
        chances.append(math.prod(0.2 if t > 0 else 0.8 for t in toss) / 3)
    formula("eq:init-forward").check(
        {
            r"\E[z_l^2]": np.dot(chances, squares),
            r"\E[h_{l-1}^2]": np.dot(chances, before),
            "h": Random(h),
            "w": Random(w),
            r"\E": np.array(chances),
            r"\sigma_l": s,
            "n_{l-1}": 3,
            "i": range(1, 4),
            "k": range(1, 4),
        }
    )


@pytest.mark.equation("eq:init-backward")
@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize("q", [1e-3, 0.8, 3.0])
def test_slopes_kept(activation: Activation, q: float) -> None:
    """The second half of the formula; the first is given as it is."""
    formula("eq:init-backward").check(
        {
            r"\chi": partial(slope_kept, activation),
            r"\phi'": SLOPES[activation],
            "z": Random(math.sqrt(q) * NODES),
            r"\E": WEIGHTS / WEIGHTS.sum(),
            "q": q,
            r"\E[g_{l-1}^2]": 6 * slope_kept(activation, q),
            r"\E[g_l^2]": 1.0,
            "n_l": 6,
            r"\sigma_l": 1.0,
        },
        tolerance=1e-5,
    )


@pytest.mark.equation("eq:init-backward")
@pytest.mark.parametrize("activation", [identity, torch.relu, leaky])
def test_gradient_through_one_layer(activation: Activation) -> None:
    s, x = 0.7, torch.tensor([[2.0, 0.5, -0.9]]).double()
    means = []
    for (W,) in all_signs([(3, 2)]):
        for signs in itertools.product([-1.5, 1.5], repeat=2):
            g = torch.tensor([signs]).double()
            means.append(signals(x, [s * W], activation, g)[1])
    before, after = torch.stack(means).mean(dim=0)
    formula("eq:init-backward").check(
        {r"\E[g_{l-1}^2]": before, r"\E[g_l^2]": after, "n_l": 2}
        | {r"\sigma_l": s, r"\chi": partial(slope_kept, activation)}
        | {r"\phi'": SLOPES[activation], "z": Random(NODES), "q": 1.0}
        | {r"\E": WEIGHTS / WEIGHTS.sum()},
        tolerance=1e-5,
    )


def test_either_fan_is_enough_for_relu() -> None:
    """Two ReLU layers, exactly, by enumeration of 2^8 networks."""
    shapes = [(3, 2), (2, 1)]
    x = torch.tensor([[1.0, 0.618, 0.3]]).double()
    g = torch.ones(1, 1).double()
    for fan in (0, 1):
        scales = [math.sqrt(2 / shape[fan]) for shape in shapes]
        forward, backward = [], []
        for signs in all_signs(shapes):
            weights = [s * W for s, W in zip(scales, signs, strict=True)]
            f, b = signals(x, weights, torch.relu, g)
            forward.append(f[-1].item())
            backward.append(b[0].item())
        ratio_forward = np.mean(forward) / x.square().mean().item()
        if fan == 0:  # the forward signal is kept, 3 inputs, 1 output
            assert ratio_forward == pytest.approx(1, rel=1e-12)
            assert np.mean(backward) == pytest.approx(1 / 3, rel=1e-12)
        else:
            assert ratio_forward == pytest.approx(3 / 1, rel=1e-12)
            assert np.mean(backward) == pytest.approx(1, rel=1e-12)


@pytest.mark.equation("eq:init-jacobian")
@settings(max_examples=20, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=5),
    B=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_gradient_through_a_stack(sizes: list[int], B: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = [
        torch.tensor(rng.normal(size=shape))
        for shape in itertools.pairwise(sizes)
    ]
    x = torch.tensor(rng.normal(size=(B, 1, sizes[0])))
    end = torch.tensor(rng.normal(size=(B, 1, sizes[-1])))
    L, forward, backward = len(weights), [], []
    for sample, row in zip(x, end, strict=True):
        h, z = [sample.requires_grad_()], []
        for W in weights:
            z.append(h[-1] @ W)
            h.append(torch.tanh(z[-1]))
        g = torch.autograd.grad(h[-1], h, row, retain_graph=True)
        # entry (i, j): output j by input i
        columns = [
            torch.autograd.grad(a, h[0], retain_graph=True)[0]
            for a in h[-1][0]
        ]
        formula("eq:init-jacobian").check(
            {
                "g": dict(enumerate(g)),
                r"\phi'": lambda z: 1 / np.cosh(z) ** 2,
                "z": [a[0].detach().numpy() for a in z],
                "W": weights,
                "L": L,
                "l": range(1, L + 1),
                r"\frac{\partial h_L}{\partial h_0}": torch.cat(columns).T,
            },
            tolerance=1e-7,
        )
        forward.append(torch.stack([a.detach().square().mean() for a in h]))
        backward.append(torch.stack([a.square().mean() for a in g]))
    f, b = signals(x[:, 0], weights, torch.tanh, end[:, 0])
    torch.testing.assert_close(f, torch.stack(forward).mean(dim=0))
    torch.testing.assert_close(b, torch.stack(backward).mean(dim=0))


def test_deep_he_network_keeps_its_signal_on_average() -> None:
    torch.manual_seed(0)
    ends = []
    for _ in range(30):
        x = torch.randn(8, 64, dtype=torch.float64)
        g = torch.randn(8, 64, dtype=torch.float64)
        weights = [
            kaiming_normal_(torch.empty(64, 64, dtype=torch.float64))
            for _ in range(10)
        ]
        f, b = signals(x, weights, torch.relu, g)
        ends.append([f[-1].item(), b[0].item()])
    assert np.mean(ends, axis=0) == pytest.approx([1, 1], abs=0.5)
    # the spread of single networks: (1 + 5 / n)^L - 1 for one sample
    assert np.std(ends, axis=0)[0] > 0.2


def test_spread_of_one_layer() -> None:
    """The square of the ratio has mean 1 + 5 / n."""
    n, rng = 4, np.random.default_rng(0)
    z = rng.normal(size=(200_000, n)) * math.sqrt(2)
    ratio = (np.maximum(z, 0) ** 2).mean(axis=1)
    assert ratio.mean() == pytest.approx(1, rel=0.01)
    assert (ratio**2).mean() == pytest.approx(1 + 5 / n, rel=0.02)


def test_signals_leave_their_arguments_alone() -> None:
    x = torch.randn(2, 3, requires_grad=True)
    W = torch.randn(3, 3, requires_grad=True)
    signals(x, [W], torch.tanh, torch.ones(2, 3))
    assert x.grad is None and W.grad is None
    plain = torch.ones(2, 3)
    signals(plain, [W], torch.tanh, torch.ones(2, 3))
    assert not plain.requires_grad
    zero = signals(x, [torch.zeros(3, 3)], torch.relu, torch.ones(2, 3))
    assert zero[0][1].item() == 0 and zero[1][0].item() == 0


def test_the_unit_of_the_page() -> None:
    """Inputs 3 and 4, weights 1 or -1: 25 before ReLU, 12.5 behind."""
    x, g = torch.tensor([[3.0, 4.0]]).double(), torch.ones(1, 1).double()
    for activation, expected in ((identity, 25.0), (torch.relu, 12.5)):
        squares = [
            signals(x, weights, activation, g)[0][1].item()
            for weights in all_signs([(2, 1)])
        ]
        assert np.mean(squares) == expected


def test_what_the_page_asks() -> None:
    """50 inputs and ReLU want the variance 0.04; 32 equal units stay one."""
    W = kaiming_normal_(torch.empty(50, 20_000, dtype=torch.float64))
    assert W.var().item() == pytest.approx(0.04, rel=0.01)
    model = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 3))
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.05)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    torch.manual_seed(0)
    X, y = torch.randn(20, 4), torch.randint(3, (20,))
    for _ in range(10):
        loss = F.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    weight = next(model.parameters())
    torch.testing.assert_close(weight, weight[:1].expand(32, 4))
    assert (weight - 0.05).abs().max() > 1e-3


# Filling weights


@pytest.mark.equation("eq:init-xavier")
@pytest.mark.parametrize(("D", "H"), [(3, 2), (1, 6), (5, 5)])
def test_xavier(D: int, H: int) -> None:
    """The bound read back from the draw, the deviation from the bound."""
    torch.manual_seed(0)
    W = xavier_uniform_(torch.empty(D, H, dtype=torch.float64))
    torch.manual_seed(0)
    bound = W.norm() / torch.empty_like(W).uniform_(-1, 1).norm()
    uniform = (np.arange(100_000) + 0.5) / 50_000 - 1
    formula("eq:init-xavier").check(
        {"r": bound, r"\sigma_l": bound * uniform.std(), "n": [D, H], "l": 2},
        asides=[r"w \text{} [-r, r]"],
    )


@pytest.mark.parametrize(("D", "H"), [(300, 200), (100, 400), (250, 250)])
@pytest.mark.parametrize("factor", [1.0, 5 / 3])
def test_xavier_has_its_variance_and_bound(
    D: int, H: int, factor: float
) -> None:
    torch.manual_seed(0)
    W = xavier_uniform_(torch.empty(D, H, dtype=torch.float64), factor)
    numbers = W.numpy()
    assert numbers.var() == pytest.approx(2 * factor**2 / (D + H), rel=0.02)
    bound = factor * math.sqrt(6) / math.sqrt(D + H)
    assert 0.999 * bound < np.abs(numbers).max() <= bound
    assert abs(numbers.mean()) < 0.02 * bound
    torch.manual_seed(0)
    oracle = torch.empty(D, H, dtype=torch.float64)
    torch.testing.assert_close(W, nn.init.xavier_uniform_(oracle, factor))


@pytest.mark.equation(
    "eq:init-he",
    fixed=r"\sigma_l^2 = \frac{2}{n_{l-1}} \quad \text{(fan-in)}"
    r"\qquad \text{or} \qquad"
    r"\sigma_l^2 = \frac{2}{n_l} \quad \text{(fan-out)}",
    chinese=r"\sigma_l^2 = \frac{2}{n_{l-1}} \quad \text{（扇入）}"
    r"\qquad \text{或} \qquad"
    r"\sigma_l^2 = \frac{2}{n_l} \quad \text{（扇出）}",
)
@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_kaiming_has_its_variance(mode: str, slope: float) -> None:
    D, H = 400, 150
    factor = gain(lambda z: F.leaky_relu(z, slope))
    W = torch.empty(D, H, dtype=torch.float64)
    torch.manual_seed(0)
    assert kaiming_normal_(W, factor, mode) is W
    fan = D if mode == "fan_in" else H
    expected = 2 / ((1 + slope**2) * fan)
    assert W.numpy().var() == pytest.approx(expected, rel=0.02)
    # PyTorch's weights act as x @ W.T, so its fans are ours swapped
    other = {"fan_in": "fan_out", "fan_out": "fan_in"}[mode]
    torch.manual_seed(0)
    oracle = nn.init.kaiming_normal_(torch.empty_like(W), slope, mode=other)
    torch.testing.assert_close(W, oracle)
    layer = nn.Linear(D, H).double()
    kaiming_normal_(layer.weight.T, factor, mode)
    assert layer.weight.numel() == D * H
    assert layer.weight.var().item() == pytest.approx(expected, rel=0.03)


def test_kaiming_default_is_he() -> None:
    torch.manual_seed(0)
    W = kaiming_normal_(torch.empty(50, 20))
    torch.manual_seed(0)
    assert torch.equal(W, torch.empty(50, 20).normal_(0, math.sqrt(2 / 50)))


def test_uniform_and_normal_differ_in_shape_only() -> None:
    torch.manual_seed(0)
    W = xavier_uniform_(torch.empty(300, 300, dtype=torch.float64))
    V = kaiming_normal_(torch.empty(300, 300, dtype=torch.float64), 1.0)
    assert W.var().item() == pytest.approx(V.var().item(), rel=0.03)
    fourth = [(M**4).mean().item() / M.var().item() ** 2 for M in (W, V)]
    assert fourth == pytest.approx([9 / 5, 3], rel=0.03)


# Symmetry


@pytest.mark.equation(
    "eq:init-symmetry",
    fixed=r"\frac{\partial \L}{\partial W_l} \text{ has equal columns } j, k,"
    r"\qquad"
    r"\frac{\partial \L}{\partial W_{l+1}} \text{ has equal rows } j, k",
    chinese=r"\frac{\partial \L}{\partial W_l} \text{ 有相等的列 } j, k,"
    r"\qquad"
    r"\frac{\partial \L}{\partial W_{l+1}} \text{ 有相等的行 } j, k",
)
@pytest.mark.parametrize("activation", [torch.tanh, torch.sigmoid])
def test_equal_units_get_equal_gradients(activation: Activation) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    column, row = rng.normal(size=3), rng.normal(size=2)
    U = torch.tensor(np.tile(column[:, None], (1, 4))).requires_grad_()
    V = torch.tensor(np.tile(row, (4, 1))).requires_grad_()
    for _ in range(5):
        f = activation(torch.tensor(X) @ U) @ V
        loss = (f - torch.tensor(y)).square().mean()
        dU, dV = torch.autograd.grad(loss, [U, V])
        for k in range(1, 4):
            torch.testing.assert_close(dU[:, k], dU[:, 0])
            torch.testing.assert_close(dV[k], dV[0])
        assert dU.abs().max() > 1e-6
        with torch.no_grad():
            U -= 0.1 * dU
            V -= 0.1 * dV


# Bad input


@pytest.mark.parametrize("q", [0.0, -1.0, math.inf, math.nan])
def test_bad_q(q: float) -> None:
    message = rf"q must be positive and finite, got {q}"
    for function in (gaussian_mean, kept, slope_kept, gain):
        with pytest.raises(ValueError, match=message):
            function(torch.tanh, q)


def test_gain_of_nothing() -> None:
    message = r"activation must keep some of the signal, got 0.0"
    with pytest.raises(ValueError, match=message):
        gain(torch.zeros_like)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (0, 3), ()])
def test_bad_weight(shape: tuple[int, ...]) -> None:
    message = r"W must be \(D, H\) with D, H > 0, got \("
    for function in (xavier_uniform_, kaiming_normal_):
        with pytest.raises(ValueError, match=message):
            function(torch.empty(shape))


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf, math.nan])
def test_bad_factor(factor: float) -> None:
    message = rf"factor must be positive and finite, got {factor}"
    for function in (xavier_uniform_, kaiming_normal_):
        with pytest.raises(ValueError, match=message):
            function(torch.empty(2, 3), factor)


def test_bad_mode() -> None:
    message = r"mode must be 'fan_in' or 'fan_out', got 'fan_avg'"
    with pytest.raises(ValueError, match=message):
        kaiming_normal_(torch.empty(2, 3), mode="fan_avg")


def test_bad_stack() -> None:
    x, W, g = torch.ones(2, 3), torch.ones(3, 4), torch.ones(2, 4)
    message = r"weights must be at least one matrix and fit x \(B, D\) and g"
    for bad in ((x, [], x), (x, [W.T], g), (x, [W], x), (x, [W, W], g)):
        with pytest.raises(ValueError, match=message):
            signals(bad[0], bad[1], torch.relu, bad[2])
    with pytest.raises(ValueError, match=message):
        signals(x, [W], torch.relu, torch.ones(5, 4))
    with pytest.raises(ValueError, match=message):
        signals(torch.tensor(1.0), [W], torch.relu, g)
