"""GloVe: word vectors by weighted least squares on counts."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def cooccurrence(
    sentences: Iterable[Tensor], V: int, window: int = 5
) -> Tensor:
    """Sum 1/distance over all pairs of words within the window.

    Words are numbers below V; -1 is an unknown one, not counted.

    Shapes: each sentence (T,) int64 -> X (V, V) float64, symmetric.
    Raises: ValueError if V or window is below 1, or a word is not an
        integer, below -1 or not below V.
    Source: Pennington et al. 2014, section 4.2.
    """
    if V < 1 or window < 1:
        raise ValueError(
            f"V and window must be at least 1, got {V} and {window}"
        )
    X = torch.zeros(V * V, dtype=torch.float64)
    for words in sentences:
        _check_words(words, V)
        for distance in range(1, window + 1):
            left, right = words[:-distance], words[distance:]
            known = (left >= 0) & (right >= 0)
            pairs = V * left[known] + right[known]  # one number for each pair
            X += torch.bincount(pairs, minlength=V * V) / distance
    X = X.view(V, V)
    return X + X.T  # eq:glove-count


def _check_words(words: Tensor, V: int) -> None:
    if words.ndim != 1 or words.dtype != torch.int64:
        raise ValueError(
            "each sentence must be (T,) int64, got "
            f"{tuple(words.shape)} {words.dtype}"
        )
    if len(words) and not -1 <= int(words.min()) <= int(words.max()) < V:
        raise ValueError(
            f"words must be from -1 to {V - 1}, got "
            f"{int(words.min())} to {int(words.max())}"
        )


def count_weight(X: Tensor, x_max: float = 100, alpha: float = 0.75) -> Tensor:
    """Return how much each count matters: 0 for none, 1 from x_max on.

    Shapes: X of any shape, 0 or more -> the same shape.
    Raises: ValueError if x_max or alpha is not positive.
    Source: Pennington et al. 2014, equation 9.
    """
    if not (x_max > 0 and alpha > 0):
        raise ValueError(
            f"x_max and alpha must be positive, got {x_max} and {alpha}"
        )
    return (X / x_max).clamp(max=1) ** alpha  # eq:glove-weight


def log_counts(X: Tensor) -> Tensor:
    """Return log X, but 0 where X is 0: the weight there is 0, too.

    Shapes: X of any shape, 0 or more -> the same shape.
    Raises: ValueError if a count is negative or not a number.
    """
    if not (X >= 0).all():
        raise ValueError(f"counts must be 0 or more, got {X.min():g}")
    return torch.where(X > 0, X, 1.0).log()


class GloVe(nn.Module):
    """Word and context vectors whose products are logarithms of counts.

    Shapes: w, w_context (V, D), b, b_context (V,); forward() -> (V, V).
    Raises: ValueError if V or D is below 1.
    Source: Pennington et al. 2014, equations 7 and 8.
    """

    def __init__(self, V: int, D: int) -> None:
        super().__init__()
        if V < 1 or D < 1:
            raise ValueError(f"V and D must be at least 1, got {V} and {D}")
        self.w = nn.Parameter(torch.randn(V, D) / math.sqrt(D))
        self.w_context = nn.Parameter(torch.randn(V, D) / math.sqrt(D))
        self.b = nn.Parameter(torch.zeros(V))
        self.b_context = nn.Parameter(torch.zeros(V))

    def forward(self) -> Tensor:
        products = self.w @ self.w_context.T  # (V, V)
        return products + self.b[:, None] + self.b_context  # eq:glove-model

    def loss(self, log_X: Tensor, f: Tensor) -> Tensor:
        return (f * (self() - log_X) ** 2).sum()  # eq:glove-loss


def solve_rows(
    w_context: Tensor, b_context: Tensor, log_X: Tensor, f: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the w and b of least loss, the contexts kept as they are.

    Shapes: w_context (N, D), b_context (N,), log_X and f (V, N)
        -> w (V, D), b (V,).
    Raises: ValueError if a row of f has fewer than D + 1 positive
        entries: its best w is not unique.
    """
    D = w_context.shape[1]
    if ((f > 0).sum(dim=1) <= D).any():
        raise ValueError(
            f"each row of f must have at least {D + 1} positive entries"
        )
    A = F.pad(w_context, (0, 1), value=1.0)  # (N, D + 1), a 1 for the bias
    squares = A[:, :, None] * A[:, None, :]  # (N, D + 1, D + 1)
    G = torch.tensordot(f, squares, dims=1)  # (V, D + 1, D + 1)
    r = (f * (log_X - b_context)) @ A  # (V, D + 1)
    z = torch.linalg.solve(G, r)  # eq:glove-normal
    return z[:, :-1], z[:, -1]


@torch.no_grad()
def alternate(
    model: GloVe, log_X: Tensor, f: Tensor, sweeps: int
) -> list[float]:
    """Solve for the words, then for the contexts; return the losses."""
    losses = []
    for _ in range(sweeps):
        w, b = solve_rows(model.w_context, model.b_context, log_X, f)
        model.w.copy_(w)
        model.b.copy_(b)
        w, b = solve_rows(model.w, model.b, log_X.T, f.T)
        model.w_context.copy_(w)
        model.b_context.copy_(b)
        losses.append(model.loss(log_X, f).item())
    return losses
