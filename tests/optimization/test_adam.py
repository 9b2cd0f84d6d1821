"""Adam and AdamW against torch.optim, and the page's formulas."""

import math
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import formula
from d2lcode import landscapes
from d2lcode.optimization.adam import Adam, AdamW, adam_direction
from tests.optimization.feed import feed

PAIRS = [(Adam, torch.optim.Adam), (AdamW, torch.optim.AdamW)]
GROUP = {"betas": (0.7, 0.8), "eps": 0.1, "amsgrad": False}


def gradients(steps: int, seed: int = 0) -> list[Tensor]:
    """Of three weights, sizes far apart, a half of the entries 0."""
    generator = torch.Generator().manual_seed(seed)
    shape = (steps, 3)
    g = torch.randn(shape, dtype=torch.float64, generator=generator)
    kept = torch.rand(shape, generator=generator) < 0.5
    size = torch.tensor([1e-3, 1.0, 1e3], dtype=torch.float64)
    return list(g * size * kept)


def averages(steps: int, **group: Any) -> list[dict[str, Any]]:
    """States after each step on dense gradients; the first is zero."""
    generator = torch.Generator().manual_seed(1)
    state: dict[str, Any] = {}
    zero = torch.zeros(3, dtype=torch.float64)
    seen = [{"m": zero, "v": zero, "v_max": zero}]
    for t in range(steps):
        g = torch.randn(3, dtype=torch.float64, generator=generator)
        g = g / (t + 1)  # so that v falls, too
        ratio = adam_direction(g, state, GROUP | group)
        seen.append(dict(state) | {"g": g, "ratio": ratio})
    return seen


# Against the library


@pytest.mark.parametrize("pair", PAIRS)
@settings(max_examples=25, deadline=None)
@given(
    lr=st.sampled_from([1e-3, 0.1]),
    betas=st.sampled_from([(0.9, 0.999), (0.0, 0.1), (0.5, 0.0)]),
    eps=st.sampled_from([1e-8, 0.1]),
    decay=st.sampled_from([0.0, 0.3]),
    amsgrad=st.booleans(),
    maximize=st.booleans(),
    idle=st.integers(-1, 5),
    seed=st.integers(0, 99),
)
def test_every_step_is_that_of_torch(
    pair: tuple[Any, Any],
    lr: float,
    betas: tuple[float, float],
    eps: float,
    decay: float,
    amsgrad: bool,
    maximize: bool,
    idle: int,
    seed: int,
) -> None:
    made = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": decay}
    made |= {"amsgrad": amsgrad, "maximize": maximize}
    ours, theirs = (
        feed(partial(kind, **made), gradients(12, seed), idle) for kind in pair
    )
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("pair", PAIRS)
def test_missing_gradients_and_groups(pair: tuple[Any, Any]) -> None:
    ends = []
    for kind in pair:
        first, second = torch.ones(2), torch.ones(3)
        optimizer = kind(
            [
                {"params": [first], "lr": 0.1, "weight_decay": 0.2},
                {"params": [second], "weight_decay": 0.0},
            ],
            lr=0.01,
        )
        for t in range(4):
            first.grad = torch.full((2,), 1.0 + t)
            second.grad = None if t == 1 else torch.full((3,), 2.0 - t)
            before = second.clone()
            optimizer.step()
            assert torch.equal(before, second) == (t == 1)
        ends.append(torch.cat([first, second]))
    torch.testing.assert_close(*ends)


def test_state_survives_a_copy() -> None:
    """Of the state dict, in the middle of a run."""
    straight, resumed = torch.ones(3).double(), torch.ones(3).double()
    first, second = Adam([straight], 0.1), Adam([resumed], 0.1)
    for t, g in enumerate(gradients(8)):
        if t == 4:
            second, saved = Adam([resumed], 0.1), second.state_dict()
            second.load_state_dict(saved)
        straight.grad, resumed.grad = g.clone(), g.clone()
        first.step()
        second.step()
    torch.testing.assert_close(straight, resumed, rtol=0, atol=0)


# The formulas


@pytest.mark.equation("eq:adam-m")
@pytest.mark.equation("eq:adam-v")
def test_both_averages() -> None:
    seen = averages(5)
    values = {r"\beta_1": 0.7, "t": range(5)}
    g = {t: seen[t + 1]["g"] for t in range(5)}
    m = {t: seen[t]["m"] for t in range(6)}
    v = {t: seen[t]["v"] for t in range(6)}
    formula("eq:adam-m").check(values | {"m": m, "g": g})
    formula("eq:adam-v").check(
        {"v": v, "g": g, r"\beta_2": 0.8, "t": range(5)}
    )


@pytest.mark.equation("eq:adam-total")
def test_total_weights_are_the_averages_of_ones() -> None:
    formula("eq:adam-total").check(
        {r"\beta_1": 0.7, r"\beta_2": 0.8, "t": range(1, 6)}
    )
    state: dict[str, Any] = {}
    for t in range(1, 6):
        adam_direction(torch.ones(1).double(), state, GROUP)
        assert state["m"].item() == pytest.approx(1 - 0.7**t)
        assert state["v"].item() == pytest.approx(1 - 0.8**t)


def bindings(kind: type[Adam], decay: float) -> list[dict[str, object]]:
    """Of four steps; the corrected averages by a plain sum."""
    theta = torch.tensor([0.4, -0.2, 0.3], dtype=torch.float64)
    optimizer = kind([theta], 0.05, (0.7, 0.8), 0.1, decay)
    seen: list[dict[str, object]] = []
    past: list[Tensor] = []
    for t in range(1, 5):
        theta.grad = t * torch.tensor([1.0, -0.3, 0.05], dtype=torch.float64)
        past.insert(0, theta.grad)  # the newest first
        weights_m = 0.7 ** torch.arange(t, dtype=torch.float64)
        weights_v = 0.8 ** torch.arange(t, dtype=torch.float64)
        G = torch.stack(past)  # (t, 3)
        before = theta.clone()
        optimizer.step()
        values: dict[str, object] = dict(optimizer.state[theta])
        values["m_hat"] = weights_m @ G / weights_m.sum()
        values["v_hat"] = weights_v @ G**2 / weights_v.sum()
        seen.append(values | {"before": before, "after": theta.clone()})
    return seen


@pytest.mark.equation("eq:adam-corrected")
def test_corrected_averages() -> None:
    for seen in bindings(Adam, 0.0):
        formula("eq:adam-corrected").check(
            {r"\hat m_t": seen["m_hat"], r"\hat v_t": seen["v_hat"]}
            | {"m_t": seen["m"], "v_t": seen["v"], "t": seen["t"]}
            | {r"\beta_1": 0.7, r"\beta_2": 0.8}
        )


@pytest.mark.equation("eq:adam-update")
def test_step_of_adam() -> None:
    for seen in bindings(Adam, 0.0):
        formula("eq:adam-update").check(
            {r"\hat m_{t+1}": seen["m_hat"], r"\hat v_{t+1}": seen["v_hat"]}
            | {r"\theta_t": seen["before"], r"\theta_{t+1}": seen["after"]}
            | {r"\eta": 0.05, r"\epsilon": 0.1}
        )


@pytest.mark.equation("eq:adam-adamw")
def test_step_of_adamw() -> None:
    for seen in bindings(AdamW, 0.6):
        formula("eq:adam-adamw").check(
            {r"\hat m_{t+1}": seen["m_hat"], r"\hat v_{t+1}": seen["v_hat"]}
            | {r"\theta_t": seen["before"], r"\theta_{t+1}": seen["after"]}
            | {r"\eta": 0.05, r"\epsilon": 0.1, r"\lambda": 0.6}
        )


@pytest.mark.equation("eq:adam-amsgrad")
def test_largest_size_so_far() -> None:
    seen = averages(6, amsgrad=True)
    v = {t: seen[t]["v"] for t in range(1, 7)}
    v_max = {t: seen[t]["v_max"] for t in range(7)}
    assert any((v[t + 1] < v[t]).any() for t in range(1, 6))
    values: dict[str, object] = {"v": v, "t": range(6)}
    formula("eq:adam-amsgrad").check(values | {r"v^{\max}": v_max})
    wrong = v_max | {6: 2 * v_max[6]}
    for page in formula("eq:adam-amsgrad").sources:
        one = formula("eq:adam-amsgrad", page.tex)
        with pytest.raises(AssertionError, match="does not hold"):
            one.check(values | {r"v^{\max}": wrong})


@pytest.mark.equation("eq:adam-bound")
def test_bound_of_the_ratio_is_nearly_reached() -> None:
    beta_1, beta_2, steps = 0.9, 0.999, 60
    state: dict[str, Any] = {}
    group = {"betas": (beta_1, beta_2), "eps": 1e-8, "amsgrad": False}
    for t in range(steps):
        g = torch.ones(1).double() * (beta_2 / beta_1) ** t
        adam_direction(g, state, group)
    values: dict[str, object] = {"m_t": state["m"], "v_t": state["v"]}
    values |= {r"\beta_1": beta_1, r"\beta_2": beta_2}
    formula("eq:adam-bound").check(values)
    for page in formula("eq:adam-bound").sources:
        one = formula("eq:adam-bound", page.tex)
        with pytest.raises(AssertionError, match="does not hold"):
            one.check(values | {"m_t": 1.0001 * state["m"]})
    ratio = (state["m"] / state["v"].sqrt()).item()
    assert ratio == pytest.approx(7.27, abs=0.005)


# What the page says


def test_first_step_is_the_sign() -> None:
    theta = torch.zeros(2, dtype=torch.float64)
    theta.grad = torch.tensor([0.02, -300.0], dtype=torch.float64)
    Adam([theta], 0.1).step()
    assert theta.tolist() == pytest.approx([-0.1, 0.1], rel=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 10.0, 1e4])
def test_scale_of_the_loss_cancels_but_for_an_l2_penalty(
    scale: float,
) -> None:
    def end(kind: type[Adam], c: float) -> Tensor:
        return landscapes.walk(
            lambda theta: c * landscapes.valley(theta - 2),
            landscapes.VALLEY_START,
            lambda p: kind(p, 0.1, weight_decay=0.5),
            20,
        )[-1]

    torch.testing.assert_close(
        end(AdamW, scale), end(AdamW, 1.0), rtol=1e-5, atol=1e-6
    )
    assert (end(Adam, scale) - end(Adam, 1.0)).abs().max() > 1e-3


def test_alternating_gradients_step_by_a_nineteenth() -> None:
    state: dict[str, Any] = {}
    group = GROUP | {"betas": (0.9, 0.999), "eps": 1e-8}
    for t in range(1000):
        g = torch.tensor([(-1.0) ** t], dtype=torch.float64)
        ratio = adam_direction(g, state, group)
    assert abs(ratio.item()) == pytest.approx(1 / 19)


def test_penalty_alone_moves_a_weight_by_the_rate() -> None:
    """Whatever its strength; AdamW takes the share that it should."""
    for decay in (1e-5, 1e-2):
        l2, decoupled = torch.ones(1).double(), torch.ones(1).double()
        first = Adam([l2], 0.01, weight_decay=decay)
        second = AdamW([decoupled], 0.01, weight_decay=decay)
        for _ in range(10):
            l2.grad = decoupled.grad = torch.zeros(1).double()
            first.step()
            second.step()
        assert l2.item() == pytest.approx(0.9, abs=3e-3)
        assert decoupled.item() == pytest.approx((1 - 0.01 * decay) ** 10)


def test_reddis_problem_by_hand() -> None:
    """One period in the long run: the ratios that the page computes."""
    group = GROUP | {"betas": (0.0, 0.1), "eps": 0.0}
    state: dict[str, Any] = {}
    for t in range(30):
        g = torch.tensor([3.0 if t % 3 == 0 else -1.0]).double()
        ratio = adam_direction(g, state, group).item()
        expected = (1.05, -0.76, -0.97)[t % 3]
        if t >= 6:
            assert ratio == pytest.approx(expected, abs=0.006)


def test_with_no_memory_only_the_sign_is_left() -> None:
    group = GROUP | {"betas": (0.0, 0.0), "eps": 1e-8}
    g = torch.tensor([0.3, -2.0, 0.0], dtype=torch.float64)
    assert adam_direction(g, {}, group).tolist() == pytest.approx([1, -1, 0])


def test_defaults_are_those_of_torch() -> None:
    ours, theirs = (
        kind([torch.zeros(1)]).defaults for kind in (Adam, torch.optim.Adam)
    )
    for name, value in ours.items():
        assert theirs[name] == value, name


# Bad input


@pytest.mark.parametrize("kind", [Adam, AdamW])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lr": 0.0}, "lr must be positive and finite, got 0.0"),
        ({"lr": math.nan}, "lr must be positive and finite, got nan"),
        ({"betas": (1.0, 0.9)}, r"betas must be two numbers in \[0, 1\)"),
        ({"betas": (0.9, -0.1)}, r"betas must be two numbers in \[0, 1\)"),
        ({"betas": (0.9,)}, r"betas must be two numbers in \[0, 1\)"),
        ({"eps": -1e-8}, "eps must be >= 0 and finite, got -1e-08"),
        ({"weight_decay": math.inf}, "weight_decay must be >= 0 and finite"),
    ],
)
def test_bad_settings(
    kind: type[Adam], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kind([torch.zeros(1)], **settings)
