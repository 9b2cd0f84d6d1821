"""Momentum against torch.optim.SGD, its theory against the valley."""

import math
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import each, formula
from d2lcode.landscapes import VALLEY_START, valley, walk
from d2lcode.optimization.momentum import (
    Momentum,
    best_settings,
    convergence_factor,
    step_matrix,
)
from tests.optimization.feed import feed

SGD = torch.optim.SGD


def gradients(seed: int, steps: int, size: int = 4) -> list[Tensor]:
    """Random, with some entries 0 and one step that is all 0."""
    rng = torch.Generator().manual_seed(seed)
    found = torch.randn(steps, size, dtype=torch.float64, generator=rng)
    found[:, 0] = 0
    found[steps // 2] = 0
    return list(found)


@settings(max_examples=10, deadline=None)
@given(
    lr=st.floats(1e-3, 2),
    momentum=st.sampled_from([0.0, 0.5, 0.9, 0.99]),
    nesterov=st.booleans(),
    idle=st.integers(-1, 3),
    seed=st.integers(0, 99),
)
def test_it_is_torch_sgd_step_by_step(
    lr: float, momentum: float, nesterov: bool, idle: int, seed: int
) -> None:
    given_now: dict[str, Any] = {"lr": lr, "momentum": momentum}
    theirs = given_now | {"nesterov": nesterov and momentum > 0}
    found = gradients(seed, 6)
    ours = feed(partial(Momentum, **given_now, nesterov=nesterov), found, idle)
    same = feed(partial(SGD, **theirs), found, idle)
    for a, b in zip(ours, same, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_groups_keep_their_own_settings() -> None:
    slow, fast = torch.ones(1), torch.ones(1)
    groups: Any = [
        {"params": [slow], "momentum": 0.0},
        {"params": [fast], "lr": 1.0},
    ]
    optimizer = Momentum(groups, lr=0.1, momentum=0.5)
    for _ in range(2):
        slow.grad, fast.grad = torch.ones(1), torch.ones(1)
        optimizer.step()
    assert slow.item() == pytest.approx(1 - 0.1 * 2)
    assert fast.item() == pytest.approx(1 - (1 + 1.5))


def test_a_saved_state_goes_on_as_if_nothing_had_happened() -> None:
    found = gradients(1, 6)
    whole = feed(partial(Momentum, lr=0.1), found)[6]
    p = torch.ones(4, dtype=torch.float64)
    first = Momentum([p], lr=0.1)
    for g in found[:3]:
        p.grad = g
        first.step()
    second = Momentum([p], lr=9.0)
    second.load_state_dict(first.state_dict())
    for g in found[3:]:
        p.grad = g
        second.step()
    torch.testing.assert_close(p, whole, rtol=1e-13, atol=0)


# The formulas


def velocity(found: list[Tensor], beta: float) -> list[Tensor]:
    """By its definition, in a loop of its own; the first is zero."""
    vs = [torch.zeros(4, dtype=torch.float64)]
    for g in found:
        vs.append(beta * vs[-1] + g)
    return vs


def hold_steps(label: str, nesterov: bool) -> None:
    found = gradients(2, 5)
    make = partial(Momentum, lr=0.3, momentum=0.8, nesterov=nesterov)
    places, v = feed(make, found), velocity(found, 0.8)
    for t in (1, 4):
        formula(label).check(
            {"v_t": v[t], "v_{t+1}": v[t + 1], "g_t": found[t]}
            | {r"\theta_t": places[t], r"\theta_{t+1}": places[t + 1]}
            | {r"\beta": 0.8, r"\eta": 0.3}
        )


@pytest.mark.equation("eq:momentum-update")
def test_a_step_of_heavy_ball_is_the_formula() -> None:
    hold_steps("eq:momentum-update", nesterov=False)


@pytest.mark.equation("eq:momentum-nesterov")
def test_a_step_of_nesterov_is_the_formula() -> None:
    hold_steps("eq:momentum-nesterov", nesterov=True)


@pytest.mark.equation("eq:momentum-sum")
def test_the_velocity_is_a_sum_with_fading_weights() -> None:
    found, t = gradients(3, 6), 5
    path = feed(partial(Momentum, lr=0.25, momentum=0.7), found)
    formula("eq:momentum-sum").check(
        {"v_{t+1}": (path[t] - path[t + 1]) / 0.25, r"\beta": 0.7, "t": t}
        | {"g": dict(enumerate(found))}
    )


@pytest.mark.equation("eq:momentum-effective")
def test_equal_gradients_lengthen_the_step() -> None:
    g = torch.tensor([1.0, -2.0, 0.5, 3.0], dtype=torch.float64)
    path = feed(partial(Momentum, lr=0.5, momentum=0.9), [g] * 9)
    for t in (1, 2, 9):
        formula("eq:momentum-effective").check(
            {"v_t": (path[t - 1] - path[t]) / 0.5, "g": g}
            | {r"\beta": 0.9, "t": t}
        )


def test_the_page_by_hand() -> None:
    for signs, expected in (
        ([1, 1, 1, 1], [1, 1.5, 1.75, 1.875]),
        ([1, -1, 1, -1], [1, -0.5, 0.75, -0.625]),
    ):
        found = [torch.full((4,), float(s)).double() for s in signs]
        path = feed(partial(Momentum, lr=1.0, momentum=0.5), found)
        seen = [(path[t] - path[t + 1])[0].item() for t in range(4)]
        assert seen == expected


@pytest.mark.equation("eq:momentum-matrix")
def test_the_matrix_takes_a_step() -> None:
    def parabola(theta: Tensor) -> Tensor:
        return (7.0 * theta**2).sum() / 2

    path = walk(
        parabola,
        (1.5,),  # type: ignore[arg-type]
        partial(Momentum, lr=0.2, momentum=0.6),
        4,
    )[:, 0].tolist()
    values = {r"\lambda": 7.0, r"\eta": 0.2, r"\beta": 0.6}
    for t in (1, 3):
        formula("eq:momentum-matrix").check(
            values
            | {r"\theta_{t-1}": path[t - 1], r"\theta_t": path[t]}
            | {r"\theta_{t+1}": path[t + 1]}
        )
        row = torch.tensor([path[t], path[t - 1]], dtype=torch.float64)
        moved = row @ step_matrix(7.0, 0.2, 0.6)
        assert moved.tolist() == pytest.approx([path[t + 1], path[t]])


@pytest.mark.equation("eq:momentum-roots")
def test_eigenvalues_solve_the_quadratic() -> None:
    for product, beta in ((0.02, 0.5), (3.4, 0.6), (2.5, 0.1)):
        z = np.linalg.eigvals(step_matrix(product / 0.2, 0.2, beta).numpy())
        assert np.isreal(z).all()
        formula("eq:momentum-roots").check(
            {"z": each(z.real.tolist()), r"\beta": beta}
            | {r"\eta": 0.2, r"\lambda": product / 0.2},
            absolute=1e-12,
        )


@pytest.mark.equation("eq:momentum-plateau")
def test_on_the_plateau_all_curvatures_are_alike() -> None:
    beta, lr = 0.36, 0.5
    for product in (0.17, 1.0, 2.55, 0.1, 3.0):
        z = np.linalg.eigvals(step_matrix(product / lr, lr, beta).numpy())
        values = {"z_1": abs(z[0]), "z_2": abs(z[1]), r"\beta": beta}
        values |= {r"\eta": lr, r"\lambda": product / lr}
        if 0.16 <= product <= 2.56:
            formula("eq:momentum-plateau").check(values)
        else:
            formula("eq:momentum-plateau").refuse(values, "never holds")
    inside = convergence_factor([0.32 / lr, 2.55 / lr], lr, beta)
    assert inside == pytest.approx(0.6)
    for product in (0.15, 2.6):
        assert convergence_factor([product / lr], lr, beta) > 0.61


@pytest.mark.equation("eq:momentum-best")
@pytest.mark.parametrize("ends", [(1.0, 20.0), (0.3, 47.0), (2.0, 3.0)])
def test_best_settings_have_the_factor_of_the_formula(
    ends: tuple[float, float],
) -> None:
    lr, beta = best_settings(*ends)
    theory = convergence_factor(ends, lr, beta)
    formula("eq:momentum-best").check(
        {r"\rho": theory, r"\beta": beta, r"\eta": lr}
        | {r"\kappa": ends[1] / ends[0]}
        | {r"\lambda_1": ends[0], r"\lambda_2": ends[1]},
        tolerance=1e-6,
    )
    for other_lr in (0.9 * lr, lr, 1.1 * lr):
        for other in (0.8 * beta, beta, 1.1 * beta):
            if (other_lr, other) != (lr, beta):
                assert convergence_factor(ends, other_lr, other) > theory


@pytest.mark.equation("eq:momentum-between")
@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 0.95), st.floats(0.01, 0.98))
def test_no_settings_beat_the_bound(beta: float, share: float) -> None:
    lr = share * 2 * (1 + beta) / 20
    q = convergence_factor([1.0, 20.0], lr, beta)
    assert q < 1
    formula("eq:momentum-between").check(
        {"q": q + 1e-9, r"\beta": beta, r"\eta": lr}
        | {r"\lambda_1": 1.0, r"\lambda_2": 20.0}
    )
    root = math.sqrt(20)
    assert q >= (root - 1) / (root + 1) - 1e-9


@pytest.mark.equation("eq:momentum-between")
@pytest.mark.parametrize("lr", [0.05, 0.105])
def test_a_smaller_factor_breaks_one_of_the_bounds(lr: float) -> None:
    """Which one, is the slower end's: of 1 at 0.05, of 20 at 0.105."""
    q = convergence_factor([1.0, 20.0], lr, 0.1)
    slower = convergence_factor([1.0 if lr < 0.1 else 20.0], lr, 0.1)
    assert q == slower
    values = {r"\beta": 0.1, r"\eta": lr}
    values |= {r"\lambda_1": 1.0, r"\lambda_2": 20.0}
    formula("eq:momentum-between").check(values | {"q": 1.0001 * q})
    formula("eq:momentum-between").refuse(values | {"q": 0.999 * q})


def test_the_bound_is_met_with_equality() -> None:
    """Both inequalities, at the best settings."""
    lr, beta = best_settings(1.0, 20.0)
    q = math.sqrt(beta)
    assert lr * q == pytest.approx((1 - q) * (q - beta))
    assert 20 * lr * q == pytest.approx((1 + q) * (q + beta))


# What the page says


def test_the_valley_shrinks_as_the_eigenvalues_say() -> None:
    for beta in (0.1, 0.7):
        lr = 2 * (1 + beta) / 21
        path = walk(
            valley, VALLEY_START, partial(Momentum, lr=lr, momentum=beta), 400
        ).norm(dim=1)
        measured = (path[400] / path[200]).item() ** (1 / 200)
        theory = convergence_factor((1.0, 20.0), lr, beta)
        assert measured == pytest.approx(theory, rel=0.01)


def test_convergence_ends_where_minus_one_is_an_eigenvalue() -> None:
    for beta in (0.0, 0.5, 0.9):
        border = 2 * (1 + beta)
        assert convergence_factor([border], 1.0, beta) == pytest.approx(1)
        assert convergence_factor([1.01 * border], 1.0, beta) > 1


def test_the_average_is_the_same_path_at_another_rate() -> None:
    found = gradients(4, 6)
    path = feed(partial(Momentum, lr=0.02, momentum=0.9), found)
    m, theta = torch.zeros(4).double(), torch.ones(4).double()
    for g in found:
        m = 0.9 * m + 0.1 * g
        theta = theta - 0.2 * m
    torch.testing.assert_close(theta, path[6], rtol=1e-12, atol=0)


def test_nesterov_takes_the_gradient_ahead() -> None:
    """The form of 1983, on the valley: its places, and its places ahead."""
    lr, beta = 0.04, 0.7
    make = partial(Momentum, lr=lr, momentum=beta, nesterov=True)
    path = walk(valley, VALLEY_START, make, 6)
    theta = torch.tensor(VALLEY_START, dtype=torch.float64)
    curvatures = torch.tensor([1.0, 20.0], dtype=torch.float64)
    v = torch.zeros(2, dtype=torch.float64)
    for t in range(7):
        ahead = theta - lr * beta * v
        torch.testing.assert_close(path[t], ahead, rtol=1e-12, atol=1e-14)
        v = beta * v + curvatures * ahead
        theta = theta - lr * v


def test_nesterovs_factor_with_its_usual_settings() -> None:
    root = math.sqrt(20)
    make = partial(
        Momentum, lr=1 / 20, momentum=(root - 1) / (root + 1), nesterov=True
    )
    path = walk(valley, VALLEY_START, make, 600).norm(dim=1)
    measured = (path[600] / path[400]).item() ** (1 / 200)
    assert measured == pytest.approx(1 - 1 / root, rel=0.005)


def test_a_hundred_times_the_condition_number_is_ten_times_the_steps() -> None:
    """An answer of "check yourself"."""
    steps = [
        1 / -math.log(convergence_factor(ends, *best_settings(*ends)))
        for ends in ((1.0, 100.0), (1.0, 10000.0))
    ]
    assert steps[1] / steps[0] == pytest.approx(10, rel=0.02)


# Bad input


@pytest.mark.parametrize("lr", [0.0, -1.0, math.inf, math.nan])
def test_bad_learning_rate(lr: float) -> None:
    message = rf"lr must be positive and finite, got {lr}"
    with pytest.raises(ValueError, match=message):
        Momentum([torch.ones(1)], lr)


@pytest.mark.parametrize("momentum", [-0.1, 1.0, math.nan])
def test_bad_momentum(momentum: float) -> None:
    message = rf"momentum must be in \[0, 1\), got {momentum}"
    with pytest.raises(ValueError, match=message):
        Momentum([torch.ones(1)], 0.1, momentum)


@pytest.mark.parametrize(
    "ends", [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.0, math.inf)]
)
def test_bad_curvatures(ends: tuple[float, float]) -> None:
    message = "smallest and largest must be positive, finite and in order"
    with pytest.raises(ValueError, match=message):
        best_settings(*ends)
