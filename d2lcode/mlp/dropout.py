"""Dropout: the random mask, and the penalty it amounts to."""

import torch
from torch import Tensor, nn


def dropout(x: Tensor, p: float, training: bool = True) -> Tensor:
    """Set each value to 0 with probability p, else divide it by 1 - p.

    p is the probability to DROP; not in training, x comes back as it is.
    The mask is drawn on the CPU: the same on every device.

    Shapes: x of any shape, of a floating-point type -> the same.
    Raises: ValueError if p is not in 0..1 or x holds no floats.
    Source: Srivastava et al. 2014, JMLR 15, section 10.
    """
    _check_probability(p)
    if not x.is_floating_point():
        raise ValueError(f"x must hold floating-point numbers, got {x.dtype}")
    if not training:
        return x
    if p == 1:
        return 0 * x  # 0 / 0 is NaN; zeros_like(x) would stop backward()
    mask = (torch.rand(x.shape) < 1 - p).to(x)  # 1 keeps, 0 drops
    return mask * x / (1 - p)  # eq:dropout-mask


class Dropout(nn.Module):
    """Dropout that `train()` switches on and `eval()` off.

    Shapes: x of any shape -> the same.
    Raises: ValueError if p is not in 0..1 or x holds no floats.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        _check_probability(p)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        return dropout(x, self.p, self.training)


def dropout_penalty(X: Tensor, w: Tensor, p: float) -> Tensor:
    """Return what dropout of X adds to half the mean squared error of Xw + b.

    In expectation over the masks, exactly.

    Shapes: X (B, D), w (D,) -> ().
    Raises: ValueError if X, w or p is not as it must be.
    """
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (B, D), B > 0, got {tuple(X.shape)}")
    if not 0 <= p < 1:
        raise ValueError(f"p must be at least 0 and below 1, got {p}")
    if w.shape != X.shape[1:]:
        raise ValueError(f"w must be ({X.shape[1]},), got {tuple(w.shape)}")
    s = X.square().mean(dim=0)  # (D,)
    return p / (1 - p) * (s * w.square()).sum() / 2  # eq:dropout-penalty


def _check_probability(p: float) -> None:
    """Raise ValueError unless 0 <= p <= 1."""
    if not 0 <= p <= 1:
        raise ValueError(f"p must be in 0..1, got {p}")
