"""Distribution shift: worlds of known shift, and every refusal."""

import math
import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from book.formula import Random, each, entries, formula
from d2lcode.mlp.distribution_shift import (
    effective_size,
    fit_discriminator,
    importance_weights,
    label_shift_weights,
    log_ratio,
    shift_score,
    weighted_mean,
)


def tensor(values) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


# p(x, y) in a world of three inputs x and three classes y
JOINT = np.array([[0.20, 0.05, 0.05], [0.02, 0.25, 0.03], [0.10, 0.10, 0.20]])
BY_X = JOINT / JOINT.sum(axis=1, keepdims=True)
BY_Y = JOINT / JOINT.sum(axis=0)
SHARES = np.array([0.2, 0.3, 0.5])  # what shifts: q(x), or q(y)
INDICES = {"x": range(1, 4), "y": range(1, 4)}


def label_shift() -> np.ndarray:
    """q(y) / p(y), from p and the shares of the answers in use.

    The answer is x itself.
    """
    counts, predicted = tensor(700 * JOINT.T), tensor(30 * BY_Y @ SHARES)
    return label_shift_weights(counts, predicted).numpy()


@pytest.mark.equation("eq:shift-kinds")
def test_a_joint_probability_splits_in_two_ways() -> None:
    """All shares are counted among 500 rows."""
    drawn = np.random.default_rng(0).choice(9, 500, p=JOINT.flatten())
    x, y = drawn // 3 + 1, drawn % 3 + 1
    formula("eq:shift-kinds").check(
        {
            "p(x, y)": entries(
                "x y", lambda a, b: np.mean((x == a) & (y == b))
            ),
            "p(x)": entries("x", lambda a: np.mean(x == a)),
            "p(y)": entries("y", lambda b: np.mean(y == b)),
            r"p(y \mid x)": entries(
                "x y", lambda a, b: np.mean(y[x == a] == b)
            ),
            r"p(x \mid y)": entries(
                "x y", lambda a, b: np.mean(x[y == b] == a)
            ),
            **INDICES,
        }
    )


@pytest.mark.equation("eq:shift-weights")
@pytest.mark.parametrize("kind", ["covariate", "label"])
def test_weighted_expectation_is_that_of_the_target(kind: str) -> None:
    """The factor that stays cancels: one weight for each x, or each y."""
    if kind == "covariate":
        theta = np.append(np.log(SHARES / JOINT.sum(axis=1)), 0)
        w = importance_weights(tensor(theta), torch.eye(3).double())[:, None]
        target = SHARES[:, None] * BY_X
    else:
        w, target = label_shift(), BY_Y * SHARES
    w = np.broadcast_to(w, (3, 3))
    loss = np.random.default_rng(0).normal(size=(3, 3))
    means = [
        weighted_mean(tensor(loss.flatten()), tensor(weights.flatten()))
        for weights in (target, JOINT * w)
    ]
    formula("eq:shift-weights").check(
        {
            r"\E_q[\ell(x, y)]": means[0],
            r"\E_p[w(x, y)\, \ell(x, y)]": means[1],
            "p(x, y)": entries("x y", JOINT),
            "q(x, y)": entries("x y", target),
            r"\ell(x, y)": entries("x y", loss),
            "w(x, y)": entries("x y", w),
            **INDICES,
        }
    )


def test_weighted_mean_estimates_the_target() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=200_000)  # p = N(0, 1), q = N(0.5, 1)
    weights = tensor(np.exp(0.5 * x - 0.125))
    assert weighted_mean(tensor(x), weights).item() == pytest.approx(
        0.5, abs=0.02
    )


@pytest.mark.equation("eq:shift-estimate")
@pytest.mark.parametrize("weights", [[0.3, 2.0, 1.1, 0.7], [1.7] * 3])
def test_mean_and_size_are_the_formula(weights: list[float]) -> None:
    w, values = tensor(weights), torch.randn(len(weights)).double()
    formula("eq:shift-estimate").check(
        {
            r"\hat \ell": weighted_mean(values, w),
            r"B_{\text{eff}}": effective_size(w),
            "w": w,
            r"\ell": values,
            "B": len(w),
        }
    )


def test_size_says_how_steady_the_mean_is() -> None:
    rng = np.random.default_rng(1)
    weights = np.array([9.0] * 5 + [1 / 9] * 45)
    means = rng.normal(size=(40_000, 50)) @ weights / weights.sum()
    size = effective_size(tensor(weights))
    assert means.var() == pytest.approx(1 / size, rel=0.05)
    assert effective_size(torch.ones(7)) == 7
    assert effective_size(tensor([3.0, 0.0])) == 1
    ten_scans = effective_size(tensor([9.0] + [1 / 9] * 9))
    assert ten_scans == pytest.approx(1.2, abs=0.05)
    assert effective_size(tensor([9.0] + [1.0] * 9)) == pytest.approx(3.6)


@pytest.mark.equation("eq:shift-discriminator")
def test_the_fitted_minimum_is_the_log_ratio() -> None:
    """One column for each of three inputs: any z is linear in them."""
    counts = torch.tensor([[5, 9, 6], [8, 3, 9]])  # 20 rows of p, 20 of q
    p, q = counts.double() / 20
    source, target = (
        torch.eye(3).double().repeat_interleave(n, 0) for n in counts
    )
    theta = fit_discriminator(source, target, penalty=1e-9)
    best = log_ratio(theta, torch.eye(3).double()).numpy()

    def J(z) -> float:
        values = tensor([z(x) for x in range(3)])
        return p @ F.softplus(values) + q @ F.softplus(-values)

    formula("eq:shift-discriminator").check(
        {
            "J": J,
            "z": each([lambda x: best[int(x)], lambda x: 0.3 * x - 0.2]),
            "x": Random([0, 1, 2]),
            r"\E_p": p.numpy(),
            r"\E_q": q.numpy(),
            r"\argmin_z J": Random(best),
            "q": lambda x: q[int(x)],
            "p": lambda x: p[int(x)],
        },
        tolerance=1e-5,
    )


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
def test_score_is_the_formula() -> None:
    theta = tensor([1.0, 0.0])
    source = tensor([[-1.0], [-2.0], [0.0], [3.0]])  # 3 of 4 right
    target = tensor([[1.0], [0.0], [0.4]])  # 2 of 3 right
    formula("eq:shift-score").check(
        {
            "s": shift_score(theta, source, target),
            "a_p": 3 / 4,
            "a_q": 2 / 3,
            "B": 4,
            "M": 3,
        }
    )


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
def test_label_weights_are_exact_for_exact_shares() -> None:
    w = label_shift()
    formula("eq:shift-confusion").check(
        {
            r"\mu": BY_Y @ SHARES,
            "q(y = i)": entries("i", SHARES),
            r"p(\hat y = j \mid y = i)": entries("i j", BY_Y.T),
            "w": w,
            "K": JOINT.T,
            "C": 3,
            "j": range(1, 4),
        }
    )
    np.testing.assert_allclose(w, SHARES / JOINT.sum(axis=0))


def test_label_weights_by_hand() -> None:
    counts = torch.tensor([[9, 1], [18, 72]])
    found = label_shift_weights(counts, torch.tensor([48, 52]))
    assert found.tolist() == pytest.approx([4, 2 / 3])
    none = label_shift_weights(counts, torch.tensor([100, 0]))
    assert none.tolist() == pytest.approx([10, 0])


@pytest.mark.equation("eq:shift-prior")
@pytest.mark.parametrize("x", [0, 1, 2])
def test_weights_turn_old_posteriors_into_new_ones(x: int) -> None:
    target, ratios = BY_Y * SHARES, []

    def proportional(a: float, b: float) -> bool:
        """Whether the ratio is the same for all y."""
        ratios.append(a / b)
        return math.isclose(ratios[-1], ratios[0])

    formula("eq:shift-prior").check(
        {
            r"q(y \mid x)": entries("y", target[x] / target[x].sum()),
            "q(y)": entries("y", SHARES),
            r"p(x \mid y)": entries("y", BY_Y[x]),
            "q(x)": target[x].sum(),
            "w": label_shift(),
            r"p(y \mid x)": entries("y", BY_X[x]),
            "y": range(1, 4),
            r"\propto": proportional,
        }
    )


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
