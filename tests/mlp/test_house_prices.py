"""House prices: the score, the pipeline, the folds, the file, the leaks."""

import io
import itertools
import math
import pickle
from collections.abc import Callable
from functools import partial
from statistics import geometric_mean

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.compose import make_column_transformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import (
    root_mean_squared_error,
    root_mean_squared_log_error,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from torch import Tensor

from book.formula import Random, each, entries, formula
from d2lcode.mlp.house_prices import (
    HousePipeline,
    house_features,
    linear_model,
    log_rmse,
    out_of_fold,
    submission,
)

NAN = math.nan
Predictor = Callable[[Tensor], Tensor]
NUMBERS, WORDS = ["area", "lot", "garage"], ["zone", "kind"]


def houses(n: int, seed: int = 0) -> tuple[pd.DataFrame, Tensor]:
    """A table with holes and words, and its prices."""
    rng = np.random.default_rng(seed)
    area, lot = rng.uniform(50, 250, n), rng.lognormal(6, 0.5, n)
    garage = rng.integers(1950, 2010, n).astype(float)
    garage[rng.random(n) < 0.2] = NAN
    garage[0], garage[1] = NAN, 1990
    zone = rng.choice(["a", "b", "c"], n).astype(object)
    zone[2] = None
    kind = rng.choice([20, 60], n)
    log = 8 + 0.7 * np.log(area) + 0.2 * (zone == "b") - 0.1 * (kind == 60)
    log += 0.1 * rng.normal(size=n)
    table = pd.DataFrame(
        {"area": area, "lot": lot, "garage": garage, "zone": zone}
    )
    return table.assign(kind=kind), torch.tensor(np.exp(log))


def prices(n: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(n, generator=generator, dtype=torch.float64)
    return (11 + z).exp()


def score(y_hat: np.ndarray, y: np.ndarray) -> float:
    """The code's score, also of one price for all."""
    y = torch.tensor(y)
    return log_rmse(torch.tensor(y_hat).expand(len(y)), y)


# --- The score -----------------------------------------------------------


@pytest.mark.equation("eq:house-score")
@pytest.mark.parametrize("n", [2, 7, 30])
def test_score_is_the_formula(n: int) -> None:
    y_hat, y = prices(n, 0), prices(n, 1)
    formula("eq:house-score").check(
        {r"\operatorname{score}": score, r"\hat y": y_hat, "y": y, "n": n}
    )
    oracle = root_mean_squared_error(y.log().numpy(), y_hat.log().numpy())
    assert log_rmse(y_hat, y) == pytest.approx(oracle)


def test_score_by_hand() -> None:
    """Factors 2, 1/2 and 1."""
    y = torch.tensor([100.0, 200.0, 400.0])
    score = log_rmse(torch.tensor([200.0, 100.0, 400.0]), y)
    assert score == pytest.approx(math.log(2) * math.sqrt(2 / 3))
    assert score == pytest.approx(0.566, abs=5e-4)
    constant = torch.full((3,), 200.0)
    assert log_rmse(constant, y) == pytest.approx(score)


def test_score_counts_factors_in_any_currency() -> None:
    y_hat, y = prices(9, 0), prices(9, 1)
    assert log_rmse(y, y) == 0
    assert log_rmse(2 * y, y) == pytest.approx(math.log(2))
    assert log_rmse(y / 2, y) == pytest.approx(math.log(2))
    assert log_rmse(y, y_hat) == pytest.approx(log_rmse(y_hat, y))
    assert log_rmse(7 * y_hat, 7 * y) == pytest.approx(log_rmse(y_hat, y))
    assert log_rmse(1.01 * y, y) == pytest.approx(0.01, rel=0.01)


def test_scikit_learns_score_adds_one() -> None:
    y_hat, y = prices(9, 0), prices(9, 1)
    theirs = root_mean_squared_log_error((y - 1).numpy(), (y_hat - 1).numpy())
    assert log_rmse(y_hat, y) == pytest.approx(theirs)


@pytest.mark.equation("eq:house-constant")
@pytest.mark.parametrize("n", [2, 7, 40])
def test_the_best_constant_is_the_geometric_mean(n: int) -> None:
    """Among prices around it; one that is not positive has no score."""
    y = prices(n, n) / 1e6
    best = geometric_mean(y.tolist())
    factors = np.array([-1.0, 0.5, 0.999, 1, 1.001, 2])
    formula("eq:house-constant").check(
        {r"\operatorname{score}": score, "y": y, "n": n}
        | {"c": each(best * factors)}
    )
    deviation = np.log(y.numpy()).std()
    assert score(best, y.numpy()) == pytest.approx(deviation, abs=1e-12)


@pytest.mark.equation("eq:house-mean")
@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0])
def test_mean_of_a_price_whose_logarithm_is_normal(sigma: float) -> None:
    """By quadrature, and the score of sending that mean."""
    u, weights = np.polynomial.hermite_e.hermegauss(40)
    chances, log = weights / weights.sum(), 1.2 + sigma * u
    formula("eq:house-mean").check(
        {"y": Random(np.exp(log)), r"\E": chances}
        | {r"\mu": 1.2, r"\sigma": sigma}
    )
    squares = (1.2 + sigma**2 / 2 - log) ** 2 @ chances
    assert squares == pytest.approx(sigma**2 + sigma**4 / 4)


@pytest.mark.equation("eq:house-average")
@pytest.mark.parametrize("M", [2, 5])
def test_the_mean_is_better_by_the_disagreement(M: int) -> None:
    models = torch.stack([prices(20, seed) for seed in range(M)])  # (M, 20)
    y = prices(20, 99)
    mean = models.pow(1 / M).prod(dim=0)
    formula("eq:house-average").check(
        {r"\bar a": mean.log(), "a": models.log(), "t": y.log()}
        | {"M": M, "i": range(1, 21)}
    )
    alone = np.mean([log_rmse(model, y) ** 2 for model in models])
    spread = np.mean([log_rmse(model, mean) ** 2 for model in models])
    assert log_rmse(mean, y) ** 2 == pytest.approx(alone - spread)


# --- The pipeline --------------------------------------------------------


def features(pipeline: HousePipeline, table: pd.DataFrame) -> Tensor:
    """What the model of a fitted pipeline gets."""
    assert pipeline.train is not None
    return house_features(table, pipeline.train, *pipeline.columns)


def parts(pipeline: HousePipeline) -> tuple[Tensor, Tensor]:
    """The w and b of a fitted pipeline, read off its predictions."""
    P = features(pipeline, houses(3)[0]).shape[1]
    unit = torch.eye(P, dtype=torch.float64)
    b = pipeline.predictor(0 * unit[:1])[0]
    return pipeline.predictor(unit) - b, b


@pytest.mark.equation("eq:house-predict")
def test_prediction_is_the_formula() -> None:
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
    pipeline.fit(*houses(60))
    new, _ = houses(15, seed=1)
    w, b = parts(pipeline)

    def row(x: float) -> pd.DataFrame:
        return new.iloc[[int(x)]]

    formula("eq:house-predict").check(
        {
            "f": lambda x: pipeline.predict(row(x)),
            r"\varphi": lambda x: features(pipeline, row(x)),
            "w": w,
            "b": b,
            "x": range(15),
        }
    )


@pytest.mark.equation(
    "eq:house-fit",
    fixed=r"""w, b = \argmin_{w,\, b} \frac{1}{2n} \sum_{i=1}^{n}
    \big(\varphi(x_i)\, w + b - \log y_i\big)^2
    + \frac{\lambda}{2} \norm{w}^2""",
)
def test_fit_has_the_least_cost() -> None:
    table, y = houses(40)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.05))
    pipeline.fit(table, y)
    X, t = features(pipeline, table).numpy(), y.log().numpy()
    w, b = (part.numpy() for part in parts(pipeline))

    def cost(w: np.ndarray, b: float) -> float:
        return ((X @ w + b - t) ** 2).mean() / 2 + 0.05 / 2 * w @ w

    rng = np.random.default_rng(0)
    for size in (0.1, 1e-4):
        for _ in range(20):
            away, shift = size * rng.normal(size=len(w)), size * rng.normal()
            assert cost(w + away, b + shift) > cost(w, b)


@pytest.mark.parametrize("decay", [1e-3, 0.1])
@pytest.mark.parametrize("n", [30, 100])
def test_pipeline_is_scikit_learns(n: int, decay: float) -> None:
    table, y = houses(n)
    new, _ = houses(20, seed=1)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = make_column_transformer(
        (numbers, NUMBERS),
        (MissingIndicator(), NUMBERS),
        (OneHotEncoder(handle_unknown="ignore"), WORDS),
    )
    oracle = make_pipeline(columns, Ridge(alpha=n * decay))
    oracle.fit(table, y.log().numpy())
    ours = HousePipeline(NUMBERS, WORDS, linear_model(decay))
    ours.fit(table, y)
    np.testing.assert_allclose(
        ours.predict(new).log().numpy(), oracle.predict(new), rtol=1e-8
    )


def test_features_by_hand() -> None:
    """Median 4, mean 4, deviation 2; a hole is marked; words in order."""
    train = pd.DataFrame(
        {"x": [2.0, NAN, 6.0, 4.0], "w": ["b", "a", "b", "a"]}
    )
    train.loc[3, "x"] = 4.0
    new = pd.DataFrame({"x": [NAN, 8.0], "w": [None, "b"]})
    root2 = math.sqrt(2)
    expected = [[0, 1, 0, 0, 1], [4 / root2, 0, 0, 1, 0]]
    torch.testing.assert_close(
        house_features(new, train, ["x"], ["w"]),
        torch.tensor(expected, dtype=torch.float64),
    )


def test_numbers_alone_and_words_alone() -> None:
    table, _ = houses(30)
    numbers = house_features(table, table, NUMBERS, [])
    assert numbers.shape == (30, 4)  # garage has holes
    words = house_features(table, table, [], WORDS)
    assert words.shape == (30, 4 + 3)
    assert words.sum(dim=1).tolist() == [2.0] * 30
    table["empty"] = pd.Series([None] * 30, dtype=object)
    empty = house_features(table, table, [], ["empty"])
    assert empty.tolist() == [[0.0, 1.0]] * 30


def test_unknown_words_count_as_missing() -> None:
    table, y = houses(30)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
    pipeline.fit(table, y)
    new = table[:4].copy()
    new["zone"] = ["west", "a", None, "c"]
    missing = new.assign(zone=[None, "a", "north", "c"])
    assert torch.equal(pipeline.predict(new), pipeline.predict(missing))


def test_a_house_alone_has_the_price_it_has_in_company() -> None:
    table, y = houses(40)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
    pipeline.fit(table[:30], y[:30])
    together = pipeline.predict(table[30:])
    for i in range(10):
        alone = pipeline.predict(table[30 + i : 31 + i])
        torch.testing.assert_close(alone, together[i : i + 1])


def test_unit_does_not_matter_and_other_columns_are_not_seen() -> None:
    table, y = houses(40)
    feet = table.assign(area=10.7639 * table["area"], SalePrice=1e9)
    predictions = []
    for unit in (table, feet):
        pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
        pipeline.fit(unit, y)
        predictions.append(pipeline.predict(unit))
    torch.testing.assert_close(*predictions)


def test_any_model_can_be_put_in() -> None:
    def constant(X: Tensor, t: Tensor) -> Predictor:
        assert X.dtype == t.dtype == torch.float64
        return lambda X_new: t.mean().expand(len(X_new))

    table, y = houses(12)
    pipeline = HousePipeline(NUMBERS, WORDS, constant)
    pipeline.fit(table, y.float())
    geometric = math.exp(np.log(y.numpy()).mean())
    np.testing.assert_allclose(
        pipeline.predict(table[:3]), geometric, rtol=1e-6
    )


def test_bool_and_nullable_columns() -> None:
    """True and 1 are numbers; a missing integer is a hole."""
    table = pd.DataFrame(
        {"pool": [True, False], "n": pd.array([1, None], dtype="Int64")}
    )
    X = house_features(table, table, ["pool", "n"], ["n"])
    assert X.tolist() == [[1, 0, 0, 1, 0], [-1, 0, 1, 0, 1]]


# --- The folds -----------------------------------------------------------


@pytest.mark.equation("eq:house-fold")
@pytest.mark.parametrize("n, K", [(23, 2), (23, 5), (12, 12)])
def test_folds_are_the_formula(n: int, K: int) -> None:
    """The folds are what a fit has not seen; then each is fitted anew."""
    table, y = houses(n)
    seen: list[list[float]] = []  # the rows of a fit, as their log prices

    def model(X: Tensor, t: Tensor) -> Predictor:
        seen.append(t.tolist())
        return linear_model(0.01)(X, t)

    y_hat = out_of_fold(HousePipeline(NUMBERS, WORDS, model), table, y, K)
    folds, fits = [], []
    for rows in seen:
        inside = np.isin(y.log().numpy(), rows)
        folds.append(list(1 + np.flatnonzero(~inside)))
        pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
        pipeline.fit(table[inside], y[inside])
        fits.append(partial(price, pipeline, table))
    formula("eq:house-fold").check(
        {
            r"\hat y": y_hat,
            r"f_{S \setminus F_k}": entries("k", fits),
            "x": np.arange(n),
            "F": folds,
            "i": range(1, n + 1),
            "k": range(1, K + 1),
            r"\text{}": log_rmse(y_hat, y),
            r"\operatorname{score}": score,
            "y": y,
        }
    )
    assert sorted(itertools.chain(*folds)) == list(range(1, n + 1))
    sizes = [len(fold) for fold in folds]
    assert max(sizes) - min(sizes) <= 1 and len(sizes) == K


def price(pipeline: HousePipeline, table: pd.DataFrame, row: float) -> float:
    return pipeline.predict(table.iloc[[int(row)]]).item()


def test_rows_keep_their_prices_in_every_fold() -> None:
    """A column from which the price follows predicts every row."""
    y = prices(20, 0)
    table = pd.DataFrame({"log": y.log().numpy()})
    pipeline = HousePipeline(["log"], [], linear_model(1e-10))
    torch.testing.assert_close(
        out_of_fold(pipeline, table, y, 4), y, rtol=1e-6, atol=0
    )


def test_no_row_sees_its_own_price_or_its_own_numbers() -> None:
    table, y = houses(30)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))

    def run(table: pd.DataFrame, y: Tensor) -> Tensor:
        torch.manual_seed(0)
        return out_of_fold(pipeline, table, y, 5)

    before, forged = run(table, y), y.clone()
    forged[7] *= 100
    after = run(table, forged)
    assert before[7] == after[7]
    assert (before != after).sum() == 24  # the other four folds
    far = table.copy()
    far.loc[8, "area"] = 1e9
    mates = before == after  # the fold of house 7
    moved = run(far, y) != before
    same_fold = mates if mates[8] else None
    assert moved[8]
    if same_fold is not None:
        assert not moved[same_fold & (torch.arange(30) != 8)].any()
    else:
        assert moved[mates].all()


def test_folds_follow_the_generator_and_any_index_will_do() -> None:
    table, y = houses(20)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
    results = []
    for seed, index in ((0, range(20)), (0, range(100, 80, -1)), (1, None)):
        torch.manual_seed(seed)
        named = table.set_index(pd.Index(index)) if index else table
        results.append(out_of_fold(pipeline, named, y, 4))
    torch.testing.assert_close(results[0], results[1])
    assert not torch.allclose(results[0], results[2])


@pytest.mark.parametrize("K", [2, 5])
def test_score_of_all_is_the_root_of_the_folds_mean_square(K: int) -> None:
    y_hat, y = prices(20, 0), prices(20, 1)
    scores = [
        log_rmse(a, b) for a, b in zip(y_hat.chunk(K), y.chunk(K), strict=True)
    ]
    together = math.sqrt(sum(s**2 for s in scores) / K)
    assert log_rmse(y_hat, y) == pytest.approx(together)
    assert sum(scores) / K < together


# --- The file ------------------------------------------------------------


def test_submission_survives_the_file() -> None:
    ids = pd.Series([1461, 1462, 1470], index=[7, 8, 9])
    table = submission(ids, torch.tensor([1.5, 2.25, 1e6]).double())
    text = table.to_csv(index=False)
    assert text.splitlines()[0] == "Id,SalePrice"
    back = pd.read_csv(io.StringIO(text))
    assert back["Id"].tolist() == [1461, 1462, 1470]
    assert back["SalePrice"].tolist() == [1.5, 2.25, 1e6]
    assert submission((i for i in [3]), torch.ones(1)).shape == (1, 2)


# --- What the page claims ------------------------------------------------


def test_the_hand_examples() -> None:
    """Ten percent; two models at 12 and 14; one bad house of ten."""
    y = prices(10, 0)
    assert log_rmse(1.1 * y, y) == pytest.approx(math.log(1.1))
    assert math.log(1.1) == pytest.approx(0.095, abs=5e-4)
    errors = [(x - 12.5) ** 2 for x in (12, 14, 13)]
    assert errors == [0.25, 2.25, 0.25]
    assert (errors[0] + errors[1]) / 2 - errors[2] == 1
    wild = y.clone()
    wild[0] *= 10
    assert log_rmse(wild, y) == pytest.approx(math.log(10) / math.sqrt(10))


def test_mean_of_the_logarithms_is_the_root_of_the_product() -> None:
    p, q = prices(9, 0), prices(9, 1)
    mean = ((p.log() + q.log()) / 2).exp()
    torch.testing.assert_close((p * q).sqrt(), mean)


def test_shuffled_predictions_cost_both_variances() -> None:
    a, t = prices(100, 0).log(), prices(100, 1).log() + 1
    everything = [
        (x - v) ** 2 for x, v in itertools.product(a.tolist(), t.tolist())
    ]
    expected = a.var(correction=0) + t.var(correction=0)
    expected += (a.mean() - t.mean()) ** 2
    assert sum(everything) / 100**2 == pytest.approx(expected.item())


def test_a_unit_of_a_feature_multiplies_the_price() -> None:
    table, y = houses(40)
    table = table.assign(log_area=np.log(table["area"]))
    pipeline = HousePipeline(["log_area"], [], linear_model(1e-9))
    pipeline.fit(table, y)
    x = pd.DataFrame({"log_area": np.log([100.0, 200.0, 400.0])})
    p = pipeline.predict(x)
    assert (p[1] / p[0]).item() == pytest.approx((p[2] / p[1]).item())
    assert 1.3 < (p[1] / p[0]).item() < 2  # 2 ** 0.7 and noise


# --- Bad input -----------------------------------------------------------


@pytest.mark.parametrize(
    "value, shown", [(0.0, "0"), (-2.0, "-2"), (NAN, "nan"), (math.inf, "inf")]
)
def test_bad_prices(value: float, shown: str) -> None:
    bad = torch.tensor([1.0, value, 3.0])
    good = torch.ones(3)
    message = rf" must be positive and finite, got {shown} \(1 of 3 are not\)"
    with pytest.raises(ValueError, match="y_hat" + message):
        log_rmse(bad, good)
    with pytest.raises(ValueError, match="y" + message):
        log_rmse(good, bad)
    with pytest.raises(ValueError, match="prices" + message):
        submission([1, 2, 3], bad)
    table, _ = houses(3)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.1))
    with pytest.raises(ValueError, match="prices" + message):
        pipeline.fit(table, bad)
    with pytest.raises(ValueError, match="prices" + message):
        out_of_fold(pipeline, table, bad, 3)


def test_bad_shapes_of_prices() -> None:
    ones = torch.ones
    with pytest.raises(ValueError, match=r"y_hat must be \(3,\) floats, got"):
        log_rmse(ones(1), ones(3))
    with pytest.raises(ValueError, match=r"y must be \(4,\) floats, got \(2"):
        log_rmse(ones(2, 2), ones(2, 2))
    with pytest.raises(ValueError, match=r"y_hat .* \(3,\) torch.int64"):
        log_rmse(torch.tensor([1, 2, 3]), ones(3))
    with pytest.raises(ValueError, match="y must hold at least one price"):
        log_rmse(ones(0), ones(0))
    table, _ = houses(5)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.1))
    with pytest.raises(ValueError, match=r"prices must be \(5,\) floats"):
        pipeline.fit(table, ones(4))
    with pytest.raises(ValueError, match=r"prices must be \(5,\) floats"):
        out_of_fold(pipeline, table, ones(4), 2)
    with pytest.raises(ValueError, match=r"prices must be \(2,\) floats"):
        submission([1, 2], ones(3))


@pytest.mark.parametrize("decay", [0.0, -1.0, NAN, math.inf])
def test_bad_weight_decay(decay: float) -> None:
    message = f"weight_decay must be positive and finite, got {decay}"
    with pytest.raises(ValueError, match=message):
        linear_model(decay)


@pytest.mark.parametrize(
    "numbers, words", [([], []), (["a"], ["a"]), (["a", "a"], [])]
)
def test_bad_columns(numbers: list[str], words: list[str]) -> None:
    message = "numbers and words must be different columns, got"
    with pytest.raises(ValueError, match=message):
        HousePipeline(numbers, words, linear_model(0.1))


def test_bad_tables() -> None:
    table, y = houses(5)
    model = linear_model(0.1)
    message = "table must have one column 'pool', got 0 among"
    with pytest.raises(ValueError, match=message):
        HousePipeline(["pool"], [], model).fit(table, y)
    with pytest.raises(ValueError, match=message):
        HousePipeline([], ["pool"], model).fit(table, y)
    twice = pd.concat([table, table[["lot"]]], axis=1)
    with pytest.raises(ValueError, match="one column 'lot', got 2 among"):
        HousePipeline(["lot"], [], model).fit(twice, y)
    with pytest.raises(ValueError, match=r"table\['zone'\] must hold numbers"):
        HousePipeline(["zone"], [], model).fit(table, y)
    pipeline = HousePipeline(NUMBERS, WORDS, model)
    pipeline.fit(table, y)
    with pytest.raises(ValueError, match="one column 'kind', got 0 among"):
        pipeline.predict(table.drop(columns="kind"))


def test_predict_before_fit() -> None:
    table, _ = houses(5)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.1))
    with pytest.raises(ValueError, match="fit must come before predict"):
        pipeline.predict(table)


@pytest.mark.parametrize("K", [-1, 0, 1, 6])
def test_bad_number_of_folds(K: int) -> None:
    table, y = houses(5)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.1))
    with pytest.raises(ValueError, match=rf"K must be in 2 .. 5 .*got {K}"):
        out_of_fold(pipeline, table, y, K)


def test_bad_ids() -> None:
    with pytest.raises(ValueError, match="ids must differ, got 7 twice"):
        submission([3, 7, 9, 7], torch.ones(4))


# In somebody's own project


def test_a_fitted_pipeline_survives_pickling() -> None:
    table, y = houses(30)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
    pipeline.fit(table, y)
    again = pickle.loads(pickle.dumps(pipeline))  # noqa: S301
    assert torch.equal(again.predict(table), pipeline.predict(table))


def network_model(X: Tensor, t: Tensor) -> Predictor:
    """A model whose predictions carry a graph."""
    linear = torch.nn.Linear(X.shape[1], 1, dtype=torch.float64)
    return lambda X_new: linear(X_new).squeeze(1) + t.mean()


def test_a_networks_predictions_can_be_submitted() -> None:
    table, y = houses(30)
    pipeline = HousePipeline(NUMBERS, WORDS, network_model)
    pipeline.fit(table, y)
    sent = submission(range(30), pipeline.predict(table))
    assert len(sent) == 30
    grown = y.clone().requires_grad_() * 2
    assert submission(range(30), grown)["SalePrice"][0] == 2 * y[0].item()


def test_prices_must_be_a_tensor() -> None:
    table, y = houses(30)
    pipeline = HousePipeline(NUMBERS, WORDS, linear_model(0.01))
    with pytest.raises(ValueError, match="prices must be a tensor, got Seri"):
        pipeline.fit(table, pd.Series(y.numpy()))
