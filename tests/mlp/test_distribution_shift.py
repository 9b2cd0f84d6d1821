"""Distribution shift: known shifts, plain loops, and every refusal."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from d2lcode.mlp.distribution_shift import (
    effective_size,
    fit_discriminator,
    importance_weights,
    label_shift_weights,
    log_ratio,
    shift_score,
    weighted_mean,
)

JOINT = np.array([[0.20, 0.05, 0.05], [0.02, 0.25, 0.03], [0.10, 0.10, 0.20]])


def tensor(values) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.equation("eq:shift-kinds")
@pytest.mark.equation("eq:shift-weights")
def test_weighted_expectation_is_that_of_the_target() -> None:
    rng = np.random.default_rng(0)
    p, q, loss = rng.random((3, 4, 2))
    p, q = p / p.sum(), q / q.sum()
    by_x = p / p.sum(axis=1, keepdims=True)
    by_y = p / p.sum(axis=0)
    np.testing.assert_allclose(p, p.sum(axis=1, keepdims=True) * by_x)
    np.testing.assert_allclose(p, p.sum(axis=0) * by_y)
    for target in (
        q,
        q.sum(axis=1, keepdims=True) * by_x,  # covariate shift
        q.sum(axis=0) * by_y,  # label shift
        p.sum(axis=1, keepdims=True) * q / q.sum(axis=1, keepdims=True),
    ):
        weights = target / p
        assert np.sum(p * weights) == pytest.approx(1)
        weighted = np.sum(p * weights * loss)
        assert weighted == pytest.approx(np.sum(target * loss))
    covariate = q.sum(axis=1, keepdims=True) * by_x / p
    np.testing.assert_allclose(covariate[:, 0], covariate[:, 1])
    label = q.sum(axis=0) * by_y / p
    np.testing.assert_allclose(label, np.broadcast_to(label[:1], (4, 2)))


def test_weighted_mean_estimates_the_target() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=200_000)  # p = N(0, 1), q = N(0.5, 1)
    weights = tensor(np.exp(0.5 * x - 0.125))
    assert weighted_mean(tensor(x), weights).item() == pytest.approx(
        0.5, abs=0.02
    )


@pytest.mark.equation("eq:shift-estimate")
@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.01, 9), min_size=1, max_size=8))
def test_mean_and_size_by_loops(weights: list[float]) -> None:
    values = [math.sin(3.0 * i) for i in range(len(weights))]
    total = square = mean = 0.0
    for value, weight in zip(values, weights, strict=True):
        total += weight
        square += weight * weight
        mean += weight * value
    found = weighted_mean(tensor(values), tensor(weights)).item()
    assert found == pytest.approx(mean / total, abs=1e-12)
    size = effective_size(tensor(weights))
    assert size == pytest.approx(total**2 / square)
    assert 1 - 1e-9 <= size <= len(weights) + 1e-9


def test_size_says_how_steady_the_mean_is() -> None:
    rng = np.random.default_rng(1)
    weights = np.array([9.0] * 5 + [1 / 9] * 45)
    means = rng.normal(size=(40_000, 50)) @ weights / weights.sum()
    size = effective_size(tensor(weights))
    assert means.var() == pytest.approx(1 / size, rel=0.05)
    assert effective_size(torch.ones(7)) == 7
    assert effective_size(tensor([3.0, 0.0])) == 1


@pytest.mark.equation("eq:shift-discriminator")
def test_the_log_ratio_minimizes_the_loss() -> None:
    rng = np.random.default_rng(2)
    p, q = rng.random((2, 5))
    p, q = p / p.sum(), q / q.sum()

    def risk(z: np.ndarray) -> float:
        return np.sum(p * np.log1p(np.exp(z)) + q * np.log1p(np.exp(-z)))

    best = risk(np.log(q / p))
    for _ in range(50):
        assert risk(np.log(q / p) + 0.1 * rng.normal(size=5)) > best


@pytest.mark.equation("eq:shift-discriminator")
def test_discriminator_finds_its_minimum() -> None:
    rng = np.random.default_rng(3)
    S = rng.normal(size=(30, 2))
    T = rng.normal(size=(50, 2), loc=(0.7, -0.2))

    def objective(theta: np.ndarray) -> float:
        of_source, of_target = (X @ theta[:2] + theta[2] for X in (S, T))
        return (
            np.mean(np.log1p(np.exp(of_source)))
            + np.mean(np.log1p(np.exp(-of_target)))
            + 0.3 / 2 * np.sum(theta[:2] ** 2)
        )

    theta = fit_discriminator(tensor(S), tensor(T), penalty=0.3).numpy()
    for i in range(3):
        step = 1e-4 * np.eye(3)[i]
        slope = (objective(theta + step) - objective(theta - step)) / 2e-4
        assert abs(slope) < 1e-4


def test_known_shift_gives_the_exact_weights() -> None:
    torch.manual_seed(0)
    source = torch.randn(50_000, 1, dtype=torch.float64)
    target = 1 + torch.randn(20_000, 1, dtype=torch.float64)
    theta = fit_discriminator(source, target, penalty=1e-6)
    assert theta.tolist() == pytest.approx([1, -0.5], abs=0.03)
    weights = importance_weights(theta, tensor([[0.0], [2.0]]))
    assert weights.tolist() == pytest.approx(
        [math.exp(-0.5), math.exp(1.5)], rel=0.08
    )


def test_weights_by_hand() -> None:
    theta = tensor([1.0, -2.0, 0.5])
    X = tensor([[1.0, 1.0], [0.0, 0.25]])
    assert log_ratio(theta, X).tolist() == [-0.5, 0.0]
    expected = [math.exp(-0.5), 1]
    assert importance_weights(theta, X).tolist() == pytest.approx(expected)


@pytest.mark.equation("eq:shift-score")
def test_score_by_hand() -> None:
    theta = tensor([1.0, 0.0])
    source = tensor([[-1.0], [-2.0], [0.0], [3.0]])  # 3 of 4 right
    target = tensor([[1.0], [0.0]])  # 1 of 2 right
    expected = (0.625 - 0.5) / (math.sqrt(1 / 4 + 1 / 2) / 4)
    assert shift_score(theta, source, target) == pytest.approx(expected)


@pytest.mark.equation("eq:shift-score")
@pytest.mark.parametrize("place", [0.0, 1.0])
def test_score_without_shift_is_no_larger_than_promised(place: float) -> None:
    torch.manual_seed(1)
    theta = tensor([1.0, -place])
    scores = [
        shift_score(
            theta,
            torch.randn(60, 1, dtype=torch.float64),
            torch.randn(25, 1, dtype=torch.float64),
        )
        for _ in range(2000)
    ]
    share = 0.5 * (1 - math.erf(place / math.sqrt(2)))
    deviation = math.sqrt(4 * share * (1 - share))
    assert np.mean(scores) == pytest.approx(0, abs=0.1)
    assert np.std(scores) == pytest.approx(deviation, rel=0.06)
    assert deviation <= 1


@pytest.mark.equation("eq:shift-confusion")
@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.1, 5), min_size=3, max_size=3))
def test_label_weights_are_exact_for_exact_shares(raw: list[float]) -> None:
    source = [sum(JOINT[i]) for i in range(3)]
    scale = sum(p * w for p, w in zip(source, raw, strict=True))
    weights = [w / scale for w in raw]
    predicted = [
        sum(
            weights[i] * source[i] * (JOINT[i, j] / source[i])
            for i in range(3)
        )
        for j in range(3)
    ]
    found = label_shift_weights(tensor(JOINT), tensor(predicted))
    assert found.tolist() == pytest.approx(weights, rel=1e-9)
    found = label_shift_weights(tensor(JOINT) * 700, tensor(predicted) * 30)
    assert found.tolist() == pytest.approx(weights, rel=1e-9)


def test_label_weights_by_hand() -> None:
    counts = torch.tensor([[9, 1], [18, 72]])
    found = label_shift_weights(counts, torch.tensor([48, 52]))
    assert found.tolist() == pytest.approx([4, 2 / 3])
    none = label_shift_weights(counts, torch.tensor([100, 0]))
    assert none.tolist() == pytest.approx([10, 0])


@pytest.mark.equation("eq:shift-prior")
def test_log_weights_added_to_logits_give_the_new_posterior() -> None:
    rng = np.random.default_rng(5)
    by_y = rng.random((4, 3))
    by_y /= by_y.sum(axis=0)  # p(x | y)
    p, q = np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.1, 0.3])
    old, new = by_y * p, by_y * q
    logits = np.log(old / old.sum(axis=1, keepdims=True))
    shifted = np.exp(logits + np.log(q / p))
    shifted /= shifted.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shifted, new / new.sum(axis=1, keepdims=True))


ONES = torch.ones(2)
THETA = torch.ones(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: weighted_mean(torch.ones(3), ONES),
            "values must have the shape of weights, got (3,) and (2,)",
        ),
        (
            lambda: weighted_mean(ONES, -ONES),
            "weights must be finite, >= 0 and not all 0, got [-1.0, -1.0]",
        ),
        (
            lambda: effective_size(0 * ONES),
            "weights must be finite, >= 0 and not all 0, got [0.0, 0.0]",
        ),
        (
            lambda: effective_size(ONES * math.inf),
            "weights must be finite, >= 0 and not all 0, got [inf, inf]",
        ),
        (
            lambda: effective_size(torch.ones(2, 1)),
            "weights must be (B,) floating point, got (2, 1) torch.float32",
        ),
        (
            lambda: effective_size(torch.tensor([1, 2])),
            "weights must be (B,) floating point, got (2,) torch.int64",
        ),
        (
            lambda: fit_discriminator(torch.ones(4, 2), torch.ones(4, 3)),
            "target must be (B, 2) floating point, got (4, 3) torch.float32",
        ),
        (
            lambda: fit_discriminator(torch.ones(4), torch.ones(4, 3)),
            "source must be (B, D) floating point, got (4,) torch.float32",
        ),
        (
            lambda: fit_discriminator(torch.tensor(1.0), torch.ones(4, 3)),
            "source must be (B, D) floating point, got () torch.float32",
        ),
        (
            lambda: fit_discriminator(torch.ones(0, 2), torch.ones(4, 2)),
            "source must have at least one row, got none",
        ),
        (
            lambda: fit_discriminator(torch.ones(4, 2), torch.ones(4, 2), 0.0),
            "penalty must be > 0 and finite, got 0.0",
        ),
        (
            lambda: importance_weights(torch.ones(1), torch.ones(4, 2)),
            "theta must be (D + 1,), got (1,)",
        ),
        (
            lambda: importance_weights(THETA, torch.ones(4, 3)),
            "X must be (B, 2) floating point, got (4, 3) torch.float32",
        ),
        (
            lambda: shift_score(THETA, torch.ones(4, 2), torch.ones(0, 2)),
            "target must have at least one row, got none",
        ),
        (
            lambda: shift_score(THETA, torch.ones(4, 1), torch.ones(4, 2)),
            "target must be (B, 1) floating point, got (4, 2) torch.float32",
        ),
        (
            lambda: label_shift_weights(torch.ones(2, 3), ONES),
            "counts must be (C, C) and predicted (C,), got (2, 3) and (2,)",
        ),
        (
            lambda: label_shift_weights(torch.ones(2, 2), torch.ones(2, 1)),
            "counts must be (C, C) and predicted (C,), got (2, 2) and (2, 1)",
        ),
        (
            lambda: label_shift_weights(-torch.eye(2), ONES),
            "counts must be finite, >= 0 and not all 0, got [-1.0",
        ),
        (
            lambda: label_shift_weights(torch.eye(2), 0 * ONES),
            "predicted must be finite, >= 0 and not all 0, got [0.0, 0.0]",
        ),
        (
            lambda: label_shift_weights(torch.ones(2, 2), ONES),
            "counts must have an inverse, got a singular matrix",
        ),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
