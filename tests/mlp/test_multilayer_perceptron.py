"""Multilayer perceptrons against nn.Sequential and plain NumPy."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from d2lcode.mlp.multilayer_perceptron import (
    MLP,
    collapse,
    count_pieces,
    interpolate,
    sawtooth,
)

widths = st.lists(st.integers(1, 5), min_size=2, max_size=5)


def network(sizes: list[int], activation=torch.relu, seed: int = 0) -> MLP:
    """A float64 network whose biases are not zero."""
    generator = torch.Generator().manual_seed(seed)
    model = MLP(sizes, activation).double()
    with torch.no_grad():
        for b in model.biases:
            b.copy_(torch.randn(b.shape, generator=generator))
    return model


def rows(B: int, D: int) -> Tensor:
    generator = torch.Generator().manual_seed(B + D)
    return torch.randn(B, D, dtype=torch.float64, generator=generator)


@settings(max_examples=20, deadline=None)
@given(widths, st.integers(1, 4))
def test_values_and_gradients_are_those_of_sequential(
    sizes: list[int], B: int
) -> None:
    ours = network(sizes)
    layers: list[nn.Module] = []
    for W, b in zip(ours.weights, ours.biases, strict=True):
        linear = nn.Linear(*W.shape).double()
        linear.load_state_dict({"weight": W.T.detach(), "bias": b.detach()})
        layers += [linear, nn.ReLU()]
    theirs = nn.Sequential(*layers[:-1])
    x = rows(B, sizes[0])
    torch.testing.assert_close(ours(x), theirs(x))
    ours(x).square().sum().backward()
    theirs(x).square().sum().backward()
    for W, b, linear in zip(
        ours.weights, ours.biases, layers[::2], strict=True
    ):
        torch.testing.assert_close(W.grad, linear.weight.grad.T)
        torch.testing.assert_close(b.grad, linear.bias.grad)


@pytest.mark.equation("eq:mlp-layer")
def test_forward_by_hand() -> None:
    model = network([2, 3, 1], torch.tanh)
    x = rows(4, 2)
    W, V = (w.detach().numpy() for w in model.weights)
    b, c = (b.detach().numpy() for b in model.biases)
    expected = np.empty((4, 1))
    for i in range(4):
        h = [
            math.tanh(sum(x[i, d].item() * W[d, j] for d in range(2)) + b[j])
            for j in range(3)
        ]
        expected[i, 0] = sum(h[j] * V[j, 0] for j in range(3)) + c[0]
    np.testing.assert_allclose(model(x).detach().numpy(), expected)


def test_leading_axes_are_kept() -> None:
    model = network([3, 4, 2])
    x = rows(10, 3).view(5, 2, 3)
    torch.testing.assert_close(model(x).view(10, 2), model(x.view(10, 3)))


def test_first_weights_have_variance_two_by_inputs() -> None:
    torch.manual_seed(0)
    W = MLP((400, 500, 1)).weights[0]
    assert W.std().item() == pytest.approx(math.sqrt(2 / 400), rel=0.01)
    assert abs(W.mean().item()) < 0.001
    assert not MLP((4, 3, 2)).biases[0].any()


@pytest.mark.equation("eq:mlp-parameters")
@settings(max_examples=20, deadline=None)
@given(widths)
def test_number_of_parameters(sizes: list[int]) -> None:
    counted = sum(p.numel() for p in MLP(sizes).parameters())
    assert counted == sum(
        (before + 1) * after for before, after in pairwise(sizes)
    )


@pytest.mark.equation("eq:mlp-collapse")
@settings(max_examples=20, deadline=None)
@given(widths)
def test_without_activation_it_is_one_layer(sizes: list[int]) -> None:
    model = network(sizes, lambda z: z)
    x = rows(6, sizes[0])
    W, b = collapse(model)
    torch.testing.assert_close(x @ W + b, model(x))
    product = np.eye(sizes[0])
    for weight in model.weights:
        product = product @ weight.detach().numpy()
    np.testing.assert_allclose(W.detach().numpy(), product, atol=1e-12)
    bias = np.zeros(sizes[-1])
    for number, row in enumerate(model.biases):
        term = row.detach().numpy()
        for weight in model.weights[number + 1 :]:
            term = term @ weight.detach().numpy()
        bias += term
    np.testing.assert_allclose(b.detach().numpy(), bias, atol=1e-12)
    assert np.linalg.matrix_rank(product) <= min(sizes)


@pytest.mark.equation("eq:mlp-interpolate")
@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(0, 99))
def test_interpolation_is_numpys(m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    knots = np.cumsum(rng.uniform(0.1, 1, m + 1))
    values = rng.normal(size=m + 1)
    model = interpolate(torch.tensor(knots), torch.tensor(values))
    x = np.linspace(knots[0], knots[-1], 101)
    ours = model(torch.tensor(x)[:, None])[:, 0].detach().numpy()
    np.testing.assert_allclose(ours, np.interp(x, knots, values), atol=1e-9)
    left = model(torch.tensor([[knots[0] - 1]])).item()
    assert left == pytest.approx(values[0])


@pytest.mark.equation("eq:mlp-error")
@pytest.mark.parametrize("m", [1, 3, 10])
def test_error_of_interpolation(m: int) -> None:
    knots = torch.linspace(0, 3, m + 1, dtype=torch.float64)
    x = torch.linspace(0, 3, 3001, dtype=torch.float64)
    for f, K in ((torch.sin, 1.0), (lambda x: (2 * x - 1).abs(), 2.0)):
        gap = (interpolate(knots, f(knots))(x[:, None])[:, 0] - f(x)).abs()
        assert gap.max() <= K * 3 / (2 * m) + 1e-9
    middle = knots[:2].mean()
    zigzag = torch.minimum(x - knots[0], knots[1] - x)
    flat = interpolate(knots, torch.zeros_like(knots))
    gap = (flat(middle.view(1, 1)) - zigzag.max()).abs().item()
    assert gap == pytest.approx(3 / (2 * m), rel=1e-2)  # it is reached


@pytest.mark.equation("eq:mlp-tent")
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_sawtooth_is_the_tent_applied_again_and_again(depth: int) -> None:
    x = np.linspace(0, 1, 1025)
    expected = x
    for _ in range(depth):
        expected = 1 - np.abs(2 * expected - 1)
    ours = sawtooth(depth)(torch.tensor(x, dtype=torch.float32)[:, None])
    np.testing.assert_allclose(ours[:, 0].detach(), expected, atol=1e-5)
    grid = torch.linspace(0, 1, 2**depth * 4 + 1)
    assert count_pieces(sawtooth(depth), grid) == 2**depth


@pytest.mark.equation("eq:mlp-pieces")
@settings(max_examples=20, deadline=None)
@given(st.integers(1, 8), st.integers(0, 99))
def test_a_hidden_layer_has_at_most_one_piece_more_than_units(
    H: int, seed: int
) -> None:
    torch.manual_seed(seed)
    model = network([1, H, 1], seed=seed + 1000)
    kinks = (-model.biases[0] / model.weights[0][0]).detach().sort().values
    outside = kinks.new_tensor([kinks[0] - 1, kinks[-1] + 1])
    between = (kinks[1:] + kinks[:-1]) / 2
    points = torch.cat([kinks, between, outside]).unique()
    assert count_pieces(model, points) <= H + 1


def test_pieces_are_counted() -> None:
    knots = torch.tensor([0.0, 1.0, 2.0, 3.0, 4.0])
    values = torch.tensor([0.0, 1.0, 2.0, 1.0, 5.0])  # three slopes
    assert count_pieces(interpolate(knots, values), knots) == 3
    assert count_pieces(interpolate(knots, knots), knots) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MLP([3]), "sizes must be two or more positive numbers"),
        (lambda: MLP([3, 0, 1]), "positive numbers, got [3, 0, 1]"),
        (lambda: MLP([3, 1])(torch.ones(2, 4)), "x must be (..., 3), got (2,"),
        (lambda: MLP([3, 1])(torch.tensor(1.0)), "x must be (..., 3), got ()"),
        (
            lambda: interpolate(torch.tensor([0.0, 0.0]), torch.ones(2)),
            "knots must be two or more ascending numbers, got",
        ),
        (
            lambda: interpolate(torch.ones(1), torch.ones(1)),
            "knots must be two or more ascending numbers, got",
        ),
        (
            lambda: interpolate(torch.tensor([0.0, 1.0]), torch.ones(3)),
            "values must be (2,), got (3,)",
        ),
        (lambda: sawtooth(0), "depth must be at least 1, got 0"),
        (
            lambda: count_pieces(sawtooth(1), torch.tensor([0.0, 1.0])),
            "points must be three or more ascending numbers",
        ),
        (
            lambda: count_pieces(sawtooth(1), torch.tensor([0.0, 2.0, 1.0])),
            "points must be three or more ascending numbers",
        ),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
