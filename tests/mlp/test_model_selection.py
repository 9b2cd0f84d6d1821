"""Model selection: folds against scikit-learn, chances by enumeration."""

import itertools
import math
import re
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, precision_score, recall_score
from sklearn.model_selection import (
    KFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.preprocessing import PolynomialFeatures
from torch import Tensor
from torch.nn import functional as F

from book.formula import Random, each, entries, formula
from d2lcode.mlp.model_selection import (
    cross_predict,
    expected_errors,
    k_fold,
    least_squares,
    polynomial_features,
    price_bound,
    stratified_k_fold,
)

F64 = torch.float64


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def problem(n: int, D: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    X = torch.randn(n, D, dtype=F64, generator=generator(seed))
    return X, torch.randn(n, dtype=F64, generator=generator(seed + 1))


def assert_refuses(label: str, values: dict[str, object]) -> None:
    """Each page's inequality is as sharp as the test that calls this."""
    for page in formula(label).sources:
        with pytest.raises(AssertionError, match="does not hold"):
            formula(label, page.tex).check(values)


# Features and least squares


def test_polynomial_features_by_hand() -> None:
    ours = polynomial_features(torch.tensor([2.0, -3.0]), 3)
    assert ours.tolist() == [[2, 4, 8], [-3, 9, -27]]
    assert polynomial_features(torch.zeros(4), 0).shape == (4, 0)


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 9), degree=st.integers(1, 12), seed=st.integers(0, 9))
def test_polynomial_features_are_scikit_learns(
    n: int, degree: int, seed: int
) -> None:
    x = torch.randn(n, dtype=F64, generator=generator(seed))
    oracle = PolynomialFeatures(degree, include_bias=False)
    expected = oracle.fit_transform(x.numpy()[:, None])
    ours = polynomial_features(x, degree).numpy()
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


@pytest.mark.parametrize(("n", "D"), [(20, 3), (5, 5), (4, 9), (6, 0)])
def test_least_squares_is_numpys_and_the_shortest(n: int, D: int) -> None:
    X, y = problem(n, D)
    w, b = least_squares(X, y)
    centred = X.numpy() - X.numpy().mean(0)
    target = y.numpy() - y.numpy().mean()
    if D:
        expected = np.linalg.lstsq(centred, target, rcond=None)[0]
        np.testing.assert_allclose(w.numpy(), expected, atol=1e-10)
    assert w.shape == (D,)
    mean = (X @ w + b).mean().item()
    assert mean == pytest.approx(y.mean().item(), abs=1e-10)


def test_two_measurements_of_zero_by_hand() -> None:
    """The table of the page: all four pairs of noise, and its means."""
    nothing, rows = torch.zeros(2, 0, dtype=F64), []
    for noise in itertools.product((1.0, -1.0), repeat=2):
        y = torch.tensor(noise, dtype=F64)
        _, b = least_squares(nothing, y)
        new = ((b - 1) ** 2 + (b + 1) ** 2) / 2
        rows.append([b.item(), (y - b).square().mean().item(), new.item()])
    assert rows == [[1, 0, 2], [0, 1, 1], [0, 1, 1], [-1, 0, 2]]
    _, training, new = np.mean(rows, axis=0)
    assert expected_errors(nothing, torch.zeros(2, dtype=F64), 1.0) == (
        pytest.approx((training, new))
    )


# The errors


@pytest.mark.equation("eq:selection-errors")
def test_the_two_errors_of_a_fit() -> None:
    """A world of nine rows with chances, four of them drawn for training."""
    X, y = problem(9, 2)
    chances = torch.rand(9, generator=generator()).numpy()
    chances /= chances.sum()
    w, b = (part.numpy() for part in least_squares(X[:4], y[:4]))

    def losses(f, n: int) -> Tensor:
        y_hat = torch.tensor([f(x) for x in X[:n].numpy()])
        return F.mse_loss(y_hat, y[:n], reduction="none")

    formula("eq:selection-errors").check(
        {
            "R_S": lambda f: losses(f, 4).mean(),
            "R": lambda f: losses(f, 9).numpy() @ chances,
            "f": lambda x: x @ w + b,
            r"\ell": lambda a, b: (a - b) ** 2,
            "x_i": entries("i", X),
            "y_i": entries("i", y),
            "n": 4,
            "x": Random(list(X)),
            "y": Random(list(y)),
            r"\E": chances,
        }
    )


WORLD = [(0, 0, 0.3), (0, 1, 0.2), (1, 1, 0.4), (1, 0, 0.1)]  # x, y, chance
FUNCTIONS = [
    {0: a, 1: b}.__getitem__ for a in (0, 1) for b in (0, 1)
]  # all functions of x = 0, 1 with values 0, 1
TABLES = list(itertools.product(WORLD, repeat=3))
CHANCES = np.array([math.prod(p for _, _, p in rows) for rows in TABLES])


def error(rows, f) -> float:
    """The share of the rows that f takes for another class."""
    return sum(f(x) != y for x, y, _ in rows) / len(rows)


def true_error(f) -> float:
    return sum(p for x, y, p in WORLD if f(x) != y)


@pytest.mark.equation("eq:selection-optimism")
def test_the_best_in_training_by_enumerating_all_training_sets() -> None:
    """Three rows from a world of four pairs: 64 training sets."""
    formula("eq:selection-optimism").check(
        {
            "R_S": Random([partial(error, rows) for rows in TABLES]),
            "f_S": Random(
                [min(FUNCTIONS, key=partial(error, rows)) for rows in TABLES]
            ),
            "f": each(FUNCTIONS),
            r"\mathcal{F}": FUNCTIONS,
            "R": true_error,
            r"\E": CHANCES,
        }
    )


@pytest.mark.equation("eq:selection-held-out")
@pytest.mark.parametrize("f", FUNCTIONS)
def test_a_fixed_model_on_all_validation_sets(f) -> None:
    formula("eq:selection-held-out").check(
        {
            "R_V(f)": Random([error(rows, f) for rows in TABLES]),
            "R(f)": true_error(f),
            r"\ell(f(x), y)": Random([error(rows[:1], f) for rows in TABLES]),
            "m": 3,
            r"\E": CHANCES,
        }
    )


@pytest.mark.equation("eq:selection-u")
def test_expected_errors_are_the_formula() -> None:
    """The last column repeats the first: p is 3 = 2 columns and the ones."""
    X, truth = problem(7, 2)
    X = torch.cat([X, X[:, :1]], dim=1)
    A = np.hstack([X.numpy(), np.ones((7, 1))])
    training, new = expected_errors(X, truth, 0.7)
    formula("eq:selection-u").check(
        {
            r"\E[\text{training error}]": training,
            r"\E[\text{训练误差}]": training,
            r"\E[\text{error on new targets}]": new,
            r"\E[\text{新目标上的误差}]": new,
            "t": truth,
            "P": A @ np.linalg.pinv(A),
            "n": 7,
            r"\sigma": 0.7,
            "p": 3,
        }
    )


@pytest.mark.parametrize("D", [0, 1, 4])
def test_expected_errors_by_enumerating_the_noise(D: int) -> None:
    """Noise +s or -s with equal chances: the mean over all 2^n targets."""
    n, s = 6, 0.7
    X, truth = problem(n, D)
    A = np.hstack([X.numpy(), np.ones((n, 1))])
    t = truth.numpy()
    training, new = [], []
    for signs in itertools.product((-s, s), repeat=n):
        y = t + np.array(signs)
        fit = A @ np.linalg.lstsq(A, y, rcond=None)[0]
        training.append(np.mean((fit - y) ** 2))
        # a new target is t + s or t - s
        new.append(np.mean((fit - t - s) ** 2 + (fit - t + s) ** 2) / 2)
    ours = expected_errors(X, truth, s)
    assert ours[0] == pytest.approx(np.mean(training), rel=1e-9)
    assert ours[1] == pytest.approx(np.mean(new), rel=1e-9)
    assert ours[1] - ours[0] == pytest.approx(2 * s**2 * (D + 1) / n)


# Folds


@settings(max_examples=30, deadline=None)
@given(n=st.integers(2, 40), K=st.integers(2, 12))
def test_k_fold_is_scikit_learns(n: int, K: int) -> None:
    K = min(K, n)
    theirs = KFold(K).split(np.zeros(n))
    for ours, expected in zip(k_fold(n, K), theirs, strict=True):
        assert ours[0].tolist() == expected[0].tolist()
        assert ours[1].tolist() == expected[1].tolist()


@pytest.mark.parametrize("strata", [False, True])
def test_shuffled_folds_hold_out_each_row_once(strata: bool) -> None:
    y = torch.arange(23) % 4
    deal = stratified_k_fold if strata else k_fold
    first = y if strata else 23
    folds = deal(first, 5, generator())  # type: ignore[operator]
    held = torch.cat([part for _, part in folds])
    assert sorted(held.tolist()) == list(range(23))
    for train, part in folds:
        both = [*train.tolist(), *part.tolist()]
        assert sorted(both) == list(range(23))
        assert len(part) in (4, 5)
    plain = deal(first, 5)  # type: ignore[operator]
    again = deal(first, 5, generator())  # type: ignore[operator]
    other = deal(first, 5, generator(1))  # type: ignore[operator]

    def hands(folds: list[tuple[Tensor, Tensor]]) -> list[list[int]]:
        return [sorted(part.tolist()) for _, part in folds]

    assert hands(again) == hands(folds)
    assert hands(plain) != hands(folds) != hands(other)


@pytest.mark.equation("eq:selection-strata")
@pytest.mark.parametrize("K", [3, 5, 8])
def test_each_fold_gets_its_share_of_each_class_and_no_less(K: int) -> None:
    y = torch.arange(4).repeat_interleave(torch.tensor([13, 7, 1, 31]))
    folds = stratified_k_fold(y, K, generator())
    for label, count in enumerate(y.bincount().tolist()):
        values = {"n_c": count, "K": K, "k": range(1, K + 1)}
        held = torch.tensor([(y[rows] == label).sum() for _, rows in folds])
        formula("eq:selection-strata").check(
            values | {"n_{kc}": entries("k", held)}
        )
        for beyond in (count // K - 1, count // K + 2):
            held[-1] = beyond
            assert_refuses(
                "eq:selection-strata", values | {"n_{kc}": entries("k", held)}
            )


@settings(max_examples=40, deadline=None)
@given(
    y=st.lists(st.integers(-2, 4), min_size=2, max_size=60),
    K=st.integers(2, 9),
    shuffled=st.booleans(),
)
def test_each_fold_gets_its_share_of_each_class(
    y: list[int], K: int, shuffled: bool
) -> None:
    K = min(K, len(y))
    maker = generator() if shuffled else None
    folds = stratified_k_fold(torch.tensor(y), K, maker)
    for _, held in folds:
        for label in set(y):
            here = sum(y[i] == label for i in held.tolist())
            share = sum(v == label for v in y) / K
            assert math.floor(share) <= here <= math.ceil(share)
            assert share - 1 < here < share + 1


@pytest.mark.parametrize("counts", [(90, 10), (40, 25, 35), (7, 13, 5, 11)])
def test_strata_have_the_sizes_of_scikit_learns(
    counts: tuple[int, ...],
) -> None:
    y = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    theirs = StratifiedKFold(5).split(np.zeros(len(y)), y.numpy())
    for (_, ours), (_, expected) in zip(
        stratified_k_fold(y, 5), theirs, strict=True
    ):
        ours_count = y[ours].bincount(minlength=len(counts)).tolist()
        expected_count = np.bincount(y.numpy()[expected]).tolist()
        assert ours_count == expected_count


def line_predict(X: Tensor, y: Tensor, X_new: Tensor) -> Tensor:
    w, b = least_squares(X, y)
    return X_new @ w + b


@pytest.mark.equation("eq:selection-kfold")
def test_cross_predict_is_a_fit_without_the_fold_of_each_row() -> None:
    X, y = problem(11, 2)
    folds = k_fold(11, 3, generator())
    models = {}
    for rest, held in folds:
        oracle = LinearRegression().fit(X[rest], y[rest])
        for i in held.tolist():
            models[i + 1] = lambda x, oracle=oracle: oracle.predict([x])[0]
    ours = cross_predict(line_predict, X, y, folds)
    cv = F.mse_loss(ours, y)
    formula("eq:selection-kfold").check(
        {
            r"R_{\text{CV}}": cv,
            r"\ell": lambda a, b: (a - b) ** 2,
            "f_{-i}": entries("i", models),
            "x": X,
            "y": y,
            "n": 11,
        }
    )


def test_cross_predict_is_scikit_learns() -> None:
    X, y = problem(20, 3)
    oracle = cross_val_predict(LinearRegression(), X, y, cv=KFold(5))
    ours = cross_predict(line_predict, X, y, k_fold(20, 5))
    np.testing.assert_allclose(ours.numpy(), oracle, rtol=1e-9)


def test_leaving_one_out_is_the_residual_over_one_minus_leverage() -> None:
    X, y = problem(12, 3)
    A = np.hstack([X.numpy(), np.ones((12, 1))])
    hat = A @ np.linalg.pinv(A)
    expected = (y.numpy() - hat @ y.numpy()) / (1 - np.diag(hat))

    def predict(X: Tensor, y: Tensor, X_new: Tensor) -> Tensor:
        w, b = least_squares(X, y)
        return X_new @ w + b

    ours = y - cross_predict(predict, X, y, k_fold(12, 12))
    np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-8)


# Rare classes


@pytest.mark.equation("eq:selection-none")
@pytest.mark.parametrize("n, n_c, K", [(10, 3, 5), (12, 2, 3), (8, 4, 2)])
def test_chance_of_none_by_enumeration(n: int, n_c: int, K: int) -> None:
    hands = list(itertools.combinations(range(n), n // K))
    none = sum(all(sample >= n_c for sample in hand) for hand in hands)
    formula("eq:selection-none").check(
        {"n": n, "n_c": n_c, "K": K}, results=[none / len(hands)]
    )


@pytest.mark.equation("eq:selection-shares")
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_accuracy_and_precision_from_recalls(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, y_hat = rng.integers(0, 2, 50), rng.integers(0, 2, 50)
    r = recall_score(y, y_hat, average=None)
    accuracy, precision = accuracy_score(y, y_hat), precision_score(y, y_hat)
    formula("eq:selection-shares").check(
        {
            r"\text{accuracy}": accuracy,
            r"\text{准确率}": accuracy,
            r"\text{precision}": precision,
            r"\text{查准率}": precision,
            r"\pi": y.mean(),
            "r_0": r[0],
            "r_1": r[1],
        }
    )


# The price


@pytest.mark.equation("eq:selection-price")
@pytest.mark.parametrize("m", [2, 3])
def test_the_winners_flattery_by_enumeration(m: int) -> None:
    """Three models, right on each of m rows with a chance of their own."""
    a = np.array([0.5, 0.6, 0.8])
    scores, winners, chances = [], [], []
    for counts in itertools.product(range(m + 1), repeat=3):
        k = np.array(counts)
        ways = [math.comb(m, count) for count in counts]
        chances.append(np.prod(ways * a**k * (1 - a) ** (m - k)))
        scores.append(k.max() / m)
        winners.append(a[k.argmax()])
    formula("eq:selection-price").check(
        {
            r"\hat a_w": Random(scores),
            "a_w": Random(winners),
            r"\E": np.array(chances),
            "M": 3,
            "m": m,
        }
    )


@pytest.mark.equation("eq:selection-price")
@pytest.mark.parametrize(("M", "m"), [(2, 10), (100, 200)])
def test_price_bound_is_the_formulas(M: int, m: int) -> None:
    values = {"a_w": Random([0.4]), "M": M, "m": m}
    price = price_bound(M, m)
    for flattery in (0, price):
        formula("eq:selection-price").check(
            values | {r"\hat a_w": Random([0.4 + flattery])}
        )
    for beyond in (-1e-6, price + 1e-6):
        assert_refuses(
            "eq:selection-price",
            values | {r"\hat a_w": Random([0.4 + beyond])},
        )


def test_price_bound_is_the_least_over_s() -> None:
    for M, m in ((2, 10), (100, 200), (7, 1)):
        s = np.logspace(-3, 3, 200_001)
        least = (np.log(M) / s + s / (8 * m)).min()
        assert price_bound(M, m) == pytest.approx(least, rel=1e-6)
    assert price_bound(1, 5) == 0


@pytest.mark.parametrize("a", [0.1, 0.5, 0.93])
def test_hoeffdings_lemma(a: float) -> None:
    for s in np.linspace(-20, 20, 81):
        mean = a * np.exp(s * (1 - a)) + (1 - a) * np.exp(-s * a)
        assert mean <= np.exp(s**2 / 8) * (1 + 1e-12)


# Bad input


def test_bad_features() -> None:
    with pytest.raises(ValueError, match=r"x must be \(n,\), got \(2, 1\)"):
        polynomial_features(torch.zeros(2, 1), 3)
    with pytest.raises(ValueError, match="degree must be at least 0, got -1"):
        polynomial_features(torch.zeros(2), -1)


@pytest.mark.parametrize("shape", [(5,), (0, 2), (2, 3, 4)])
def test_bad_tables(shape: tuple[int, ...]) -> None:
    X = torch.zeros(shape)
    message = re.escape(f"X must be (n, D), n > 0, got {shape}")
    with pytest.raises(ValueError, match=message):
        least_squares(X, torch.zeros(5))
    with pytest.raises(ValueError, match=message):
        expected_errors(X, torch.zeros(5), 1.0)


def test_bad_targets() -> None:
    X = torch.zeros(5, 2)
    with pytest.raises(ValueError, match=r"y must be \(5,\), got \(5, 1\)"):
        least_squares(X, torch.zeros(5, 1))
    with pytest.raises(ValueError, match=r"truth must be \(5,\), got \(4,\)"):
        expected_errors(X, torch.zeros(4), 1.0)
    with pytest.raises(ValueError, match=r"y must be \(5,\), got \(4,\)"):
        cross_predict(line_predict, X, torch.zeros(4), k_fold(5, 2))


@pytest.mark.parametrize("bad", [-0.1, math.inf, math.nan])
def test_bad_rates(bad: float) -> None:
    X, y = problem(4, 2)
    message = f"noise must be >= 0 and finite, got {bad}"
    with pytest.raises(ValueError, match=message):
        expected_errors(X, y, bad)


@pytest.mark.parametrize("K", [-1, 0, 1, 6])
def test_bad_number_of_folds(K: int) -> None:
    message = rf"K must be in 2..5, the number of rows, got {K}"
    with pytest.raises(ValueError, match=message):
        k_fold(5, K)
    with pytest.raises(ValueError, match=message):
        stratified_k_fold(torch.zeros(5), K)


def test_bad_strata() -> None:
    with pytest.raises(ValueError, match=r"y must be \(n,\), got \(5, 1\)"):
        stratified_k_fold(torch.zeros(5, 1), 2)


def test_bad_folds() -> None:
    X, y = problem(6, 2)
    folds = k_fold(6, 3)
    for bad in (folds[:2], [*folds, folds[0]], []):
        with pytest.raises(ValueError, match="folds must hold out each row"):
            cross_predict(line_predict, X, y, bad)
    cheat = [(torch.arange(6), held) for _, held in folds]
    with pytest.raises(ValueError, match="folds must not train on rows"):
        cross_predict(line_predict, X, y, cheat)


def test_bad_prices() -> None:
    with pytest.raises(ValueError, match="M must be at least 1, got 0"):
        price_bound(0, 5)
    with pytest.raises(ValueError, match="m must be at least 1, got 0"):
        price_bound(5, 0)


# Numbers of the page


def test_numbers_worked_out_by_hand_on_the_page() -> None:
    """Exercise 1, two guesses, the standard error of an accuracy."""
    table = {3: 0.04, 4: 0.03, 5: 0.015}
    new = [missed + 0.25 * (1 + p / 20) for p, missed in table.items()]
    more = [missed + 0.25 * (1 + p / 100) for p, missed in table.items()]
    assert new == pytest.approx([0.3275, 0.33, 0.3275])
    assert more == pytest.approx([0.2975, 0.29, 0.2775])
    outcomes = list(itertools.product((0, 1), repeat=2))
    assert sum(map(max, outcomes)) / len(outcomes) == 0.75
    assert math.sqrt(0.9 * 0.1 / 1000) == pytest.approx(0.0095, abs=5e-5)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_predictor_with_another_number_of_rows(rows: int) -> None:
    X, y = torch.zeros(4, 1), torch.zeros(4)
    message = rf"predict must return \(2,\).* got \({rows},\)"
    with pytest.raises(ValueError, match=message):
        cross_predict(lambda *_: torch.zeros(rows), X, y, k_fold(4, 2))


def test_a_seed_is_no_generator() -> None:
    message = "generator must be a torch.Generator or None, got 0"
    with pytest.raises(ValueError, match=message):
        k_fold(4, 2, 0)
    with pytest.raises(ValueError, match=message):
        stratified_k_fold(torch.tensor([0, 0, 1, 1]), 2, 0)


def test_fractions_for_classes() -> None:
    X, y = torch.zeros(4, 1), torch.zeros(4).long()
    message = "predict must return torch.int64, as y, got torch.float32"
    with pytest.raises(ValueError, match=message):
        cross_predict(lambda *_: torch.zeros(2), X, y, k_fold(4, 2))
