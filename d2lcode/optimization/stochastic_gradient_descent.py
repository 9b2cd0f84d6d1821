"""Minibatch SGD, the variance of its gradient, and its noise floor."""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def _check_batch(n: int, batch_size: int, replacement: bool) -> None:
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    if not replacement and batch_size > n:
        raise ValueError(
            f"batch_size must be at most n = {n} without replacement, "
            f"got {batch_size}"
        )


def draw_rows(n: int, batch_size: int, replacement: bool = False) -> Tensor:
    """Draw the rows of a batch, each row of 0 .. n - 1 equally likely.

    Shapes: -> (B,); without replacement no row comes twice.
    Raises: ValueError for batch_size < 1, or above n without replacement.
    """
    _check_batch(n, batch_size, replacement)
    if replacement:
        return torch.randint(n, (batch_size,))
    return torch.randperm(n)[:batch_size]


def minibatch_sgd(
    gradient: Callable[[Tensor, Tensor], Tensor],
    theta: Tensor,
    n: int,
    batch_size: int,
    learning_rate: float,
    steps: int,
    replacement: bool = False,
) -> Tensor:
    """Return the points of minibatch SGD, the start first.

    `gradient(theta, rows)` is the mean gradient of these rows' losses.
    Shapes: theta (P,), rows (B,), gradient (P,) -> (steps + 1, P).
    Deviation: every step draws anew from all n rows; an epoch of
        `data_iter` or DataLoader deals each row out once.
    Raises: ValueError if learning_rate is not positive and finite, for
        steps < 0, and as `draw_rows` does.
    """
    if not 0 < learning_rate < math.inf:
        raise ValueError(
            f"learning_rate must be positive and finite, got {learning_rate}"
        )
    if steps < 0:
        raise ValueError(f"steps must be at least 0, got {steps}")
    points = [theta]
    for _ in range(steps):
        rows = draw_rows(n, batch_size, replacement)  # (B,)
        theta = theta - learning_rate * gradient(theta, rows)  # eq:sgd-update
        points.append(theta)
    return torch.stack(points)


def sample_variance(gradients: Tensor) -> Tensor:
    """Return the mean squared distance of the rows from their mean.

    Shapes: gradients (n, P), a sample's gradient a row -> ().
    Raises: ValueError if gradients is not (n, P) with n at least 1.
    """
    if gradients.ndim != 2 or len(gradients) == 0:
        raise ValueError(
            f"gradients must be (n, P), n > 0, got {tuple(gradients.shape)}"
        )
    deviations = gradients - gradients.mean(dim=0)  # (n, P)
    return deviations.square().sum(dim=1).mean()  # eq:sgd-variance


def batch_variance(
    variance: float, n: int, batch_size: int, replacement: bool = False
) -> float:
    """Return the variance of the mean of a batch's gradients.

    variance: of a single sample's gradient, as `sample_variance` is.
    Raises: ValueError if the batch does not fit, as in `draw_rows`.
    """
    _check_batch(n, batch_size, replacement)
    if replacement:
        return variance / batch_size  # eq:sgd-replacement
    left = (n - batch_size) / max(n - 1, 1)
    return variance / batch_size * left  # eq:sgd-finite


def noise_floor(curvature: float, noise: float, learning_rate: float) -> float:
    """Return the mean excess loss at which a fixed rate settles.

    For the loss curvature / 2 * theta**2, with gradients of variance
    `noise` that does not depend on theta.
    Raises: ValueError if 0 < learning_rate * curvature < 2 is not so.
    """
    if not 0 < learning_rate * curvature < 2:
        raise ValueError(
            "learning_rate * curvature must be in (0, 2), "
            f"got {learning_rate * curvature}"
        )
    sharpness = learning_rate * curvature
    return learning_rate * noise / (2 * (2 - sharpness))  # eq:sgd-floor
