"""Convexity against SciPy, worked cases and the page's formulas."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch import Tensor
from torch.nn import functional as F

from book.formula import formula, rows
from d2lcode import landscapes
from d2lcode.optimization.convexity import (
    chord_gap,
    gradient,
    is_convex_on,
    lagrange_descent,
    project_l2_ball,
    projected_descent,
)


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def square(theta: Tensor) -> Tensor:
    return theta @ theta


def double_well(theta: Tensor) -> Tensor:
    return (theta**4 - 2 * theta**2).sum()


def smooth(theta: Tensor) -> Tensor:
    """Convex, with curvatures from 0.5 to 2.5."""
    return (theta**2 / 4 + 2 * theta.cosh().log()).sum()


def moved(theta: Tensor) -> Tensor:
    return landscapes.valley(theta - numbers(3.6, 1.0))


def height(f: Callable[[Tensor], Tensor]) -> Callable[[object], float]:
    """Return f for the formulas, which hold NumPy's arrays."""
    return lambda theta: f(torch.as_tensor(theta).flatten()).item()


# Chords and tangents


@pytest.mark.equation("eq:convex-chord")
@pytest.mark.parametrize("s", [0.0, 0.3, 0.5, 1.0])
def test_the_gap_is_the_formula(s: float) -> None:
    theta, phi = numbers(-1.0, 2.0), numbers(0.5, -3.0)
    values: dict[str, object] = {r"\theta": theta, r"\phi": phi, "s": s}
    formula("eq:convex-chord").check(values | {"f": height(smooth)})
    gap = chord_gap(square, theta, phi, s)
    # for the square the gap is s (1 - s) times the squared distance
    expected = s * (1 - s) * (theta - phi).square().sum()
    torch.testing.assert_close(gap, expected)
    if 0 < s < 1:
        formula("eq:convex-chord").refuse(
            values | {"f": lambda theta: -height(square)(theta)}
        )


@pytest.mark.equation("eq:convex-chord")
def test_a_line_meets_its_chord() -> None:
    """Equality, off the middle, where a wrong share would show."""

    def line(theta: Tensor) -> Tensor:
        return 3 * theta[0] - theta[1]

    theta, phi = numbers(-1.0, 2.0), numbers(5.0, 1.0)
    gap = chord_gap(line, theta, phi, 0.2)
    assert gap.item() == pytest.approx(0, abs=1e-12)
    for sign in (1, -1):
        formula("eq:convex-chord").check(
            {r"\theta": theta.numpy(), r"\phi": phi.numpy(), "s": 0.25}
            | {"f": lambda theta, sign=sign: sign * height(line)(theta)}
        )


def test_chords_by_hand() -> None:
    gap = chord_gap(square, numbers(-1.0), numbers(3.0), 0.5)
    assert gap.item() == 4
    gap = chord_gap(double_well, numbers(-1.0), numbers(1.0), 0.5)
    assert gap.item() == -1


def test_the_search_knows_the_landscapes() -> None:
    points = draw(8, 2)
    assert is_convex_on(landscapes.valley, points)
    assert not is_convex_on(landscapes.saddle, points)
    assert not is_convex_on(double_well, numbers(-1.0, 1.0)[:, None], shares=1)
    assert is_convex_on(double_well, numbers(1.0, 2.0)[:, None])


def test_the_search_takes_nan_for_a_violation_and_rounding_for_none() -> None:
    points = numbers(-1.0, 1.0)[:, None]
    assert not is_convex_on(lambda theta: theta.log().sum(), points)
    assert is_convex_on(lambda theta: -1e-10 * square(theta), points)
    assert not is_convex_on(
        lambda theta: -1e-10 * square(theta), points, tolerance=0
    )


def test_the_search_looks_at_every_share() -> None:
    """A bump at 0.8 of the way, narrower than the steps between."""

    def bump(theta: Tensor) -> Tensor:
        return torch.exp(-(((theta - 0.8) / 0.01) ** 2)).sum()

    points = numbers(0.0, 1.0)[:, None]
    assert is_convex_on(bump, points, shares=1)
    assert not is_convex_on(bump, points, shares=4)


@pytest.mark.equation("eq:convex-tangent")
def test_tangents_lie_below() -> None:
    theta, phi = numbers(-1.0, 0.4), numbers(2.0, -0.3)
    values: dict[str, object] = {
        r"\theta": theta[:, None],
        r"\phi": phi[:, None],
        "f": height(smooth),
    }
    g = gradient(smooth, theta)[:, None]
    tangent = formula("eq:convex-tangent")
    tangent.check(values | {r"\nabla f(\theta)": g})
    for wrong in (2 * g, -g, g + 5):
        if wrong.T @ (phi - theta)[:, None] > 0:
            tangent.refuse(values | {r"\nabla f(\theta)": wrong})
    slope = numbers(2.0, -1.0)
    for sign in (1.0, -1.0):  # a line is its own tangent
        tangent.check(
            {r"\theta": theta[:, None], r"\phi": phi[:, None]}
            | {"f": lambda t, c=sign * slope: float(c.numpy() @ t.flatten())}
            | {r"\nabla f(\theta)": (sign * slope)[:, None]},
            absolute=1e-12,
        )


@pytest.mark.equation("eq:convex-strong")
def test_parabolas_lie_below_and_are_met() -> None:
    theta, phi = numbers(-1.0, 0.4), numbers(2.0, -0.3)
    strong = formula("eq:convex-strong")
    for f, decay in ((smooth, 0.5), (lambda t: 0.35 * t @ t, 0.7)):
        strong.check(
            {r"\theta": theta[:, None], r"\phi": phi[:, None]}
            | {"f": height(f), r"\lambda": decay}
            | {r"\nabla f(\theta)": gradient(f, theta)[:, None]},
            absolute=1e-12,
        )
    strong.check(  # with equality from the other side, too
        {r"\theta": theta[:, None], r"\phi": phi[:, None], r"\lambda": -0.7}
        | {"f": height(lambda t: -0.35 * t @ t)}
        | {r"\nabla f(\theta)": (-0.7 * theta)[:, None]},
        absolute=1e-12,
    )


@pytest.mark.equation("eq:convex-certificate")
def test_the_certificate_holds_and_is_met() -> None:
    certificate = formula("eq:convex-certificate")
    for theta in (numbers(-1.0, 0.4), numbers(3.0, -2.0), numbers(0.0, 0.0)):
        certificate.check(
            {r"\theta": theta, "f": height(smooth), "f^*": 0.0}
            | {r"\lambda": 0.5, r"\nabla f(\theta)": gradient(smooth, theta)}
        )
    values: dict[str, object] = {
        r"\theta": numbers(3.0, -2.0),
        "f": height(lambda theta: 0.35 * theta @ theta + 2),
        r"\nabla f(\theta)": 0.7 * numbers(3.0, -2.0),
    }
    certificate.check(values | {"f^*": 2.0, r"\lambda": 0.7 * (1 - 1e-9)})
    certificate.refuse(values | {"f^*": 2.0, r"\lambda": 0.71})
    certificate.refuse(values | {"f^*": 1.9, r"\lambda": 0.7})


def test_the_certificate_of_a_linear_classifier() -> None:
    """The bound is above the truth, which a long run finds."""
    X, y = draw(40, 6), torch.arange(40) % 3

    def f(w: Tensor) -> Tensor:
        return F.cross_entropy(X @ w.view(6, 3), y) + 0.05 * w @ w

    w = draw(18, seed=1)
    oracle = minimize(
        lambda v: f(torch.tensor(v)).item(),
        w.numpy(),
        jac=lambda v: gradient(f, torch.tensor(v)).numpy(),
        tol=1e-10,
    )
    for _ in range(5):
        missing = f(w) - oracle.fun
        bound = gradient(f, w).norm() ** 2 / (2 * 0.1)
        assert 0 < missing < bound
        for _ in range(10):
            w = w - 0.5 * gradient(f, w)
    assert bound < 0.01


# Averages and curvatures


@pytest.mark.equation("eq:convex-jensen")
def test_jensen() -> None:
    points, shares = draw(4, 3), numbers(0.1, 0.2, 0.3, 0.4)
    jensen = formula("eq:convex-jensen")
    values: dict[str, object] = {r"\theta": rows(points), "n": 4}
    values |= {"s": shares}
    jensen.check(values | {"f": height(smooth)})
    jensen.refuse(values | {"f": lambda t: -height(smooth)(t)})
    slope = np.array([10.0, -20.0, 5.0])
    for sign in (1, -1):
        jensen.check(
            values | {"f": lambda t, c=sign * slope: float(c @ np.ravel(t))},
            absolute=1e-12,
        )


def test_the_mean_answer_is_at_most_the_mean_loss() -> None:
    p = draw(5, 50, 10).softmax(dim=-1)[..., 3]  # (5, 50)
    assert -p.mean(dim=0).log().mean() < -p.log().mean()


@pytest.mark.equation("eq:convex-curvature")
def test_curvatures_are_the_second_derivative_along_a_line() -> None:
    theta, d = numbers(0.3, -1.0), numbers(1.0, 2.0)
    H = torch.autograd.functional.hessian(smooth, theta)
    along = torch.autograd.functional.hessian(
        lambda s: smooth(theta + s * d), torch.zeros(()).double()
    )
    torch.testing.assert_close(along, d @ H @ d)
    curvature = formula("eq:convex-curvature")
    curvature.check({"d": d[:, None], "H": H})
    curvature.check({"d": d[:, None], "H": torch.zeros(2, 2).double()})
    bowl = numbers(2.0, -1.0, -1.0, 2.0).view(2, 2)
    curvature.check({"d": numbers(-1.0, 2.0)[:, None], "H": bowl})
    well = torch.autograd.functional.hessian(
        landscapes.saddle, numbers(0.0, 0.0)
    )
    assert torch.linalg.eigvalsh(well).tolist() == [-1, 1]
    curvature.refuse({"d": numbers(0.0, 1.0)[:, None], "H": well})


def test_the_smallest_network_is_level_and_no_minimum() -> None:
    def tiny(theta: Tensor) -> Tensor:
        return (1 - theta[0] * theta[1]) ** 2 / 2

    zero = numbers(0.0, 0.0)
    assert gradient(tiny, zero).tolist() == [0, 0]
    H = torch.autograd.functional.hessian(tiny, zero)
    assert H.tolist() == [[0, -1], [-1, 0]]
    torch.testing.assert_close(torch.linalg.eigvalsh(H), numbers(-1.0, 1.0))
    ends = torch.stack([numbers(1.0, 1.0), numbers(-1.0, -1.0)])
    assert [tiny(end).item() for end in ends] == [0, 0]
    assert not is_convex_on(tiny, ends)


# Projection and price


@pytest.mark.equation("eq:convex-ball")
@pytest.mark.parametrize("radius", [0.5, 1.0, 4.0])
def test_projection_is_the_formula_and_nearest(radius: float) -> None:
    for theta in draw(6, 3, seed=2) * 2:
        ours = project_l2_ball(theta, radius)
        formula("eq:convex-ball").check(
            {"P": lambda theta: project_l2_ball(torch.tensor(theta), radius)}
            | {r"\theta": theta.numpy(), "r": radius}
        )
        oracle = minimize(
            lambda z, theta=theta: ((z - theta.numpy()) ** 2).sum(),
            np.zeros(3),
            method="SLSQP",
            tol=1e-12,
            constraints={"type": "ineq", "fun": lambda z: radius**2 - z @ z},
        )
        np.testing.assert_allclose(ours.numpy(), oracle.x, atol=1e-5)


def test_projection_by_hand_and_of_many() -> None:
    points = numbers(3.0, 4.0, 0.3, 0.4, 0.0, 0.0).view(3, 2)
    expected = numbers(0.6, 0.8, 0.3, 0.4, 0.0, 0.0).view(3, 2)
    torch.testing.assert_close(project_l2_ball(points, 1.0), expected)
    half = project_l2_ball(points.half(), 1.0)
    assert half.dtype == torch.float16


def test_projection_brings_no_two_points_further_apart() -> None:
    a, b = draw(2, 200, 4)
    before = (a - b).norm(dim=1)
    after = (project_l2_ball(a, 0.7) - project_l2_ball(b, 0.7)).norm(dim=1)
    assert (after <= before + 1e-12).all()


def test_clipping_is_a_projection() -> None:
    w, v = torch.zeros(3).double(), torch.zeros(2, 2).double()
    w.grad, v.grad = draw(3), draw(2, 2, seed=1)
    whole = torch.cat([w.grad, v.grad.flatten()])
    torch.nn.utils.clip_grad_norm_([w, v], max_norm=0.8)
    clipped = torch.cat([w.grad, v.grad.flatten()])
    torch.testing.assert_close(
        clipped, project_l2_ball(whole, 0.8), rtol=1e-5, atol=0
    )


@pytest.mark.equation("eq:convex-projected")
def test_a_projected_step_is_the_formula() -> None:
    start = numbers(0.3, 0.2)
    points = projected_descent(moved, start, 1.0, 0.04, 1)
    formula("eq:convex-projected").check(
        {"P": lambda theta: project_l2_ball(torch.tensor(theta), 1.0)}
        | {r"\theta_t": start, r"\theta_{t+1}": points[1]}
        | {r"\eta": 0.04, "g_t": gradient(moved, start)}
    )
    outside = projected_descent(moved, numbers(3.0, 4.0), 1.0, 0.04, 1)
    torch.testing.assert_close(outside[0], numbers(0.6, 0.8))


@pytest.mark.equation("eq:convex-lagrange")
@pytest.mark.equation("eq:convex-multiplier")
def test_a_step_of_lagrange_is_the_formulas() -> None:
    start = numbers(0.3, 1.9)
    points, prices = lagrange_descent(moved, start, 1.2, 0.04, 0.3, 3)
    for t in range(3):
        theta = points[t].clone().requires_grad_()
        price = prices[t].item()
        excess = (theta.square().sum() - 1.2**2) / 2
        whole = moved(theta) + price * excess
        formula("eq:convex-lagrange").check(
            {"L": lambda theta, price, whole=whole: whole.item()}
            | {"f": height(moved), r"\theta": theta.detach()}
            | {r"\lambda": price, "r": 1.2}
        )
        (slope,) = torch.autograd.grad(whole, theta)
        torch.testing.assert_close(points[t + 1], points[t] - 0.04 * slope)
        formula("eq:convex-multiplier").check(
            {r"\lambda_t": price, r"\lambda_{t+1}": prices[t + 1].item()}
            | {r"\theta_t": points[t], "r": 1.2, r"\rho": 0.3}
        )
    assert prices[1] > 0


def test_the_price_is_never_below_zero() -> None:
    start = numbers(0.1, 0.1)
    points, prices = lagrange_descent(moved, start, 1.0, 0.04, 0.5, 1)
    assert prices.tolist() == [0, 0]
    formula("eq:convex-multiplier").check(
        {r"\lambda_t": 0.0, r"\lambda_{t+1}": 0.0}
        | {r"\theta_t": start, "r": 1.0, r"\rho": 0.5}
    )
    points, prices = lagrange_descent(moved, start, 9.0, 0.04, 0.5, 200)
    assert prices.max() == 0
    torch.testing.assert_close(
        points[-1], numbers(3.6, 1.0), atol=1e-3, rtol=0
    )


def test_all_ways_meet_in_one_point() -> None:
    expected = numbers(0.6, 0.8)
    torch.testing.assert_close(gradient(moved, expected), -5 * expected)
    start = numbers(-0.8, -0.5)
    ends = [projected_descent(moved, start, 1.0, 0.04, 80)[-1]]
    points, prices = lagrange_descent(moved, start, 1.0, 0.04, 0.5, 400)
    ends.append(points[-1])
    oracle = minimize(
        lambda theta: moved(torch.tensor(theta)).item(),
        start.numpy(),
        method="SLSQP",
        tol=1e-12,
        constraints={"type": "ineq", "fun": lambda theta: 1 - theta @ theta},
    )
    ends.append(torch.tensor(oracle.x))
    for end in ends:
        torch.testing.assert_close(end, expected, atol=1e-4, rtol=0)
    assert prices[-1].item() == pytest.approx(5, abs=1e-3)


# Bad input


def test_bad_shares_and_points() -> None:
    one, two = torch.ones(1), torch.ones(2)
    for s in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=f"s must be in 0..1, got {s}"):
            chord_gap(square, two, two, s)
    with pytest.raises(ValueError, match=r"got \(1,\) and \(2,\)"):
        chord_gap(square, one, two, 0.5)
    for bad in (torch.ones(2), torch.ones(1, 2)):
        with pytest.raises(ValueError, match="points must be"):
            is_convex_on(square, bad)
    with pytest.raises(ValueError, match="shares must be at least 1, got 0"):
        is_convex_on(square, torch.ones(2, 2), shares=0)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_bad_radii_and_rates(bad: float) -> None:
    start = torch.ones(2)
    message = f"must be positive and finite, got {bad}"
    with pytest.raises(ValueError, match=f"radius {message}"):
        project_l2_ball(start, bad)
    with pytest.raises(ValueError, match=f"radius {message}"):
        projected_descent(square, start, bad, 0.1, 1)
    with pytest.raises(ValueError, match=f"radius {message}"):
        lagrange_descent(square, start, bad, 0.1, 0.1, 1)
    with pytest.raises(ValueError, match=f"learning_rate {message}"):
        projected_descent(square, start, 1.0, bad, 1)
    with pytest.raises(ValueError, match=f"learning_rate {message}"):
        lagrange_descent(square, start, 1.0, bad, 0.1, 1)
    with pytest.raises(ValueError, match=f"price_rate {message}"):
        lagrange_descent(square, start, 1.0, 0.1, bad, 1)


def test_bad_steps() -> None:
    start, message = torch.ones(2), "steps must be at least 1, got 0"
    with pytest.raises(ValueError, match=message):
        projected_descent(square, start, 1.0, 0.1, 0)
    with pytest.raises(ValueError, match=message):
        lagrange_descent(square, start, 1.0, 0.1, 0.1, 0)
