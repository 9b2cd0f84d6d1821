"""Chords, the ball and its projection, descent under a constraint."""

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]


def chord_gap(f: Function, theta: Tensor, phi: Tensor, s: float) -> Tensor:
    """Return how far the chord lies above f, the share s of the way.

    Shapes: theta (D,), phi (D,), f(theta) () -> ().
    Raises: ValueError if s is not in 0..1 or the points differ in shape.
    """
    if not 0 <= s <= 1:
        raise ValueError(f"s must be in 0..1, got {s}")
    if theta.shape != phi.shape:
        raise ValueError(
            "theta and phi must have one shape, "
            f"got {tuple(theta.shape)} and {tuple(phi.shape)}"
        )
    chord = (1 - s) * f(theta) + s * f(phi)
    between = (1 - s) * theta + s * phi
    return chord - f(between)  # eq:convex-chord: never below 0


def is_convex_on(
    f: Function, points: Tensor, shares: int = 9, tolerance: float = 1e-9
) -> bool:
    """Return whether f lies above no chord between two of the points.

    False is a proof that f is not convex; True is none that it is.
    Shapes: points (n, D), f(points[0]) () -> bool.
    Raises: ValueError if points is not (n, D) with n above 1, or shares
        is below 1.
    """
    if points.ndim != 2 or len(points) < 2:
        raise ValueError(
            f"points must be (n, D) with n above 1, got {tuple(points.shape)}"
        )
    if shares < 1:
        raise ValueError(f"shares must be at least 1, got {shares}")
    for theta, phi in itertools.combinations(points, 2):
        for k in range(1, shares + 1):
            gap = chord_gap(f, theta, phi, k / (shares + 1))
            if not gap >= -tolerance:
                return False
    return True


def project_l2_ball(theta: Tensor, radius: float) -> Tensor:
    """Return the point with norm at most `radius` nearest to theta.

    Shapes: theta (..., D) -> (..., D).
    Raises: ValueError if radius is not positive and finite.
    """
    _check_positive("radius", radius)
    norm = theta.norm(dim=-1, keepdim=True)  # (..., 1)
    return theta * (radius / norm.clamp(min=radius))  # eq:convex-ball


def gradient(f: Function, theta: Tensor) -> Tensor:
    """Return the gradient of f at theta.

    Shapes: theta (D,), f(theta) () -> (D,).
    """
    theta = theta.detach().requires_grad_()
    return torch.autograd.grad(f(theta), theta)[0]


def projected_descent(
    f: Function,
    start: Tensor,
    radius: float,
    learning_rate: float,
    steps: int,
) -> Tensor:
    """Return the points of descent that never leaves the ball.

    Shapes: start (D,) -> (steps + 1, D), the start first.
    Raises: ValueError if radius, learning_rate or steps is out of range.
    """
    _check_positive("learning_rate", learning_rate)
    _check_steps(steps)
    points = [project_l2_ball(start, radius)]
    for _ in range(steps):
        theta = points[-1] - learning_rate * gradient(f, points[-1])
        points.append(project_l2_ball(theta, radius))  # eq:convex-projected
    return torch.stack(points)


def lagrange_descent(
    f: Function,
    start: Tensor,
    radius: float,
    learning_rate: float,
    price_rate: float,
    steps: int,
) -> tuple[Tensor, Tensor]:
    """Descend in theta, climb in the price of leaving the ball.

    Shapes: start (D,) -> points (steps + 1, D), prices (steps + 1,).
    Raises: ValueError if radius, a rate or steps is out of range.
    """
    _check_positive("radius", radius)
    _check_positive("learning_rate", learning_rate)
    _check_positive("price_rate", price_rate)
    _check_steps(steps)
    points, prices = [start], [0.0]
    for _ in range(steps):
        theta, price = points[-1], prices[-1]
        slope = gradient(f, theta) + price * theta  # of eq:convex-lagrange
        points.append(theta - learning_rate * slope)
        excess = (theta @ theta - radius**2).item() / 2
        price = max(0.0, price + price_rate * excess)  # eq:convex-multiplier
        prices.append(price)
    return torch.stack(points), start.new_tensor(prices)


def _check_positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")


def _check_steps(steps: int) -> None:
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
