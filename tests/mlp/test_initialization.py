"""Initialization against torch.nn.init, enumeration and plain NumPy."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from d2lcode.mlp.initialization import (
    Activation,
    check_factor,
    fans,
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


# What an activation keeps


@pytest.mark.equation("eq:init-kept")
@pytest.mark.parametrize("q", [1e-3, 0.1, 1.0, 3.0])
def test_shares_kept(q: float) -> None:
    for a, activation in ((1.0, identity), (0.0, torch.relu), (0.2, leaky)):
        # half of z squared lies on either side of 0
        assert kept(activation, q) == pytest.approx((1 + a**2) / 2)
        assert slope_kept(activation, q) == pytest.approx((1 + a**2) / 2)
    smooth = {
        torch.tanh: lambda z: 1 - torch.tanh(z) ** 2,
        F.silu: lambda z: torch.sigmoid(z) * (1 + z * (1 - torch.sigmoid(z))),
    }
    for activation, slope in smooth.items():
        for ours, theirs in (
            (kept, lambda z, f=activation: f(z) ** 2 / q),
            (slope_kept, lambda z, f=slope: f(z) ** 2),
        ):
            expected = hermite_mean(theirs, q)
            assert ours(activation, q) == pytest.approx(expected, rel=1e-5)


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
def test_gain_undoes_the_loss() -> None:
    for activation in (identity, torch.relu, leaky, torch.tanh, F.gelu):
        for q in (0.1, 1.0):
            mean = hermite_mean(lambda z, f=activation: f(z) ** 2, q)
            tolerance = 2e-2 if activation in (torch.relu, leaky) else 1e-6
            assert gain(activation, q) ** 2 * mean == pytest.approx(
                q, rel=tolerance
            )
    assert gain(torch.relu) == pytest.approx(nn.init.calculate_gain("relu"))
    assert gain(identity) == pytest.approx(nn.init.calculate_gain("linear"))
    oracle = nn.init.calculate_gain("leaky_relu", 0.2)
    assert gain(leaky, 7.0) == pytest.approx(oracle)
    assert gain(torch.tanh, 1e-6) == pytest.approx(1, abs=1e-5)
    assert gain(torch.selu) == pytest.approx(1, abs=1e-4)
    # PyTorch's number for tanh is a rounded version of the gain at 1
    assert gain(torch.tanh, 1.0) == pytest.approx(1.5925, abs=1e-4)
    assert nn.init.calculate_gain("tanh") == pytest.approx(5 / 3)


@pytest.mark.equation("eq:init-tanh")
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
    """Mean over all weights +-s: n s^2 times the mean square of h."""
    s, h = 0.3, [2.0, 0.5, 1.0]  # not centred, one sample
    x, g = torch.tensor([h]).double(), torch.zeros(1, 2).double()
    total = 0.0
    count = 0
    for (W,) in all_signs([(3, 2)]):
        forward, _ = signals(x, [s * W], identity, g)
        total, count = total + forward[1].item(), count + 1
    assert count == 64
    expected = 3 * s**2 * sum(v**2 for v in h) / 3
    assert total / count == pytest.approx(expected, rel=1e-12)


@pytest.mark.equation("eq:init-backward")
@pytest.mark.parametrize(
    ("activation", "chi"), [(identity, 1.0), (torch.relu, 0.5), (leaky, 0.52)]
)
def test_gradient_through_one_layer(
    activation: Activation, chi: float
) -> None:
    s, x = 0.7, torch.tensor([[2.0, 0.5, -0.9]]).double()
    means = []
    for (W,) in all_signs([(3, 2)]):
        for signs in itertools.product([-1.5, 1.5], repeat=2):
            g = torch.tensor([signs]).double()
            means.append(signals(x, [s * W], activation, g)[1][0].item())
    expected = 2 * s**2 * chi * 1.5**2  # n = 2 outputs
    assert np.mean(means) == pytest.approx(expected, rel=1e-12)


@pytest.mark.equation("eq:init-ends")
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
def test_signals_by_loops(sizes: list[int], B: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=(B, sizes[0])), rng.normal(size=(B, sizes[-1]))
    weights = [rng.normal(size=shape) for shape in itertools.pairwise(sizes)]
    forward, backward = np.zeros(len(sizes)), np.zeros(len(sizes))
    for sample in range(B):
        h, slopes, products = x[sample], [], []
        forward[0] += (h**2).mean() / B
        J = np.eye(sizes[0])
        for number, W in enumerate(weights):
            z = np.array(
                [
                    sum(h[i] * W[i, j] for i in range(len(h)))
                    for j in range(W.shape[1])
                ]
            )
            h = np.tanh(z)
            slopes.append(np.diag(1 - h**2))
            J = J @ W @ slopes[-1]  # entry (i, j): output j by input i
            products.append(J)
            forward[number + 1] += (h**2).mean() / B
        row = g[sample]
        backward[-1] += (row**2).mean() / B
        for number in reversed(range(len(weights))):
            row = row @ slopes[number] @ weights[number].T
            backward[number] += (row**2).mean() / B
        np.testing.assert_allclose(row, g[sample] @ products[-1].T)
    f, b = signals(
        torch.tensor(x),
        [torch.tensor(W) for W in weights],
        torch.tanh,
        torch.tensor(g),
    )
    np.testing.assert_allclose(f.numpy(), forward, rtol=1e-10)
    np.testing.assert_allclose(b.numpy(), backward, rtol=1e-10, atol=1e-300)


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
    # the spread predicted in Exercise 2: (1 + 5 / n)^L - 1 for one sample
    assert np.std(ends, axis=0)[0] > 0.2


def test_spread_of_one_layer() -> None:
    """Exercise 2: the square of the ratio has mean 1 + 5 / n."""
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


# Filling weights


@pytest.mark.equation("eq:init-xavier")
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


@pytest.mark.equation("eq:init-he")
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


@pytest.mark.equation("eq:init-symmetry")
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
    for function in (xavier_uniform_, kaiming_normal_, fans):
        with pytest.raises(ValueError, match=message):
            function(torch.empty(shape))


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf, math.nan])
def test_bad_factor(factor: float) -> None:
    message = rf"factor must be positive and finite, got {factor}"
    with pytest.raises(ValueError, match=message):
        check_factor(factor)
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
