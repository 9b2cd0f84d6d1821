"""Averages against pandas, their closed form, and the page's formulas."""

import math

import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from book.formula import formula
from d2lcode.optimization.exponential_averages import (
    ema,
    ema_corrected,
    ema_weights,
)

BETAS = [0.3, 0.8, 0.95]


def series(T: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 3 + torch.randn(T, dtype=torch.float64, generator=generator)


@settings(max_examples=25, deadline=None)
@given(
    T=st.integers(1, 40),
    beta=st.sampled_from([0.0, 0.1, 0.5, 0.9, 0.999]),
    seed=st.integers(0, 99),
)
def test_corrected_average_is_that_of_pandas(
    T: int, beta: float, seed: int
) -> None:
    x = series(T, seed)
    theirs = pd.Series(x.tolist()).ewm(alpha=1 - beta).mean()
    torch.testing.assert_close(
        ema_corrected(x, beta),
        torch.tensor(theirs.to_numpy()),
        rtol=1e-9,
        atol=0,
    )


def test_by_hand() -> None:
    x = torch.tensor([4.0, 2.0, 6.0])
    assert ema(x, 0.5).tolist() == [2, 2, 4]
    expected = torch.tensor([4, 8 / 3, 32 / 7])
    torch.testing.assert_close(ema_corrected(x, 0.5), expected)
    other = torch.tensor([0.0, 4.0, 6.0])
    assert ema(other, 0.5)[-1].item() == 4
    weights = torch.tensor([4, 2, 1], dtype=torch.float64) / 7
    torch.testing.assert_close(ema_weights(3, 0.5), weights)


@pytest.mark.equation("eq:ema-recursion")
def test_each_average_follows_from_the_one_before() -> None:
    x = series(6)
    m = ema(x, 0.7)
    all_m = {0: 0.0} | {t: m[t - 1] for t in range(1, 7)}
    formula("eq:ema-recursion").check(
        {"m": all_m, "x": x, r"\beta": 0.7, "t": range(1, 7)}
    )


@pytest.mark.equation("eq:ema-unrolled")
@pytest.mark.parametrize("beta", BETAS)
def test_average_is_a_weighted_sum(beta: float) -> None:
    x = series(7)
    formula("eq:ema-unrolled").check(
        {"m": ema(x, beta), "x": x, r"\beta": beta, "t": range(1, 8)}
    )


@pytest.mark.equation("eq:ema-total")
@pytest.mark.parametrize("beta", BETAS)
def test_total_weight_is_the_average_of_ones(beta: float) -> None:
    formula("eq:ema-total").check({r"\beta": beta, "t": range(1, 8)})
    t = torch.arange(1, 8, dtype=torch.float64)
    ones = torch.ones(7, dtype=torch.float64)
    torch.testing.assert_close(ema(ones, beta), 1 - beta**t)
    torch.testing.assert_close(ema_corrected(ones, beta), ones)


@pytest.mark.equation("eq:ema-corrected")
@pytest.mark.parametrize("beta", BETAS)
def test_correction_divides_by_the_total_weight(beta: float) -> None:
    x = series(6)
    formula("eq:ema-corrected").check(
        {r"\hat m": ema_corrected(x, beta), "m": ema(x, beta)}
        | {r"\beta": beta, "t": range(1, 7)}
    )
    for t in range(1, 7):
        newest_first = x[:t].flip(0)
        torch.testing.assert_close(
            ema_weights(t, beta) @ newest_first, ema_corrected(x, beta)[t - 1]
        )


@pytest.mark.equation("eq:ema-window")
def test_weight_after_the_window() -> None:
    """A weight beyond either bound is refused."""
    for beta in (0.4, 0.9, 1 - 1e-9):
        n = 1 / (1 - beta)
        values: dict[str, object] = {r"\beta": beta, "n": n}
        formula("eq:ema-window").check(values)
        for page in formula("eq:ema-window").sources:
            one = formula("eq:ema-window", page.tex)
            for beyond in (0.999 * beta / math.e, 1.001 / math.e):
                with pytest.raises(AssertionError, match="does not hold"):
                    one.check(values | {r"\beta^n": beyond})


@pytest.mark.equation("eq:ema-half")
def test_half_life_halves_the_weight() -> None:
    """Of a weight of the code; beta chosen so that h is whole."""
    h = [3, 8]
    betas = [2 ** (-1 / age) for age in h]
    for age, beta in zip(h, betas, strict=True):
        formula("eq:ema-half").check({r"\beta": beta, "h": age})
        w = ema_weights(12, beta)
        assert (w[age] / w[0]).item() == pytest.approx(0.5)


@pytest.mark.equation("eq:ema-age")
@pytest.mark.parametrize("beta", BETAS)
def test_mean_age(beta: float) -> None:
    w = ema_weights(2000, beta)
    age = (w * torch.arange(2000)).sum().item()
    formula("eq:ema-age").check({"A": age, r"\beta": beta})
    number = (1 + beta) / (1 - beta)
    assert age == pytest.approx((number - 1) / 2)  # as of a plain mean


@pytest.mark.equation("eq:ema-variance")
@pytest.mark.parametrize("beta", BETAS)
def test_variance_of_the_average(beta: float) -> None:
    variance = 1.7**2 * ema_weights(2000, beta).square().sum().item()
    formula("eq:ema-variance").check(
        {"V": variance, r"\beta": beta, r"\sigma": 1.7}
    )


@pytest.mark.equation("eq:ema-effective")
@pytest.mark.parametrize("beta", BETAS)
def test_effective_number(beta: float) -> None:
    numbers = [
        1 / ema_weights(t, beta).square().sum().item() for t in range(1, 8)
    ]
    formula("eq:ema-effective").check(
        {"N": numbers, r"\beta": beta, "t": range(1, 8)}
    )
    assert numbers[0] == pytest.approx(1)


@pytest.mark.equation("eq:ema-lag")
def test_lag_behind_a_trend() -> None:
    a, b, beta, t = 2.3, -0.7, 0.8, 9
    x = a + b * torch.arange(1, t + 1, dtype=torch.float64)
    w = ema_weights(t, beta)
    age = (w * torch.arange(t)).sum().item()
    formula("eq:ema-lag").check(
        {r"\hat m": ema_corrected(x, beta), "x": x, "a": a, "b": b, "t": t}
        | {"w": dict(enumerate(w.tolist())), "A_t": age}
    )
    late = 2000
    trend = a + b * torch.arange(1, late + 1, dtype=torch.float64)
    lag = (trend - ema(trend, beta))[-1].item()
    assert lag == pytest.approx(b * beta / (1 - beta))


@pytest.mark.parametrize("kind", [torch.float32, torch.float16])
def test_kind_of_number_is_kept(kind: torch.dtype) -> None:
    x = series(20).to(kind)
    for average in (ema, ema_corrected):
        assert average(x, 0.9).dtype == kind
    exact = ema_corrected(x.double(), 0.9999)
    ours = ema_corrected(x, 0.9999).double()
    room = 1e-5 if kind == torch.float32 else 2e-2
    torch.testing.assert_close(ours, exact, rtol=room, atol=0)


def test_bfloat16_stops_at_half() -> None:
    ones = torch.ones(3000, dtype=torch.bfloat16)
    assert ema(ones, 0.999)[-1].item() == 0.5
    assert ema(ones.float(), 0.999)[-1].item() == pytest.approx(
        1 - 0.999**3000, rel=1e-4
    )


def test_batch_norm_keeps_the_other_share_and_does_not_correct() -> None:
    norm = nn.BatchNorm1d(1)
    for t in range(1, 6):
        norm(torch.ones(4, 1))
        assert norm.running_mean is not None
        assert norm.running_mean.item() == pytest.approx(1 - 0.9**t)


def test_averaged_model_starts_with_a_copy() -> None:
    model = nn.Linear(1, 1, bias=False)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    seen = []
    for weight in (2.0, 3.0):
        nn.init.constant_(model.weight, weight)
        average.update_parameters(model)
        seen.append(next(average.parameters()).item())
    assert seen == pytest.approx([2.0, 0.9 * 2 + 0.1 * 3])


# The answers of "check yourself"


def test_half_the_noise_takes_a_quarter_of_the_share() -> None:
    def number(beta: float) -> float:
        return 1 / ema_weights(3000, beta).square().sum().item()

    assert number(0.95) == pytest.approx(39)
    assert number(0.975) == pytest.approx(79)
    assert math.sqrt(number(0.9) / number(0.975)) == pytest.approx(
        0.5, abs=0.02
    )


def test_the_first_average_of_a_constant() -> None:
    fives = torch.full((3,), 5.0)
    assert ema(fives, 0.9)[0].item() == pytest.approx(0.5)
    assert ema_corrected(fives, 0.9).tolist() == pytest.approx([5, 5, 5])


# Bad input


@pytest.mark.parametrize("beta", [-0.1, 1.0, math.nan])
def test_bad_beta(beta: float) -> None:
    message = rf"beta must be in 0 <= beta < 1, got {beta}"
    for average in (ema, ema_corrected):
        with pytest.raises(ValueError, match=message):
            average(torch.ones(3), beta)
    with pytest.raises(ValueError, match=message):
        ema_weights(3, beta)


def test_bad_series() -> None:
    for average in (ema, ema_corrected):
        for shape in ((0,), (2, 3), ()):
            with pytest.raises(ValueError, match=r"x must be \(T,\), T > 0"):
                average(torch.ones(shape), 0.5)
        with pytest.raises(ValueError, match="x must be floating point, got"):
            average(torch.arange(3), 0.5)
    with pytest.raises(ValueError, match="t must be at least 1, got 0"):
        ema_weights(0, 0.5)
