"""Gradient descent, backtracking line search, Newton's method."""

import math

import torch
from torch import Tensor

from d2lcode.optimization.convexity import Function, gradient


def gradient_descent(
    f: Function,
    start: Tensor,
    learning_rate: float,
    steps: int,
    P: Tensor | None = None,
) -> Tensor:
    """Return the points of gradient descent, the start first.

    Shapes: start (D,), preconditioner P (D, D) -> (steps + 1, D).
    Raises: ValueError if learning_rate or steps is out of range, or
        start or P has another shape.
    """
    _check_start(start, steps)
    if not 0 < learning_rate < math.inf:
        raise ValueError(
            f"learning_rate must be positive and finite, got {learning_rate}"
        )
    if P is not None and P.shape != (len(start), len(start)):
        raise ValueError(
            f"P must be ({len(start)}, {len(start)}), got {tuple(P.shape)}"
        )
    points = [start]
    for _ in range(steps):
        d = gradient(f, points[-1])
        if P is not None:
            d = torch.linalg.solve(P, d)  # eq:descent-precondition
        points.append(points[-1] - learning_rate * d)  # eq:descent-step
    return torch.stack(points)


def backtrack(
    f: Function, theta: Tensor, d: Tensor, rate: float = 1.0
) -> float:
    """Halve the rate until the step -rate * d falls far enough.

    Shapes: theta (D,), d (D,) -> the rate.
    Raises: ValueError if rate is not positive and finite, or if -d
        leads uphill.
    Source: Armijo 1966.
    """
    if not 0 < rate < math.inf:
        raise ValueError(f"rate must be positive and finite, got {rate}")
    height, slope = f(theta), gradient(f, theta) @ d
    if not slope >= 0:
        raise ValueError(
            "d must not have a negative product with the gradient, or -d "
            f"leads uphill, got {slope.item()}"
        )
    while not f(theta - rate * d) <= height - rate * slope / 4:
        rate /= 2  # eq:descent-armijo does not hold yet
    return rate


def line_search_descent(f: Function, start: Tensor, steps: int) -> Tensor:
    """Return the points of descent whose rates a line search chooses.

    Each search begins at twice the last rate, the first at 1.
    Shapes: start (D,) -> (steps + 1, D).
    Raises: ValueError if start is not (D,) or steps is below 1.
    """
    _check_start(start, steps)
    points, rate = [start], 0.5
    for _ in range(steps):
        theta = points[-1]
        g = gradient(f, theta)
        if g.any():
            rate = backtrack(f, theta, g, 2 * rate)
        points.append(theta - rate * g)
    return torch.stack(points)


def safe_direction(g: Tensor, H: Tensor, least: float = 1e-6) -> Tensor:
    """Return Newton's d with the absolute eigenvalues of H.

    Those below `least` count as `least`.
    Shapes: g (D,), symmetric H (D, D) -> (D,).
    Source: Dauphin et al. 2014.
    """
    eigenvalues, V = torch.linalg.eigh(H)  # (D,), (D, D)
    along = V.T @ g  # the gradient along each eigenvector
    return V @ (along / eigenvalues.abs().clamp(min=least))  # eq:descent-safe


def newton(
    f: Function, start: Tensor, steps: int, safe: bool = False
) -> Tensor:
    """Return the points of Newton's method, the start first.

    safe: along the safe direction, at a rate that a line search chooses.
    Shapes: start (D,) -> (steps + 1, D).
    Raises: ValueError if start is not (D,) or steps is below 1.
    """
    _check_start(start, steps)
    points = [start]
    for _ in range(steps):
        theta = points[-1]
        g = gradient(f, theta)
        H = torch.autograd.functional.hessian(f, theta)  # (D, D)
        if not safe:
            d = torch.linalg.solve(H, g)  # eq:descent-newton
        else:
            d = safe_direction(g, H)
            d = backtrack(f, theta, d) * d
        points.append(theta - d)
    return torch.stack(points)


def _check_start(start: Tensor, steps: int) -> None:
    if start.ndim != 1:
        raise ValueError(f"start must be (D,), got {tuple(start.shape)}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
