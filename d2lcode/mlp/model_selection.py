"""Model selection: capacity, folds, strata, and the price of choosing."""

import math
from collections.abc import Callable

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


def check_table(X: Tensor, y: Tensor, name: str = "y") -> None:
    """Raise ValueError unless X is (n, D), n > 0, and y is (n,)."""
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (n, D), n > 0, got {tuple(X.shape)}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"{name} must be ({len(X)},), got {tuple(y.shape)}")


def least_squares(
    X: Tensor, y: Tensor, weight_decay: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Return the w and b with the least mean squared error.

    weight_decay adds weight_decay * |w|^2 to that mean. If several w
    are equally good, the shortest.
    Shapes: X (n, D), y (n,) -> w (D,), b ().
    Raises: ValueError if X or y has another shape, X has no row, or
        weight_decay is negative or not finite.
    """
    check_table(X, y)
    if not 0 <= weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be >= 0 and finite, got {weight_decay}"
        )
    n, D = X.shape
    x_mean, y_mean = X.mean(dim=0), y.mean()
    penalty = math.sqrt(n * weight_decay) * torch.eye(D).to(X)  # (D, D)
    A = torch.cat([X - x_mean, penalty])  # (n + D, D)
    target = torch.cat([y - y_mean, y.new_zeros(D)])  # (n + D,)
    w = torch.linalg.pinv(A) @ target
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
    check_table(X, truth, "truth")
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise must be >= 0 and finite, got {noise}")
    w, b = least_squares(X, truth)
    missed = (X @ w + b - truth).square().mean().item()
    A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)  # (n, D + 1)
    p = int(torch.linalg.matrix_rank(A))
    fitted = noise**2 * p / len(X)
    training = missed + noise**2 - fitted  # eq:selection-u
    return training, missed + noise**2 + fitted  # eq:selection-u


Folds = list[tuple[Tensor, Tensor]]


def check_folds(n: int, K: int, generator: object) -> None:
    """Raise ValueError unless 2 <= K <= n and generator is one, or None."""
    if not 2 <= K <= n:
        raise ValueError(f"K must be in 2..{n}, the number of rows, got {K}")
    if not isinstance(generator, torch.Generator | None):
        raise ValueError(
            f"generator must be a torch.Generator or None, got {generator!r}"
        )


def k_fold(n: int, K: int, generator: torch.Generator | None = None) -> Folds:
    """Return K pairs (training rows, held-out rows) of 0..n-1.

    Each row is held out once. Without a generator the folds are blocks
    of neighbouring rows; with one, the rows are shuffled first.
    Raises: ValueError unless 2 <= K <= n, or for another generator.
    """
    check_folds(n, K, generator)
    order = torch.arange(n)
    if generator is not None:
        order = torch.randperm(n, generator=generator)
    parts = order.tensor_split(K)  # sizes differ by at most 1
    return [
        (torch.cat(parts[:k] + parts[k + 1 :]), held)
        for k, held in enumerate(parts)
    ]


def stratified_k_fold(
    y: Tensor, K: int, generator: torch.Generator | None = None
) -> Folds:
    """Return K pairs (training rows, held-out rows), each class dealt out.

    Sorted by class, the rows are dealt like cards, one to each fold in
    turn. With a generator they are shuffled within their class first.
    Shapes: y (n,), a class per row.
    Raises: ValueError if y is not (n,), unless 2 <= K <= n, or for
        another generator.
    """
    if y.ndim != 1:
        raise ValueError(f"y must be (n,), got {tuple(y.shape)}")
    check_folds(len(y), K, generator)
    order = torch.arange(len(y))
    if generator is not None:
        order = torch.randperm(len(y), generator=generator)
    order = order[y.cpu()[order].argsort(stable=True)]  # by class
    hands = [order[k::K] for k in range(K)]  # eq:selection-strata
    return [
        (torch.cat(hands[:k] + hands[k + 1 :]), held)
        for k, held in enumerate(hands)
    ]


def cross_predict(
    predict: Callable[[Tensor, Tensor, Tensor], Tensor],
    X: Tensor,
    y: Tensor,
    folds: Folds,
) -> Tensor:
    """Predict each row by a model that was fitted without its fold.

    predict(X_train, y_train, X_new) fits and predicts, all in one.
    Shapes: X (n, ...), y (n,) -> (n,).
    Raises: ValueError if y is not (n,), or a fold holds out rows that it
        trains on, or the folds do not hold out each row once, or predict
        does not return one value for each held-out row.
    """
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    rows = [i for _, held in folds for i in held.tolist()]
    if sorted(rows) != list(range(len(X))):
        raise ValueError("folds must hold out each row once, they do not")
    parts = []
    for train, held in folds:
        if torch.isin(held, train).any():
            raise ValueError("folds must not train on rows that they hold out")
        part = predict(X[train], y[train], X[held])
        if part.shape != held.shape:
            raise ValueError(
                f"predict must return ({len(held)},), one value for each "
                f"held-out row, got {tuple(part.shape)}"
            )
        parts.append(part)
    return torch.cat(parts)[torch.tensor(rows).argsort()]  # eq:selection-kfold


def chance_of_none(n: int, rare: int, size: int) -> float:
    """Return how likely `size` random rows of n miss all `rare` ones.

    Raises: ValueError unless n >= 1 and rare and size are in 0..n.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    for name, value in (("rare", rare), ("size", size)):
        if not 0 <= value <= n:
            raise ValueError(f"{name} must be in 0..{n}, got {value}")
    return math.comb(n - rare, size) / math.comb(n, size)  # eq:selection-none


def recalls(y_hat: Tensor, y: Tensor, C: int) -> Tensor:
    """Return the share of each class's rows that is predicted right.

    Shapes: y_hat (n,), y (n,), classes 0..C-1 -> (C,) float64.
    Raises: ValueError if the shapes differ, a class of y is not in
        0..C-1, or a class has no row.
    """
    if y.ndim != 1 or y_hat.shape != y.shape:
        raise ValueError(
            f"y_hat and y must be (n,), got {tuple(y_hat.shape)} "
            f"and {tuple(y.shape)}"
        )
    if len(y) and not 0 <= int(y.min()) <= int(y.max()) < C:
        raise ValueError(
            f"y must be in 0..{C - 1}, got {int(y.min())}..{int(y.max())}"
        )
    count = y.bincount(minlength=C)  # (C,)
    if (count == 0).any():
        empty = (count == 0).nonzero().flatten().tolist()
        raise ValueError(f"y must hold every class, got no row of {empty}")
    right = y[y_hat == y].bincount(minlength=C)  # (C,)
    return right.double() / count


def price_bound(M: int, m: int) -> float:
    """Return the most that the best of M accuracies on m rows flatters.

    On average, for M models that were fixed before the rows were seen.
    Raises: ValueError for M < 1 or m < 1.
    """
    for name, value in (("M", M), ("m", m)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return math.sqrt(math.log(M) / (2 * m))  # eq:selection-price
