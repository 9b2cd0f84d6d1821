"""Minibatch SGD: all batches counted out, formulas, torch.optim."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from book.formula import Random, entries, formula
from d2lcode.optimization.stochastic_gradient_descent import (
    batch_variance,
    draw_rows,
    minibatch_sgd,
    noise_floor,
    sample_variance,
)

N, P = 5, 3


def gradients(seed: int = 0) -> Tensor:
    """Of five samples, with a mean far from zero, float64: (N, P)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(N, P, dtype=torch.float64, generator=generator) + 2


def all_batches(B: int, replacement: bool) -> list[tuple[int, ...]]:
    """Every batch that may be drawn, counted from 0, all equally likely."""
    if replacement:
        return list(itertools.product(range(N), repeat=B))
    return list(itertools.combinations(range(N), B))


def batch_means(B: int, replacement: bool) -> list[np.ndarray]:
    G = gradients().numpy()
    return [G[list(rows)].mean(axis=0) for rows in all_batches(B, replacement)]


# The estimate


@pytest.mark.equation("eq:sgd-update")
def test_a_step_is_the_formula() -> None:
    G, theta = gradients(), torch.arange(3, dtype=torch.float64)
    drawn: list[Tensor] = []

    def gradient(theta: Tensor, rows: Tensor) -> Tensor:
        drawn.append(rows)
        return G[rows].mean(dim=0)

    before, after = minibatch_sgd(gradient, theta, N, 2, 0.3, steps=1)
    rows = [int(i) + 1 for i in drawn[0]]
    formula("eq:sgd-update").check(
        {r"\theta_t": before, r"\theta_{t+1}": after, r"\eta": 0.3}
        | {r"\hat g": G[drawn[0]].mean(dim=0), "g": list(G.numpy())}
        | {"S": rows, "B": 2},
    )


@pytest.mark.equation("eq:sgd-unbiased")
@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("B", [1, 2, 3])
def test_the_mean_over_all_batches_is_the_full_gradient(
    B: int, replacement: bool
) -> None:
    G = gradients()
    theta = torch.zeros(P, dtype=torch.float64, requires_grad=True)
    (G @ theta).mean().backward()  # sample i has the gradient G[i]
    formula("eq:sgd-unbiased").check(
        {r"\hat g": Random(batch_means(B, replacement)), "n": N}
        | {"g": list(G.numpy()), r"\nabla f(\theta)": theta.grad},
    )


@pytest.mark.equation("eq:sgd-variance")
def test_sample_variance_is_the_formula() -> None:
    G = gradients()
    formula("eq:sgd-variance").check(
        {r"\sigma^2": sample_variance(G), "n": N}
        | {"g_i": entries("i", G), "g": G.mean(dim=0)},
    )
    total = G.numpy().var(axis=0).sum()
    assert sample_variance(G).item() == pytest.approx(total)


def measured_variance(B: int, replacement: bool) -> float:
    g = gradients().numpy().mean(axis=0)
    errors = [((mean - g) ** 2).sum() for mean in batch_means(B, replacement)]
    return float(np.mean(errors))


@pytest.mark.equation("eq:sgd-replacement")
@pytest.mark.parametrize("B", [1, 2, 3, 4])
def test_variance_with_replacement(B: int) -> None:
    G = gradients()
    formula("eq:sgd-replacement").check(
        {r"\hat g": Random(batch_means(B, True)), "g": G.mean(dim=0)}
        | {r"\sigma^2": sample_variance(G), "B": B},
    )
    ours = batch_variance(sample_variance(G).item(), N, B, replacement=True)
    assert ours == pytest.approx(measured_variance(B, True))


@pytest.mark.equation("eq:sgd-finite")
@pytest.mark.parametrize("B", [1, 2, 3, 4, 5])
def test_variance_without_replacement(B: int) -> None:
    G = gradients()
    formula("eq:sgd-finite").check(
        {r"\hat g": Random(batch_means(B, False)), "g": G.mean(dim=0)}
        | {r"\sigma^2": sample_variance(G), "B": B, "n": N},
        absolute=1e-12,
    )
    ours = batch_variance(sample_variance(G).item(), N, B)
    assert ours == pytest.approx(measured_variance(B, False), abs=1e-12)


def test_the_page_s_four_samples() -> None:
    G = torch.tensor([[1.0], [3.0], [5.0], [7.0]])
    assert sample_variance(G).item() == 5
    assert batch_variance(5, 4, 2) == pytest.approx(5 / 3)
    means = sorted(sum(pair) / 2 for pair in itertools.combinations(
        [1, 3, 5, 7], 2))  # fmt: skip
    assert means == [2, 3, 4, 4, 5, 6]
    assert np.var(means) == pytest.approx(5 / 3)


def test_one_sample_alone_has_no_variance() -> None:
    assert batch_variance(3.0, 1, 1) == 0


@pytest.mark.parametrize("replacement", [True, False])
def test_rows_are_equally_likely_in_every_place(replacement: bool) -> None:
    torch.manual_seed(0)
    drawn = torch.stack([draw_rows(4, 3, replacement) for _ in range(2000)])
    for place in drawn.T:
        counts = torch.bincount(place, minlength=4)
        assert (counts - 500).abs().max() < 5 * math.sqrt(2000 * 3 / 16)
    twice = sum(len(set(rows)) < 3 for rows in drawn.tolist())
    expected = 2000 * (1 - 24 / 64) if replacement else 0
    assert abs(twice - expected) < 5 * math.sqrt(2000 / 4) * replacement + 1


def test_steps_are_those_of_torch() -> None:
    generator = torch.Generator().manual_seed(1)
    A = torch.randn(9, 2, dtype=torch.float64, generator=generator)
    y = torch.randn(9, dtype=torch.float64, generator=generator)

    def gradient(w: Tensor, rows: Tensor) -> Tensor:
        return A[rows].T @ (A[rows] @ w - y[rows]) / len(rows)

    for replacement in (True, False):
        torch.manual_seed(2)
        start = torch.ones(2, dtype=torch.float64)
        ours = minibatch_sgd(gradient, start, 9, 4, 0.2, 6, replacement)
        assert ours.shape == (7, 2)
        w = start.clone().requires_grad_()
        optimizer = torch.optim.SGD([w], lr=0.2)
        torch.manual_seed(2)
        for point in ours:
            torch.testing.assert_close(point, w.detach())
            rows = draw_rows(9, 4, replacement)
            optimizer.zero_grad()
            ((A[rows] @ w - y[rows]).square().mean() / 2).backward()
            optimizer.step()


# Noise on a quadratic


def pushed(theta: float, curvature: float, noise: float, rate: float) -> float:
    """Where a step with this noise leads."""
    start = torch.tensor([theta], dtype=torch.float64)

    def gradient(theta: Tensor, rows: Tensor) -> Tensor:
        return curvature * theta + noise

    return minibatch_sgd(gradient, start, 1, 1, rate, 1)[1].item()


@pytest.mark.equation("eq:sgd-step")
@pytest.mark.parametrize("theta", [2.0, -0.7])
def test_mean_square_after_a_step(theta: float) -> None:
    curvature, s, rate = 1.7, 0.9, 0.4
    ends = [pushed(theta, curvature, noise, rate) for noise in (-s, s)]
    after = np.mean(np.square(ends))
    formula("eq:sgd-step").check(
        {"e_{t+1}": after, "e_t": theta**2, r"\eta": rate, "s": s}
        | {r"\lambda": curvature},
    )


def test_the_page_s_step() -> None:
    ends = [pushed(2.0, 1.0, noise, 0.5) for noise in (-1.0, 1.0)]
    assert ends == [1.5, 0.5]
    assert np.mean(np.square(ends)) == 1.25
    assert noise_floor(1.0, 1.0, 0.5) == pytest.approx(1 / 6)


@pytest.mark.equation("eq:sgd-floor")
@pytest.mark.parametrize(
    ("rate", "curvature"), [(0.1, 1.7), (1.1, 1.7), (3.0, 0.5), (0.5, 3.0)]
)
def test_the_floor_is_where_the_recursion_stays(
    rate: float, curvature: float
) -> None:
    s, e = 0.9, 40.0
    for _ in range(400):
        e = (1 - rate * curvature) ** 2 * e + rate**2 * s**2
    formula("eq:sgd-floor").check(
        {r"f_\infty": curvature / 2 * e, r"\eta": rate, "s": s}
        | {r"\lambda": curvature},
    )
    ours = noise_floor(curvature, s**2, rate)
    assert ours == pytest.approx(curvature / 2 * e)
    # above the limit the recursion grows, and the condition is false
    rate = 2.5 / curvature
    assert (1 - rate * curvature) ** 2 * e + rate**2 * s**2 > e
    value = rate * s**2 / (2 * (2 - rate * curvature))
    values = {r"f_\infty": value, r"\eta": rate, "s": s}
    for page in formula("eq:sgd-floor").sources:
        with pytest.raises(AssertionError):
            formula("eq:sgd-floor", page.tex).check(
                values | {r"\lambda": curvature}
            )


@pytest.mark.equation("eq:sgd-batch")
@pytest.mark.parametrize("B", [1, 4, 50])
def test_no_other_rate_does_better_in_one_step(B: int) -> None:
    curvature, theta, variance = 1.7, 0.8, 6.0
    rates = np.linspace(1e-6, 1.2, 400_001)
    after = (1 - rates * curvature) ** 2 * theta**2
    after = after + rates**2 * variance / B
    best = after.argmin()
    values = {"B": B, r"\sigma^2": variance, r"\lambda": curvature}
    g = curvature * theta
    values |= {"g": g, "B^*": variance / g**2}
    values |= {"e_{t+1}": after[best], "e_t": theta**2}
    formula("eq:sgd-batch").check(
        values | {r"\eta^*": rates[best]}, tolerance=2e-5
    )


@pytest.mark.equation("eq:sgd-time")
def test_time_of_a_sample() -> None:
    a, c, B = 200.0, 0.48, 16
    formula("eq:sgd-time").check(
        {r"\tau(B)": (a + B * c) / B, "a": a, "c": c, "B": B}
    )


def test_floor_of_samples_is_reached() -> None:
    """Five valleys with different minima: the whole chain, by a long run."""
    centres = gradients()[:, 0] - gradients()[:, 0].mean()

    def gradient(theta: Tensor, rows: Tensor) -> Tensor:
        return 2.0 * (theta - centres[rows].mean())

    torch.manual_seed(0)
    start = torch.zeros((), dtype=torch.float64)
    points = minibatch_sgd(gradient, start, N, 2, 0.4, 5000)[50:]
    noise = batch_variance(4 * centres.var(correction=0).item(), N, 2)
    measured = (points**2).mean().item()  # half of curvature 2, times theta^2
    assert measured == pytest.approx(noise_floor(2.0, noise, 0.4), rel=0.08)


# Bad input


def test_batches_that_do_not_fit() -> None:
    for call in (
        lambda B, again: draw_rows(4, B, again),
        lambda B, again: batch_variance(1.0, 4, B, again),
    ):
        with pytest.raises(ValueError, match="batch_size .* 1, got 0"):
            call(0, True)
        with pytest.raises(ValueError, match="at most n = 4 .* got 5"):
            call(5, False)
        call(5, True)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_bad_learning_rate(rate: float) -> None:
    message = f"learning_rate must be positive and finite, got {rate}"
    with pytest.raises(ValueError, match=message):
        minibatch_sgd(lambda w, rows: w, torch.ones(1), 2, 1, rate, 1)


def test_bad_steps() -> None:
    with pytest.raises(ValueError, match="steps must be at least 0, got -1"):
        minibatch_sgd(lambda w, rows: w, torch.ones(1), 2, 1, 0.1, -1)


@pytest.mark.parametrize("shape", [(3,), (0, 2), (1, 2, 3)])
def test_bad_gradients(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"gradients must be \(n, P\)"):
        sample_variance(torch.ones(shape))


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, math.nan])
def test_no_floor(rate: float) -> None:
    with pytest.raises(ValueError, match=r"must be in \(0, 2\), got"):
        noise_floor(2.0, 1.0, rate)


# The answer of "check yourself"


def test_four_times_both_keeps_the_floor_nearly() -> None:
    small = noise_floor(1.0, batch_variance(1.0, 10**6, 16), 0.001)
    large = noise_floor(1.0, batch_variance(1.0, 10**6, 64), 0.004)
    assert large == pytest.approx(small, rel=0.01)


def test_batches_dealt_out_have_the_full_gradient_as_their_mean() -> None:
    generator = torch.Generator().manual_seed(0)
    G = torch.randn(200, 3, dtype=torch.float64, generator=generator)
    dealt = torch.randperm(200, generator=generator).split(25)
    mean = torch.stack([G[rows].mean(dim=0) for rows in dealt]).mean(dim=0)
    torch.testing.assert_close(mean, G.mean(dim=0), rtol=0, atol=1e-12)
