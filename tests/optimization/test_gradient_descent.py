"""Gradient descent against torch.optim, SciPy and its own theory."""

import itertools
import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from scipy.optimize import minimize, rosen, rosen_der
from torch import Tensor

from book.formula import columns, formula
from d2lcode import landscapes
from d2lcode.optimization.convexity import gradient
from d2lcode.optimization.gradient_descent import (
    backtrack,
    gradient_descent,
    line_search_descent,
    newton,
    safe_direction,
)


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def turned(curvatures: Tensor, seed: int = 0) -> Tensor:
    """Return a symmetric matrix with these eigenvalues."""
    generator = torch.Generator().manual_seed(seed)
    D = len(curvatures)
    A = torch.randn(D, D, dtype=torch.float64, generator=generator)
    Q, _ = torch.linalg.qr(A)
    return Q * curvatures @ Q.T


def bowl(theta: Tensor) -> Tensor:
    """Convex and no quadratic, curvatures from 1 to 3 in every direction.

    Each term is x**2 / 2 + 2 log cosh x, its minimum at 1, 2, 3, ...
    """
    x = theta - torch.arange(1, len(theta) + 1).to(theta)
    return (x**2 / 2 + 2 * x.cosh().log()).sum()


def log_loss(theta: Tensor) -> Tensor:
    return (theta - theta.log()).sum()


def rosenbrock(theta: Tensor) -> Tensor:
    first, second = theta[:-1], theta[1:]
    return (100 * (second - first**2) ** 2 + (1 - first) ** 2).sum()


def height(f: Callable[[Tensor], Tensor]) -> Callable[[np.ndarray], float]:
    """Return f for the formulas, which hold NumPy's arrays."""
    return lambda theta: f(torch.as_tensor(theta).flatten()).item()


# Gradient descent


@pytest.mark.parametrize(("D", "rate"), [(1, 0.1), (3, 0.01), (5, 0.3)])
def test_descent_is_torch_sgd(D: int, rate: float) -> None:
    generator = torch.Generator().manual_seed(D)
    start = torch.randn(D, dtype=torch.float64, generator=generator)
    theta = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([theta], lr=rate)
    points = gradient_descent(bowl, start, rate, 6)
    assert points.shape == (7, D)
    for t in range(7):
        torch.testing.assert_close(theta.detach(), points[t])
        optimizer.zero_grad()
        bowl(theta).backward()
        optimizer.step()


@pytest.mark.equation("eq:descent-step")
def test_a_step_is_the_formula() -> None:
    start = numbers(0.3, -1.0, 2.0)
    points = gradient_descent(bowl, start, 0.05, 1)
    formula("eq:descent-step").check(
        {r"\theta_t": start, r"\theta_{t+1}": points[1]}
        | {r"\eta": 0.05, "g_t": gradient(bowl, start)}
    )


def test_one_parameter_by_hand() -> None:
    def wall(theta: Tensor) -> Tensor:
        return 10 * theta @ theta

    for rate, end in ((0.02, 0.6), (0.05, 0.0), (0.09, -0.8), (0.101, -1.02)):
        points = gradient_descent(wall, numbers(1.0), rate, 1)
        assert points[1].item() == pytest.approx(end, abs=1e-12)
    assert backtrack(wall, numbers(1.0), numbers(20.0)) == 1 / 16
    for k, (end, loss) in enumerate(
        ((-19, 3610), (-9, 810), (-4, 160), (-1.5, 22.5), (-0.25, 0.625))
    ):
        theta = 1 - 20 * 0.5**k
        assert theta == end
        assert wall(numbers(theta)).item() == loss


@pytest.mark.equation("eq:descent-factor")
def test_each_direction_has_its_factor() -> None:
    curvatures, least = numbers(1.0, 3.0, 8.0), numbers(2.0, -1.0, 0.5)
    H = turned(curvatures)
    eigenvalues, U = np.linalg.eigh(H.numpy())

    def f(theta: Tensor) -> Tensor:
        return (theta - least) @ H @ (theta - least) / 2

    points = gradient_descent(f, numbers(1.0, 1.0, 1.0), 0.21, 4)
    for t in (1, 4):
        formula("eq:descent-factor").check(
            {"u": columns(U), r"\lambda": eigenvalues, "k": range(1, 4)}
            | {r"\theta_t": points[t], r"\theta_0": points[0]}
            | {r"\theta^*": least, r"\eta": 0.21, "t": t}
        )


@pytest.mark.equation("eq:descent-rate")
@pytest.mark.parametrize("kappa", [1.5, 4.0, 20.0])
def test_the_rate_bounds_and_is_met(kappa: float) -> None:
    H = turned(torch.linspace(1, kappa, 5, dtype=torch.float64), seed=1)
    _, U = torch.linalg.eigh(H)

    least = numbers(0.1, -0.2, 0.3, 0.5, -0.4)

    def f(theta: Tensor) -> Tensor:
        return (theta - least) @ H @ (theta - least) / 2

    bound = formula("eq:descent-rate")
    for away, tight in ((U.sum(dim=1), False), (U[:, 0], True)):
        points = gradient_descent(f, least + away, 1 / kappa, 6)
        values: dict[str, object] = {
            r"\theta_t": points[6],
            r"\theta_0": points[0],
            r"\theta^*": least,
            "t": 6,
        }
        bound.check(values | {r"\kappa": kappa * (1 + 1e-12)})
        if tight:
            bound.refuse(values | {r"\kappa": kappa * 0.99})
        enough = math.ceil(kappa * math.log(100))
        end = gradient_descent(f, least + away, 1 / kappa, enough)[-1]
        assert (end - least).norm() <= 0.01 * away.norm()


def test_valley_needs_its_138_steps_along_the_floor() -> None:
    assert math.ceil(20 * math.log(1000)) == 139
    assert math.ceil(100 * math.log(100)) == 461
    points = gradient_descent(landscapes.valley, numbers(1.0, 0.0), 0.05, 139)
    assert points[-1, 0] < 1e-3
    assert points[130, 0] > 1e-3


@pytest.mark.parametrize(("rate", "grows"), [(0.0999, False), (0.1001, True)])
def test_two_over_the_largest_curvature_is_the_limit(
    rate: float, grows: bool
) -> None:
    points = gradient_descent(landscapes.valley, numbers(0.0, 1.0), rate, 50)
    assert (points[-1].norm() > 1).item() is grows


def test_ten_times_the_loss_is_a_tenth_of_the_rate() -> None:
    start = numbers(0.1, 0.2, 0.3)

    def tenfold(theta: Tensor) -> Tensor:
        return 10 * bowl(theta)

    torch.testing.assert_close(
        gradient_descent(tenfold, start, 0.02, 5),
        gradient_descent(bowl, start, 0.2, 5),
    )
    torch.testing.assert_close(
        newton(tenfold, start, 3), newton(bowl, start, 3)
    )


@pytest.mark.equation("eq:descent-loss")
def test_the_loss_falls_by_its_share_without_a_quadratic() -> None:
    """Curvatures from 1 to 3, so the rate is 1/3 and kappa is 3."""
    points = gradient_descent(bowl, numbers(-4.0, 7.0), 1 / 3, 10)

    for before, after in itertools.pairwise(points):
        formula("eq:descent-loss").check(
            {"f": height(bowl), "f^*": 0.0}
            | {r"\theta_t": before, r"\theta_{t+1}": after, r"\kappa": 3.0}
        )

    def raised(theta: Tensor) -> Tensor:
        return 5 + theta[0] ** 2 / 2 + 3 * theta[1] ** 2 / 2

    before = numbers(1.0, 0.0)
    after = gradient_descent(raised, before, 1 / 3, 1)[1]
    values = {"f": height(raised), "f^*": 5.0, r"\theta_t": before}
    values |= {r"\theta_{t+1}": after}
    formula("eq:descent-loss").check(values | {r"\kappa": 3.0})
    formula("eq:descent-loss").refuse(values | {r"\kappa": 1.7})


# The line search


@pytest.mark.equation("eq:descent-decrease")
def test_a_parabola_lies_above() -> None:
    def steep(theta: Tensor) -> Tensor:
        return 3 * theta @ theta / 2

    bound = formula("eq:descent-decrease")
    for rate in (0.05, 1 / 3, 0.6):
        theta = numbers(-4.0, 2.5)
        values: dict[str, object] = {r"\theta": theta, r"\eta": rate}
        bound.check(
            values
            | {"f": height(bowl), "g": gradient(bowl, theta)}
            | {r"\lambda_{\max}": 3.0}
        )
        values |= {"f": height(steep), "g": 3 * theta}
        bound.check(values | {r"\lambda_{\max}": 3.0 + 1e-9})
        bound.refuse(values | {r"\lambda_{\max}": 2.9})


@pytest.mark.equation("eq:descent-armijo")
@pytest.mark.parametrize("seed", range(6))
def test_backtracking_takes_the_first_that_falls_enough(seed: int) -> None:
    H = turned(numbers(0.5, 40.0), seed)

    def f(theta: Tensor) -> Tensor:
        return theta @ H @ theta / 2 + theta[0].cos()

    theta = numbers(3.0 - seed, 1.0)
    g = gradient(f, theta)
    rate = backtrack(f, theta, g)
    values: dict[str, object] = {"f": height(f), r"\theta": theta}
    values |= {"g": g[:, None], "d": g}
    formula("eq:descent-armijo").check(values | {r"\eta": rate})
    assert 0.75 / 41 < rate < 1  # accepted from 1.5 / 41 on, halved once
    formula("eq:descent-armijo").refuse(values | {r"\eta": 2 * rate})


@pytest.mark.equation("eq:descent-armijo")
def test_a_quarter_is_kept() -> None:
    """On a bowl of curvature 20 exactly up to the rate 1.5 / 20."""

    def f(theta: Tensor) -> Tensor:
        return 10 * theta @ theta

    theta = numbers(0.6, 0.8)
    values: dict[str, object] = {"f": height(f), r"\theta": theta}
    values |= {"g": 20 * theta[:, None], "d": 20 * theta}
    formula("eq:descent-armijo").check(values | {r"\eta": 1.49 / 20})
    formula("eq:descent-armijo").refuse(values | {r"\eta": 1.51 / 20})


def test_line_search_falls_always_and_reaches_the_minimum() -> None:
    points = line_search_descent(bowl, numbers(-20.0, 30.0, 0.0), 60)
    heights = torch.stack([bowl(theta) for theta in points])
    assert (heights[1:] <= heights[:-1]).all()
    torch.testing.assert_close(points[-1], numbers(1.0, 2.0, 3.0))


def test_line_search_lets_the_rate_grow() -> None:
    def flat(theta: Tensor) -> Tensor:
        return theta @ theta / 2000

    points = line_search_descent(flat, numbers(1.0), 12)
    assert points[-1].abs() < 0.01
    assert points[1].item() == 0.999
    assert points[2].item() == 0.999 * (1 - 2 / 1000)


def test_line_search_stays_at_the_minimum() -> None:
    points = line_search_descent(bowl, numbers(1.0, 2.0), 3)
    assert torch.equal(points, numbers(1.0, 2.0).expand(4, 2))


# Preconditioning


@pytest.mark.equation("eq:descent-precondition")
def test_preconditioning_is_descent_in_other_coordinates() -> None:
    P = turned(numbers(0.5, 2.0, 7.0), seed=3)
    start = numbers(0.0, 1.0, -2.0)
    points = gradient_descent(bowl, start, 0.3, 4, P)
    formula("eq:descent-precondition").check(
        {r"\theta_t": start[:, None], r"\theta_{t+1}": points[1][:, None]}
        | {"P": P, "g_t": gradient(bowl, start)[:, None], r"\eta": 0.3}
    )
    eigenvalues, V = torch.linalg.eigh(P)
    root, inverse = V * eigenvalues.sqrt() @ V.T, V / eigenvalues.sqrt() @ V.T
    other = gradient_descent(lambda z: bowl(inverse @ z), root @ start, 0.3, 4)
    torch.testing.assert_close(other, points @ root)
    H = torch.autograd.functional.hessian(bowl, start)
    torch.testing.assert_close(
        torch.autograd.functional.hessian(
            lambda z: bowl(inverse @ z), root @ start
        ),
        inverse @ H @ inverse,
    )


def test_the_diagonal_mends_the_valley_but_not_the_turned_one() -> None:
    P = torch.diag(numbers(1.0, 20.0))
    end = gradient_descent(landscapes.valley, numbers(-5.0, 1.0), 1.0, 1, P)[1]
    assert end.tolist() == [0, 0]
    turn = numbers(1.0, -1.0, 1.0, 1.0).reshape(2, 2) / 2**0.5
    H = turn @ P @ turn.T
    torch.testing.assert_close(H.diagonal(), numbers(10.5, 10.5))


# Newton


@pytest.mark.equation("eq:descent-newton")
def test_newton_is_the_formula_and_needs_one_step_on_a_quadratic() -> None:
    start = numbers(0.5, 1.0, 4.0)
    H = torch.autograd.functional.hessian(bowl, start)
    formula("eq:descent-newton").check(
        {r"\theta_t": start[:, None]}
        | {r"\theta_{t+1}": newton(bowl, start, 1)[1][:, None]}
        | {"H_t": H, "g_t": gradient(bowl, start)[:, None]}
    )
    end = newton(landscapes.valley, numbers(-5.0, 1.0), 1)[1]
    torch.testing.assert_close(end, numbers(0.0, 0.0))


@pytest.mark.equation("eq:descent-square")
def test_newton_squares_the_error() -> None:
    points = newton(log_loss, numbers(0.5), 4)
    for before, after in itertools.pairwise(points[:, 0]):
        formula("eq:descent-square").check(
            {r"\theta_t": before.item(), r"\theta_{t+1}": after.item()}
        )
    errors = (1 - points[:, 0]).tolist()
    rounded = [round(error, 6) for error in errors]
    assert rounded == [0.5, 0.25, 0.0625, 0.003906, 1.5e-5]
    assert newton(log_loss, numbers(2.5), 1)[1].item() == -1.25


@pytest.mark.parametrize("safe", [False, True])
def test_newton_finds_scipys_minimum(safe: bool) -> None:
    start = numbers(-1.2, 1.0, 0.8)
    oracle = minimize(rosen, start.numpy(), jac=rosen_der, tol=1e-10)
    end = newton(rosenbrock, start, 60, safe=safe)[-1]
    np.testing.assert_allclose(end.numpy(), oracle.x, atol=1e-8)


def test_newton_goes_to_the_saddle_and_safe_to_a_minimum() -> None:
    start = torch.tensor(landscapes.SADDLE_START, dtype=torch.float64)
    end = newton(landscapes.saddle, start, 4)[-1]
    torch.testing.assert_close(end, numbers(0.0, 0.0))
    end = newton(landscapes.saddle, start, 12, safe=True)[-1]
    torch.testing.assert_close(end, numbers(0.0, 1.0))
    step = newton(landscapes.saddle, numbers(0.0, 0.3), 1)[1]
    assert landscapes.saddle(step) > landscapes.saddle(numbers(0.0, 0.3))


def test_safe_newton_halves_into_the_domain() -> None:
    points = newton(log_loss, numbers(2.5), 8, safe=True)
    assert (points > 0).all()
    assert points[1].item() == 0.625
    assert points[-1].item() == pytest.approx(1)


@pytest.mark.equation("eq:descent-safe")
def test_safe_direction_divides_by_absolute_curvatures() -> None:
    eigenvalues = numbers(-3.0, 0.5, 2.0)
    H, g = turned(eigenvalues, seed=2), numbers(1.0, -2.0, 0.5)
    lambdas, U = np.linalg.eigh(H.numpy())
    d = safe_direction(g, H)
    formula("eq:descent-safe").check(
        {"d": d, "g": g, "u": columns(U), r"\lambda": lambdas, "D": 3}
    )
    assert d @ g > 0
    positive = turned(numbers(1.0, 2.0, 5.0))
    torch.testing.assert_close(
        safe_direction(g, positive), torch.linalg.solve(positive, g)
    )


def test_safe_direction_bounds_flat_ones() -> None:
    H = torch.diag(numbers(0.0, -1e-9, 4.0))
    d = safe_direction(numbers(1.0, 1.0, 1.0), H, least=0.01)
    torch.testing.assert_close(d, numbers(100.0, 100.0, 0.25))


def test_safe_newton_stays_at_a_saddle() -> None:
    points = newton(landscapes.saddle, numbers(0.0, 0.0), 2, safe=True)
    assert torch.equal(points, torch.zeros(3, 2).double())


# Bad input


@pytest.mark.parametrize(
    "method",
    [
        partial(gradient_descent, learning_rate=0.1),
        line_search_descent,
        newton,
    ],
)
def test_bad_starts_and_steps(method: Callable[..., Tensor]) -> None:
    with pytest.raises(
        ValueError, match=r"start must be \(D,\), got \(2, 1\)"
    ):
        method(bowl, torch.ones(2, 1), steps=3)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        method(bowl, torch.ones(2), steps=0)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_bad_rates(rate: float) -> None:
    message = f"rate must be positive and finite, got {rate}"
    with pytest.raises(ValueError, match=f"learning_{message}"):
        gradient_descent(bowl, torch.ones(2), rate, 1)
    with pytest.raises(ValueError, match=message):
        backtrack(bowl, torch.zeros(2), -torch.ones(2), rate)


def test_bad_preconditioner() -> None:
    with pytest.raises(ValueError, match=r"P must be \(2, 2\), got \(2,\)"):
        gradient_descent(bowl, torch.ones(2), 0.1, 1, torch.ones(2))


def test_uphill_direction() -> None:
    with pytest.raises(ValueError, match="d must not have a negative product"):
        backtrack(bowl, numbers(0.0, 0.0), numbers(1.0, 1.0))
