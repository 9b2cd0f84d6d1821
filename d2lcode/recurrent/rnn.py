"""Recurrent networks: a state, a limit for gradients, a measure."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["RNN", "clip_gradients", "perplexity"]


class RNN(nn.Module):
    """A plain recurrent network run along a sequence.

    Shapes: x (B, T, D), h (B, H) or None for zeros
        -> the states of all steps (B, T, H) and the last one (B, H).
    Raises: ValueError if D or H is below 1, if x is not (B, T, D) with
        T at least 1, or if h is not (B, H).
    Source: Elman 1990; one bias, where nn.RNN adds two.
    """

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        if min(D, H) < 1:
            raise ValueError(f"D and H must be at least 1, got {D} and {H}")
        self.W = nn.Parameter(torch.randn(D, H) / math.sqrt(D))
        self.U = nn.Parameter(torch.randn(H, H) / math.sqrt(H))
        self.b = nn.Parameter(torch.zeros(H))

    def forward(
        self, x: Tensor, h: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        D, H = self.W.shape
        if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != D:
            raise ValueError(
                f"x must be (B, T, {D}), T at least 1, got {tuple(x.shape)}"
            )
        if h is None:
            h = x.new_zeros(len(x), len(self.U))
        if h.shape != (x.shape[0], H):
            raise ValueError(
                f"h must be {(x.shape[0], H)}, got {tuple(h.shape)}"
            )
        from_x = x @ self.W + self.b  # (B, T, H), all steps at once
        states = []
        for from_x_t in from_x.unbind(dim=1):  # T times (B, H)
            h = torch.tanh(from_x_t + h @ self.U)  # eq:rnn-state
            states.append(h)
        return torch.stack(states, dim=1), h  # (B, T, H), (B, H)


def clip_gradients(parameters: Iterable[Tensor], theta: float) -> float:
    """Shorten the gradient of all parameters to norm theta at most.

    In place. Parameters without a gradient are skipped.
    Returns: the norm before.
    Raises: ValueError unless theta is positive.
    Source: Pascanu et al. 2013, arXiv:1211.5063, algorithm 1.
    """
    if not theta > 0:
        raise ValueError(f"theta must be positive, got {theta}")
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum((g**2).sum().item() for g in gradients))
    if norm > theta:
        for g in gradients:
            g *= theta / norm  # eq:rnn-clip
    return norm


def perplexity(logits: Tensor, y: Tensor) -> float:
    """Return the exponential of the mean cross-entropy.

    Shapes: logits (..., V), y (...) -> a number, 1 or more.
    Raises: ValueError if the shapes do not fit or y is empty.
    """
    if logits.ndim < 2 or logits.shape[:-1] != y.shape or not y.numel():
        raise ValueError(
            "logits must be (..., V) and y (...), not empty, got "
            f"{tuple(logits.shape)} and {tuple(y.shape)}"
        )
    losses = F.cross_entropy(logits.flatten(0, -2), y.flatten())
    return math.exp(losses.item())  # eq:rnn-perplexity
