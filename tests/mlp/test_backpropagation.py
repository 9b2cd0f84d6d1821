"""Backpropagation against torch.autograd, plain NumPy and plain loops."""

import itertools
import math
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint_sequential
from torch.utils.flop_counter import FlopCounterMode

from book.formula import Formula, each, entries, formula
from d2lcode.mlp import backpropagation as module
from d2lcode.mlp.backpropagation import (
    Layers,
    MemoryMeter,
    _check_inputs,
    _check_layers,
    checkpointed_gradients,
    layer_inputs,
    loss_gradient,
    mlp_backward,
    mlp_forward,
    saved_bytes,
)

Pairs = list[tuple[Tensor, Tensor]]


def network(
    sizes: list[int], B: int, seed: int = 0
) -> tuple[Tensor, Tensor, Pairs]:
    """Random inputs, labels and layers, float64."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, dtype=torch.float64, generator=generator)

    X = draw(B, sizes[0])
    y = torch.randint(sizes[-1], (B,), generator=generator)
    layers = [
        (draw(D, H) / math.sqrt(D), draw(H))
        for D, H in itertools.pairwise(sizes)
    ]
    return X, y, layers


def recorded(X: Tensor, layers: Layers) -> tuple[Tensor, Pairs, Tensor]:
    """The same network for torch.autograd: input, leaves, output."""
    X = X.clone().requires_grad_()
    leaves = [
        (W.clone().requires_grad_(), b.clone().requires_grad_())
        for W, b in layers
    ]
    Z = X
    for k, (W, b) in enumerate(leaves):
        Z = F.linear(torch.relu(Z) if k else Z, W.T, b)
    return X, leaves, Z


# Against the oracle


@settings(max_examples=20, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    B=st.integers(1, 6),
    seed=st.integers(0, 99),
)
def test_backward_is_autograd(sizes: list[int], B: int, seed: int) -> None:
    X, _, layers = network(sizes, B, seed)
    A, Z = mlp_forward(X, layers)
    leaf, leaves, expected = recorded(X, layers)
    torch.testing.assert_close(Z, expected.detach())
    generator = torch.Generator().manual_seed(seed)
    Z_bar = torch.randn(B, sizes[-1], dtype=torch.float64, generator=generator)
    expected.backward(Z_bar)
    A_bar, gradients = mlp_backward(A, layers, Z_bar)
    torch.testing.assert_close(A_bar, leaf.grad)
    for (W_bar, b_bar), (W, b) in zip(gradients, leaves, strict=True):
        torch.testing.assert_close(W_bar, W.grad)
        torch.testing.assert_close(b_bar, b.grad)


@settings(max_examples=20, deadline=None)
@given(
    sizes=st.lists(st.integers(2, 5), min_size=2, max_size=8),
    every=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_checkpointed_gradients_are_autograd(
    sizes: list[int], every: int, seed: int
) -> None:
    X, y, layers = network(sizes, 4, seed)
    loss, gradients = checkpointed_gradients(X, y, layers, every)
    _, leaves, Z = recorded(X, layers)
    expected = F.cross_entropy(Z, y)
    expected.backward()
    torch.testing.assert_close(loss, expected.detach())
    for (W_bar, b_bar), (W, b) in zip(gradients, leaves, strict=True):
        torch.testing.assert_close(W_bar, W.grad)
        torch.testing.assert_close(b_bar, b.grad)


def test_by_hand() -> None:
    """The numbers of exercise 1."""
    X = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
    layers = [
        (torch.tensor([[1.0, -1.0], [1.0, 1.0]]), torch.tensor([0.0, 1.0])),
        (torch.tensor([[2.0], [-1.0]]), torch.tensor([1.0])),
    ]
    A, Z = mlp_forward(X, layers)
    assert A[1].tolist() == [[3, 2], [2, 0]]
    assert Z.tolist() == [[5], [5]]
    A_bar, gradients = mlp_backward(A, layers, torch.tensor([[1.0], [2.0]]))
    (W_1, b_1), (W_2, b_2) = gradients
    assert W_2.tolist() == [[7], [2]]
    assert b_2.tolist() == [3]
    assert W_1.tolist() == [[14, -1], [0, -2]]
    assert b_1.tolist() == [6, -1]
    assert A_bar.tolist() == [[3, 1], [4, 4]]


def test_the_drawn_graph() -> None:
    """Two layers of one unit; with the penalty w_1 gets one more."""
    x, w_1, b_1, w_2, b_2 = (
        torch.tensor(v, requires_grad=True) for v in (2.0, 1.0, 1.0, 2.0, -1.0)
    )
    z_1 = w_1 * x + b_1
    a = torch.relu(z_1)
    z_2 = w_2 * a + b_2
    loss = (z_2 - 4) ** 2 / 2
    assert [t.item() for t in (z_1, a, z_2, loss)] == [3, 3, 5, 0.5]
    wanted = (z_2, w_2, b_2, a, z_1, w_1, b_1)
    bars = torch.autograd.grad(loss, wanted, retain_graph=True)
    assert [t.item() for t in bars] == [1, 3, 1, 2, 2, 4, 2]
    (with_penalty,) = torch.autograd.grad(loss + w_1**2 / 2, w_1)
    assert with_penalty.item() == 5


# The equations


@pytest.mark.equation("eq:backprop-forward")
@pytest.mark.parametrize("sizes", [[3, 5, 4, 2], [2, 1, 3]])
def test_forward_is_the_formula(sizes: list[int]) -> None:
    X, _, layers = network(sizes, 6)
    K = len(layers)
    A, _ = mlp_forward(X, layers)
    formula("eq:backprop-forward").check(
        {
            "Z": [
                mlp_forward(X, layers[:k])[1].numpy() for k in range(1, K + 1)
            ],
            "A": dict(enumerate(A)),
            "W": [W for W, _ in layers],
            "b": [b for _, b in layers],
            r"\varphi": lambda z: np.maximum(z, 0),
            "k": range(1, K + 1),
            "K": K,
        }
    )
    for ours, expected in zip(layer_inputs(X, layers), A, strict=True):
        torch.testing.assert_close(ours, expected)


@pytest.mark.equation("eq:backprop-bar")
def test_the_change_is_the_sum_of_products() -> None:
    """Move the output or the input: the loss moves by as much."""
    X, y, layers = network([4, 3, 5, 3], 6)
    A, Z = mlp_forward(X, layers)
    _, Z_bar = loss_gradient(Z, y)
    A_bar, _ = mlp_backward(A, layers, Z_bar)

    def loss(Z: Tensor) -> Tensor:
        return F.cross_entropy(Z, y)

    def whole_loss(X: Tensor) -> Tensor:
        return loss(mlp_forward(X, layers)[1])

    for function, at, bar in ((loss, Z, Z_bar), (whole_loss, X, A_bar)):
        move = network([at.shape[1], 1], 6, seed=1)[0]
        _, change = torch.func.jvp(function, (at,), (move,))
        formula("eq:backprop-bar").check(
            {r"\d \L": change, r"\bar Z": bar, r"\d Z": move}
            | {"n": range(1, 7), "j": range(1, at.shape[1] + 1)}
        )


@pytest.mark.equation("eq:backprop-layer")
def test_a_layer_is_the_chain_rule() -> None:
    X, _, [(W, b)] = network([3, 4], 5)
    Z_bar = network([4, 1], 5, seed=1)[0]
    A_bar, [(W_bar, b_bar)] = mlp_backward([X], [(W, b)], Z_bar)
    formula("eq:backprop-layer").check(
        {r"\bar A_{k-1}": A_bar, r"\bar W_k": W_bar, r"\bar b_k": b_bar}
        | {r"\bar Z_k": Z_bar, "W_k": W, "A_{k-1}": X, "B": 5}
    )


@pytest.mark.equation("eq:backprop-activation")
def test_the_slope_of_relu_is_read_off_its_output() -> None:
    """Behind the identity matrix, Z_bar of the first layer is A_bar."""
    X, _, layers = network([4, 4, 2], 5)
    layers[0] = (torch.eye(4, dtype=torch.float64), layers[0][1])
    end = network([2, 1], 5, seed=1)[0]
    A, _ = mlp_forward(X, layers)
    A_bar, _ = mlp_backward(A[1:], layers[1:], end)
    Z_bar, _ = mlp_backward(A, layers, end)
    _, Z = mlp_forward(X, layers[:1])  # the formula has Z, the code A
    formula("eq:backprop-activation").check(
        {r"\bar Z_k": Z_bar, r"\bar A_k": A_bar, "Z_k": Z, "k": 1, "K": 2}
        | {r"\varphi'": lambda z: np.heaviside(z, 0)}
    )
    assert 0 < (Z > 0).sum() < 20


@pytest.mark.equation("eq:backprop-start")
def test_the_gradient_by_the_logits() -> None:
    Z, y, _ = network([3, 3], 4)
    Z.requires_grad_()
    expected = F.cross_entropy(Z, y)
    expected.backward()
    loss, Z_bar = loss_gradient(Z.detach(), y)
    formula("eq:backprop-start").check(
        {r"\bar Z_K": Z_bar, "B": 4, "P": Z.softmax(dim=1)}
        | {"Y": F.one_hot(y, 3)}
    )
    torch.testing.assert_close(loss, expected.detach())
    torch.testing.assert_close(Z_bar, Z.grad)


@pytest.mark.equation("eq:backprop-memory")
@pytest.mark.parametrize("B", [3, 50])
def test_autograd_saves_the_input_of_every_layer(B: int) -> None:
    sizes = [7, 11, 5, 8, 2]
    modules: list[nn.Module] = []
    for D, H in itertools.pairwise(sizes):
        modules += [nn.Linear(D, H), nn.ReLU()]
    model = nn.Sequential(*modules[:-1])
    X, _, layers = network(sizes, B)
    A, _ = mlp_forward(X, layers)
    numbers = sum(a.numel() for a in A)
    formula("eq:backprop-memory").check(
        {r"\text{}": numbers, "B": B, "K": 4, "D": dict(enumerate(sizes))}
    )
    assert saved_bytes(model, torch.randn(B, 7)) == 4 * numbers


def peak_in_layers(K: int, every: int, D: int = 8, B: int = 512) -> float:
    """Peak of a step, in activations of one layer."""
    _, y, layers = network([D] * (K + 1), B)
    with MemoryMeter() as meter:
        X = torch.randn(B, D, dtype=torch.float64)
        checkpointed_gradients(X, y, layers, every)
    return meter.peak / (8 * B * D)


def inputs_kept(K: int, every: int, D: int = 8, B: int = 512) -> int:
    """Layer inputs alive as the backward pass starts, beside Z_bar."""
    _, y, layers = network([D] * (K + 1), B)
    alive = []

    def spy(*arguments: Any) -> Any:
        alive.append(meter.alive)
        return mlp_backward(*arguments)

    with MemoryMeter() as meter, patch.object(module, "mlp_backward", spy):
        X = torch.randn(B, D, dtype=torch.float64)
        checkpointed_gradients(X, y, layers, every)
    return round(alive[0] / (8 * B * D)) - 1


@pytest.mark.equation("eq:backprop-segments")
def test_what_is_kept_follows_the_formula() -> None:
    K, sizes = 36, (1, 2, 3, 4, 6, 9, 12, 18, 36)
    kept = {s: inputs_kept(K, s) for s in sizes}
    assert kept == {s: K / s + s - 1 for s in sizes}
    left = r"\frac{K}{s} + s - 1"
    values = {left: entries("s", kept), "s": each(sizes), "K": K}
    formula("eq:backprop-segments").check(values)
    for source in formula("eq:backprop-segments").sources:  # it is met
        with pytest.raises(AssertionError, match="does not hold"):
            Formula("eq:backprop-segments", (source,)).check(
                {**values, left: entries("s", {6: kept[6] - 0.01}), "s": 6}
            )


def test_peak_follows_what_is_kept() -> None:
    K = 36
    gaps = [
        peak_in_layers(K, every) - (K / every + every - 1)
        for every in (2, 3, 4, 6, 9, 12, 18)
    ]
    assert min(gaps) > 0
    assert max(gaps) < 6
    assert max(gaps) - min(gaps) < 2


def multiply_adds(K: int, every: int, D: int = 4, B: int = 3) -> float:
    """In products of one layer."""
    X, y, layers = network([D] * (K + 1), B)
    with FlopCounterMode(display=False) as counter:
        checkpointed_gradients(X, y, layers, every)
    return counter.get_total_flops() / (2 * B * D * D)


@pytest.mark.equation("eq:backprop-work")
def test_extra_work_is_less_than_one_forward_pass() -> None:
    formula("eq:backprop-work").check(
        {
            r"\frac{3K + K - K/s}{3K}": entries(
                "K s", lambda K, s: multiply_adds(K, s) / (3 * K)
            ),
            "K": each([12, 24]),
            "s": each([1, 3, 4, 12]),
        }
    )
    assert multiply_adds(12, 3) == 3 * 12 + 12 - 12 / 3


# The meter


def test_meter_counts_memory_not_views() -> None:
    with MemoryMeter() as meter:
        a = torch.ones(10)  # 40 bytes
        assert meter.alive == 40
        b = a.view(2, 5).T
        a.add_(1)
        assert meter.alive == 40
        c = a + 1
        assert meter.alive == meter.peak == 80
        del c
        assert meter.alive == 40
        del a
        assert meter.alive == 40  # b still holds it
        del b
        assert meter.alive == 0
        assert meter.peak == 80
        d = torch.zeros(3, dtype=torch.float64)
        assert meter.alive == d.numel() * 8
    assert meter.alive == 24
    assert meter.peak == 80


def test_meter_ignores_what_was_there() -> None:
    old = torch.ones(100)
    with MemoryMeter() as meter:
        view = old.view(10, 10).T
        old.mul_(2)
    assert meter.alive == meter.peak == 0
    assert view.shape == (10, 10)


def test_meter_sees_what_autograd_keeps() -> None:
    model = nn.Sequential(nn.Linear(6, 6), nn.GELU(), nn.Linear(6, 3))
    X = torch.randn(8, 6)
    with MemoryMeter() as meter:
        output = model(X)
        # X is not new; the output is, and is not saved
        new = saved_bytes(model, X) - 4 * X.numel() + 4 * output.numel()
        assert meter.alive == new
        output.sum().backward()
        del output
        gradients = sum(4 * p.numel() for p in model.parameters())
        assert meter.alive == gradients


def test_checkpoint_sequential_keeps_less() -> None:
    model = nn.Sequential(
        *[nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(16)]
    )
    X = torch.randn(256, 8)
    peaks = []
    for segments in (1, 4):
        with MemoryMeter() as meter:
            checkpoint_sequential(
                model, segments, X, use_reentrant=False
            ).sum().backward()
        peaks.append(meter.peak)
    assert peaks[1] < 0.6 * peaks[0]


# What goes wrong


def test_transposed_gradients_have_the_right_shape_if_all_are_alike() -> None:
    X, y, layers = network([4, 4, 4], 5)
    A, Z = mlp_forward(X, layers)
    _, Z_bar = loss_gradient(Z, y)
    _, gradients = mlp_backward(A, layers, Z_bar)
    wrong = Z_bar.T @ A[1]
    assert wrong.shape == gradients[1][0].shape
    torch.testing.assert_close(wrong, gradients[1][0].T)
    assert not torch.allclose(wrong, gradients[1][0])


# Bad input


def test_layers_that_do_not_fit() -> None:
    X, y, layers = network([3, 4, 2], 5)
    bad = [layers[0], (layers[1][0].T, layers[1][1])]
    message = (
        r"layers\[1\] must be W \(4, H\) and b \(H,\), "
        r"got \(2, 4\) and \(2,\)"
    )
    with pytest.raises(ValueError, match=message):
        mlp_forward(X, bad)
    with pytest.raises(ValueError, match=message):
        layer_inputs(X, bad)
    with pytest.raises(ValueError, match=message):
        mlp_backward(mlp_forward(X, layers)[0], bad, torch.zeros(5, 4))
    with pytest.raises(ValueError, match=message):
        checkpointed_gradients(X, y, bad, 1)
    with pytest.raises(ValueError, match=r"b \(H,\), got \(3, 4\) and \(1"):
        _check_layers(X, [(layers[0][0], layers[0][1][None])])
    with pytest.raises(ValueError, match=r"W \(3, H\).* got \(3,\) and"):
        _check_layers(X, [(layers[0][0][:, 0], layers[0][1])])
    with pytest.raises(ValueError, match=r"layers\[1\] .* got \(5, 2\)"):
        _check_layers(X, [layers[0], (torch.zeros(5, 2), layers[1][1])])
    message = r"layers must hold at least one \(W, b\), got none"
    for function in (mlp_forward, layer_inputs):
        with pytest.raises(ValueError, match=message):
            function(X, [])
    with pytest.raises(ValueError, match=message):
        checkpointed_gradients(X, y, [], 1)


@pytest.mark.parametrize(
    "X", [torch.zeros(3), torch.zeros(0, 3), torch.zeros(2, 3).long()]
)
def test_bad_inputs(X: Tensor) -> None:
    layers = [(torch.zeros(3, 2), torch.zeros(2))]
    message = r"X must be \(B, D\) floating point and not empty, got \("
    with pytest.raises(ValueError, match=message):
        mlp_forward(X, layers)
    with pytest.raises(ValueError, match=message):
        layer_inputs(X, layers)
    with pytest.raises(ValueError, match=message):
        checkpointed_gradients(X, torch.zeros(2).long(), layers, 1)


def test_bad_backward() -> None:
    X, _, layers = network([3, 4, 2], 5)
    A, Z = mlp_forward(X, layers)
    message = "A must hold the input of each layer, got 1 tensors for 2 layers"
    with pytest.raises(ValueError, match=message):
        mlp_backward(A[:1], layers, Z)
    with pytest.raises(ValueError, match=r"got 0 tensors for 0 layers"):
        _check_inputs([], [], Z)
    with pytest.raises(ValueError, match=r"A\[1\] must be \(5, 4\), got \(5"):
        mlp_backward([A[0], A[0]], layers, Z)
    message = r"Z_bar must be \(5, 2\), got \(2, 5\)"
    with pytest.raises(ValueError, match=message):
        mlp_backward(A, layers, Z.T)


def test_bad_labels() -> None:
    X, y, layers = network([3, 4, 2], 5)
    with pytest.raises(ValueError, match=r"y must be torch.int64 in 0 .. 1"):
        loss_gradient(torch.zeros(5, 2), y + 7)
    with pytest.raises(ValueError, match=r"y must be torch.int64 in 0 .. 1"):
        checkpointed_gradients(X, y + 7, layers, 1)
    with pytest.raises(ValueError, match=r"logits must be \(B, C\) and y"):
        loss_gradient(torch.zeros(5, 2), y[:4])


@pytest.mark.parametrize("every", [0, -3])
def test_bad_every(every: int) -> None:
    X, y, layers = network([3, 4, 2], 5)
    message = f"every must be at least 1, got {every}"
    with pytest.raises(ValueError, match=message):
        checkpointed_gradients(X, y, layers, every)
