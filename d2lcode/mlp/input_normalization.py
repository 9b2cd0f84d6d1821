"""Normalizing inputs: the Hessian of a linear model and its condition."""

import math

import torch
from torch import Tensor


def hessian(X: Tensor) -> Tensor:
    """Return the Hessian of half the mean squared error of X w + b.

    Shapes: X (B, D) -> (D + 1, D + 1); the bias b comes last.
    Raises: ValueError unless X is a table of finite floats with a row.
    """
    if X.ndim != 2 or len(X) == 0 or not X.is_floating_point():
        raise ValueError(
            "X must be (B, D) floating point, B > 0, "
            f"got {tuple(X.shape)} {X.dtype}"
        )
    if not X.isfinite().all():
        raise ValueError("X must be finite, got infinity or NaN")
    A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)  # (B, D + 1)
    return A.T @ A / len(A)  # eq:normalize-hessian


def extremes(H: Tensor) -> tuple[Tensor, Tensor]:
    """Return the smallest and the largest eigenvalue of H.

    Shapes: H (D, D), symmetric -> () and ().
    Raises: ValueError unless H is symmetric with positive eigenvalues.
    """
    if H.ndim != 2 or not torch.allclose(H, H.mT):
        raise ValueError(f"H must be symmetric, got {tuple(H.shape)}")
    values = torch.linalg.eigvalsh(H)  # (D,), ascending
    _check_positive(values)
    return values[0], values[-1]


def condition_number(H: Tensor) -> float:
    """Return the ratio of the largest eigenvalue to the smallest.

    Shapes: H (D, D), symmetric -> a number >= 1.
    Raises: ValueError as extremes.
    """
    smallest, largest = extremes(H)
    return (largest / smallest).item()


def best_rate(H: Tensor) -> tuple[float, float]:
    """Return the best constant learning rate, and what a step leaves.

    Shapes: H (D, D), symmetric -> the rate, and the factor in [0, 1) by
        which each step shrinks the distance to the minimum at least.
    Raises: ValueError as extremes.
    """
    smallest, largest = extremes(H)
    rate = 2 / (smallest + largest)  # eq:normalize-rate
    return rate.item(), (1 - rate * smallest).item()  # eq:normalize-rate


def steps_enough(condition: float, remaining: float) -> int:
    """Return after how many best steps this much at most remains.

    Raises: ValueError unless condition >= 1 and 0 < remaining < 1.
    """
    if not 1 <= condition < math.inf:
        raise ValueError(f"condition must be >= 1, got {condition}")
    if not 0 < remaining < 1:
        raise ValueError(f"remaining must be in (0, 1), got {remaining}")
    steps = (condition + 1) / 2 * -math.log(remaining)  # eq:normalize-steps
    return math.ceil(steps)


def whiten(X: Tensor, train: Tensor) -> Tensor:
    """Map X so that the columns of `train` become uncorrelated.

    Each column of `train` gets mean 0 and variance 1.
    Shapes: X (m, D), train (B, D) -> (m, D).
    Raises: ValueError unless X has the columns of `train`, and these are
        linearly independent.
    """
    if X.ndim != 2 or train.ndim != 2 or X.shape[1] != train.shape[1]:
        raise ValueError(
            "X and train must be tables with the same columns, "
            f"got {tuple(X.shape)} and {tuple(train.shape)}"
        )
    mean = train.mean(dim=0)
    covariance = (train - mean).T @ (train - mean) / len(train)  # (D, D)
    values, V = torch.linalg.eigh(covariance)  # (D,), (D, D)
    _check_positive(values)
    return (X - mean) @ V / values.sqrt()


def _check_positive(values: Tensor) -> None:
    """Raise ValueError unless ascending eigenvalues are all positive."""
    if values[0] <= values[-1] * len(values) * torch.finfo(values.dtype).eps:
        raise ValueError(
            "H must have positive eigenvalues, the smallest beyond round-off, "
            f"got {values[0].item()} to {values[-1].item()}"
        )
