"""From a table to a tensor: holes filled, words as columns, one unit."""

from collections.abc import Hashable, Iterable, Sequence

import torch
from torch import Tensor


def impute_median(X: Tensor, train: Tensor) -> Tensor:
    """Replace each NaN of X by the median of its column of `train`.

    Of an even count, the median is the mean of the two middle numbers.
    Shapes: X (m, D), train (n, D) -> (m, D).
    Deviation: torch.nanmedian gives the lower of the two.
    Raises: ValueError unless X and train are tables of floats with the
        same columns, not infinite, with a number in each of train's.
    """
    _check_tables(X, train, holes=True)
    filled = X.clone()
    for j in range(X.shape[1]):
        column = train[:, j]
        known = column[~column.isnan()].sort().values
        K = len(known)
        middle = (known[(K - 1) // 2] + known[K // 2]) / 2
        filled[X[:, j].isnan(), j] = middle  # eq:preprocessing-median
    return filled  # eq:preprocessing-impute


def encode(
    words: Iterable[Hashable], categories: Sequence[Hashable]
) -> Tensor:
    """Return the place of each word in `categories`, or -1.

    -1 stands for a missing word (None, NaN) and for an unknown one.
    Shapes: n words -> (n,) int64.
    Raises: ValueError if a category is missing or occurs twice.
    """
    if any(word is None or word != word for word in categories):
        raise ValueError("categories must be known, got None or NaN")
    if len(set(categories)) < len(categories):
        raise ValueError(f"categories must differ, got {list(categories)}")
    place = {word: k for k, word in enumerate(categories)}
    return torch.tensor([place.get(w, -1) for w in words], dtype=torch.int64)


def one_hot(codes: Tensor, C: int) -> Tensor:
    """Return a column for each of C categories and one for no category.

    Shapes: codes (n,) int64 in -1 .. C - 1 -> (n, C + 1) float32;
        a code of -1 puts its 1 into the last column.
    Deviation: F.one_hot makes C columns and refuses -1.
    Raises: ValueError for C < 1, or unless codes are as said.
    """
    if C < 1:
        raise ValueError(f"C must be at least 1, got {C}")
    if codes.ndim != 1 or codes.dtype != torch.int64:
        raise ValueError(
            f"codes must be (n,) int64, got {tuple(codes.shape)} {codes.dtype}"
        )
    wrong = codes[(codes < -1) | (codes >= C)]
    if len(wrong):
        raise ValueError(
            f"codes must be in -1 .. {C - 1}, got {wrong[0].item()}"
        )
    k = torch.where(codes == -1, C, codes).unsqueeze(1)  # (n, 1)
    columns = torch.arange(C + 1, device=codes.device)  # (C + 1,)
    return (columns == k).float()  # eq:preprocessing-one-hot


def standardize(X: Tensor, train: Tensor) -> Tensor:
    """Subtract the mean of `train`, divide by its standard deviation.

    A column that is constant in `train`, up to rounding, is not divided.
    Shapes: X (m, D), train (n, D) -> (m, D).
    Deviation: the variance has 1 / n, as in scikit-learn; pandas and
        Tensor.std divide by n - 1.
    Raises: ValueError unless X and train are tables of finite floats
        with the same columns and train has a row.
    """
    _check_tables(X, train, holes=False)
    mean = train.mean(dim=0)  # (D,)
    std = (train - mean).square().mean(dim=0).sqrt()  # (D,)
    rounding = 8 * torch.finfo(train.dtype).eps * train.abs().amax(dim=0)
    constant = train.amax(dim=0) - train.amin(dim=0) <= rounding  # (D,)
    std = torch.where(constant, 1.0, std)  # nothing to divide by
    return (X - mean) / std  # eq:preprocessing-standardize


def correlation(X: Tensor, y: Tensor) -> Tensor:
    """Return the correlation of each column of X with y.

    It is in -1 .. 1; for a constant, which has none, it is 0.
    Shapes: X (n, D), y (n,) -> (D,).
    Raises: ValueError unless X is a table of finite floats with a row
        and y has one finite float for each of its rows.
    """
    Z = standardize(X, X)
    if y.shape != X.shape[:1] or not y.is_floating_point():
        raise ValueError(
            f"y must be ({len(X)},) floats, got {tuple(y.shape)} {y.dtype}"
        )
    if not y.isfinite().all():
        raise ValueError(f"y must be finite, got {y[~y.isfinite()][0].item()}")
    t = standardize(y.unsqueeze(1), y.unsqueeze(1))  # (n, 1)
    return (Z * t).mean(dim=0)  # eq:preprocessing-correlation


def _check_tables(X: Tensor, train: Tensor, *, holes: bool) -> None:
    """Raise ValueError unless X (m, D) and train (n, D) hold numbers.

    holes: whether NaN may stand for a missing number.
    """
    for name, table in (("X", X), ("train", train)):
        if table.ndim != 2 or not table.is_floating_point():
            raise ValueError(
                f"{name} must be a table (rows, columns) of floats, "
                f"got {tuple(table.shape)} {table.dtype}"
            )
        bad = table.isinf() if holes else ~table.isfinite()
        if bad.any():
            allowed = "finite or NaN" if holes else "finite (impute first)"
            first = table[bad][0].item()
            raise ValueError(f"{name} must be {allowed}, got {first}")
    if X.shape[1] != train.shape[1]:
        raise ValueError(
            f"X must have {train.shape[1]} columns as train, got {X.shape[1]}"
        )
    if len(train) == 0:
        raise ValueError("train must have at least one row, got none")
    empty = train.isnan().all(dim=0).nonzero().flatten().tolist()
    if empty:
        raise ValueError(
            "train must have a number in every column, "
            f"got none in the columns {empty}"
        )
