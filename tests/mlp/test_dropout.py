"""Dropout against F.dropout and the page's formulas, over all masks."""

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from book.formula import Random, formula
from d2lcode.mlp.dropout import Dropout, dropout, dropout_penalty

Array = np.ndarray


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Random float64 numbers with a mean of 1."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator) + 1


def masks(D: int, p: float) -> Iterator[tuple[Array, float]]:
    """Every mask of D values (1 keeps), with its probability."""
    for bits in itertools.product([0, 1], repeat=D):
        yield np.array(bits), math.prod(1 - p if m else p for m in bits)


def run_with_mask(
    monkeypatch: pytest.MonkeyPatch, x: Tensor, p: float, mask: Array
) -> Tensor:
    """What `dropout` returns when its random numbers give this mask."""
    draw = torch.where(torch.tensor(mask) == 1, 0.0, 1 - 1e-7)
    with monkeypatch.context() as patch:
        patch.setattr(torch, "rand", lambda *_, **__: draw)
        return dropout(x, p)


# The mask


@pytest.mark.equation("eq:dropout-mask")
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_each_mask_gives_the_formula(
    monkeypatch: pytest.MonkeyPatch, p: float
) -> None:
    x = normal(4)
    for mask, _ in masks(4, p):
        ours = run_with_mask(monkeypatch, x, p, mask)
        formula("eq:dropout-mask").check(
            {r"\tilde x": ours, "m": mask, "x": x, "p": p, "j": range(1, 5)}
        )


def test_two_values_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.tensor([3.0, -1.0], dtype=torch.float64)
    ours = run_with_mask(monkeypatch, x, 0.2, np.array([1, 0]))
    assert ours.tolist() == pytest.approx([3.75, 0.0])


@settings(max_examples=20, deadline=None)
@given(
    shape=st.lists(st.integers(1, 4), min_size=0, max_size=4),
    p=st.floats(0, 0.99),
    seed=st.integers(0, 999),
)
def test_values_are_dropped_or_scaled_and_so_are_gradients(
    shape: list[int], p: float, seed: int
) -> None:
    torch.manual_seed(seed)
    x = normal(*shape, seed=seed).requires_grad_()
    y = dropout(x, p)
    assert y.shape == x.shape
    assert y.dtype == x.dtype
    up = normal(*shape, seed=seed + 1)
    y.backward(up)
    assert x.grad is not None
    for value, out, slope, above in zip(
        x.detach().flatten().tolist(),
        y.detach().flatten().tolist(),
        x.grad.flatten().tolist(),
        up.flatten().tolist(),
        strict=True,
    ):
        kept = out != 0
        assert out == pytest.approx(value / (1 - p) if kept else 0)
        assert slope == pytest.approx(above / (1 - p) if kept else 0)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_share_mean_and_variance_are_those_of_torch(p: float) -> None:
    n, value = 40_000, 3.0
    x = torch.full((n,), value, dtype=torch.float64)
    torch.manual_seed(0)
    for function in (dropout, F.dropout):
        y = function(x, p)
        dropped = (y == 0).double().mean().item()
        assert abs(dropped - p) < 4 * math.sqrt(p * (1 - p) / n)
        assert y.unique().tolist() == pytest.approx([0, value / (1 - p)])
        spread = value * math.sqrt(p / (1 - p))
        assert abs(y.mean().item() - value) < 4 * spread / math.sqrt(n)
        assert y.std().item() == pytest.approx(spread, rel=0.03)


@pytest.mark.parametrize("p", [0.0, 1.0])
@pytest.mark.parametrize("training", [True, False])
def test_ends_are_exactly_torchs(p: float, training: bool) -> None:
    results = []
    for function in (dropout, F.dropout):
        x = normal(5, 3).requires_grad_()
        y = function(x, p, training)
        y.square().sum().backward()
        assert x.grad is not None
        results.append((y.detach(), x.grad))
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=0)
    dropped = training and p == 1
    expected = torch.zeros(5, 3) if dropped else normal(5, 3)
    torch.testing.assert_close(results[0][0], expected.double())


def test_nothing_happens_outside_training() -> None:
    x = normal(7)
    assert dropout(x, 0.9, training=False) is x
    layer = Dropout(0.9)
    assert layer.eval()(x) is x
    assert (layer.train()(x) == 0).any()


def test_values_are_dropped_independently() -> None:
    """Neither rows nor columns share a mask, and no call repeats one."""
    torch.manual_seed(0)
    x = torch.ones(4000, 6, dtype=torch.float64)
    y, again = dropout(x, 0.5), dropout(x, 0.5)
    correlation = torch.corrcoef(y.T) - torch.eye(6)
    assert correlation.abs().max() < 0.08  # 5 standard deviations
    neighbours = torch.stack([y[:-1].flatten(), y[1:].flatten()])
    assert abs(torch.corrcoef(neighbours)[0, 1]) < 0.03
    calls = torch.stack([y.flatten(), again.flatten()])
    assert abs(torch.corrcoef(calls)[0, 1]) < 0.03


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float16, torch.bfloat16]
)
def test_type_is_kept_and_the_mask_does_not_depend_on_it(
    dtype: torch.dtype,
) -> None:
    torch.manual_seed(0)
    expected = dropout(torch.ones(100), 0.5)
    torch.manual_seed(0)
    y = dropout(torch.ones(100, dtype=dtype), 0.5)
    assert y.dtype == dtype
    torch.testing.assert_close(y.float(), expected)


# Expectation and variance, over all masks


def all_outcomes(
    monkeypatch: pytest.MonkeyPatch, x: Tensor, p: float
) -> tuple[list[Tensor], Array]:
    """What `dropout` makes of x under every mask; their probabilities."""
    results, probabilities = [], []
    for mask, probability in masks(x.numel(), p):
        shaped = mask.reshape(x.shape)
        results.append(run_with_mask(monkeypatch, x, p, shaped))
        probabilities.append(probability)
    return results, np.array(probabilities)


@pytest.mark.equation("eq:dropout-moments")
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_moments_over_all_masks(
    monkeypatch: pytest.MonkeyPatch, p: float
) -> None:
    x = normal(3)
    outcomes, chances = all_outcomes(monkeypatch, x, p)
    formula("eq:dropout-moments").check(
        {
            r"\tilde x": Random(outcomes),
            r"\E": chances,
            "x": x,
            "p": p,
            "j": range(1, 4),
            "k": range(1, 4),
        },
        absolute=1e-12,
    )


@pytest.mark.equation("eq:dropout-random")
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_variance_of_a_random_value(
    monkeypatch: pytest.MonkeyPatch, p: float
) -> None:
    """x takes three values, at random: both kinds of chance enumerated."""
    values, shares = np.array([-1.0, 0.5, 4.0]), np.array([0.5, 0.3, 0.2])
    outcomes, chances = [], []
    for value, share in zip(values, shares, strict=True):
        x = torch.tensor([value], dtype=torch.float64)
        results, given_x = all_outcomes(monkeypatch, x, p)
        outcomes += [result.item() for result in results]
        chances += [share * chance for chance in given_x]
    mean = shares @ values
    formula("eq:dropout-random").check(
        {
            r"\tilde x_j": Random(outcomes),
            r"\E": np.array(chances),
            r"\mu": mean,
            r"\sigma": math.sqrt(shares @ (values - mean) ** 2),
            "p": p,
        }
    )


@pytest.mark.equation("eq:dropout-linear")
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_moments_after_a_linear_layer(
    monkeypatch: pytest.MonkeyPatch, p: float
) -> None:
    x, w, b = normal(4), normal(4, seed=1), 0.7
    outcomes, chances = all_outcomes(monkeypatch, x, p)
    formula("eq:dropout-linear").check(
        {
            "z": Random([(x_ @ w + b).item() for x_ in outcomes]),
            r"\E": chances,
            "x": x,
            "w": w,
            "b": b,
            "p": p,
            "D": 4,
        }
    )


@pytest.mark.equation("eq:dropout-geometric")
@pytest.mark.parametrize("p", [0.2, 0.5])
def test_evaluation_is_the_geometric_mean_of_all_networks(
    monkeypatch: pytest.MonkeyPatch, p: float
) -> None:
    x, W, b = normal(4), normal(4, 3, seed=1), torch.arange(3.0)
    outcomes, chances = all_outcomes(monkeypatch, x, p)
    logits = [x_ @ W + b for x_ in outcomes]
    networks = torch.stack(logits).softmax(dim=1).numpy()  # (16, 3)
    formula("eq:dropout-geometric").check(
        {
            "x": dropout(x, p, training=False),
            "W": W,
            "b": b,
            "z": logits,
            "P": lambda m: chances[int(m) - 1],
            "Z": (networks ** chances[:, None]).prod(axis=0).sum(),
            "m": range(1, 17),
            "c": range(1, 4),
        }
    )
    ours = (x @ W + b).softmax(dim=0).numpy()
    assert np.abs(ours - chances @ networks).max() > 0.01


# The penalty


def half_mse(X: Tensor, y: Tensor, w: Tensor, b: float) -> float:
    return F.mse_loss(X @ w + b, y).item() / 2


@pytest.mark.equation("eq:dropout-penalty")
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_penalty_is_what_the_masks_add(
    monkeypatch: pytest.MonkeyPatch, p: float
) -> None:
    X, y, w, b = normal(3, 2), normal(3, seed=1), normal(2, seed=2), 0.3
    outcomes, chances = all_outcomes(monkeypatch, X, p)
    loss = half_mse(X, y, w, b)
    formula("eq:dropout-penalty").check(
        {
            r"\tilde X": Random(outcomes),
            r"\E": chances,
            r"\L(w, b)": loss,
            "s": X.square().mean(dim=0),
            "w": w,
            "b": b,
            "y": y,
            "p": p,
            "D": 2,
            "X": X,
            "B": 3,
            "j": range(1, 3),
        }
    )
    losses = [half_mse(X_, y, w, b) for X_ in outcomes]
    ours = dropout_penalty(X, w, p).item()
    assert loss + ours == pytest.approx(chances @ losses, rel=1e-12)


def test_at_probability_0_there_is_no_penalty() -> None:
    assert dropout_penalty(normal(6, 4), normal(4), 0).item() == 0


def test_penalty_is_weight_decay_on_standardized_columns() -> None:
    X, w = normal(50, 3), normal(3, seed=1)
    X = (X - X.mean(dim=0)) / X.std(dim=0, correction=0)
    for p in (0.2, 0.5):
        decay = p / (1 - p)
        expected = decay / 2 * (w @ w).item()
        assert dropout_penalty(X, w, p).item() == pytest.approx(expected)


def test_gradient_of_the_penalty() -> None:
    X, w = normal(5, 3), normal(3, seed=1).requires_grad_()
    dropout_penalty(X, w, 0.4).backward()
    slopes = [
        (0.4 / 0.6) * (X[:, j] ** 2).mean().item() * w[j].item()
        for j in range(3)
    ]
    assert w.grad is not None
    assert w.grad.tolist() == pytest.approx(slopes)


def penalized_minimum(X: Tensor, y: Tensor, p: float) -> Array:
    """The least loss + penalty: the penalty as D more rows, without b."""
    B, D = X.shape
    weights = np.sqrt(p / (1 - p) * (X.numpy() ** 2).sum(axis=0))
    rows = np.block([[X.numpy(), np.ones((B, 1))],
                     [np.diag(weights), np.zeros((D, 1))]])  # fmt: skip
    targets = np.append(y.numpy(), np.zeros(D))
    return np.linalg.lstsq(rows, targets, rcond=None)[0]  # w and b


def test_descent_with_dropout_ends_at_the_minimum_with_penalty() -> None:
    X, y, p = normal(30, 2), normal(30, seed=1), 0.4
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=0.1)
    torch.manual_seed(0)
    average = torch.zeros(3, dtype=torch.float64)
    X_many, y_many = X.repeat(50, 1), y.repeat(50)
    for step in range(600):
        loss = (dropout(X_many, p) @ w + b - y_many).square().mean() / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step >= 200:
            average += torch.cat([w.detach(), b.detach()[None]]) / 400
    best = torch.tensor(penalized_minimum(X, y, p))
    torch.testing.assert_close(average, best, rtol=0, atol=0.01)


def test_units_do_not_matter_zero_points_do_and_twins_share() -> None:
    """What the page says of columns, in its questions and exercises."""
    X, y = normal(20, 2), normal(20, seed=1)
    before = penalized_minimum(X, y, 0.5)
    scale = torch.tensor([1000.0, 1.0])
    after = penalized_minimum(X * scale, y, 0.5)
    assert after[:2] * scale.numpy() == pytest.approx(before[:2])
    w = torch.tensor([2.0, 3.0], dtype=torch.float64)
    same = dropout_penalty(X * scale, w / scale, 0.5)
    torch.testing.assert_close(same, dropout_penalty(X, w, 0.5))
    moved = penalized_minimum(X + torch.tensor([5.0, 0.0]), y, 0.5)
    assert abs(moved[0] - before[0]) > 0.01
    twins = penalized_minimum(X[:, [0, 0]], y, 0.5)
    assert twins[0] == pytest.approx(twins[1])


def test_numbers_of_the_page() -> None:
    """Its small cases and what its questions ask."""
    x = torch.tensor([6.0, 2.0, 4.0])
    seen = {tuple(dropout(x, 0.5).tolist()) for _ in range(200)}
    assert seen == set(itertools.product([0, 12], [0, 4], [0, 8]))
    assert dropout(torch.tensor([4.0] * 99), 0.2).max().item() == 5
    assert dropout(torch.tensor([3.0]), 0.5, training=False).item() == 3
    # one sample x = 2 with target 3, half of the masks drop it
    for w, expected in ((1.5, 9.0), (0.75, 4.5), (0.5, 5.0)):
        mean = ((4 * w - 3) ** 2 + 3**2) / 2
        penalty = 2 * dropout_penalty(
            torch.tensor([[2.0]]), torch.tensor([w]), 0.5
        )
        assert (2 * w - 3) ** 2 + penalty == pytest.approx(mean) == expected


# Bad input


CALLS: list[Callable[[float], object]] = [
    lambda p: dropout(torch.ones(2), p),
    lambda p: dropout(torch.ones(2), p, training=False),
    Dropout,
]


@pytest.mark.parametrize("p", [-0.1, 1.5, math.nan, math.inf])
@pytest.mark.parametrize("call", CALLS)
def test_bad_probability(call: Callable[[float], object], p: float) -> None:
    with pytest.raises(ValueError, match=rf"p must be in 0\.\.1, got {p}"):
        call(p)


@pytest.mark.parametrize("p", [-0.1, 1.0, math.nan])
def test_penalty_needs_a_probability_below_one(p: float) -> None:
    message = rf"p must be at least 0 and below 1, got {p}"
    with pytest.raises(ValueError, match=message):
        dropout_penalty(normal(5, 2), normal(2), p)


@pytest.mark.parametrize("training", [True, False])
def test_whole_numbers_are_refused(training: bool) -> None:
    message = r"x must hold floating-point numbers, got torch\.int64"
    with pytest.raises(ValueError, match=message):
        dropout(torch.arange(3), 0.5, training)


@pytest.mark.parametrize("shape", [(5,), (0, 2), (2, 3, 4)])
def test_inputs_of_a_wrong_shape(shape: tuple[int, ...]) -> None:
    message = r"X must be \(B, D\), B > 0, got \("
    with pytest.raises(ValueError, match=message):
        dropout_penalty(torch.zeros(shape), torch.zeros(2), 0.5)


def test_weights_of_a_wrong_shape() -> None:
    for w in (torch.zeros(3), torch.zeros(2, 1)):
        with pytest.raises(ValueError, match=r"w must be \(2,\), got \("):
            dropout_penalty(normal(5, 2), w, 0.5)
