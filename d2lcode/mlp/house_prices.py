"""From a table of houses to the file of prices that a contest wants."""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial

import pandas as pd
import torch
from torch import Tensor

from d2lcode.foundations.preprocessing import (
    encode,
    impute_median,
    one_hot,
    standardize,
)
from d2lcode.mlp.weight_decay import ridge

Model = Callable[[Tensor, Tensor], Callable[[Tensor], Tensor]]


def log_rmse(y_hat: Tensor, y: Tensor) -> float:
    """Return the root mean squared difference of the log prices.

    Shapes: y_hat (n,), y (n,) -> a number, 0 if all are right.
    Deviation: scikit-learn's root_mean_squared_log_error takes the
        logarithm of 1 + price.
    Raises: ValueError unless both are (n,) positive, finite floats.
    """
    _check_prices("y", y, y.numel())
    _check_prices("y_hat", y_hat, len(y))
    error = y_hat.log() - y.log()  # (n,)
    return error.square().mean().sqrt().item()  # eq:house-score


def house_features(
    table: pd.DataFrame,
    train: pd.DataFrame,
    numbers: Sequence[str],
    words: Sequence[str],
) -> Tensor:
    """Turn columns of a table into numbers, by what the rows of train say.

    numbers, words: names of columns. Numbers are filled, marked where
        train has holes, and standardized; words become one-hot, and a
        word that train does not have counts as missing.
    Shapes: m rows -> (m, P) float64.
    Raises: ValueError if a column is missing or is not what it should.
    """
    X, X_train = read_numbers(table, numbers), read_numbers(train, numbers)
    filled = impute_median(X_train, X_train)  # (n, D)
    Z = standardize(impute_median(X, X_train), filled)  # (m, D)
    holes = X.isnan()[:, X_train.isnan().any(dim=0)]
    columns = [Z, holes.double()]
    for name in words:
        known = sorted(set(read_words(train, name)) - {None}, key=str)
        codes = encode(read_words(table, name), known)  # (m,)
        columns.append(one_hot(codes, max(len(known), 1)).double())
    return torch.cat(columns, dim=1)  # (m, P)


def linear_model(weight_decay: float) -> Model:
    """Return ridge regression as a model of log prices.

    Raises: ValueError unless weight_decay is positive and finite.
    """
    if not 0 < weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be positive and finite, got {weight_decay}"
        )
    return partial(fit_linear, weight_decay)


def fit_linear(
    weight_decay: float, X: Tensor, t: Tensor
) -> Callable[[Tensor], Tensor]:
    """Fit ridge regression on X (n, P) and t (n,)."""
    w, b = ridge(X, t, weight_decay)  # eq:house-fit
    return partial(predict_linear, w, b)


def predict_linear(w: Tensor, b: Tensor, X: Tensor) -> Tensor:
    """Return Xw + b: (m, P) -> (m,)."""
    return X @ w + b


class HousePipeline:
    """From a table to prices: features, a model of log prices, exp.

    numbers, words: names of columns; others are not looked at.
    Raises: ValueError if there is no column or one is named twice.
    """

    def __init__(
        self, numbers: Sequence[str], words: Sequence[str], model: Model
    ) -> None:
        names = [*numbers, *words]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"numbers and words must be different columns, got {names}"
            )
        self.columns = list(numbers), list(words)
        self.model = model
        self.train: pd.DataFrame | None = None

    def fit(self, table: pd.DataFrame, prices: Tensor) -> None:
        """Learn from n rows and their prices (n,), and from nothing else.

        Raises: ValueError if a column or a price is not as it must be.
        """
        _check_prices("prices", prices, len(table))
        X = house_features(table, table, *self.columns)  # (n, P)
        self.predictor = self.model(X, prices.double().log())
        self.train = table.copy()

    def predict(self, table: pd.DataFrame) -> Tensor:
        """Return a price for each of m rows: (m,).

        Raises: ValueError before `fit`, or if a column is not there.
        """
        if self.train is None:
            raise ValueError("fit must come before predict, got no fit")
        X = house_features(table, self.train, *self.columns)  # (m, P)
        return self.predictor(X).detach().exp()  # eq:house-predict


def out_of_fold(
    pipeline: HousePipeline, table: pd.DataFrame, prices: Tensor, K: int
) -> Tensor:
    """Predict each row by a fit that has seen K - 1 folds, not the row's.

    The rows are dealt into K folds at random, by PyTorch's generator.
    Shapes: prices (n,) -> (n,).
    Raises: ValueError unless K is in 2 .. n and there are n prices.
    """
    n = len(table)
    if not 2 <= K <= n:
        raise ValueError(f"K must be in 2 .. {n} (rows), got {K}")
    _check_prices("prices", prices, n)
    y_hat = torch.full((n,), torch.nan, dtype=torch.float64)
    for fold in torch.randperm(n).tensor_split(K):
        others = torch.ones(n, dtype=torch.bool)
        others[fold] = False
        pipeline.fit(table[others.numpy()], prices[others])
        y_hat[fold] = pipeline.predict(table.iloc[fold.numpy()])
    return y_hat  # eq:house-fold


def submission(ids: Iterable[int], prices: Tensor) -> pd.DataFrame:
    """Return the table that the contest wants: Id, SalePrice.

    Shapes: n ids, prices (n,) in the same order.
    Raises: ValueError unless the ids differ and each has one positive,
        finite price.
    """
    ids = list(ids)
    _check_prices("prices", prices, len(ids))
    if len(set(ids)) < len(ids):
        raise ValueError(
            f"ids must differ, got {next(i for i in ids if ids.count(i) > 1)} "
            "twice"
        )
    return pd.DataFrame({"Id": ids, "SalePrice": prices.detach().cpu()})


def read_numbers(table: pd.DataFrame, names: Sequence[str]) -> Tensor:
    """Return columns of numbers as (n, D) float64; a hole is NaN."""
    for name in names:
        _check_column(table, name)
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise ValueError(
                f"table[{name!r}] must hold numbers, got {table[name].dtype}"
            )
    numbers = table[list(names)].to_numpy(dtype=float, na_value=float("nan"))
    return torch.tensor(numbers, dtype=torch.float64)


def read_words(table: pd.DataFrame, name: str) -> list[Hashable]:
    """Return a column of words, in which None is a hole."""
    _check_column(table, name)
    return [None if pd.isna(word) else word for word in table[name]]


def _check_column(table: pd.DataFrame, name: str) -> None:
    """Raise ValueError unless the table has one column of that name."""
    found = list(table.columns).count(name)
    if found != 1:
        raise ValueError(
            f"table must have one column {name!r}, got {found} "
            f"among {list(table.columns)}"
        )


def _check_prices(name: str, prices: Tensor, n: int) -> None:
    """Raise ValueError unless prices are a tensor of n > 0 positive floats."""
    if not isinstance(prices, Tensor):
        raise ValueError(
            f"{name} must be a tensor, got {type(prices).__name__}"
        )
    if prices.shape != (n,) or not prices.is_floating_point():
        raise ValueError(
            f"{name} must be ({n},) floats, "
            f"got {tuple(prices.shape)} {prices.dtype}"
        )
    if n == 0:
        raise ValueError(f"{name} must hold at least one price, got none")
    bad = prices[~((prices > 0) & prices.isfinite())]
    if len(bad):
        raise ValueError(
            f"{name} must be positive and finite, got {bad[0].item():.6g} "
            f"({len(bad)} of {n} are not)"
        )
