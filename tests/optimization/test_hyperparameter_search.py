"""Hyperparameter search: draws against SciPy, searches by counting."""

import math
import re
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f_oneway, loguniform
from torch import Tensor

from book.formula import formula
from d2lcode.optimization.hyperparameter_search import (
    Settings,
    importance,
    log_uniform,
    random_search,
    successive_halving,
)

F64 = torch.float64


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(seed: int = 0, n: int = 50) -> Tensor:
    """The uniform numbers that log_uniform puts into the exponent."""
    return torch.rand(n, generator=generator(seed), dtype=F64)


def named(losses: list[float]) -> list[Settings]:
    return [{"loss": loss} for loss in losses]


@pytest.mark.equation("eq:search-log")
def test_draws_are_the_formula_and_scipys() -> None:
    low, high = 1e-4, 3.0
    ours = log_uniform(low, high, 50, generator())
    for u, x in zip(drawn().tolist(), ours.tolist(), strict=True):
        formula("eq:search-log").check({"x": x, "a": low, "b": high, "u": u})
    expected = torch.tensor(loguniform(low, high).ppf(drawn().numpy()))
    torch.testing.assert_close(ours, expected)


@pytest.mark.equation("eq:search-below")
@pytest.mark.parametrize("edge", [0.01, 0.3, 1.9])
def test_shares_of_the_draws(edge: float) -> None:
    low, high, n = 0.002, 2.0, 100_000
    below = (log_uniform(low, high, n, generator()) < edge).double().mean()
    P = loguniform(low, high).cdf(edge)
    formula("eq:search-below").check(
        {"P_c": P, "a": low, "b": high, "c": edge}
    )
    assert abs(below.item() - P) < 5 * math.sqrt(P * (1 - P) / n)


@pytest.mark.equation("eq:search-beta")
def test_momentum_is_drawn_by_its_distance_to_one() -> None:
    beta = 1 - log_uniform(0.001, 0.1, 50, generator())
    for u, x in zip(drawn().tolist(), beta.tolist(), strict=True):
        formula("eq:search-beta").check(
            {r"\beta": x, "a": 0.001, "b": 0.1, "u": u}
        )


@pytest.mark.equation("eq:search-values")
@pytest.mark.parametrize(("d", "m"), [(1, 7), (2, 3), (4, 3)])
def test_a_grid_has_few_values(d: int, m: int) -> None:
    values = [torch.arange(m)] * d
    points = torch.cartesian_prod(*values).view(-1, d)
    assert all(len(axis.unique()) == m for axis in points.T)
    formula("eq:search-values").check({"m": m, "n": len(points), "d": d})


@pytest.mark.equation("eq:search-hit")
@pytest.mark.parametrize(("q", "n"), [(0.2, 10), (0.05, 60)])
def test_how_often_chance_hits(q: float, n: int) -> None:
    """The best of n draws is among the best q of what is drawn from."""
    runs = 4_000
    u = log_uniform(1.0, math.e, n * runs, generator()).log().view(runs, n)
    found = [
        random_search(lambda s: s["loss"], named(row))[0].loss < q
        for row in u.tolist()
    ]
    P = 1 - math.prod([1 - q] * n)
    formula("eq:search-hit").check({"P": P, "q": q, "n": n})
    assert abs(sum(found) / runs - P) < 5 * math.sqrt(P * (1 - P) / runs)


def test_the_numbers_of_the_page() -> None:
    assert round(1 - 0.8**10, 3) == 0.893
    assert round(1 - 0.95**60, 3) == 0.954
    assert loguniform(16, 256).cdf(64) == pytest.approx(0.5)
    assert 1 - 0.9**43 < 0.99 < 1 - 0.9**44


def test_random_search_sorts_and_loses_nothing() -> None:
    trials = random_search(
        lambda s: s["loss"], named([0.3, math.nan, 0.1, math.inf, 0.2])
    )
    losses = [trial.loss for trial in trials]
    assert losses[:3] == [0.1, 0.2, 0.3] and len(losses) == 5
    assert trials[0].settings == {"loss": 0.1}


class Counted:
    """A training whose loss is known and whose epochs are counted."""

    def __init__(self) -> None:
        self.epochs: list[int] = []

    def __call__(self, chosen: Settings, epochs: int) -> float:
        self.epochs.append(epochs)
        return chosen["loss"]


@pytest.mark.equation("eq:search-cost")
@pytest.mark.parametrize(
    ("f", "K", "r"), [(2, 3, 1), (2, 0, 5), (3, 2, 4), (4, 2, 1)]
)
def test_halving_costs_the_same_in_each_round(f: int, K: int, r: int) -> None:
    n, train = f**K, Counted()
    losses = torch.rand(n, generator=generator(), dtype=F64).tolist()
    rungs = successive_halving(train, named(losses), r, f)
    assert [rung.epochs for rung in rungs] == [r * f**k for k in range(K + 1)]
    assert {rung.epochs * len(rung.trials) for rung in rungs} == {n * r}
    formula("eq:search-cost").check(
        {"E": sum(train.epochs), "K": K, "n": n, "r": r}
    )


@settings(max_examples=30, deadline=None)
@given(
    losses=st.lists(st.integers(0, 99), min_size=1, max_size=40, unique=True),
    factor=st.integers(2, 5),
)
def test_each_round_keeps_the_best(losses: list[float], factor: int) -> None:
    rungs = successive_halving(Counted(), named(losses), 1, factor)
    left = len(losses)
    for rung in rungs:
        kept = [trial.loss for trial in rung.trials]
        assert kept == sorted(losses)[:left]
        left = max(1, left // factor)
    assert len(rungs[-1].trials) == 1


def test_a_training_that_breaks_does_not_go_on() -> None:
    losses = [math.nan, 0.5, math.nan, 0.1]
    rungs = successive_halving(Counted(), named(losses), 1)
    assert [t.loss for t in rungs[1].trials] == [0.1, 0.5]


@pytest.mark.equation("eq:search-share")
def test_importance_is_the_formula() -> None:
    values = torch.tensor([4.0, 1.0, 3.0, 2.0, 5.0, 6.0, 7.0])
    losses = torch.tensor([1.0, 0.5, 2.0, 0.7, 3.0, 2.5, 0.1], dtype=F64)
    groups = [[0.5, 0.7, 2.0], [1.0, 3.0], [2.5, 0.1]]  # by value
    formula("eq:search-share").check(
        {
            "S": importance(values, losses, 3),
            "G": 3,
            "n": 7,
            "c": [len(group) for group in groups],
            r"\mu": [sum(group) / len(group) for group in groups],
            r"\bar\ell": losses.mean(),
            r"\ell": losses,
        }
    )
    between = f_oneway(*groups).statistic * 2 / 4  # of mean squares
    assert importance(values, losses, 3) == pytest.approx(
        between / (1 + between)
    )


def test_importance_by_hand() -> None:
    order = torch.arange(4)
    assert importance(order, torch.tensor([1.0, 1.0, 3.0, 3.0]), 2) == 1
    assert importance(order, torch.tensor([1.0, 3.0, 1.0, 3.0]), 2) == 0


def test_chance_explains_a_little() -> None:
    losses = torch.randn(64, generator=generator(), dtype=F64)
    shares = [
        importance(torch.rand(64, generator=generator(seed)), losses)
        for seed in range(300)
    ]
    assert sum(shares) / 300 == pytest.approx(3 / 63, abs=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: log_uniform(0.0, 1.0, 3, generator()),
            "need 0 < low < high, got 0.0 and 1.0",
        ),
        (
            lambda: log_uniform(2.0, 1.0, 3, generator()),
            "need 0 < low < high, got 2.0 and 1.0",
        ),
        (
            lambda: random_search(lambda s: 0.0, []),
            "candidates must hold at least one, got none",
        ),
        (
            lambda: successive_halving(Counted(), [], 1),
            "candidates must hold at least one, got none",
        ),
        (
            lambda: successive_halving(Counted(), named([1.0]), 0),
            "epochs must be at least 1 and factor at least 2, got 0 and 2",
        ),
        (
            lambda: successive_halving(Counted(), named([1.0]), 1, 1),
            "epochs must be at least 1 and factor at least 2, got 1 and 1",
        ),
        (
            lambda: importance(torch.ones(2), torch.ones(3)),
            "values and losses must both be (n,), got (2,) and (3,)",
        ),
        (
            lambda: importance(torch.ones(3, 1), torch.ones(3, 1)),
            "values and losses must both be (n,), got (3, 1) and (3, 1)",
        ),
        (
            lambda: importance(torch.arange(3), torch.arange(3.0), 4),
            "groups must be in 2..3, got 4",
        ),
        (
            lambda: importance(torch.arange(3), torch.ones(3), 2),
            "losses must differ, got only 1.0",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
