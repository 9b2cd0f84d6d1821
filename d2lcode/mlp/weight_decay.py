"""Weight decay: penalty, shrinking update, ridge regression, lasso."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn


def l2_penalty(w: Tensor) -> Tensor:
    """Return half the squared norm of w; its gradient is w itself.

    Shapes: w of any shape -> ().
    """
    return w.square().sum() / 2  # eq:decay-objective


def sgd_with_decay(
    parameters: Iterable[Tensor], learning_rate: float, weight_decay: float
) -> None:
    """Shrink every parameter, then step once against its gradient.

    Works in place and clears the gradients, as `sgd` does.
    Raises: ValueError if a rate is out of range, a gradient missing.
    """
    if not 0 < learning_rate < math.inf:
        raise ValueError(
            f"learning_rate must be positive and finite, got {learning_rate}"
        )
    if not 0 <= weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be >= 0 and finite, got {weight_decay}"
        )
    parameters = list(parameters)
    gradients = [w.grad for w in parameters if w.grad is not None]
    if len(gradients) < len(parameters):
        raise ValueError(
            "parameters must have gradients (call backward() first), got "
            f"{len(parameters) - len(gradients)} whose grad is None"
        )
    with torch.no_grad():
        for w, g in zip(parameters, gradients, strict=True):
            w *= 1 - learning_rate * weight_decay  # eq:decay-update
            w -= learning_rate * g  # eq:decay-update
            w.grad = None


def ridge(X: Tensor, y: Tensor, weight_decay: float) -> tuple[Tensor, Tensor]:
    """Minimize half the mean squared error + weight_decay * l2_penalty(w).

    Shapes: X (B, D), y (B,) -> w (D,), b (); b is not penalized.
    Raises: ValueError if X, y or weight_decay is not as it must be.
    Source: Hoerl and Kennard 1970; their k is B * weight_decay.
    """
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (B, D), B > 0, got {tuple(X.shape)}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    if not 0 < weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be positive and finite, got {weight_decay}"
        )
    x_mean, y_mean = X.mean(dim=0), y.mean()
    X, y = X - x_mean, y - y_mean  # centred
    penalty = len(X) * weight_decay * torch.eye(X.shape[1]).to(X)  # (D, D)
    w = torch.linalg.solve(X.T @ X + penalty, X.T @ y)  # eq:decay-ridge
    return w, y_mean - x_mean @ w


def soft_threshold(w: Tensor, threshold: float) -> Tensor:
    """Move every weight towards 0 by the threshold, at most to 0.

    Shapes: w of any shape -> the same.
    Raises: ValueError if threshold is negative or not a number.
    """
    if not threshold >= 0:
        raise ValueError(f"threshold must be >= 0, got {threshold}")
    return w.sign() * (w.abs() - threshold).clamp(min=0)  # eq:decay-soft


def lasso(
    X: Tensor, y: Tensor, weight_decay: float, steps: int = 1000
) -> tuple[Tensor, Tensor]:
    """Minimize half the mean squared error + weight_decay * sum of |w|.

    Each step descends along the loss, then moves the weights towards 0.
    Shapes: X (B, D), y (B,) -> w (D,), b (); b is not penalized.
    Raises: ValueError if X, y or weight_decay is not as it must be, or
        for steps < 1.
    Source: Tibshirani 1996; the steps of Daubechies et al. 2004.
    """
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (B, D), B > 0, got {tuple(X.shape)}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    if not 0 < weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be positive and finite, got {weight_decay}"
        )
    if X.eq(X[:1]).all():
        raise ValueError("X must hold different samples, got equal ones")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    x_mean, y_mean = X.mean(dim=0), y.mean()
    X, y = X - x_mean, y - y_mean  # centred
    rate = len(X) / torch.linalg.matrix_norm(X, 2).item() ** 2
    w = X.new_zeros(X.shape[1])  # (D,)
    for _ in range(steps):
        w = w - rate * X.T @ (X @ w - y) / len(X)
        w = soft_threshold(w, rate * weight_decay)
    return w, y_mean - x_mean @ w


def decay_groups(
    model: nn.Module, weight_decay: float
) -> list[dict[str, object]]:
    """Return parameter groups that spare biases and other vectors.

    Parameters with two axes or more are decayed, all others are not.
    """
    parameters = list(model.parameters())
    matrices = [p for p in parameters if p.ndim >= 2]
    vectors = [p for p in parameters if p.ndim < 2]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
