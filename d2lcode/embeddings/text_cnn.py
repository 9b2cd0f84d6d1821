"""Sentiment with convolutions: filters along a text, and their maxima."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from d2lcode.embeddings.sentiment_rnn import fill_padding

__all__ = ["Conv1d", "TextCNN", "windows"]


def windows(x: Tensor, k: int) -> Tensor:
    """Put k steps in a row side by side, from each step that has them.

    Shapes: x (B, T, D) -> (B, T - k + 1, kD).
    Raises: ValueError if x is not (B, T, D) or k is not in 1 .. T.
    """
    if x.ndim != 3:
        raise ValueError(f"x must be (B, T, D), got {tuple(x.shape)}")
    if not 1 <= k <= x.shape[1]:
        raise ValueError(f"k must be in 1 .. {x.shape[1]}, got {k}")
    N = x.shape[1] - k + 1  # eq:conv-length
    shifted = [x[:, j : j + N] for j in range(k)]
    return torch.cat(shifted, dim=2)  # (B, N, kD): eq:conv-window


class Conv1d(nn.Module):
    """C filters that slide along a sequence, each k steps wide.

    Shapes: x (B, T, D) -> (B, T - k + 1, C).
    Deviation: nn.Conv1d wants (B, D, T), and its weight is (C, D, k).
    Raises: ValueError if D, C or k is below 1, or if x is not
        (B, T, D) with T at least k.
    """

    def __init__(self, D: int, C: int, k: int) -> None:
        super().__init__()
        if min(D, C, k) < 1:
            raise ValueError(
                f"D, C and k must be at least 1, got {D}, {C} and {k}"
            )
        self.k = k
        self.W = nn.Parameter(torch.randn(k * D, C) / math.sqrt(k * D))
        self.b = nn.Parameter(torch.zeros(C))

    def forward(self, x: Tensor) -> Tensor:
        D = len(self.W) // self.k
        if x.ndim != 3 or x.shape[2] != D:
            raise ValueError(f"x must be (B, T, {D}), got {tuple(x.shape)}")
        return windows(x, self.k) @ self.W + self.b  # eq:conv-product


class TextCNN(nn.Module):
    """Filters of several widths, their maxima over time, a linear layer.

    A window starts at every word; at the end it juts out into zeros.
    Shapes: x (B, T) int64, valid_len (B,) -> logits (B, classes).
    Raises: ValueError if widths is empty or has a number below 1, if x
        is not (B, T) or valid_len not (B,) integers in 1 .. T.
    Source: Kim 2014, arXiv:1408.5882, the model CNN-rand.
    """

    def __init__(
        self, V: int, D: int, C: int, widths: Sequence[int] = (3, 4, 5),
        classes: int = 2, dropout: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__()
        if len(widths) < 1:
            raise ValueError("widths must name at least one width, got none")
        self.widths = tuple(widths)
        self.embedding = nn.Embedding(V, D)
        self.convs = nn.ModuleList(Conv1d(D, C, k) for k in widths)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(C * len(widths), classes)

    def features(self, x: Tensor, valid_len: Tensor) -> tuple[Tensor, Tensor]:
        """Return each filter's maximum and where its window starts."""
        if x.ndim != 2:
            raise ValueError(f"x must be (B, T), got {tuple(x.shape)}")
        e = fill_padding(self.embedding(x), valid_len, 0.0)  # (B, T, D)
        maxima, starts = [], []
        for k, conv in zip(self.widths, self.convs, strict=True):
            a = conv(F.pad(e, (0, 0, 0, k - 1)))  # (B, T, C)
            a = fill_padding(a, valid_len, -math.inf)
            m, start = a.max(dim=1)  # (B, C) each
            maxima.append(torch.relu(m))  # eq:conv-max
            starts.append(start)
        return torch.cat(maxima, dim=1), torch.cat(starts, dim=1)

    def forward(self, x: Tensor, valid_len: Tensor) -> Tensor:
        m, _ = self.features(x, valid_len)
        return self.out(self.dropout(m))
