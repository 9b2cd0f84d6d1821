"""Attention: pool values with weights from comparing query and key."""

import math

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


# --8<-- [start:masked_softmax]
def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the last axis, among the keys that the mask allows.

    Shapes: scores (..., T_q, T_k), mask the same or broadcast to it,
        boolean, True = attend -> weights (..., T_q, T_k).
    Raises: ValueError if there is no key, or if mask is not boolean,
        does not fit, or leaves a query without any key.
    """
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ValueError(f"scores must hold a key, got {tuple(scores.shape)}")
    if mask is not None:
        if mask.dtype != torch.bool:
            raise ValueError(f"mask must be boolean, got {mask.dtype}")
        try:
            mask = mask.expand(scores.shape)
        except RuntimeError as error:
            raise ValueError(
                f"mask must broadcast to {tuple(scores.shape)}, "
                f"got {tuple(mask.shape)}"
            ) from error
        empty = (~mask.any(dim=-1)).nonzero()
        if len(empty):
            raise ValueError(
                "mask must leave every query at least one key, "
                f"got none for query {empty[0].tolist()}"
            )
        scores = scores.masked_fill(~mask, -math.inf)  # eq:attention-mask
    exp = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    return exp / exp.sum(dim=-1, keepdim=True)  # eq:attention-softmax


# --8<-- [end:masked_softmax]


# --8<-- [start:length_mask]
def length_mask(valid_len: Tensor, T: int) -> Tensor:
    """Allow the first valid_len keys of T; the rest is padding.

    Shapes: valid_len (B,), integers in 1 .. T -> mask (B, 1, T).
    Raises: ValueError if valid_len is anything else.
    """
    if valid_len.ndim != 1 or valid_len.is_floating_point():
        raise ValueError(
            "valid_len must be (B,) integers, "
            f"got {tuple(valid_len.shape)} {valid_len.dtype}"
        )
    if ((valid_len < 1) | (valid_len > T)).any():
        raise ValueError(
            f"valid_len must be in 1 .. {T}, got {valid_len.tolist()}"
        )
    position = torch.arange(T, device=valid_len.device)  # (T,)
    return position < valid_len[:, None, None]  # (B, 1, T)


# --8<-- [end:length_mask]


# --8<-- [start:pool]
def pool(
    scores: Tensor, v: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Average the values, weighted by the softmax of the scores.

    Shapes: scores (..., T_q, T_k), v (..., T_k, d_v), mask as in
        masked_softmax -> output (..., T_q, d_v), weights (..., T_q, T_k).
    Raises: ValueError if v has not one value a key, or for a bad mask.
    """
    if v.ndim < 2 or v.shape[-2] != scores.shape[-1]:
        raise ValueError(
            f"v must be (..., {scores.shape[-1]}, d_v), got {tuple(v.shape)}"
        )
    weights = masked_softmax(scores, mask)  # (..., T_q, T_k)
    return weights @ v, weights  # eq:attention-pooling


# --8<-- [end:pool]


# --8<-- [start:kernel_regression]
def kernel_regression(
    q: Tensor, k: Tensor, v: Tensor, width: float, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Nadaraya-Watson regression with a Gaussian kernel.

    Shapes: q (..., T_q, d), k (..., T_k, d); the rest as in pool.
    width: the kernel's standard deviation, in the unit of q and k.
    Raises: ValueError if width or a shape is wrong.
    Source: Nadaraya 1964; Watson 1964.
    """
    if not width > 0:
        raise ValueError(f"width must be positive, got {width}")
    if q.ndim < 2 or k.ndim < 2 or q.shape[-1] != k.shape[-1]:
        raise ValueError(
            "q must be (..., T_q, d) and k (..., T_k, d), "
            f"got {tuple(q.shape)} and {tuple(k.shape)}"
        )
    gap = q.unsqueeze(-2) - k.unsqueeze(-3)  # (..., T_q, T_k, d)
    scores = -gap.square().sum(dim=-1) / (2 * width**2)  # (..., T_q, T_k)
    return pool(scores, v, mask)  # eq:attention-kernel


# --8<-- [end:kernel_regression]


# --8<-- [start:attention]
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
    if q.ndim < 2 or k.ndim < 2 or q.shape[-1] != k.shape[-1]:
        raise ValueError(
            "q must be (..., T_q, d) and k (..., T_k, d), "
            f"got {tuple(q.shape)} and {tuple(k.shape)}"
        )
    if scale is None:
        scale = 1 / math.sqrt(q.shape[-1])
    scores = (scale * q) @ k.transpose(-2, -1)  # (..., T_q, T_k)
    return pool(scores, v, mask)  # eq:attention-scaled


# --8<-- [end:attention]


# --8<-- [start:additive_attention]
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
    for name, x, W in (("q", q, W_q), ("k", k, W_k)):
        if x.ndim < 2 or x.shape[-1] != len(W):
            raise ValueError(
                f"{name} must be (..., T, {len(W)}), got {tuple(x.shape)}"
            )
    from_q = (q @ W_q).unsqueeze(-2)  # (..., T_q, 1, H)
    from_k = (k @ W_k).unsqueeze(-3)  # (..., 1, T_k, H)
    scores = torch.tanh(from_q + from_k) @ w  # (..., T_q, T_k)
    return pool(scores, v, mask)  # eq:attention-additive


# --8<-- [end:additive_attention]


# --8<-- [start:AdditiveAttention]
class AdditiveAttention(nn.Module):
    """Additive attention that owns its W_q, W_k and w.

    Shapes: as in additive_attention.
    """

    def __init__(self, d_q: int, d_k: int, H: int) -> None:
        super().__init__()
        self.W_q = nn.Parameter(torch.randn(d_q, H) / math.sqrt(d_q))
        self.W_k = nn.Parameter(torch.randn(d_k, H) / math.sqrt(d_k))
        self.w = nn.Parameter(torch.randn(H) / math.sqrt(H))

    def forward(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        return additive_attention(q, k, v, self.W_q, self.W_k, self.w, mask)


# --8<-- [end:AdditiveAttention]
