"""Linear regression: reader, model, loss, optimizer and closed form."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor


def data_iter(
    X: Tensor, y: Tensor, batch_size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield all rows once, in random order, `batch_size` at a time.

    Shapes: X (n, D), y (n,) -> (B, D) and (B,); the last batch may be
        smaller. The order comes from PyTorch's CPU generator.
    Raises: ValueError if X is empty, if y has another length than X,
        or for batch_size < 1.
    """
    if len(X) == 0:
        raise ValueError("X must hold at least one row, got none")
    if len(y) != len(X):
        raise ValueError(f"y must have {len(X)} rows as X, got {len(y)}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    batches = torch.randperm(len(X)).split(batch_size)
    return ((X[rows], y[rows]) for rows in batches)  # eq:linreg-sampling


def linreg(X: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """Return the predictions of a linear model.

    Shapes: X (B, D), w (D,), b () or (1,) -> (B,).
    Raises: ValueError if X, w or b has another shape.
    """
    if X.ndim != 2:
        raise ValueError(f"X must be (B, D), got {tuple(X.shape)}")
    if w.shape != X.shape[1:]:
        raise ValueError(f"w must be ({X.shape[1]},), got {tuple(w.shape)}")
    if b.shape not in ((), (1,)):
        raise ValueError(f"b must be () or (1,), got {tuple(b.shape)}")
    return X @ w + b  # eq:linreg-model


def squared_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Return half the mean squared error.

    Shapes: y_hat (B,), y (B,), or any one shape for both -> ().
    Deviation: nn.MSELoss has no factor 1/2, and lets shapes differ.
    Raises: ValueError if the shapes differ or the batch is empty.
    """
    if y_hat.shape != y.shape:
        raise ValueError(
            f"y_hat must have the shape of y, {tuple(y.shape)}, "
            f"got {tuple(y_hat.shape)}"
        )
    if y.numel() == 0:
        raise ValueError("y must hold at least one number, got none")
    return (y_hat - y).square().mean() / 2  # eq:linreg-loss


def sgd(parameters: Iterable[Tensor], learning_rate: float) -> None:
    """Step once against the gradients, in place, and clear them.

    Deviation: torch.optim.SGD skips a parameter without a gradient and
        leaves the clearing to `zero_grad`.
    Raises: ValueError if learning_rate is not positive and finite, or
        if a parameter has no gradient; then none has moved.
    """
    if not 0 < learning_rate < float("inf"):
        raise ValueError(
            f"learning_rate must be positive and finite, got {learning_rate}"
        )
    parameters = list(parameters)
    steps = [(p, p.grad) for p in parameters if p.grad is not None]
    if len(steps) < len(parameters):
        raise ValueError(
            "parameters must have gradients (call backward() first), "
            "got one whose grad is None"
        )
    with torch.no_grad():
        for parameter, gradient in steps:
            parameter -= learning_rate * gradient  # eq:linreg-update
            parameter.grad = None


def solve_normal_equation(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the w and b with the least squared loss.

    Shapes: X (n, D), y (n,) -> w (D,), b ().
    Raises: ValueError if X or y has another shape, or if X with a
        column of ones has dependent columns in X's precision.
    """
    if X.ndim != 2:
        raise ValueError(f"X must be (n, D), got {tuple(X.shape)}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)  # (n, D + 1)
    gram = A.T @ A  # (D + 1, D + 1)
    rank = int(torch.linalg.matrix_rank(gram, hermitian=True))
    if rank < len(gram):
        raise ValueError(
            f"X with a column of ones must have rank {len(gram)} "
            f"in {X.dtype}, got {rank}"
        )
    theta = torch.linalg.solve(gram, A.T @ y)  # eq:linreg-normal
    return theta[:-1], theta[-1]
