"""Model selection: capacity, folds, strata, and the price of choosing."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    """Return the powers x, x^2, ..., x^degree as columns.

    Shapes: x (n,) -> (n, degree); degree 0 gives no column.
    Raises: ValueError if x has another shape or for degree < 0.
    """
    if x.ndim != 1:
        raise ValueError(f"x must be (n,), got {tuple(x.shape)}")
    if degree < 0:
        raise ValueError(f"degree must be at least 0, got {degree}")
    exponents = torch.arange(1, degree + 1, device=x.device)
    return x[:, None] ** exponents  # (n, degree)


def least_squares(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the w and b with the least mean squared error.

    If several w are equally good, the shortest.
    Shapes: X (n, D), y (n,) -> w (D,), b ().
    Raises: ValueError if X or y has another shape, or X has no row.
    """
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (n, D), n > 0, got {tuple(X.shape)}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    x_mean, y_mean = X.mean(dim=0), y.mean()
    w = torch.linalg.pinv(X - x_mean) @ (y - y_mean)
    return w, y_mean - x_mean @ w


def expected_errors(
    X: Tensor, truth: Tensor, noise: float
) -> tuple[float, float]:
    """Return the mean squared error to expect of least squares.

    First on the training targets, truth + noise; then on new ones at
    the same X. noise is the standard deviation of the targets.
    Shapes: X (n, D), truth (n,).
    Raises: ValueError if X or truth has another shape, X has no row,
        or noise is negative or not finite.
    """
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (n, D), n > 0, got {tuple(X.shape)}")
    if truth.shape != X.shape[:1]:
        raise ValueError(
            f"truth must be ({len(X)},), got {tuple(truth.shape)}"
        )
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise must be >= 0 and finite, got {noise}")
    w, b = least_squares(X, truth)
    missed = (X @ w + b - truth).square().mean().item()
    A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)  # (n, D + 1)
    p = int(torch.linalg.matrix_rank(A))
    learnt = noise**2 * p / len(X)
    training = missed + noise**2 - learnt  # eq:selection-u
    return training, missed + noise**2 + learnt  # eq:selection-u


Folds = list[tuple[Tensor, Tensor]]


def leave_each_out(parts: Sequence[Tensor]) -> Folds:
    """Return for each part the pair (samples of all others, its own)."""
    folds = []
    for k in range(len(parts)):
        others = [parts[i] for i in range(len(parts)) if i != k]
        folds.append((torch.cat(others), parts[k]))
    return folds


def k_fold(n: int, K: int, generator: torch.Generator | None = None) -> Folds:
    """Return K pairs (training samples, held-out samples) of 0..n-1.

    Each sample is held out once. Without a generator the folds are
    blocks of neighbours; with one, the samples are shuffled first.
    Raises: ValueError unless 2 <= K <= n, or for another generator.
    """
    if not 2 <= K <= n:
        raise ValueError(f"K must be in 2..{n}, the number of rows, got {K}")
    if not isinstance(generator, torch.Generator | None):
        raise ValueError(
            f"generator must be a torch.Generator or None, got {generator!r}"
        )
    order = torch.arange(n)
    if generator is not None:
        order = torch.randperm(n, generator=generator)
    return leave_each_out(order.tensor_split(K))  # sizes differ by at most 1


def stratified_k_fold(
    y: Tensor, K: int, generator: torch.Generator | None = None
) -> Folds:
    """Return K pairs (training samples, held-out ones), classes dealt out.

    Sorted by class, the samples are dealt like cards, one to each fold
    in turn. With a generator they are shuffled first.
    Shapes: y (n,), a class per sample.
    Raises: ValueError if y is not (n,), unless 2 <= K <= n, or for
        another generator.
    """
    if y.ndim != 1:
        raise ValueError(f"y must be (n,), got {tuple(y.shape)}")
    n = len(y)
    if not 2 <= K <= n:
        raise ValueError(f"K must be in 2..{n}, the number of rows, got {K}")
    if not isinstance(generator, torch.Generator | None):
        raise ValueError(
            f"generator must be a torch.Generator or None, got {generator!r}"
        )
    order = torch.arange(len(y))
    if generator is not None:
        order = torch.randperm(len(y), generator=generator)
    order = order[y.cpu()[order].argsort(stable=True)]  # class by class
    hands = [order[k::K] for k in range(K)]  # eq:selection-strata
    return leave_each_out(hands)


def cross_predict(
    predict: Callable[[Tensor, Tensor, Tensor], Tensor],
    X: Tensor,
    y: Tensor,
    folds: Folds,
) -> Tensor:
    """Predict each sample by a model that was fitted without its fold.

    predict(X_train, y_train, X_new) fits and predicts, all in one.
    Shapes: X (n, ...), y (n,) -> (n,), of the dtype of y.
    Raises: ValueError if y is not (n,), or a fold holds out samples that
        it trains on, or the folds do not hold out each sample once, or
        predict does not return one value for each held-out sample, or
        fractions for whole numbers.
    """
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    if sorted(i for _, held in folds for i in held.tolist()) != list(
        range(len(X))
    ):
        raise ValueError("folds must hold out each row once, they do not")
    y_hat = torch.zeros_like(y)
    for train, held in folds:
        if torch.isin(held, train).any():
            raise ValueError("folds must not train on rows that they hold out")
        part = predict(X[train], y[train], X[held])
        if part.shape != held.shape:
            raise ValueError(
                f"predict must return ({len(held)},), one value for each "
                f"held-out row, got {tuple(part.shape)}"
            )
        if part.is_floating_point() and not y.is_floating_point():
            raise ValueError(
                f"predict must return {y.dtype}, as y, got {part.dtype}"
            )
        y_hat[held] = part  # eq:selection-kfold
    return y_hat


def price_bound(M: int, m: int) -> float:
    """Return the most that the best of M accuracies on m samples flatters.

    On average, for M models that were fixed before the samples were seen.
    Raises: ValueError for M < 1 or m < 1.
    """
    if M < 1:
        raise ValueError(f"M must be at least 1, got {M}")
    if m < 1:
        raise ValueError(f"m must be at least 1, got {m}")
    return math.sqrt(math.log(M) / (2 * m))  # eq:selection-price
