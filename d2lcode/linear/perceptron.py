"""The perceptron: its rule, its loss, its margin."""

from collections.abc import Sequence

import torch
from sklearn.linear_model import LinearRegression
from torch import Tensor, nn


def _check_labels(y: Tensor, shape: Sequence[int]) -> None:
    """Refuse all but -1 and +1; 255 equals -1 in unsigned integers."""
    if y.shape != tuple(shape):
        raise ValueError(f"y must be {tuple(shape)}, got {tuple(y.shape)}")
    if y.numel() == 0:
        raise ValueError("y must hold at least one label, got none")
    if not y.dtype.is_signed:
        raise ValueError(f"y must have a signed dtype, got {y.dtype}")
    other = y[(y != 1) & (y != -1)]
    if len(other) > 0:
        raise ValueError(f"y must hold only -1 and +1, got {other[0].item()}")


def _check_rows(X: Tensor, y: Tensor) -> None:
    if X.ndim != 2:
        raise ValueError(f"X must be (n, D), got {tuple(X.shape)}")
    _check_labels(y, X.shape[:1])
    if not bool(X.isfinite().all()):
        raise ValueError("X must be finite, got infinity or NaN")


class Perceptron(nn.Module):
    """A linear score and a threshold, for the labels -1 and +1.

    Shapes: X (..., D) -> scores (...); predict: the same, int64 -1 or +1.
    Raises: ValueError if D < 1, or if X is not (..., D).
    Source: Rosenblatt 1958, without his fixed random units before w.
    """

    def __init__(self, D: int) -> None:
        super().__init__()
        if D < 1:
            raise ValueError(f"D must be at least 1, got {D}")
        self.w = nn.Parameter(torch.zeros(D), requires_grad=False)
        self.b = nn.Parameter(torch.zeros(()), requires_grad=False)

    def forward(self, X: Tensor) -> Tensor:
        D = len(self.w)
        if X.shape[-1:] != (D,):
            raise ValueError(f"X must be (..., {D}), got {tuple(X.shape)}")
        return X @ self.w + self.b  # eq:perceptron-model

    def predict(self, X: Tensor) -> Tensor:
        return torch.where(self(X) > 0, 1, -1)  # eq:perceptron-model

    def update(self, x: Tensor, y: Tensor, learning_rate: float = 1) -> bool:
        """Learn from x (D,) and y () if they are a mistake; were they?"""
        mistake = bool(y * self(x) <= 0)
        if mistake:
            self.w.add_(learning_rate * float(y) * x)  # eq:perceptron-rule
            self.b.add_(learning_rate * float(y))
        return mistake


def fit_perceptron(
    model: Perceptron,
    X: Tensor,
    y: Tensor,
    epochs: int,
    *,
    learning_rate: float = 1,
    shuffle: bool = False,
) -> list[int]:
    """Train on mistakes; return how many of them each epoch made.

    Stops after an epoch without one: then every row is right.
    Shapes: X (n, D), finite; y (n,) of -1 and +1.
    Raises: ValueError if X, y, epochs or learning_rate is not so.
    """
    _check_rows(X, y)
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}")
    if not 0 < learning_rate < float("inf"):
        raise ValueError(
            f"learning_rate must be positive and finite, got {learning_rate}"
        )
    counts: list[int] = []
    for _ in range(epochs):
        order = torch.randperm(len(X)) if shuffle else torch.arange(len(X))
        mistakes = 0
        for i in order.tolist():
            mistakes += model.update(X[i], y[i], learning_rate)
        counts.append(mistakes)
        if mistakes == 0:
            break
    return counts


def perceptron_loss(scores: Tensor, y: Tensor, margin: float = 0) -> Tensor:
    """Return the mean of max(0, margin - y * score).

    margin=0 is the loss of the perceptron, margin=1 the hinge loss.
    At the kink `clamp` hands the gradient on; `relu` would not.
    Shapes: scores (B,), y (B,) of -1 and +1 -> ().
    Raises: ValueError if y is not so, or for margin < 0 or infinite.
    """
    _check_labels(y, scores.shape)
    if not 0 <= margin < float("inf"):
        raise ValueError(f"margin must be >= 0 and finite, got {margin}")
    return (margin - y * scores).clamp(min=0).mean()  # eq:perceptron-loss


def nearest_point(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the point of the signed rows' hull that is nearest to zero.

    Its norm is the margin. Where that is zero, no perceptron separates
    the rows, and alpha is the proof; up to round-off, it is evidence.
    Shapes: X (n, D), y (n,) -> p (D + 1,), alpha (n,); float64, CPU.
    Raises: ValueError if X or y is not so, or if X is not finite.
    """
    _check_rows(X, y)
    ones = X.new_ones(len(X), 1)
    Z = (y.unsqueeze(1) * torch.cat([X, ones], dim=1)).double().cpu()
    rows = torch.cat([Z.T, torch.ones(1, len(X)).double()])  # (D + 2, n)
    target = torch.zeros(len(rows)).double()
    target[-1] = 1  # the sum of beta should be near 1
    solver = LinearRegression(fit_intercept=False, positive=True)
    solver.fit(rows.numpy(), target.numpy())  # eq:perceptron-nonnegative
    alpha = torch.from_numpy(solver.coef_ / solver.coef_.sum())
    return alpha @ Z, alpha  # eq:perceptron-hull
