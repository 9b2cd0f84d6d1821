"""Cross-correlation, convolution and their gradients, one channel."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """Sum the products of a kernel and each window of an image.

    Shapes: X (..., n_h, n_w), K (k_h, k_w) -> (..., m_h, m_w) with
        m_h = n_h - k_h + 1 and m_w = n_w - k_w + 1.
    Raises: ValueError if K is not a matrix or does not fit into X.
    """
    if K.ndim != 2 or K.numel() == 0:
        raise ValueError(f"K must be (k_h, k_w), got {tuple(K.shape)}")
    if X.ndim < 2 or X.shape[-2] < K.shape[0] or X.shape[-1] < K.shape[1]:
        raise ValueError(
            f"X must be (..., n_h, n_w), at least as large as K, "
            f"{tuple(K.shape)}, got {tuple(X.shape)}"
        )
    k_h, k_w = K.shape
    windows = X.unfold(-2, k_h, 1)  # (..., m_h, n_w, k_h)
    windows = windows.unfold(-2, k_w, 1)  # (..., m_h, m_w, k_h, k_w)
    return torch.einsum("...ab,ab->...", windows, K)  # eq:corr-sum


def convolve2d(X: Tensor, K: Tensor) -> Tensor:
    """Convolve in the sense of mathematics: flip the kernel first.

    Shapes: as of corr2d.
    Raises: ValueError as corr2d does.
    """
    return corr2d(X, K.flip(0, 1))  # eq:corr-convolution


def corr2d_backward(G: Tensor, X: Tensor, K: Tensor) -> tuple[Tensor, Tensor]:
    """Return the gradients of corr2d(X, K) by X and by K, for one image.

    Shapes: G (m_h, m_w), the gradient by the output; X (n_h, n_w),
        K (k_h, k_w) -> (n_h, n_w), (k_h, k_w).
    Raises: ValueError if the shapes do not belong together.
    """
    if X.ndim != 2 or K.ndim != 2:
        raise ValueError(
            "X and K must be matrices, got "
            f"{tuple(X.shape)} and {tuple(K.shape)}"
        )
    m_h, m_w = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    if G.shape != (m_h, m_w):
        raise ValueError(f"G must be {(m_h, m_w)}, got {tuple(G.shape)}")
    k_h, k_w = K.shape
    around = F.pad(G, (k_w - 1, k_w - 1, k_h - 1, k_h - 1))  # zeros
    by_X = convolve2d(around, K)  # eq:corr-input-gradient
    by_K = corr2d(X, G)  # eq:corr-kernel-gradient
    return by_X, by_K


def as_matrix(K: Tensor, n_h: int, n_w: int) -> Tensor:
    """Write corr2d with K as a matrix, x -> x M, for flattened images.

    Row p is the answer to the image whose pixel p is 1, the others 0.
    Shapes: K (k_h, k_w) -> (n_h * n_w, m_h * m_w).
    Raises: ValueError if K is not a matrix or does not fit.
    """
    pixels = torch.eye(n_h * n_w, dtype=K.dtype, device=K.device)
    return corr2d(pixels.view(-1, n_h, n_w), K).flatten(1)  # eq:corr-matrix


def receptive_field(sides: Sequence[int]) -> int:
    """Return the side of the input window behind one output of a stack.

    sides: of the kernels, one for each layer; every layer moves its
        window by one pixel at a time.
    Raises: ValueError if a side is below 1.
    """
    if min(sides, default=1) < 1:
        raise ValueError(f"sides must be at least 1, got {list(sides)}")
    return 1 + sum(k - 1 for k in sides)  # eq:corr-field
