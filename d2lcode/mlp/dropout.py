"""Dropout: the random mask, its moments, the penalty it amounts to."""

import torch
from torch import Tensor, nn


def check_probability(p: float, below_one: bool = False) -> None:
    """Raise ValueError unless 0 <= p <= 1 (or < 1, if below_one)."""
    if not 0 <= p <= 1 or (below_one and p == 1):
        bound = "at least 0 and below 1" if below_one else "in 0..1"
        raise ValueError(f"p must be {bound}, got {p}")


def dropout(x: Tensor, p: float, training: bool = True) -> Tensor:
    """Set each value to 0 with probability p, else divide it by 1 - p.

    p is the probability to DROP; not in training, x comes back as it is.
    The mask is drawn on the CPU: the same on every device.

    Shapes: x of any shape, of a floating-point type -> the same.
    Raises: ValueError if p is not in 0..1 or x holds no floats.
    Source: Srivastava et al. 2014, JMLR 15, section 10.
    """
    check_probability(p)
    if not x.is_floating_point():
        raise ValueError(f"x must hold floating-point numbers, got {x.dtype}")
    if not training:
        return x
    if p == 1:
        return 0 * x  # 0 / 0 would be NaN
    mask = (torch.rand(x.shape) < 1 - p).to(x)  # 1 keeps, 0 drops
    return mask * x / (1 - p)  # eq:dropout-mask


class Dropout(nn.Module):
    """Dropout that `train()` switches on and `eval()` off.

    Shapes: x of any shape -> the same.
    Raises: ValueError if p is not in 0..1 or x holds no floats.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        check_probability(p)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        return dropout(x, self.p, self.training)


def check_inputs(X: Tensor) -> None:
    """Raise ValueError unless X is (B, D) with B > 0."""
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (B, D), B > 0, got {tuple(X.shape)}")


def dropout_penalty(X: Tensor, w: Tensor, p: float) -> Tensor:
    """Return what dropout of X adds to half the mean squared error of Xw + b.

    In expectation over the masks, exactly.

    Shapes: X (B, D), w (D,) -> ().
    Raises: ValueError if X, w or p is not as it must be.
    """
    check_inputs(X)
    check_probability(p, below_one=True)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w must be ({X.shape[1]},), got {tuple(w.shape)}")
    s = X.square().mean(dim=0)  # (D,)
    return p / (1 - p) * (s * w.square()).sum() / 2  # eq:dropout-penalty


def dropout_regression(
    X: Tensor, y: Tensor, p: float
) -> tuple[Tensor, Tensor]:
    """Minimize half the mean squared error + dropout_penalty over w and b.

    Shapes: X (B, D), y (B,) -> w (D,), b ().
    Raises: ValueError if X, y or p is not as it must be, or if the
        minimum is not unique.
    """
    check_inputs(X)
    check_probability(p, below_one=True)
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    X_mean, y_mean = X.mean(dim=0), y.mean()
    centred = X - X_mean
    s = X.square().mean(dim=0)  # (D,), of X as it is, not centred
    A = centred.T @ centred / len(X) + p / (1 - p) * s.diag()  # (D, D)
    scale = torch.where(A.diagonal() > 0, A.diagonal().sqrt(), 1)
    no_units = A / torch.outer(scale, scale)
    if torch.linalg.matrix_rank(no_units, hermitian=True) < len(A):
        raise ValueError("X must determine w at this p, got dependent columns")
    w = torch.linalg.solve(A, centred.T @ (y - y_mean) / len(X))
    return w, y_mean - X_mean @ w  # eq:dropout-regression
