"""Early stopping: the rule by hand, the page's theory against descent."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from book.formula import columns, formula
from d2lcode.mlp.early_stopping import (
    EarlyStopping,
    descent_share,
    expected_error,
    matching_decay,
)

RATE = 0.05


def problem(seed: int, B: int = 40, D: int = 5) -> tuple[np.ndarray, ...]:
    """Inputs, targets and the Hessian of half the mean squared error."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(B, D)) * np.linspace(0.3, 2, D)
    y = rng.normal(size=B)
    return X, y, X.T @ X / B


def run(losses: list[float], patience: int, min_delta: float = 0.0):
    """Feed losses; the weight is the epoch's number, changed in place."""
    model = nn.Linear(1, 1)
    stopping = EarlyStopping(patience, min_delta)
    for epoch, loss in enumerate(losses, 1):
        with torch.no_grad():
            model.weight.fill_(epoch)
        if stopping.update(model, loss):
            break
    stopping.restore(model)
    return stopping.epoch, stopping.best_epoch, model.weight.item()


def test_the_rule_by_hand() -> None:
    losses = [5.0, 3.0, 4.0, 2.0, 2.5, 2.0, 2.2, 1.0]
    assert run(losses, 1) == (3, 2, 2)
    assert run(losses, 2) == (6, 4, 4)
    assert run(losses, 3) == (7, 4, 4)
    assert run(losses, 4) == (8, 8, 8)
    assert run(losses, 4, min_delta=1.5) == (6, 2, 2)


def test_the_examples_of_the_page() -> None:
    losses = [0.90, 0.70, 0.72, 0.69, 0.71, 0.70, 0.60]
    assert run(losses, 2) == (6, 4, 4)
    assert run(losses, 1) == (3, 2, 2)
    assert run(losses, 3) == (7, 7, 7)
    assert run(losses, 2, min_delta=0.05) == (4, 2, 2)
    late = [1.0] * 17 + [0.5] + [1.0] * 20
    assert run(late, 5) == (6, 1, 1)
    falling = [2.0 - 0.1 * t for t in range(18)] + [1.0] * 20
    assert run(falling, 5) == (23, 18, 18)


def test_half_the_rate_needs_twice_the_steps() -> None:
    h = torch.tensor([1e-4, 1e-2, 0.1], dtype=torch.float64)
    share, slow = descent_share(h, 0.1, 50), descent_share(h, 0.05, 100)
    torch.testing.assert_close(slow, share, rtol=0.01, atol=0)
    by_hand = descent_share(torch.tensor([1.0, 0.01]).double(), 0.1, 50)
    assert by_hand.tolist() == pytest.approx([0.995, 0.049], abs=5e-4)


def rule(losses: list[int], p: int) -> tuple[int, int]:
    """The formula itself: the first of the smallest losses, at every t."""
    best = {
        t: 1 + losses.index(min(losses[:t])) for t in range(1, len(losses) + 1)
    }
    T = min((t for t in best if t - best[t] >= p), default=len(losses))
    return T, best[T]


@pytest.mark.equation(
    "eq:early-rule", fixed=r"T = \min \{\, t \ge 1 : t - t^*(t) \ge p \,\}"
)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=15), st.integers(1, 4))
def test_the_rule_is_its_definition(losses: list[int], patience: int) -> None:
    stopped, best, weight = run(list(map(float, losses)), patience)
    assert (stopped, best) == rule(losses, patience)
    assert weight == best


def test_an_improvement_must_exceed_delta() -> None:
    losses = [5.0, 4.0, 3.0, 2.5, 2.4]  # 3 beats 5 by 2, 2.4 beats 3 by 0.6
    assert run(losses, 2, min_delta=1.0) == (5, 3, 3)
    assert run(losses, 2, min_delta=0.5) == (5, 5, 5)
    assert run([2.0, 1.0, 1.0], 1, min_delta=1.0) == (2, 1, 1)


def test_a_tensor_loss_leaves_its_graph_behind() -> None:
    model = nn.Linear(1, 1)
    stopping = EarlyStopping(1)
    stopping.update(model, model(torch.ones(1)).square().sum())
    assert type(stopping.best_loss) is float


def test_buffers_are_kept_as_well() -> None:
    model = nn.BatchNorm1d(1)
    stopping = EarlyStopping(1)
    stopping.update(model, 1.0)
    model(torch.tensor([[3.0], [5.0]]))
    assert model.running_mean.item() != 0
    stopping.restore(model)
    assert model.running_mean.item() == 0


@pytest.mark.equation("eq:early-descent")
@pytest.mark.equation("eq:early-share")
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("steps", [2, 30])
def test_shares_are_those_of_gradient_descent(seed: int, steps: int) -> None:
    X, y, H = problem(seed)
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        w = w - RATE * X.T @ (X @ w - y) / len(X)
    minimum = np.linalg.lstsq(X, y, rcond=None)[0]
    same = {"w_t": w, r"\hat w": minimum, r"\eta": RATE, "t": steps}
    formula("eq:early-descent").check(same | {"H": H, "I": np.eye(len(H))})
    h, V = np.linalg.eigh(H)
    share = descent_share(torch.tensor(h), RATE, steps)
    formula("eq:early-share").check(
        same | {"v": columns(V), "h": h, "s": share, "i": range(1, 6)}
    )


@pytest.mark.equation("eq:early-decay")
def test_matching_decay_gives_ridge_the_same_share() -> None:
    h = torch.tensor([0.01, 0.3, 2.0, 8.0], dtype=torch.float64)
    decay, share = matching_decay(h, RATE, 7), descent_share(h, RATE, 7)
    formula("eq:early-decay").check(
        {r"\lambda": decay, "h": h, "s": share}
        | {r"\eta": RATE, "t": 7, "i": range(1, 5)}
    )
    torch.testing.assert_close(h / (h + decay), share)
    flat = matching_decay(torch.tensor([1e-6], dtype=torch.float64), RATE, 7)
    assert flat.item() == pytest.approx(1 / (RATE * 7), rel=1e-4)


@pytest.mark.equation("eq:early-between")
@pytest.mark.parametrize("rate", [0.4, 1.7])
@pytest.mark.parametrize("steps", [1, 2, 3, 1000])
def test_descent_lies_between_ridge_and_twice_ridge(
    rate: float, steps: int
) -> None:
    """The bounds are met at both ends: on steep and on flat directions."""
    products = torch.tensor([1e-6, 1e-3, 0.02, 0.5, 1.0]).double()
    h = products / rate
    share = descent_share(h, rate, steps)
    values = {r"\lambda": 1 / (rate * steps), r"\eta": rate, "t": steps}
    values |= {"h": h, "i": range(1, 6)}
    formula("eq:early-between").check(values | {"s": share})
    if steps == 1:
        for end, factor in ((0, 1 - 1e-5), (4, 1 + 1e-5)):
            beyond = share.clone()
            beyond[end] *= factor
            for page in formula("eq:early-between").sources:
                one = formula("eq:early-between", page.tex)
                with pytest.raises(AssertionError, match="does not hold"):
                    one.check(values | {"s": beyond})


@pytest.mark.equation("eq:early-error")
def test_expected_error_is_the_formula() -> None:
    rng = np.random.default_rng(3)
    w, (h, V) = rng.normal(size=5), np.linalg.eigh(problem(3)[2])
    share = descent_share(torch.tensor(h), RATE, 3)
    ours = expected_error(
        share, torch.tensor(h), torch.tensor(V.T @ w), 1.5, 40
    )
    formula("eq:early-error").check(
        {"h": h, "s": share, "v": columns(V), r"w^\circ": w}
        | {r"\sigma": 1.5, "B": 40, "D": 5},
        results=[ours],
    )


@pytest.mark.parametrize("steps", [3, 60])
def test_expected_error_is_the_mean_over_noise(steps: int) -> None:
    X, _, H = problem(3)
    rng = np.random.default_rng(4)
    w, noise, B = rng.normal(size=X.shape[1]), 1.5, len(X)
    Y = X @ w + noise * rng.normal(size=(20_000, B))  # one row a data set
    W = np.zeros((len(Y), X.shape[1]))
    for _ in range(steps):
        W = W - RATE * (W @ X.T - Y) @ X / B
    excess = ((W - w) @ X.T) ** 2
    measured = excess.mean(axis=1) / 2
    h, V = np.linalg.eigh(H)
    share = descent_share(torch.tensor(h), RATE, steps)
    expected = expected_error(
        share, torch.tensor(h), torch.tensor(V.T @ w), noise, B
    ).item()
    error = measured.std() / math.sqrt(len(measured))
    assert abs(measured.mean() - expected) < 5 * error
    assert error < 0.01 * expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: EarlyStopping(0), "patience must be at least 1, got 0"),
        (
            lambda: EarlyStopping(1, -1.0),
            "min_delta must be in [0, inf), got -1.0",
        ),
        (
            lambda: EarlyStopping(1).update(nn.Linear(1, 1), math.nan),
            "loss must be a number, got nan",
        ),
        (
            lambda: EarlyStopping(1).restore(nn.Linear(1, 1)),
            "restore needs an update with a finite loss",
        ),
        (
            lambda: descent_share(torch.ones(2), 1.5, 3),
            "learning_rate * curvature must be in (0, 1], got 1.5 to 1.5",
        ),
        (
            lambda: descent_share(torch.tensor([0.0, 1.0]), 0.5, 3),
            "learning_rate * curvature must be in (0, 1], got 0.0 to 0.5",
        ),
        (
            lambda: matching_decay(torch.ones(2), 0.5, 0),
            "steps must be at least 1, got 0",
        ),
        (
            lambda: expected_error(*map(torch.ones, (2, 2, 3)), 1.0, 4),
            "share, curvature and w must have one shape, got [(2,), (2,), (3,",
        ),
        (
            lambda: expected_error(*map(torch.ones, (2, 2, 2)), -1.0, 4),
            "noise must be >= 0 and finite, B >= 1, got -1.0 and 4",
        ),
        (
            lambda: expected_error(*map(torch.ones, (2, 2, 2)), 1.0, 0),
            "noise must be >= 0 and finite, B >= 1, got 1.0 and 0",
        ),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_infinite_losses_are_no_best() -> None:
    stopping = EarlyStopping(2)
    model = nn.Linear(1, 1)
    assert not stopping.update(model, math.inf)
    assert stopping.update(model, math.inf)
    with pytest.raises(ValueError, match="finite loss"):
        stopping.restore(model)
