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

Predictor = Callable[[Tensor], Tensor]
"""From features (m, P) to logarithms of prices (m,)."""

Model = Callable[[Tensor, Tensor], Predictor]
"""From features (n, P) and logarithms of prices (n,) to a predictor."""


def check_prices(name: str, prices: Tensor, n: int) -> None:
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


def log_rmse(y_hat: Tensor, y: Tensor) -> float:
    """Return the root mean squared difference of the log prices.

    Shapes: y_hat (n,), y (n,) -> a number, 0 if all are right.
    Deviation: scikit-learn's root_mean_squared_log_error takes the
        logarithm of 1 + price.
    Raises: ValueError unless both are (n,) positive, finite floats.
    """
    check_prices("y", y, y.numel())
    check_prices("y_hat", y_hat, len(y))
    error = y_hat.log() - y.log()  # (n,)
    return error.square().mean().sqrt().item()  # eq:house-score


def linear_model(weight_decay: float) -> Model:
    """Return ridge regression as a model of log prices.

    Made of functions of the module, so that a pipeline can be pickled.
    Raises: ValueError unless weight_decay is positive and finite.
    """
    if not 0 < weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be positive and finite, got {weight_decay}"
        )

    return partial(_fit_linear, weight_decay)


def _fit_linear(weight_decay: float, X: Tensor, t: Tensor) -> Predictor:
    w, b = ridge(X, t, weight_decay)
    return partial(_predict_linear, w, b)


def _predict_linear(w: Tensor, b: Tensor, X_new: Tensor) -> Tensor:
    return X_new @ w + b


def check_column(table: pd.DataFrame, name: str) -> None:
    """Raise ValueError unless the table has one column of that name."""
    found = list(table.columns).count(name)
    if found != 1:
        raise ValueError(
            f"table must have one column {name!r}, got {found} "
            f"among {list(table.columns)}"
        )


def read_numbers(table: pd.DataFrame, names: Sequence[str]) -> Tensor:
    """Return columns of numbers as (n, D) float64; a hole is NaN.

    Raises: ValueError if a column is missing or holds no numbers.
    """
    for name in names:
        check_column(table, name)
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise ValueError(
                f"table[{name!r}] must hold numbers, got {table[name].dtype}"
            )
    numbers = table[list(names)].to_numpy(dtype=float, na_value=float("nan"))
    return torch.tensor(numbers, dtype=torch.float64)


def read_words(table: pd.DataFrame, name: str) -> list[Hashable]:
    """Return a column of words, in which None is a hole.

    Raises: ValueError if the column is missing.
    """
    check_column(table, name)
    return [None if pd.isna(word) else word for word in table[name]]


class HouseFeatures:
    """Columns of a table as a tensor: filled, marked, one-hot, one unit.

    numbers, words: names of columns; others are not looked at. A number
    gets a column that marks its holes if the rows of `fit` have one; a
    word that they do not have counts as missing.
    Raises: ValueError if there is no column or one is named twice, if
        the table lacks one, for words among numbers, without a fit.
    """

    def __init__(self, numbers: Sequence[str], words: Sequence[str]) -> None:
        names = [*numbers, *words]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"numbers and words must be different columns, got {names}"
            )
        self.numbers, self.words = list(numbers), list(words)
        self.train: Tensor | None = None

    def fit(self, table: pd.DataFrame) -> None:
        """Keep the numbers and the list of words of n rows."""
        self.train = read_numbers(table, self.numbers)  # (n, D)
        words = [set(read_words(table, w)) - {None} for w in self.words]
        self.known = [sorted(found, key=str) for found in words]

    def transform(self, table: pd.DataFrame) -> Tensor:
        """Treat m rows by what `fit` kept: (m, P) float64."""
        if self.train is None:
            raise ValueError("fit must come before transform, got no fit")
        X = read_numbers(table, self.numbers)  # (m, D)
        whole = impute_median(self.train, self.train)  # (n, D)
        holes = X.isnan()[:, self.train.isnan().any(dim=0)]
        Z = standardize(impute_median(X, self.train), whole)
        columns = [Z, holes.double()]
        for name, known in zip(self.words, self.known, strict=True):
            codes = encode(read_words(table, name), known)
            columns.append(one_hot(codes, max(len(known), 1)).double())
        return torch.cat(columns, dim=1)  # (m, P)


class HousePipeline:
    """From a table to prices: features, a model of log prices, exp.

    Raises: ValueError for columns as in HouseFeatures.
    """

    def __init__(
        self, numbers: Sequence[str], words: Sequence[str], model: Model
    ) -> None:
        self.features = HouseFeatures(numbers, words)
        self.model = model
        self.predictor: Predictor | None = None

    def fit(self, table: pd.DataFrame, prices: Tensor) -> None:
        """Learn from n rows and their prices (n,), and from nothing else.

        Raises: ValueError if a column or a price is not as it must be.
        """
        check_prices("prices", prices, len(table))
        self.features.fit(table)
        X = self.features.transform(table)  # (n, P)
        self.predictor = self.model(X, prices.double().log())  # eq:house-fit

    def predict(self, table: pd.DataFrame) -> Tensor:
        """Return a price for each of m rows: (m,).

        Raises: ValueError before `fit`, or if a column is not there.
        """
        if self.predictor is None:
            raise ValueError("fit must come before predict, got no fit")
        X = self.features.transform(table)  # (m, P)
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
    check_prices("prices", prices, n)
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
    check_prices("prices", prices, len(ids))
    if len(set(ids)) < len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise ValueError(f"ids must differ, got {twice} twice")
    return pd.DataFrame({"Id": ids, "SalePrice": prices.detach().cpu()})
