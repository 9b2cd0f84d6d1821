"""Preprocessing: equations, oracles, errors, what the page claims, Ames."""

import io
import itertools
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from torch import Tensor

from book.formula import Random, each, entries, formula
from d2lcode.foundations.preprocessing import (
    correlation,
    encode,
    impute_median,
    one_hot,
    standardize,
)
from drawings.foundations import preprocessing as drawing

NAN = math.nan
AMES = (
    Path(
        os.environ.get("D2LCODE_DATA")
        or Path(__file__).parents[3] / "shared" / "data"
    )
    / "ames_housing"
)
SHAPES = [(1, 1), (2, 3), (5, 3), (40, 7)]


def numbers(n: int, D: int, seed: int = 0) -> Tensor:
    """A random table (n, D) of float64, columns of unlike size."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, D, generator=generator, dtype=torch.float64)
    return 10.0 ** torch.arange(D) * X + torch.arange(D)


def with_holes(X: Tensor, share: float = 0.3, seed: int = 0) -> Tensor:
    """NaN at random places, but not in the first row."""
    generator = torch.Generator().manual_seed(seed)
    holes = torch.rand(X.shape, generator=generator) < share
    holes[0] = False
    return X.masked_fill(holes, NAN)


def least_squares(X: Tensor, y: Tensor, X_new: Tensor) -> Tensor:
    """As on the page."""
    A, A_new = (torch.cat([x, x.new_ones(len(x), 1)], 1) for x in (X, X_new))
    return A_new @ (torch.linalg.pinv(A, rtol=1e-10) @ y)


def nearest(X: Tensor, y: Tensor, X_new: Tensor, k: int = 10) -> Tensor:
    """As on the page."""
    rows = torch.cdist(X_new, X).topk(k, largest=False).indices
    return y[rows].mean(dim=1)


def rmse(y_hat: Tensor, y: Tensor) -> float:
    return (y_hat - y).square().mean().sqrt().item()


# --- The equations -------------------------------------------------------


def medians(train: Tensor) -> Tensor:
    """What the chapter's code fills in: the medians of train's columns."""
    holes = torch.full((1, train.shape[1]), NAN, dtype=train.dtype)
    return impute_median(holes, train)[0]


@pytest.mark.equation("eq:preprocessing-impute")
@pytest.mark.parametrize("n, D", SHAPES[1:])
def test_impute(n: int, D: int) -> None:
    train, X = with_holes(numbers(n, D)), with_holes(numbers(6, D, seed=1))
    known = entries("i j", ~X.isnan())
    missing = entries("i j", X.isnan())
    words = {
        r"\text{if it is known}": known,
        r"\text{若已知}": known,
        r"\text{if it is missing}": missing,
        r"\text{若缺失}": missing,
    }
    tables = {r"\tilde x": impute_median(X, train), "x": X}
    formula("eq:preprocessing-impute").check(
        tables
        | words
        | {"c": np.nanmedian(train.numpy(), axis=0)}
        | {"i": range(1, 7), "j": range(1, D + 1)}
    )


@pytest.mark.equation("eq:preprocessing-median")
@pytest.mark.parametrize("n", [2, 3, 4, 9])
def test_median_has_the_least_absolute_distance(n: int) -> None:
    """Among the known numbers, where a least is attained, and a grid."""
    train = with_holes(numbers(n, 2), seed=n)
    known = entries("i j", ~train.isnan())
    found = medians(train)
    some = [*train[~train.isnan()].tolist(), *found.tolist()]
    grid = np.linspace(min(some) - 1, max(some) + 1, 20)
    names = {
        "c": each([*some, *grid]),
        "x": train,
        "i": range(1, n + 1),
        "j": range(1, 3),
        r"\text{known}": known,
        r"\text{已知}": known,
    }
    least = formula("eq:preprocessing-median")
    least.check(names | {"c_j": entries("j", found)})
    least.refuse(names | {"c_j": grid[0]})


@pytest.mark.equation("eq:preprocessing-indicator")
def test_with_an_indicator_the_constant_is_free() -> None:
    """Fitted on either filling, w is the same and a moves with c."""
    X, other = with_holes(numbers(15, 2)), numbers(15, 2, seed=7) - 77
    u, y = X.isnan().double(), numbers(15, 1, seed=3)[:, 0]
    fill = [impute_median(X, table) for table in (X, other)]
    marked = [torch.cat([f, u], dim=1) for f in fill]
    ones = X.new_ones(15, 1)
    fits = [torch.linalg.pinv(torch.cat([A, ones], dim=1)) @ y for A in marked]
    torch.testing.assert_close(fits[0][:2], fits[1][:2])
    for j in (1, 2):
        formula("eq:preprocessing-indicator").check(
            {
                r"\tilde x_{ij}(c)": entries("i j", fill[0]),
                r"\tilde x_{ij}(c')": entries("i j", fill[1]),
                "w": fits[0][j - 1],
                "a": fits[0][j + 1],
                "a'": fits[1][j + 1],
                "u": u,
                "c": medians(X)[j - 1],
                "c'": medians(other)[j - 1],
                "i": range(1, 16),
                "j": j,
            },
            tolerance=1e-7,
        )
    # So the best linear predictions agree, and only with the indicator.
    p, q = (least_squares(x[:10], y[:10], x[10:]) for x in marked)
    torch.testing.assert_close(p, q, rtol=1e-8, atol=1e-8)
    p, q = (least_squares(x[:10], y[:10], x[10:]) for x in fill)
    assert not torch.allclose(p, q, rtol=1e-3)


@pytest.mark.equation("eq:preprocessing-one-hot")
@pytest.mark.parametrize("C", [1, 2, 5])
def test_one_hot(C: int) -> None:
    codes = torch.tensor([-1, 0, C - 1, 0, -1, C // 2])
    E = one_hot(codes, C)
    assert E.shape == (6, C + 1) and E.dtype == torch.float32
    k = [C if code == -1 else code for code in codes.tolist()]
    formula("eq:preprocessing-one-hot").check(
        {
            "E": {(i + 1, c): E[i, c] for i in range(6) for c in range(C + 1)},
            "k": k,
            "C": C,
            "i": range(1, 7),
            "c": range(C + 1),
        }
    )
    W = np.random.default_rng(0).normal(size=(C + 1, 3))
    for i in range(6):
        np.testing.assert_array_equal(E[i].numpy() @ W, W[k[i]])
        for other in range(6):
            distance = float((E[i] - E[other]).norm())
            same = codes[i] == codes[other]
            assert distance == pytest.approx(0 if same else math.sqrt(2))


@pytest.mark.equation("eq:preprocessing-standardize")
@pytest.mark.parametrize("n, D", SHAPES[1:3])
def test_standardize(n: int, D: int) -> None:
    train = numbers(n, D)
    z, x = standardize(train, train), train.numpy()
    formula("eq:preprocessing-standardize").check(
        {"z": z, "x": x, r"\mu": x.mean(0), r"\sigma": x.std(0)}
        | {"n": n, "i": range(1, n + 1), "j": range(1, D + 1)}
    )
    np.testing.assert_allclose(z.mean(0).numpy(), 0, atol=1e-12)
    np.testing.assert_allclose((z**2).mean(0).numpy(), 1, rtol=1e-12)


@pytest.mark.equation("eq:preprocessing-affine")
def test_a_linear_model_can_undo_it() -> None:
    train, X = numbers(9, 4), numbers(5, 4, seed=1)
    mu, sigma = train.numpy().mean(0), train.numpy().std(0)
    w, b = np.random.default_rng(0).normal(size=4), 1.7
    formula("eq:preprocessing-affine").check(
        {"z": standardize(X, train), "x": X, r"\mu": mu, r"\sigma": sigma}
        | {"w": w, "b": b, "D": 4, "i": range(1, 6)}
    )
    y = numbers(9, 1, seed=2)[:, 0]
    p = least_squares(train, y, X)
    for seen in (train, torch.cat([train, X])):  # clean, then leaking
        q = least_squares(standardize(train, seen), y, standardize(X, seen))
        torch.testing.assert_close(p, q, rtol=1e-7, atol=1e-7)


def mean_used(rows: list[float]) -> float:
    """The mean that standardize subtracts, read off two of its results."""
    train = torch.tensor(rows, dtype=torch.float64).unsqueeze(1)
    ends = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    z = standardize(ends, train)
    return float(-z[0] / (z[1] - z[0]))


@pytest.mark.equation("eq:preprocessing-leak")
@pytest.mark.parametrize("n, m", [(1, 1), (2, 1), (1, 3), (3, 1)])
def test_leak_of_the_mean(n: int, m: int) -> None:
    """Every draw of n + m rows from three numbers of unlike distance."""
    values = [-1.0, 0.5, 3.0]
    draws = [list(d) for d in itertools.product(values, repeat=n + m)]
    means = {
        r"\mu_{\text{all}}": [mean_used(d) for d in draws],
        r"\mu": [mean_used(d[:n]) for d in draws],
        r"\mu_{\text{test}}": [mean_used(d[n:]) for d in draws],
    }
    formula("eq:preprocessing-leak").check(
        {name: Random(found) for name, found in means.items()}
        | {"n": n, "m": m, r"\sigma": np.std(values)},
        absolute=1e-12,
    )


def test_leak_moves_what_standardize_gives() -> None:
    n, m = 8, 2
    X = numbers(n + m, 3)
    clean = standardize(X, X[:n]).numpy()
    leaking = standardize(X, X).numpy()
    mu, mu_test = X[:n].numpy().mean(0), X[n:].numpy().mean(0)
    s, s_all = X[:n].numpy().std(0), X.numpy().std(0)
    moved = clean * s - leaking * s_all  # (X - mu) - (X - mu_all)
    expected = np.broadcast_to(m / (n + m) * (mu_test - mu), moved.shape)
    np.testing.assert_allclose(moved, expected, rtol=1e-9, atol=1e-9)
    assert math.sqrt(200 / (800 * 1000)) == pytest.approx(0.016, abs=5e-4)


@pytest.mark.equation("eq:preprocessing-correlation")
@pytest.mark.parametrize("N, D", SHAPES[1:3])
def test_correlation(N: int, D: int) -> None:
    X, y = numbers(N, D), numbers(N, 1, seed=5)[:, 0]
    r = correlation(X, y)
    x, t = X.numpy(), y.numpy()
    columns = {"z": (x - x.mean(0)) / x.std(0), "t": (t - t.mean()) / t.std()}
    formula("eq:preprocessing-correlation").check(
        {"r": r, "N": N, "i": range(1, N + 1), "j": range(1, D + 1)} | columns
    )
    for j in range(D):
        assert r[j].item() == pytest.approx(np.corrcoef(x[:, j], t)[0, 1])
    assert bool((r.abs() <= 1 + 1e-12).all())


# --- The oracles ---------------------------------------------------------


@given(
    n=st.integers(1, 30),
    m=st.integers(0, 9),
    D=st.integers(1, 5),
    share=st.floats(0, 0.9),
    seed=st.integers(0, 99),
)
@settings(max_examples=20, deadline=None)
def test_equals_scikit_learn_and_pandas(
    n: int, m: int, D: int, share: float, seed: int
) -> None:
    train = with_holes(numbers(n, D, seed), share, seed)
    X = torch.full((m, D), NAN, dtype=torch.float64)
    X[::2] = numbers(m, D, seed + 1)[::2]
    filled, filled_train = impute_median(X, train), impute_median(train, train)
    medians = pd.DataFrame(train.numpy()).median().to_numpy()
    expected = np.where(np.isnan(X.numpy()), medians, X.numpy())
    np.testing.assert_array_equal(filled.numpy(), expected)
    imputer = SimpleImputer(strategy="median").fit(train.numpy())
    theirs = imputer.transform(train.numpy())
    np.testing.assert_array_equal(filled_train.numpy(), theirs)
    scaler = StandardScaler().fit(theirs)
    if m:
        np.testing.assert_allclose(
            standardize(filled, filled_train).numpy(),
            scaler.transform(filled.numpy()),
            rtol=1e-9,
            atol=1e-9,
        )
    assert torch.equal(
        standardize(filled, filled_train).isfinite(),
        torch.ones(m, D, dtype=torch.bool),
    )


@given(
    words=st.lists(st.sampled_from(["a", "b", "c", None, NAN]), max_size=20),
    train=st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=9),
)
@settings(max_examples=20, deadline=None)
def test_one_hot_equals_pandas_and_scikit_learn(
    words: list[object], train: list[str | None]
) -> None:
    known = sorted({w for w in train if w is not None})
    if not known:
        return
    codes = encode(words, known)
    E = one_hot(codes, len(known)).numpy()
    assert E.shape == (len(words), len(known) + 1)
    index = pd.Index(known).get_indexer(pd.Series(words, dtype=object))
    assert codes.tolist() == index.tolist()
    given_known = [w if w in known else None for w in words]
    column = pd.Series(pd.Categorical(given_known, categories=known))
    theirs = pd.get_dummies(column, dummy_na=True, dtype=float)
    np.testing.assert_array_equal(E, theirs.to_numpy())
    if words:
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        encoder.fit(np.array(known, dtype=object)[:, None])
        theirs = encoder.transform(
            np.array(given_known, dtype=object)[:, None]
        )
        np.testing.assert_array_equal(E[:, :-1], theirs)


def test_one_hot_equals_torch() -> None:
    codes = torch.arange(5).repeat(2)
    E = one_hot(codes, 5)
    theirs = torch.nn.functional.one_hot(codes, 6)
    assert torch.equal(E, theirs.float())
    with pytest.raises(RuntimeError):  # the deviation that we claim
        torch.nn.functional.one_hot(torch.tensor([-1]), 5)


def test_gradients() -> None:
    X, train = numbers(4, 2).requires_grad_(), numbers(5, 2, 1)
    assert torch.autograd.gradcheck(lambda x: standardize(x, train), [X])
    train.requires_grad_()
    fixed = X.detach()
    assert torch.autograd.gradcheck(lambda t: standardize(fixed, t), [train])


# --- Properties ----------------------------------------------------------


def test_rows_do_not_look_at_each_other() -> None:
    """No number of the test set reaches another row."""
    train, X = with_holes(numbers(20, 3)), with_holes(numbers(6, 3, 1))
    filled = impute_median(train, train)
    together = standardize(impute_median(X, train), filled)
    for i in range(6):
        row = X[i : i + 1]
        alone = standardize(impute_median(row, train), filled)
        assert torch.equal(together[i : i + 1], alone)


def test_known_numbers_stay_and_inputs_are_not_touched() -> None:
    train = with_holes(numbers(20, 3))
    copy = train.clone()
    filled = impute_median(train, train)
    known = ~copy.isnan()
    assert torch.equal(filled[known], copy[known])
    assert filled.isfinite().all()
    assert torch.equal(impute_median(filled, filled), filled)
    standardize(filled, filled)
    assert torch.equal(train.isnan(), copy.isnan())
    assert torch.equal(train[known], copy[known])


def test_the_unit_does_not_matter() -> None:
    train, X = numbers(20, 3), numbers(6, 3, 1)
    scale, shift = torch.tensor([0.3048, 2.0, 1e6]), torch.tensor([0, 32, -5])
    torch.testing.assert_close(
        standardize(X * scale + shift, train * scale + shift),
        standardize(X, train),
    )


@pytest.mark.parametrize("constant", [0.3, -7e-30, 7e30])
def test_a_column_that_is_constant_up_to_rounding(constant: float) -> None:
    """0.3 in some rows and 0.1 + 0.2 in others: as in scikit-learn."""
    other = constant * (0.1 + 0.2) / 0.3
    assert other != constant
    train = torch.tensor([[constant], [other]] * 5, dtype=torch.float64)
    X = torch.tensor([[constant], [2 * constant]], dtype=torch.float64)
    found = standardize(X, train)
    expected = StandardScaler().fit(train.numpy()).transform(X.numpy())
    torch.testing.assert_close(found, torch.from_numpy(expected))
    assert found[1, 0] == pytest.approx(constant)


def test_a_column_of_small_differences_is_divided() -> None:
    """Years in float32, and half a second beside a day."""
    for train in ([2006.0, 2010.0], [86400.0, 86400.5]):
        X = torch.tensor(train).unsqueeze(1)
        assert standardize(X, X).flatten().tolist() == [-1, 1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("constant", [0.0, 0.1, -7.3, 1e6 + 0.1])
def test_a_constant_column_is_only_shifted(
    constant: float, dtype: torch.dtype
) -> None:
    train = torch.full((7, 1), constant, dtype=dtype)
    X = torch.tensor([[constant], [constant + 2]], dtype=dtype)
    expected = X - train.mean(dim=0)
    assert torch.equal(standardize(X, train), expected)
    assert correlation(train, numbers(7, 1)[:, 0].to(dtype)).abs() < 0.2


def test_float32_stays_float32() -> None:
    train = with_holes(numbers(5, 2)).float()
    filled = impute_median(train, train)
    assert filled.dtype == torch.float32
    assert standardize(filled, filled).dtype == torch.float32


def test_words_of_any_kind() -> None:
    assert encode([20, 60, 20.0, NAN, None, 7], [20, 60]).tolist() == [
        *(0, 1, 0, -1, -1, -1)
    ]
    column = pd.Series(["b", None, "a"])
    assert encode(column, ["a", "b"]).tolist() == [1, -1, 0]
    assert encode([], ["a"]).tolist() == []
    assert encode([], ["a"]).dtype == torch.int64


def test_by_hand() -> None:
    """A small column, and one that comes later."""
    column = torch.tensor([[2.0], [4.0], [NAN], [6.0], [8.0]])
    later = torch.tensor([[NAN], [9.0]])
    filled = impute_median(column, column)
    assert filled.flatten().tolist() == [2, 4, 5, 6, 8]
    z = standardize(filled, filled).flatten().tolist()
    assert z == [-1.5, -0.5, 0, 0.5, 1.5]
    z = standardize(impute_median(later, column), filled).flatten().tolist()
    assert z == [0, 2]
    assert impute_median(later, column[:1]).tolist() == [[2], [9]]


# --- What the page claims ------------------------------------------------


def test_the_five_houses_and_the_sixth() -> None:
    """The worked example: every number of the drawing and the prose."""
    X = torch.tensor(
        [[90, 1970], [60, NAN], [120, 2010], [80, 1950], [100, 1990]],
        dtype=torch.float64,
    )
    everything = torch.cat([X, torch.tensor([[110, NAN]]).double()])
    filled = impute_median(everything, X)
    assert filled[1, 1] == filled[5, 1] == 1980
    Z = standardize(filled, filled[:5])
    assert Z[:, 0].tolist() == [0, -1.5, 1.5, -0.5, 0.5, 1]
    assert Z[:, 1].tolist() == [-0.5, 0, 1.5, -1.5, 0.5, 0]
    zones = ["north", "centre", "north", NAN, "south", "west"]
    codes = encode(zones, ["centre", "north", "south"])
    assert codes.tolist() == [1, 0, 1, -1, 2, -1]
    assert one_hot(codes, 3).argmax(dim=1).tolist() == [1, 0, 1, 3, 2, 3]


def test_the_drawing_shows_the_five_houses() -> None:
    X = torch.tensor(
        [
            [NAN if cell == "?" else float(cell) for cell in row[:2]]
            for row in drawing.HOUSES
        ]
    )
    filled = impute_median(X, X)
    shown = [
        [float(cell.replace("−", "-")) for cell in row]
        for row in drawing.NUMBERS
    ]
    Z = standardize(filled, filled)
    assert [row[:2] for row in shown] == Z.tolist()
    assert [row[2] for row in shown] == X[:, 1].isnan().float().tolist()
    words = [None if row[2] == "?" else row[2] for row in drawing.HOUSES]
    E = one_hot(encode(words, ["centre", "north", "south"]), 3)
    assert E.argmax(dim=1).tolist() == list(drawing.PLACES)


def test_the_sum_of_distances_is_flat_between_the_middle_two() -> None:
    known = torch.tensor([1950.0, 1970.0, 1990.0, 2010.0])
    sums = [(known - c).abs().sum() for c in (1969, 1970, 1980, 1990, 1991)]
    assert sums == [82, 80, 80, 80, 82]


def test_the_defaults_in_the_table() -> None:
    words = pd.Series(["a", None, "b"])
    plain = pd.get_dummies(words)
    assert list(plain.columns) == ["a", "b"]
    assert {str(kind) for kind in plain.dtypes} == {"bool"}
    with pytest.raises(ValueError, match="unknown categories"):
        OneHotEncoder().fit([["a"]]).transform([["b"]])
    column = np.array([[1.0], [2.0], [6.0], [np.nan]])
    filled = SimpleImputer().fit_transform(column)
    assert filled.shape == (4, 1) and filled[3, 0] == 3  # the mean
    x = torch.tensor([1.0, 2.0, 3.0, 6.0])
    assert StandardScaler().fit(x[:, None]).var_[0] == pytest.approx(3.5)
    assert x.var(correction=0).item() == pytest.approx(3.5)
    assert x.std().item() == pytest.approx(math.sqrt(14 / 3))
    frame = pd.DataFrame({"x": x.numpy()})
    assert frame.std().item() == pytest.approx(math.sqrt(14 / 3))
    assert frame.std(ddof=0).item() == pytest.approx(math.sqrt(3.5))
    assert torch.tensor([1.0, 2.0, 3.0, 6.0, NAN]).nanmedian() == 2


def test_scikit_learn_makes_a_nan_column_only_if_it_saw_one() -> None:
    options = {"handle_unknown": "ignore", "sparse_output": False}
    later = pd.DataFrame({"w": ["a", None]})
    for first, shape in ((["a", "b"], (2, 2)), (["a", None], (2, 2))):
        encoder = OneHotEncoder(**options).fit(pd.DataFrame({"w": first}))
        encoded = encoder.transform(later)
        assert encoded.shape == shape
        assert encoded[1].sum() == (None in first)


def test_dummies_mixed_with_floats_are_objects() -> None:
    table = pd.DataFrame({"x": [1.0, NAN], "w": ["a", None], "v": ["b", "b"]})
    mixed = pd.get_dummies(table, dummy_na=True)
    assert list(mixed.columns) == ["x", "w_a", "w_nan", "v_b", "v_nan"]
    assert mixed["x"].isna().any()
    with pytest.raises(TypeError):
        torch.tensor(mixed.to_numpy())
    numbers = pd.get_dummies(table, dummy_na=True, dtype=float).to_numpy()
    assert torch.tensor(numbers).shape == (2, 5)


def test_the_column_for_nan_is_one_minus_the_others() -> None:
    codes = torch.tensor([-1, 0, 1, 1, -1, 0, 1, -1])
    E = one_hot(codes, 2).double()
    assert torch.equal(E[:, 2], 1 - E[:, :2].sum(dim=1))
    y = numbers(8, 1)[:, 0]
    p, q = (least_squares(x[:6], y[:6], x[6:]) for x in (E, E[:, :2]))
    torch.testing.assert_close(p, q)
    gaps = torch.cdist(E[:3, :2], E[:3, :2])
    assert gaps[0, 1] == gaps[0, 2] == 1
    assert gaps[1, 2].item() == pytest.approx(math.sqrt(2))


def test_read_csv_takes_names_for_holes() -> None:
    words = ["NA", "null", "None", "NULL", "n/a", "nan"]
    text = "w,k\n" + "".join(f"{word},1\n" for word in words)
    assert pd.read_csv(io.StringIO(text))["w"].isna().all()
    kept = pd.read_csv(
        io.StringIO(text), keep_default_na=False, na_values=[""]
    )
    assert kept["w"].tolist() == words


def test_torch_tensor_copies_and_from_numpy_shares() -> None:
    array = pd.DataFrame({"x": [1.0, 2.0]}).to_numpy(dtype=float, copy=True)
    copied, shared = torch.tensor(array), torch.from_numpy(array)
    array[0, 0] = 5
    assert copied[0, 0] == 1 and shared[0, 0] == 5


def test_numbers_in_the_prose() -> None:
    assert pytest.approx(0.36, abs=0.005) == 0.95**20
    near = np.float32(1.7e9)
    assert np.spacing(near) == 128 and 2**30 < near < 2**31


def test_standardized_by_itself_a_row_is_zero() -> None:
    row = numbers(1, 4)
    assert standardize(row, row).abs().max() == 0


# --- The houses of Ames --------------------------------------------------


@pytest.fixture(scope="module")
def ames() -> tuple[pd.DataFrame, pd.DataFrame, Tensor, Tensor]:
    """Training and test table, log prices of both; or skip."""
    files = [AMES / f"{n}.csv.gz" for n in ("train", "test", "test_prices")]
    if not all(file.is_file() for file in files):
        pytest.skip(f"needs the real files in {AMES}")
    options = {"keep_default_na": False, "na_values": ["NA"]}
    train, test, prices = (pd.read_csv(file, **options) for file in files)
    y, y_test = (
        torch.tensor(table["SalePrice"].to_numpy(dtype=float)).log()
        for table in (train, prices)
    )
    return train.drop(columns=["Id", "SalePrice"]), test, y, y_test


def ames_columns(train: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The columns of numbers and of words; MSSubClass is a name."""
    kinds = pd.api.types.is_numeric_dtype
    numeric = [c for c in train if kinds(train[c]) and c != "MSSubClass"]
    return numeric, [c for c in train if c not in numeric]


def ames_words(
    train: pd.DataFrame, table: pd.DataFrame, columns: list[str], own: bool
) -> Tensor:
    blocks = []
    for name in columns:
        known = train[name].dropna()
        categories = sorted(known.unique())
        words = table[name] if own else table[name].fillna(known.mode()[0])
        blocks.append(one_hot(encode(words, categories), len(categories)))
    return torch.cat(blocks, dim=1).double()


def test_ames_becomes_numbers_as_scikit_learn_has_them(
    ames: tuple[pd.DataFrame, pd.DataFrame, Tensor, Tensor],
) -> None:
    train, test, _, _ = ames
    numeric, words = ames_columns(train)
    assert (len(train), len(numeric), len(words)) == (1465, 35, 44)
    assert train.notna().all(axis=1).sum() == 0  # no row without a hole
    X, X_test = (
        torch.tensor(table[numeric].to_numpy(dtype=float))
        for table in (train, test)
    )
    filled, filled_test = impute_median(X, X), impute_median(X_test, X)
    imputer = SimpleImputer(strategy="median").fit(X.numpy())
    theirs = imputer.transform(X_test.numpy())
    np.testing.assert_array_equal(filled_test.numpy(), theirs)
    scaler = StandardScaler().fit(filled.numpy())
    Z = standardize(filled_test, filled)
    np.testing.assert_allclose(Z.numpy(), scaler.transform(theirs), atol=1e-9)
    E = ames_words(train, test, words, own=True)
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder.fit(train[words].astype(object).where(train[words].notna(), None))
    clean = test[words].astype(object).where(test[words].notna(), None)
    theirs = encoder.transform(clean)
    keep = np.concatenate(
        [[c is not None for c in k] for k in encoder.categories_]
    )
    mine = torch.cat(
        [ames_words(train, test, [name], own=True)[:, :-1] for name in words],
        dim=1,
    )
    np.testing.assert_array_equal(mine.numpy(), theirs[:, keep])
    assert E.isfinite().all() and (E.sum(dim=1) == len(words)).all()
    unknown = set(test["Functional"]) - set(train["Functional"])
    assert unknown == {"Sal", "Sev"}  # words that only the test set has


def test_ames_loses_a_category_when_read_by_default(
    ames: tuple[pd.DataFrame, pd.DataFrame, Tensor, Tensor],
) -> None:
    train, _, _, _ = ames
    by_default = pd.read_csv(AMES / "train.csv.gz")["MasVnrType"]
    assert train["MasVnrType"].isna().sum() == 9
    assert (train["MasVnrType"] == "None").sum() == 872
    assert by_default.isna().sum() == 9 + 872


def test_ames_repairs_are_worth_what_the_page_says(
    ames: tuple[pd.DataFrame, pd.DataFrame, Tensor, Tensor],
) -> None:
    train, test, y, y_test = ames
    numeric, words = ames_columns(train)
    X, X_test = (
        torch.tensor(table[numeric].to_numpy(dtype=float))
        for table in (train, test)
    )
    F, F_test = impute_median(X, X), impute_median(X_test, X)
    both = torch.cat([F, F_test])
    raw = rmse(nearest(F, y, F_test), y_test)
    clean, leaking = (
        rmse(
            nearest(standardize(F, seen), y, standardize(F_test, seen)), y_test
        )
        for seen in (F, both)
    )
    assert raw == pytest.approx(0.243, abs=0.002)
    assert clean == pytest.approx(0.173, abs=0.002)
    assert abs(leaking / clean - 1) < 0.01
    holey = [name for name in words if train[name].isna().any()]
    assert len(holey) == 15
    usual, own = (
        rmse(
            least_squares(
                ames_words(train, train, holey, own),
                y,
                ames_words(train, test, holey, own),
            ),
            y_test,
        )
        for own in (False, True)
    )

    assert usual == pytest.approx(0.271, abs=0.003)
    assert own == pytest.approx(0.242, abs=0.003)


# --- The errors ----------------------------------------------------------


@pytest.mark.parametrize("function", [impute_median, standardize])
def test_tables_are_refused(function: object) -> None:
    assert callable(function)
    X, train = numbers(2, 3), numbers(4, 3)
    with pytest.raises(ValueError, match=r"X must be a table .* got \(3,\)"):
        function(X[0], train)
    with pytest.raises(ValueError, match=r"train must be a table .*int64"):
        function(X, train.long())
    with pytest.raises(ValueError, match="X must have 3 columns as train"):
        function(X[:, :2], train)
    with pytest.raises(ValueError, match="train must have at least one row"):
        function(X, train[:0])
    for name, a, b in (("X", X / 0, train), ("train", X, train / 0)):
        with pytest.raises(ValueError, match=rf"{name} must be finite.*inf"):
            function(a, b)


def test_impute_refuses_infinity_and_a_column_of_holes() -> None:
    train = numbers(4, 3)
    with pytest.raises(ValueError, match="X must be finite or NaN, got inf"):
        impute_median(train / 0 * train.sign(), train)
    train[:, 1] = NAN
    with pytest.raises(ValueError, match=r"none in the columns \[1\]"):
        impute_median(train, train)


def test_standardize_refuses_holes() -> None:
    X = numbers(4, 3)
    holes = with_holes(X)
    assert holes.isnan().any()
    with pytest.raises(ValueError, match=r"X must be .*impute first.* nan"):
        standardize(holes, X)
    with pytest.raises(ValueError, match=r"train must be .*impute first"):
        standardize(X, holes)


def test_encode_refuses() -> None:
    with pytest.raises(ValueError, match=r"categories must differ, got \['a'"):
        encode(["a"], ["a", "b", "a"])
    for missing in (None, NAN):
        with pytest.raises(ValueError, match="categories must be known"):
            encode(["a"], ["a", missing])


def test_one_hot_refuses() -> None:
    with pytest.raises(ValueError, match="C must be at least 1, got 0"):
        one_hot(torch.tensor([-1]), 0)
    with pytest.raises(ValueError, match=r"codes must be \(n,\) int64, got"):
        one_hot(torch.tensor([[0]]), 2)
    with pytest.raises(ValueError, match=r"int64, got \(1,\) torch.float32"):
        one_hot(torch.tensor([0.0]), 2)
    for wrong in (-2, 2):
        with pytest.raises(ValueError, match=rf"-1 \.\. 1, got {wrong}"):
            one_hot(torch.tensor([0, wrong, -1]), 2)


def test_correlation_refuses() -> None:
    X, y = numbers(4, 3), numbers(4, 1)[:, 0]
    with pytest.raises(ValueError, match="X must be finite"):
        correlation(X * NAN, y)
    with pytest.raises(ValueError, match="X must be a table"):
        correlation(y, y)
    with pytest.raises(ValueError, match=r"y must be \(4,\) floats, got \(3"):
        correlation(X, y[:3])
    with pytest.raises(ValueError, match=r"y must be .* torch.int64"):
        correlation(X, y.long())
    with pytest.raises(ValueError, match="y must be finite, got nan"):
        correlation(X, y * NAN)
