"""Pooling: windows of a feature map, each summarized in one number."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

MODES = ("max", "mean")


def windows(X: Tensor, k: int, stride: int) -> Tensor:
    """Return all windows of k by k cells, as a view of X.

    Shapes: X (..., h, w) -> (..., N_h, N_w, k, k).
    Raises: ValueError if no window fits or stride is below 1.
    """
    if X.ndim < 2 or not 1 <= k <= min(X.shape[-2:]):
        raise ValueError(
            "k must be at least 1 and fit into the last two axes of X, "
            f"got {k} for {tuple(X.shape)}"
        )
    if stride < 1:
        raise ValueError(f"stride must be at least 1, got {stride}")
    rows = X.unfold(-2, k, stride)  # (..., N_h, w, k)
    return rows.unfold(-2, k, stride)


def pool2d(
    X: Tensor, k: int, stride: int, padding: int = 0, mode: str = "max"
) -> Tensor:
    """Summarize each window by its maximum, or by the mean of real cells.

    Shapes: X (..., h, w) of floats -> (..., N_h, N_w).
    Raises: ValueError if k, stride, padding or mode is not as it must be.
    """
    if mode not in MODES:
        raise ValueError(f"mode must be one of {MODES}, got {mode!r}")
    if not 0 <= padding <= k // 2:
        raise ValueError(
            f"padding must be in 0 .. {k // 2}, half of k, got {padding}"
        )
    frame = (padding, padding, padding, padding)
    if mode == "max":
        X = F.pad(X, frame, value=-math.inf)  # never the largest
        cells = windows(X, k, stride).flatten(-2)  # (..., N_h, N_w, k * k)
        return cells.max(dim=-1).values  # eq:pool-max
    real = F.pad(torch.ones_like(X), frame)  # 1, and 0 in the padding
    total = windows(F.pad(X, frame), k, stride).sum(dim=(-2, -1))
    return total / windows(real, k, stride).sum(dim=(-2, -1))  # eq:pool-mean


def smooth_pool2d(X: Tensor, k: int) -> Tensor:
    """Take the maximum at every place, then the mean of each window.

    At the end, maxima are taken over the cells that there are.

    Shapes: X (..., h, w) of floats -> (..., N_h, N_w), stride k.
    Raises: ValueError if k does not fit.
    Source: Zhang 2019, arXiv:1904.11486, with a mean as the filter.
    """
    X = F.pad(X, (0, k - 1, 0, k - 1), value=-math.inf)
    dense = pool2d(X, k, stride=1)  # (..., h, w), eq:pool-dense
    return pool2d(dense, k, stride=k, mode="mean")  # eq:pool-smooth
