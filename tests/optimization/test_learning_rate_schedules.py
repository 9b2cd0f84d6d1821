"""Schedules against torch.optim.lr_scheduler, and the noisy quadratic."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from book.formula import Random, entries, formula
from d2lcode.optimization.learning_rate_schedules import (
    best_decay,
    cosine_decay,
    exponential_decay,
    inverse_decay,
    step_decay,
    warm_up,
)

Schedule = Callable[[int], float]


def library_rates(
    make: Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler],
    peak: float,
    steps: int,
) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=peak)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@settings(max_examples=10, deadline=None)
@given(
    peak=st.floats(1e-4, 10),
    every=st.integers(1, 9),
    factor=st.floats(0.05, 1.2),
    half_life=st.floats(0.1, 50),
    end=st.floats(0, 1),
    steps=st.integers(1, 30),
)
def test_rates_are_those_of_torch(
    peak: float,
    every: int,
    factor: float,
    half_life: float,
    end: float,
    steps: int,
) -> None:
    end = end * peak
    pairs: list[tuple[Schedule, Callable[..., lr_scheduler.LRScheduler]]] = [
        (
            lambda t: step_decay(t, peak, every, factor),
            lambda o: lr_scheduler.StepLR(o, every, factor),
        ),
        (
            lambda t: exponential_decay(t, peak, factor),
            lambda o: lr_scheduler.ExponentialLR(o, factor),
        ),
        (
            lambda t: inverse_decay(t, peak, half_life),
            lambda o: lr_scheduler.LambdaLR(
                o, lambda t: half_life / (half_life + t)
            ),
        ),
        (
            lambda t: cosine_decay(t, peak, steps, end),
            lambda o: lr_scheduler.CosineAnnealingLR(o, steps, end),
        ),
    ]
    for ours, make in pairs:
        theirs = library_rates(make, peak, steps + 1)
        made = [ours(t) for t in range(steps + 1)]
        assert made == pytest.approx(theirs, rel=1e-9, abs=1e-12 * peak)


@pytest.mark.parametrize("steps", [1, 3, 10])
def test_warm_up_is_linear_then_the_schedule(steps: int) -> None:
    ours = warm_up(lambda t: exponential_decay(t, 0.8, 0.9), steps)

    def make(optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler:
        rise = lr_scheduler.LinearLR(
            optimizer, 1 / (steps + 1), 1.0, total_iters=steps
        )
        fall = lr_scheduler.ExponentialLR(optimizer, 0.9)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], [steps])

    theirs = library_rates(make, 0.8, steps + 6)
    assert [ours(t) for t in range(steps + 6)] == pytest.approx(theirs)


# The formulas


@pytest.mark.equation("eq:schedule-step")
@pytest.mark.parametrize("t", [0, 2, 3, 7, 9])
def test_step(t: int) -> None:
    formula("eq:schedule-step").check(
        {r"\eta_t": step_decay(t, 0.7, 3, 0.4), r"\eta_{\max}": 0.7}
        | {r"\gamma": 0.4, "t": t, "k": 3},
    )


@pytest.mark.equation("eq:schedule-exponential")
@pytest.mark.parametrize("t", [0, 1, 5])
def test_exponential(t: int) -> None:
    formula("eq:schedule-exponential").check(
        {r"\eta_t": exponential_decay(t, 0.7, 0.4), r"\eta_{\max}": 0.7}
        | {r"\gamma": 0.4, "t": t},
    )


@pytest.mark.equation("eq:schedule-inverse")
@pytest.mark.parametrize("t", [0, 1, 5])
def test_inverse(t: int) -> None:
    formula("eq:schedule-inverse").check(
        {r"\eta_t": inverse_decay(t, 0.7, 2.5), r"\eta_{\max}": 0.7}
        | {"h": 2.5, "t": t},
    )
    assert inverse_decay(4, 0.7, 4) == pytest.approx(0.35)


@pytest.mark.equation("eq:schedule-cosine")
@pytest.mark.parametrize("t", [0, 1, 5, 8])
def test_cosine(t: int) -> None:
    formula("eq:schedule-cosine").check(
        {r"\eta_t": cosine_decay(t, 0.7, 8, 0.1), r"\eta_{\max}": 0.7}
        | {r"\eta_{\min}": 0.1, "t": t, "T": 8},
    )


def test_cosine_stays_at_its_end() -> None:
    assert cosine_decay(8, 0.7, 8, 0.1) == pytest.approx(0.1)
    assert cosine_decay(13, 0.7, 8, 0.1) == pytest.approx(0.1)


@pytest.mark.equation("eq:schedule-warm")
def test_warm() -> None:
    def after(t: int) -> float:
        return inverse_decay(t, 0.7, 2.5)

    formula("eq:schedule-warm").check(
        {r"\eta_t": entries("t", warm_up(after, 3)), "t": range(8)}
        | {"r_0": after(0), "w": 3}
        | {"r_{t-w}": entries("t", lambda t: after(t - 3))},
    )


# The noisy quadratic


def after_step(e: float, rate: float, curvature: float, noise: float) -> float:
    """The mean square after a step, from both signs of start and noise."""
    ends = [
        start - rate * (curvature * start + push)
        for start in (-math.sqrt(e), math.sqrt(e))
        for push in (-math.sqrt(noise), math.sqrt(noise))
    ]
    return float(np.mean(np.square(ends)))


QUADRATIC = (1.7, 0.9, 3.0)


@pytest.mark.equation("eq:schedule-greedy")
@pytest.mark.parametrize("e", [3.0, 0.2])
def test_no_other_rate_does_better(e: float) -> None:
    curvature, noise, _ = QUADRATIC
    rates = np.linspace(0.1, 0.7, 3001)
    after = [after_step(e, rate, curvature, noise) for rate in rates]
    formula("eq:schedule-greedy").check(
        {r"\eta_t": rates[int(np.argmin(after))], r"\lambda": curvature}
        | {"e_t": e, "s": math.sqrt(noise)},
        tolerance=1e-3,
    )


@pytest.mark.equation("eq:schedule-turned")
def test_reciprocal_grows_evenly() -> None:
    curvature, noise, e = QUADRATIC
    rate = best_decay(curvature, noise, e)(0)
    formula("eq:schedule-turned").check(
        {"e_{t+1}": after_step(e, rate, curvature, noise), "e_t": e}
        | {r"\lambda": curvature, "s": math.sqrt(noise)},
    )


@pytest.mark.equation("eq:schedule-best")
@pytest.mark.parametrize("t", [0, 1, 7])
def test_best_decay(t: int) -> None:
    curvature, noise, start = QUADRATIC
    schedule = best_decay(curvature, noise, start)
    e = start
    for step in range(t):
        e = after_step(e, schedule(step), curvature, noise)
    formula("eq:schedule-best").check(
        {"e_t": e, "e_0": start, "t": t, r"\eta_t": schedule(t)}
        | {r"\lambda": curvature, r"\tau": noise / (curvature**2 * start)},
    )


@pytest.mark.equation("eq:schedule-reach")
def test_mean_shrinks_by_every_factor() -> None:
    curvature, noise, steps = 1.7, 0.9, 3
    rates = [0.5 * 0.8**t for t in range(steps)]
    ends = [2.0]
    for rate in rates:
        ends = [
            theta - rate * (curvature * theta + sign * noise)
            for theta in ends
            for sign in (-1, 1)
        ]
    formula("eq:schedule-reach").check(
        {r"\theta_T": Random(ends), r"\theta_0": 2.0, "T": steps}
        | {r"\eta_t": entries("t", dict(enumerate(rates)))}
        | {r"\lambda": curvature},
    )


@pytest.mark.equation(
    "eq:schedule-conditions",
    fixed=r"""\sum_{t=0}^{\infty} \eta_t = \infty, \qquad
    \sum_{t=0}^{\infty} \eta_t^2 < \infty""",
)
def test_which_schedule_meets_which_condition() -> None:
    def sums(schedule: Schedule, steps: int) -> tuple[float, float]:
        rates = np.array([schedule(t) for t in range(steps)])
        return rates.sum(), np.square(rates).sum()

    def grown(schedule: Schedule) -> tuple[bool, bool]:
        """Whether the sums go on growing between 1,000 and 10,000 steps."""
        early, late = sums(schedule, 1000), sums(schedule, 10_000)
        return late[0] - early[0] > 1, late[1] - early[1] > 0.01

    assert grown(lambda t: inverse_decay(t, 1.0, 1.0)) == (True, False)
    assert grown(lambda t: 0.1) == (True, True)
    assert grown(lambda t: exponential_decay(t, 0.5, 0.8)) == (False, False)
    total, _ = sums(lambda t: exponential_decay(t, 0.5, 0.8), 1000)
    assert total == pytest.approx(0.5 / (1 - 0.8))


# Bad input


@pytest.mark.parametrize(
    "schedule",
    [
        lambda t: step_decay(t, 1.0, 2, 0.5),
        lambda t: exponential_decay(t, 1.0, 0.5),
        lambda t: inverse_decay(t, 1.0, 2),
        lambda t: cosine_decay(t, 1.0, 2),
        warm_up(lambda t: 1.0, 2),
    ],
)
def test_bad_step(schedule: Schedule) -> None:
    with pytest.raises(ValueError, match="t must be at least 0, got -1"):
        schedule(-1)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_bad_values(bad: float) -> None:
    calls: list[tuple[str, Callable[[], object]]] = [
        ("peak", lambda: step_decay(0, bad, 2, 0.5)),
        ("every", lambda: step_decay(0, 1.0, bad, 0.5)),  # type: ignore[arg-type]
        ("factor", lambda: step_decay(0, 1.0, 2, bad)),
        ("peak", lambda: exponential_decay(0, bad, 0.5)),
        ("factor", lambda: exponential_decay(0, 1.0, bad)),
        ("peak", lambda: inverse_decay(0, bad, 2.0)),
        ("half_life", lambda: inverse_decay(0, 1.0, bad)),
        ("peak", lambda: cosine_decay(0, bad, 2)),
        ("steps", lambda: cosine_decay(0, 1.0, bad)),  # type: ignore[arg-type]
        ("curvature", lambda: best_decay(bad, 1.0, 1.0)),
        ("noise", lambda: best_decay(1.0, bad, 1.0)),
        ("start", lambda: best_decay(1.0, 1.0, bad)),
    ]
    for name, call in calls:
        with pytest.raises(
            ValueError, match=f"{name} must be positive and finite, got {bad}"
        ):
            call()


@pytest.mark.parametrize("end", [-0.1, 1.1, math.nan])
def test_bad_end(end: float) -> None:
    with pytest.raises(ValueError, match=r"end must be in 0 \.\. peak, got"):
        cosine_decay(0, 1.0, 2, end)


def test_bad_warm_up() -> None:
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        warm_up(lambda t: 1.0, 0)


# The page's numbers


def test_the_page_s_rates_by_hand() -> None:
    cosine = [cosine_decay(t, 0.8, 4) for t in range(5)]
    assert np.round(cosine, 2).tolist() == [0.8, 0.68, 0.4, 0.12, 0]
    inverse = [inverse_decay(t, 0.8, 2) for t in range(5)]
    assert np.round(inverse, 2).tolist() == [0.8, 0.53, 0.4, 0.32, 0.27]


def test_sum_of_a_cosine_is_half() -> None:
    total = sum(cosine_decay(t, 0.3, 10_000) for t in range(10_000))
    assert total == pytest.approx(0.3 * 10_000 / 2, rel=1e-3)


def test_what_an_exponential_leaves() -> None:
    rates = [exponential_decay(t, 0.5, 0.9) for t in range(1000)]
    assert sum(rates) == pytest.approx(5)
    left = math.prod(1 - rate for rate in rates)
    assert round(left, 3) == 0.003
    assert left < math.exp(-5)
