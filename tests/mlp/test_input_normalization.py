"""Input normalization against torch.linalg.cond, autograd and NumPy."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import Formula, formula
from d2lcode.foundations.preprocessing import standardize
from d2lcode.mlp.input_normalization import (
    best_rate,
    condition_number,
    extremes,
    hessian,
    steps_enough,
    whiten,
)


def table(seed: int, B: int = 30, D: int = 4) -> Tensor:
    """Correlated columns in different units, with means of their own."""
    generator = torch.Generator().manual_seed(seed)
    made = torch.randn(B, D, dtype=torch.float64, generator=generator)
    mix = torch.randn(D, D, dtype=torch.float64, generator=generator)
    units = 10 ** torch.linspace(-1, 1, D, dtype=torch.float64)
    return (made @ mix + 2) * units


def moments(X: Tensor) -> dict[str, np.ndarray]:
    mean = X.mean(dim=0, keepdim=True).numpy()  # (1, D)
    covariance = np.atleast_2d(np.cov(X.numpy().T, bias=True))
    return {r"\mu": mean, r"\Sigma": covariance}


def fails(label: str, values: dict[str, object]) -> None:
    """Demand that an inequality does not hold, in either language."""
    for source in formula(label).sources:
        with pytest.raises(AssertionError, match="does not hold"):
            Formula(label, (source,)).check(values)


seeds = st.integers(0, 10_000)


@pytest.mark.equation("eq:normalize-hessian")
@settings(max_examples=20, deadline=None)
@given(seeds)
def test_hessian_is_the_second_derivative(seed: int) -> None:
    X = table(seed)
    y = torch.zeros(len(X), dtype=torch.float64)

    def loss(parameters: Tensor) -> Tensor:
        error = X @ parameters[:-1] + parameters[-1] - y
        return error.square().mean() / 2

    at = torch.ones(X.shape[1] + 1, dtype=torch.float64)
    second = torch.autograd.functional.hessian(loss, at)
    torch.testing.assert_close(hessian(X), second)
    values = moments(X)
    formula("eq:normalize-hessian").check(
        {"H": hessian(X), "a": np.append(values[r"\mu"], 1)[None], **values}
    )


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_condition_number_is_torch_linalg_cond(seed: int) -> None:
    H = hessian(table(seed))
    assert condition_number(H) == pytest.approx(
        torch.linalg.cond(H).item(), rel=1e-6
    )


@pytest.mark.equation("eq:normalize-rate")
@settings(max_examples=20, deadline=None)
@given(seeds)
def test_no_rate_is_better_than_the_best(seed: int) -> None:
    H = hessian(standardize(table(seed), table(seed)))
    rate, factor = best_rate(H)
    values = np.linalg.eigvalsh(H.numpy())
    formula("eq:normalize-rate").check(
        {r"\eta^*": rate, r"\lambda": values[::-1], "D": len(values) - 1}
        | {r"\kappa": condition_number(H), "k": range(1, len(values) + 1)},
        tolerance=1e-6,
    )
    assert np.abs(1 - rate * values).max() == pytest.approx(factor, abs=1e-9)
    for other in rate * np.array([0.5, 0.9, 0.99, 1.01, 1.1]):
        assert np.abs(1 - other * values).max() > factor


@pytest.mark.equation("eq:normalize-steps")
@pytest.mark.parametrize(
    ("kappa", "remaining"),
    [(1.001, 0.99), (1.3, 0.5), (6.2, 0.013), (950.0, 1e-6)],
)
def test_enough_steps_are_enough(kappa: float, remaining: float) -> None:
    """One step less is not what the formula says."""
    steps = steps_enough(kappa, remaining)
    values = {r"\kappa": kappa, r"\varepsilon": remaining}
    formula("eq:normalize-steps").check({"t": steps, **values})
    fails("eq:normalize-steps", {"t": steps - 1, **values})
    logarithm = math.log1p(-2 / (kappa + 1))
    assert steps * logarithm <= math.log(remaining) + 1e-9


def test_descent_needs_about_these_steps() -> None:
    X = table(0)
    Z = standardize(X, X)
    H = hessian(Z).numpy()
    rate, _ = best_rate(hessian(Z))
    steps = steps_enough(condition_number(hessian(Z)), 0.01)
    V = np.linalg.eigh(H)[1]
    distance = V[:, 0] + V[:, -1]  # the two slowest directions
    for _ in range(steps):
        distance = distance - rate * H @ distance
    left = np.linalg.norm(distance) / math.sqrt(2)
    assert 0.005 < left <= 0.01


@pytest.mark.equation("eq:normalize-mean")
@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_mean_makes_the_condition_worse(seed: int) -> None:
    X = table(seed)
    kappa = condition_number(hessian(X))
    formula("eq:normalize-mean").check({r"\kappa": kappa, **moments(X)})
    centred = condition_number(hessian(X - X.mean(dim=0)))
    assert kappa >= centred * (1 - 1e-6)


@pytest.mark.equation("eq:normalize-mean")
@pytest.mark.parametrize(("mean", "spread"), [(30.0, 0.1), (0.02, 1.0)])
def test_the_bound_of_the_mean_is_nearly_met(
    mean: float, spread: float
) -> None:
    """By one column far from 0, and by one of mean 0 and variance 1."""
    X = mean + spread * torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    kappa = condition_number(hessian(X))
    formula("eq:normalize-mean").check({r"\kappa": kappa, **moments(X)})
    less = {r"\kappa": 0.95 * kappa, **moments(X)}
    fails("eq:normalize-mean", less)


@pytest.mark.equation("eq:normalize-scale")
@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, 6))
def test_a_safe_rate_without_looking(seed: int, D: int) -> None:
    X = table(seed, D=D)
    values = torch.linalg.eigvalsh(hessian(standardize(X, X)))
    formula("eq:normalize-scale").check({r"\lambda": values.flip(0), "D": D})


@pytest.mark.equation("eq:normalize-two")
@pytest.mark.parametrize("seed", range(5))
def test_two_columns(seed: int) -> None:
    Z = standardize(table(seed, D=2), table(seed, D=2))
    r = (Z[:, 0] @ Z[:, 1]) / len(Z)
    formula("eq:normalize-two").check(
        {r"\kappa": condition_number(hessian(Z)), "r": r}
    )


def test_small_cases_of_the_page() -> None:
    """Curvatures 4 and 0.1, 100 and 1; columns 9, 11 and 99, 101."""
    rate, factor = best_rate(torch.diag(torch.tensor([4, 0.1]).double()))
    assert rate == pytest.approx(2 / 4.1)
    assert factor == pytest.approx(0.951, abs=5e-4)
    border = 2 / extremes(torch.diag(torch.tensor([1.0, 100.0])))[1]
    assert border.item() == pytest.approx(0.02)
    for mean, condition in ((10.0, 10_402), (100.0, 10_002**2)):
        column = torch.tensor([[mean - 1], [mean + 1]], dtype=torch.float64)
        kappa = condition_number(hessian(column))
        assert kappa == pytest.approx(condition, rel=1e-4)
        assert condition_number(hessian(column - mean)) == pytest.approx(1)
    r = torch.tensor([[1, -0.5], [-0.5, 1]])
    assert condition_number(r) == pytest.approx(3)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_whitened_columns_have_condition_one(seed: int) -> None:
    X = table(seed)
    W = whiten(X, X)
    torch.testing.assert_close(
        hessian(W), torch.eye(X.shape[1] + 1, dtype=torch.float64)
    )
    row = whiten(X[:1], X)
    torch.testing.assert_close(row, W[:1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hessian(torch.ones(3)), "X must be (B, D) floating point"),
        (lambda: hessian(torch.ones(0, 3)), "B > 0, got (0, 3)"),
        (
            lambda: hessian(torch.ones(2, 3, dtype=torch.int64)),
            "got (2, 3) torch.int64",
        ),
        (
            lambda: hessian(torch.tensor([[math.nan]])),
            "X must be finite, got infinity or NaN",
        ),
        (
            lambda: extremes(torch.tensor([[1.0, 2.0], [0.0, 1.0]])),
            "H must be symmetric, got (2, 2)",
        ),
        (lambda: condition_number(torch.ones(3)), "H must be symmetric"),
        (
            lambda: condition_number(torch.ones(2, 2)),
            "H must have positive eigenvalues",
        ),
        (
            lambda: best_rate(-torch.eye(2)),
            "H must have positive eigenvalues, the smallest beyond round-off, "
            "got -1.0 to -1.0",
        ),
        (lambda: steps_enough(0.5, 0.1), "condition must be >= 1, got 0.5"),
        (
            lambda: steps_enough(2.0, 1.0),
            "remaining must be in (0, 1), got 1.0",
        ),
        (
            lambda: whiten(torch.ones(2, 3), torch.ones(2, 2)),
            "same columns, got (2, 3) and (2, 2)",
        ),
        (
            lambda: whiten(torch.ones(4, 2), torch.ones(4, 2)),
            "H must have positive eigenvalues",
        ),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
