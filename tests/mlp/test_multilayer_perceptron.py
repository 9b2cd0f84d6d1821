"""Multilayer perceptrons against nn.Sequential and plain NumPy."""

import itertools
import math
import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from book.formula import Formula, each, formula
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
@pytest.mark.parametrize("sizes", [[2, 3, 1], [2, 4, 3, 2]])
def test_forward_is_the_formula(sizes: list[int]) -> None:
    x = rows(5, 2)
    h = [x]

    def activation(z: Tensor) -> Tensor:
        h.append(torch.tanh(z))
        return h[-1]

    model = network(sizes, activation)
    y = model(x)
    formula("eq:mlp-layer").check(
        {
            "h": dict(enumerate(h)),
            "W": list(model.weights),
            "b": list(model.biases),
            "f": np.tanh,
            "l": range(1, len(h)),
            "L": len(h),
            r"\hat y": y,
        }
    )


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
    formula("eq:mlp-parameters").check(
        {"D": dict(enumerate(sizes)), "L": len(sizes) - 1}, results=[counted]
    )


@pytest.mark.equation("eq:mlp-collapse")
@settings(max_examples=20, deadline=None)
@given(widths)
def test_without_activation_it_is_one_layer(sizes: list[int]) -> None:
    model = network(sizes, lambda z: z)
    x = rows(6, sizes[0])
    W, b = collapse(model)
    formula("eq:mlp-collapse").check(
        {"W": W, "b": b, "x": x, "L": len(sizes) - 1}
        | {"W_{}": list(model.weights), "b_{}": list(model.biases)},
        results=[model(x)],
    )
    assert np.linalg.matrix_rank(W.detach().numpy()) <= min(sizes)


def scalar(model: MLP) -> Callable[[float], float]:
    return lambda x: model.double()(
        torch.tensor([x], dtype=torch.float64)
    ).item()


@pytest.mark.equation("eq:mlp-interpolate")
@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(0, 99))
def test_interpolation_is_numpys(m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    knots = np.cumsum(rng.uniform(0.1, 1, m + 1))
    values = rng.normal(size=m + 1)
    model = interpolate(torch.tensor(knots), torch.tensor(values))
    slopes = np.diff(values) / np.diff(knots)
    formula("eq:mlp-interpolate").check(
        {
            "g": scalar(model),
            "x": each(np.linspace(knots[0] - 1, knots[-1] + 1, 7)),
            "y_0": values[0],
            "m": m,
            "s": {-1: 0.0} | dict(enumerate(slopes)),
            "t": dict(enumerate(knots)),
            r"\operatorname{ReLU}": lambda z: max(z, 0.0),
        },
        absolute=1e-10,
    )
    x = np.linspace(knots[0], knots[-1], 101)
    ours = model(torch.tensor(x)[:, None])[:, 0].detach().numpy()
    np.testing.assert_allclose(ours, np.interp(x, knots, values), atol=1e-9)


@pytest.mark.equation("eq:mlp-error")
@pytest.mark.parametrize("m", [1, 3, 10])
def test_error_of_interpolation(m: int) -> None:
    """A zigzag through 0 at the knots is missed by as much as may be."""
    a, b, K = 0.4, 3.1, 1.7
    knots = torch.linspace(a, b, m + 1, dtype=torch.float64)

    def zigzag(x: float) -> float:
        return K * (knots - x).abs().min().item()

    x = each([a - 1, *np.linspace(a, b, 2 * m + 1), b + 2])
    for f in (zigzag, lambda x: math.sin(K * x), lambda x: abs(K * x - 1)):
        heights = torch.tensor([f(t) for t in knots.tolist()]).double()
        values = {"g": scalar(interpolate(knots, heights)), r"\phi": f}
        values |= {"x": x, "a": a, "b": b, "m": m}
        formula("eq:mlp-error").check({**values, "K": K})
        if f is zigzag:
            values["K"] = 0.99 * K
            for source in formula("eq:mlp-error").sources:
                with pytest.raises(AssertionError, match="does not hold"):
                    Formula("eq:mlp-error", (source,)).check(values)


@pytest.mark.equation("eq:mlp-tent")
def test_tent() -> None:
    formula("eq:mlp-tent").check(
        {r"\tau": scalar(sawtooth(1)), "x": each([0, 0.2, 0.4, 0.5, 0.7, 1])}
        | {r"\operatorname{ReLU}": lambda z: max(z, 0.0)}
    )


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
    pieces = count_pieces(model, points)
    formula("eq:mlp-pieces").check({"P": pieces, "H": H})
    knots = torch.arange(H + 1, dtype=torch.float64)
    most = interpolate(knots, (knots + 1) ** 2)  # constant left of 0
    points = torch.cat([knots[:1] - 1, knots])
    pieces = count_pieces(most, points)
    assert pieces == H + 1
    formula("eq:mlp-pieces").check({"P": pieces, "H": H})
    straight = interpolate(knots, knots)  # one piece only
    pieces = count_pieces(straight, torch.cat([knots, knots[-1:] + 1]))
    formula("eq:mlp-pieces").check({"P": pieces, "H": H})
    for source in formula("eq:mlp-pieces").sources:
        with pytest.raises(AssertionError, match="does not hold"):
            Formula("eq:mlp-pieces", (source,)).check({"P": H + 2, "H": H})


def test_a_narrow_layer_limits_the_rank_and_five_tents_have_32_pieces() -> (
    None
):
    W, _ = collapse(network([8, 3, 8, 8]))
    assert np.linalg.matrix_rank(W.detach().numpy()) == 3
    assert count_pieces(sawtooth(5), torch.linspace(0, 1, 129)) == 32


def test_a_parabola_is_a_sum_of_sawteeth() -> None:
    x = torch.linspace(0, 1, 1025)[:, None]
    rest, errors = x - x**2, []
    for s in range(1, 6):
        rest = rest - sawtooth(s)(x).detach() / 4**s
        errors.append(rest.abs().max().item())
    for before, after in itertools.pairwise(errors):
        assert after == pytest.approx(before / 4, rel=0.01)


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
