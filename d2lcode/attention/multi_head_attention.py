"""Multi-head attention: several attentions side by side, then mixed."""

import torch
from torch import Tensor, nn

from d2lcode.attention.attention import attention

__all__ = ["MultiHeadAttention", "causal_mask", "merge_heads", "split_heads"]


def _check_sequence(name: str, x: Tensor, B: int | None, D: int) -> None:
    """Refuse x unless (B, T, D); None stands for any B.

    Raises: ValueError.
    """
    fits = x.ndim == 3 and x.shape[2] == D and B in (None, x.shape[0])
    if not fits:
        first = "B" if B is None else B
        raise ValueError(
            f"{name} must be ({first}, T, {D}), got {tuple(x.shape)}"
        )


def _check_axes(mask: Tensor) -> None:
    """Refuse a mask without an axis for the batch.

    Raises: ValueError.
    """
    if mask.ndim != 3:
        raise ValueError(
            "mask must be (B, T_q, T_k), or 1 in an axis that shares it, "
            f"got {tuple(mask.shape)}"
        )


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Cut the columns into equal blocks, one for each head.

    Shapes: x (B, T, D) -> (B, heads, T, d), where d = D / heads.
    Raises: ValueError if x is not (B, T, D), or heads does not divide D.
    """
    if x.ndim != 3:
        raise ValueError(f"x must be (B, T, D), got {tuple(x.shape)}")
    B, T, D = x.shape
    if heads < 1 or D % heads != 0:
        raise ValueError(f"heads must divide D = {D}, got {heads}")
    blocks = x.reshape(B, T, heads, D // heads)  # (B, T, heads, d)
    return blocks.transpose(1, 2)  # (B, heads, T, d), eq:heads-blocks


def merge_heads(x: Tensor) -> Tensor:
    """Put the heads' columns side by side again.

    Shapes: x (B, heads, T, d) -> (B, T, D), where D = heads * d.
    Raises: ValueError if x has not four axes.
    """
    if x.ndim != 4:
        raise ValueError(f"x must be (B, heads, T, d), got {tuple(x.shape)}")
    return x.transpose(1, 2).flatten(2)  # (B, T, D)


def causal_mask(T: int, device: torch.device | None = None) -> Tensor:
    """Allow each position itself and those before it.

    Shapes: boolean, True = attend, (1, T, T).
    Raises: ValueError if T is below 1.
    """
    if T < 1:
        raise ValueError(f"T must be at least 1, got {T}")
    square = torch.ones(1, T, T, dtype=torch.bool, device=device)
    return square.tril()  # (1, T, T)


class MultiHeadAttention(nn.Module):
    """Scaled dot-product attention in several heads.

    Shapes: x (B, T_q, D), source (B, T_k, D), mask (B, T_q, T_k), or 1 in
        an axis that shares it, boolean, True = attend
        -> output (B, T_q, D), weights (B, heads, T_q, T_k).
    source: where keys and values come from; None stands for x.
    Raises: ValueError if heads does not divide D, or for a bad shape.
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2.
    """

    def __init__(self, D: int, heads: int, *, bias: bool = True) -> None:
        super().__init__()
        if D < 1 or heads < 1 or D % heads != 0:
            raise ValueError(f"heads must divide D = {D}, got {heads}")
        self.heads = heads
        self.query = nn.Linear(D, D, bias=bias)
        self.key = nn.Linear(D, D, bias=bias)
        self.value = nn.Linear(D, D, bias=bias)
        self.output = nn.Linear(D, D, bias=bias)

    def forward(
        self, x: Tensor, source: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        source = x if source is None else source
        _check_sequence("x", x, None, self.query.in_features)
        _check_sequence("source", source, len(x), self.query.in_features)
        q = split_heads(self.query(x), self.heads)  # (B, heads, T_q, d)
        k = split_heads(self.key(source), self.heads)  # (B, heads, T_k, d)
        v = split_heads(self.value(source), self.heads)  # (B, heads, T_k, d)
        if mask is not None:
            _check_axes(mask)
            mask = mask.unsqueeze(1)  # an axis for all heads
        o, weights = attention(q, k, v, mask)  # eq:heads-head
        return self.output(merge_heads(o)), weights  # eq:heads-output
