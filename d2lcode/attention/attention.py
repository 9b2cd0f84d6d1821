"""Attention: pool values with weights from comparing query and key."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = [
    "AdditiveAttention",
    "additive_attention",
    "attention",
    "kernel_regression",
    "length_mask",
    "masked_softmax",
    "pool",
]


def _any_seen(wrong: Tensor) -> bool:
    """Return whether an entry is true, as far as values can be read.

    Inside torch.compile, torch.export and vmap they cannot: False.
    """
    if torch.compiler.is_compiling():
        return False
    try:
        return bool(wrong.any())
    except RuntimeError:  # vmap
        return False


def _check_mask(mask: Tensor, shape: Sequence[int]) -> None:
    """Refuse a mask unless boolean, fitting, and with a key in each row.

    It has every axis of `shape`, with size 1 where it is shared. Where
    values cannot be read (_any_seen), a row without a key passes, and
    its weights are NaN.
    Raises: ValueError.
    """
    if mask.dtype != torch.bool:
        raise ValueError(f"mask must be boolean, got {mask.dtype}")
    pairs = zip(mask.shape, shape, strict=False)
    if mask.ndim != len(shape) or not all(m in (1, n) for m, n in pairs):
        raise ValueError(
            f"mask must be {tuple(shape)}, or 1 in an axis that shares it, "
            f"got {tuple(mask.shape)}"
        )
    empty = ~mask.any(dim=-1)
    if _any_seen(empty):
        raise ValueError(
            "mask must leave every query at least one key, "
            f"got none for query {empty.nonzero()[0].tolist()}"
        )


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the last axis, among the keys that the mask allows.

    Shapes: scores (..., T_q, T_k); mask the same, or 1 in an axis that
        shares it, boolean, True = attend -> weights (..., T_q, T_k).
    Raises: ValueError if there is no key, and as _check_mask.
    """
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ValueError(f"scores must hold a key, got {tuple(scores.shape)}")
    if mask is not None:
        _check_mask(mask, scores.shape)
        scores = scores.masked_fill(~mask, -math.inf)  # eq:attention-mask
    exp = torch.exp(scores - scores.detach().amax(dim=-1, keepdim=True))
    return exp / exp.sum(dim=-1, keepdim=True)  # eq:attention-softmax


def length_mask(valid_len: Tensor, T: int) -> Tensor:
    """Allow the first valid_len keys of T; the rest is padding.

    Shapes: valid_len (B,), integers in 1 .. T -> mask (B, 1, T).
    Raises: ValueError if valid_len is anything else (its values: as far
        as _any_seen).
    """
    kind = valid_len.dtype
    if valid_len.ndim != 1 or kind.is_floating_point or kind == torch.bool:
        raise ValueError(
            "valid_len must be (B,) integers, "
            f"got {tuple(valid_len.shape)} {kind}"
        )
    if _any_seen((valid_len < 1) | (valid_len > T)):
        raise ValueError(
            f"valid_len must be in 1 .. {T}, got {valid_len.tolist()}"
        )
    position = torch.arange(T, device=valid_len.device)  # (T,)
    return position < valid_len[:, None, None]  # (B, 1, T)


def _check_axes(**tensors: Tensor) -> None:
    """Refuse tensors unless (..., rows, columns) with fitting batches.

    Raises: ValueError.
    """
    for name, x in tensors.items():
        if x.ndim < 2:
            raise ValueError(
                f"{name} must have at least two axes, got {tuple(x.shape)}"
            )
    try:
        torch.broadcast_shapes(*(x.shape[:-2] for x in tensors.values()))
    except RuntimeError as error:
        shapes = " and ".join(str(tuple(x.shape)) for x in tensors.values())
        raise ValueError(
            f"{' and '.join(tensors)} must have batches that fit, got {shapes}"
        ) from error


def _check_width(q: Tensor, k: Tensor) -> None:
    """Refuse q and k unless (..., T_q, d) and (..., T_k, d), d > 0.

    Raises: ValueError.
    """
    _check_axes(q=q, k=k)
    if q.shape[-1] != k.shape[-1] or k.shape[-1] == 0:
        raise ValueError(
            "q must be (..., T_q, d) and k (..., T_k, d), d at least 1, "
            f"got {tuple(q.shape)} and {tuple(k.shape)}"
        )


def pool(
    scores: Tensor, v: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Average the values, weighted by the softmax of the scores.

    Shapes: scores (..., T_q, T_k), v (..., T_k, d_v), mask as in
        masked_softmax -> output (..., T_q, d_v), weights (..., T_q, T_k).
    Raises: ValueError if v has not one value a key, or for a bad mask.
    """
    _check_axes(scores=scores, v=v)
    if v.shape[-2] != scores.shape[-1]:
        raise ValueError(
            f"v must be (..., {scores.shape[-1]}, d_v), got {tuple(v.shape)}"
        )
    weights = masked_softmax(scores, mask)  # (..., T_q, T_k)
    return weights @ v, weights  # eq:attention-pooling


def kernel_regression(
    q: Tensor, k: Tensor, v: Tensor, width: float, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Nadaraya-Watson regression with a Gaussian kernel.

    Shapes: q (..., T_q, d), k (..., T_k, d); the rest as in pool.
    width: the kernel's standard deviation, in the unit of q and k.
    Raises: ValueError if width, a shape or the mask is wrong.
    Source: Nadaraya 1964; Watson 1964.
    """
    _check_width(q, k)
    gap = q.unsqueeze(-2) - k.unsqueeze(-3)  # (..., T_q, T_k, d)
    square = gap.square().sum(dim=-1)  # (..., T_q, T_k)
    twice = 2 * width * width
    if not (width > 0 and twice >= torch.finfo(square.dtype).tiny):
        raise ValueError(
            "width must be positive, and its square a normal number in "
            f"{square.dtype}, got {width}"
        )
    allowed = square
    if mask is not None:
        _check_mask(mask, square.shape)
        allowed = square.masked_fill(~mask, math.inf)
    nearest = allowed.amin(dim=-1, keepdim=True)  # its score becomes 0
    return pool((nearest - square) / twice, v, mask)  # eq:attention-kernel


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    *,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Scaled dot-product attention.

    Shapes: q (..., T_q, d), k (..., T_k, d); the rest as in pool.
    scale: the factor on the dot products; None stands for 1 / sqrt(d).
    Raises: ValueError if a shape or the mask is wrong.
    Source: Vaswani et al. 2017, arXiv:1706.03762, equation 1.
    """
    _check_width(q, k)
    if scale is None:
        scale = 1 / math.sqrt(q.shape[-1])
    scores = (scale * q) @ k.transpose(-2, -1)  # (..., T_q, T_k)
    return pool(scores, v, mask)  # eq:attention-scaled


def additive_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    W_q: Tensor,
    W_k: Tensor,
    w: Tensor,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Additive attention: scores by a network with one hidden layer.

    Shapes: q (..., T_q, d_q), k (..., T_k, d_k), W_q (d_q, H),
        W_k (d_k, H), w (H,); the rest as in pool.
    Raises: ValueError if a shape or the mask is wrong.
    Source: Bahdanau et al. 2015, arXiv:1409.0473, appendix A.1.2.
    """
    _check_axes(q=q, k=k)
    for name, x, W in (("W_q", q, W_q), ("W_k", k, W_k)):
        if w.ndim != 1 or W.shape != (x.shape[-1], *w.shape):
            raise ValueError(
                f"{name} must be ({x.shape[-1]}, H) and w (H,), "
                f"got {tuple(W.shape)} and {tuple(w.shape)}"
            )
    from_q = (q @ W_q).unsqueeze(-2)  # (..., T_q, 1, H)
    from_k = (k @ W_k).unsqueeze(-3)  # (..., 1, T_k, H)
    scores = torch.tanh(from_q + from_k) @ w  # (..., T_q, T_k)
    return pool(scores, v, mask)  # eq:attention-additive


class AdditiveAttention(nn.Module):
    """Additive attention that owns its W_q, W_k and w.

    Shapes: as in additive_attention.
    Raises: ValueError if d_q, d_k or H is not at least 1.
    """

    def __init__(self, d_q: int, d_k: int, H: int) -> None:
        super().__init__()
        if min(d_q, d_k, H) < 1:
            raise ValueError(
                f"d_q, d_k and H must be at least 1, got {(d_q, d_k, H)}"
            )
        self.W_q = nn.Parameter(torch.randn(d_q, H) / math.sqrt(d_q))
        self.W_k = nn.Parameter(torch.randn(d_k, H) / math.sqrt(d_k))
        self.w = nn.Parameter(torch.randn(H) / math.sqrt(H))

    def forward(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        return additive_attention(q, k, v, self.W_q, self.W_k, self.w, mask)
