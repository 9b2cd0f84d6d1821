"""Backpropagation against torch.autograd, plain NumPy and plain loops."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint_sequential
from torch.utils.flop_counter import FlopCounterMode

from d2lcode.mlp.backpropagation import (
    Layers,
    MemoryMeter,
    check_inputs,
    check_layers,
    checkpointed_gradients,
    layer_inputs,
    loss_gradient,
    mlp_backward,
    mlp_forward,
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


# The equations


def plain_forward(
    X: np.ndarray, layers: Layers
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Inputs A and sums Z of every layer, by loops over all indices."""
    A, Z = [X], []
    for W, b in layers:
        w, bias = W.numpy(), b.numpy()
        z = np.zeros((len(X), w.shape[1]))
        for row in range(len(X)):
            for j in range(w.shape[1]):
                z[row, j] = bias[j]
                for i in range(w.shape[0]):
                    z[row, j] += A[-1][row, i] * w[i, j]
        Z.append(z)
        A.append(np.maximum(z, 0))
    return A, Z


@pytest.mark.equation("eq:backprop-forward")
def test_forward_is_the_formula() -> None:
    X, _, layers = network([3, 5, 4, 2], 6)
    A, Z = plain_forward(X.numpy(), layers)
    inputs, output = mlp_forward(X, layers)
    for ours, expected in zip(inputs, A[:-1], strict=True):
        np.testing.assert_allclose(ours.numpy(), expected)
    np.testing.assert_allclose(output.numpy(), Z[-1])
    for ours, expected in zip(layer_inputs(X, layers), inputs, strict=True):
        torch.testing.assert_close(ours, expected)


@pytest.mark.equation("eq:backprop-bar")
def test_the_change_is_the_sum_of_products() -> None:
    """Move everything a little: the sum of Z_bar * Z is moved by as much."""
    X, _, layers = network([4, 3, 5, 2], 6)
    rng = np.random.default_rng(0)
    Z_bar = rng.normal(size=(6, 2))
    A, _ = mlp_forward(X, layers)
    A_bar, gradients = mlp_backward(A, layers, torch.tensor(Z_bar))
    h = 1e-6
    dX = rng.normal(size=X.shape)
    moves = [
        (rng.normal(size=W.shape), rng.normal(size=b.shape)) for W, b in layers
    ]
    values = []
    for sign in (1, -1):
        moved = [
            (W + sign * h * torch.tensor(dW), b + sign * h * torch.tensor(db))
            for (W, b), (dW, db) in zip(layers, moves, strict=True)
        ]
        _, Z = plain_forward(X.numpy() + sign * h * dX, moved)
        values.append((Z_bar * Z[-1]).sum())
    expected = (A_bar.numpy() * dX).sum()
    for (W_bar, b_bar), (dW, db) in zip(gradients, moves, strict=True):
        expected += (W_bar.numpy() * dW).sum() + (b_bar.numpy() * db).sum()
    assert (values[0] - values[1]) / (2 * h) == pytest.approx(expected)


@pytest.mark.equation("eq:backprop-layer")
def test_a_layer_is_the_chain_rule_entry_by_entry() -> None:
    X, _, layers = network([3, 4], 5)
    Z_bar = np.random.default_rng(0).normal(size=(5, 4))
    A_bar, [(W_bar, b_bar)] = mlp_backward([X], layers, torch.tensor(Z_bar))
    W = layers[0][0]
    for i in range(3):
        for j in range(4):
            terms = [X[b, i].item() * Z_bar[b, j] for b in range(5)]
            assert W_bar[i, j].item() == pytest.approx(sum(terms))
    for j in range(4):
        assert b_bar[j].item() == pytest.approx(sum(Z_bar[:, j]))
    for b in range(5):
        for i in range(3):
            terms = [Z_bar[b, j] * W[i, j].item() for j in range(4)]
            assert A_bar[b, i].item() == pytest.approx(sum(terms))


@pytest.mark.equation("eq:backprop-activation")
def test_the_slope_of_relu_is_read_off_its_output() -> None:
    """The last two layers give Z_bar of the one before, entry by entry."""
    X, _, layers = network([3, 4, 2], 5)
    layers[1] = (layers[1][0], torch.zeros(2, dtype=torch.float64))
    A, Z = plain_forward(X.numpy(), layers)
    Z_bar = np.ones((5, 2))
    inputs, _ = mlp_forward(X, layers)
    _, gradients = mlp_backward(inputs, layers, torch.tensor(Z_bar))
    W = layers[1][0].numpy()
    expected = np.zeros(4)
    for b in range(5):
        for j in range(4):
            if Z[0][b, j] > 0:  # the formula has the sum Z, the code A
                expected[j] += W[j].sum()
    np.testing.assert_allclose(gradients[0][1].numpy(), expected)
    assert 0 < (Z[0] > 0).sum() < 20
    assert len(A) == 3


@pytest.mark.equation("eq:backprop-start")
def test_the_gradient_by_the_logits() -> None:
    Z = np.random.default_rng(0).normal(size=(4, 3))
    y = [2, 0, 1, 2]

    def cross_entropy(Z: np.ndarray) -> float:
        total = 0.0
        for row, label in zip(Z, y, strict=True):
            powers = [math.exp(z) for z in row]
            total -= math.log(powers[label] / sum(powers))
        return total / 4

    loss, Z_bar = loss_gradient(torch.tensor(Z), torch.tensor(y))
    assert loss.item() == pytest.approx(cross_entropy(Z))
    for b in range(4):
        powers = np.exp(Z[b])
        for j in range(3):
            p = powers[j] / powers.sum()
            expected = (p - (y[b] == j)) / 4
            assert Z_bar[b, j].item() == pytest.approx(expected)
            step = np.zeros_like(Z)
            step[b, j] = 1e-6
            slope = cross_entropy(Z + step) - cross_entropy(Z - step)
            assert Z_bar[b, j].item() == pytest.approx(slope / 2e-6, abs=1e-8)


def saved_bytes(model: nn.Module, X: Tensor) -> int:
    """Bytes that autograd saves, without the parameters."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    found: dict[int, int] = {}

    def pack(t: Tensor) -> Tensor:
        storage = t.untyped_storage()
        if storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage.nbytes()
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        output = model(X)
    assert output.requires_grad
    return sum(found.values())


@pytest.mark.equation("eq:backprop-memory")
@pytest.mark.parametrize("B", [3, 50])
def test_autograd_saves_the_input_of_every_layer(B: int) -> None:
    sizes = [7, 11, 5, 8, 2]
    modules: list[nn.Module] = []
    for D, H in itertools.pairwise(sizes):
        modules += [nn.Linear(D, H), nn.ReLU()]
    model = nn.Sequential(*modules[:-1])
    numbers = B * sum(sizes[:-1])
    assert saved_bytes(model, torch.randn(B, 7)) == 4 * numbers
    X, _, layers = network(sizes, B)
    A, _ = mlp_forward(X, layers)
    assert sum(a.numel() for a in A) == numbers


def peak_in_layers(K: int, every: int, D: int = 8, B: int = 512) -> float:
    """Peak of a step, in activations of one layer."""
    _, y, layers = network([D] * (K + 1), B)
    with MemoryMeter() as meter:
        X = torch.randn(B, D, dtype=torch.float64)
        checkpointed_gradients(X, y, layers, every)
    return meter.peak / (8 * B * D)


@pytest.mark.equation("eq:backprop-segments")
def test_peak_follows_the_formula() -> None:
    K = 36
    gaps = [
        peak_in_layers(K, every) - (K / every + every - 1)
        for every in (2, 3, 4, 6, 9, 12, 18)
    ]
    assert min(gaps) > 0
    assert max(gaps) < 6
    assert max(gaps) - min(gaps) < 2
    kept = {s: K / s + s - 1 for s in range(1, K + 1)}
    assert min(kept, key=lambda s: kept[s]) == 6
    assert kept[6] == 2 * math.sqrt(K) - 1
    assert kept[1] == kept[K] == K


def multiply_adds(K: int, every: int, D: int = 4, B: int = 3) -> float:
    """In products of one layer."""
    X, y, layers = network([D] * (K + 1), B)
    with FlopCounterMode(display=False) as counter:
        checkpointed_gradients(X, y, layers, every)
    return counter.get_total_flops() / (2 * B * D * D)


@pytest.mark.equation("eq:backprop-work")
def test_extra_work_is_less_than_one_forward_pass() -> None:
    for K, every in ((12, 1), (12, 3), (12, 4), (12, 12), (30, 5)):
        extra = multiply_adds(K, every) - 3 * K
        assert extra == K - K / every
        assert multiply_adds(K, every) / (3 * K) < 4 / 3


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
    assert meter.history[0] == 40
    assert meter.history[-1] == 24
    assert max(meter.history) == 80


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
        check_layers(X, [(layers[0][0], layers[0][1][None])])
    with pytest.raises(ValueError, match=r"W \(3, H\).* got \(3,\) and"):
        check_layers(X, [(layers[0][0][:, 0], layers[0][1])])
    with pytest.raises(ValueError, match=r"layers\[1\] .* got \(5, 2\)"):
        check_layers(X, [layers[0], (torch.zeros(5, 2), layers[1][1])])
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
        check_inputs([], [], Z)
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
