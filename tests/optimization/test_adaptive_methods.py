"""Adaptive methods against torch.optim, and the page's formulas."""

import math
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import formula
from d2lcode.landscapes import VALLEY_START, valley, walk
from d2lcode.optimization.adaptive_methods import Adadelta, AdaGrad, RMSProp
from tests.optimization.feed import feed

PAIRS: list[tuple[Any, Any]] = [
    (AdaGrad, torch.optim.Adagrad),
    (RMSProp, torch.optim.RMSprop),
    (Adadelta, torch.optim.Adadelta),
]
OURS = [ours for ours, _ in PAIRS]
MEMORY = {AdaGrad: None, RMSProp: "alpha", Adadelta: "rho"}


def gradients(steps: int, seed: int) -> list[Tensor]:
    """Of three weights, sizes far apart, a half 0, and one step all 0."""
    rng = torch.Generator().manual_seed(seed)
    shape = (steps, 3)
    g = torch.randn(shape, dtype=torch.float64, generator=rng)
    kept = torch.rand(shape, generator=rng) < 0.5
    kept[steps // 2] = False
    size = torch.tensor([1e-3, 1.0, 1e3], dtype=torch.float64)
    return list(g * size * kept)


def dense(steps: int, seed: int) -> list[Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return list(torch.randn(steps, 3, dtype=torch.float64, generator=rng))


# Against the library


@pytest.mark.parametrize("pair", PAIRS)
@settings(max_examples=8, deadline=None)
@given(
    lr=st.sampled_from([1e-3, 0.1, 1.0]),
    memory=st.sampled_from([0.0, 0.5, 0.9, 0.99]),
    eps=st.sampled_from([1e-10, 1e-6, 0.1]),
    decay=st.sampled_from([0.0, 0.3]),
    idle=st.integers(-1, 5),
    seed=st.integers(0, 99),
)
def test_every_step_is_that_of_torch(
    pair: tuple[Any, Any],
    lr: float,
    memory: float,
    eps: float,
    decay: float,
    idle: int,
    seed: int,
) -> None:
    given_now: dict[str, Any] = {"lr": lr, "eps": eps, "weight_decay": decay}
    name = MEMORY[pair[0]]
    if name:
        given_now[name] = memory
    found = gradients(8, seed)
    ours, theirs = (feed(partial(kind, **given_now), found, idle)
                    for kind in pair)  # fmt: skip
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("pair", PAIRS)
def test_defaults_are_those_of_torch(pair: tuple[Any, Any]) -> None:
    ours, theirs = (kind([torch.zeros(1)]).defaults for kind in pair)
    for name, value in ours.items():
        assert theirs[name] == value, name


@pytest.mark.parametrize("kind", OURS)
def test_groups_keep_their_own_settings(kind: Any) -> None:
    places = [torch.ones(1), torch.ones(1), torch.ones(1)]
    optimizer = kind(
        [{"params": [places[0]]}, {"params": [places[1]], "lr": 1.0}], lr=0.5
    )
    alone = kind([places[2]], lr=1.0)
    for _ in range(2):
        for p in places:
            p.grad = torch.ones(1)
        optimizer.step()
        alone.step()
    assert places[1].item() == places[2].item()
    ways = [1 - p.item() for p in places]
    assert ways[1] == pytest.approx(2 * ways[0], rel=1e-4)


@pytest.mark.parametrize("kind", OURS)
def test_a_saved_state_goes_on_as_if_nothing_had_happened(kind: Any) -> None:
    found = dense(6, 1)
    whole = feed(kind, found)[6]
    p = torch.ones(3, dtype=torch.float64)
    first = kind([p])
    for g in found[:3]:
        p.grad = g
        first.step()
    second = kind([p], lr=9.0)
    second.load_state_dict(first.state_dict())
    for g in found[3:]:
        p.grad = g
        second.step()
    torch.testing.assert_close(p, whole, rtol=1e-13, atol=0)


# The formulas


def states(kind: Any, found: list[Tensor], **group: float) -> list[Any]:
    """What the optimizer holds before the first step and after each."""
    p = torch.ones(3, dtype=torch.float64)
    optimizer = kind([p], **group)
    zero = torch.zeros(3, dtype=torch.float64)
    held = [{"theta": p.clone(), "s": zero, "u": zero}]
    for g in found:
        p.grad = g
        optimizer.step()
        held.append({"theta": p.clone()} | dict(optimizer.state[p]))
    return held


def hold_steps(kind: Any, label: str, alpha: dict[str, float]) -> None:
    found = dense(5, 2)
    group = {"alpha": alpha[r"\alpha"]} if alpha else {}
    held = states(kind, found, lr=0.3, eps=0.1, **group)
    for t in (0, 1, 4):
        values = {"s_t": held[t]["s"], "s_{t+1}": held[t + 1]["s"]}
        values |= {"g_t": found[t], "s_0": held[0]["s"]}
        formula(label).check(values | alpha)
        formula("eq:adagrad-update").check(
            {"s_{t+1}": held[t + 1]["s"], "g_t": found[t]}
            | {r"\theta_t": held[t]["theta"], r"\eta": 0.3}
            | {r"\theta_{t+1}": held[t + 1]["theta"], r"\epsilon": 0.1}
        )


@pytest.mark.equation("eq:adagrad-sum")
@pytest.mark.equation("eq:adagrad-update")
def test_a_step_of_adagrad_is_the_formulas() -> None:
    hold_steps(AdaGrad, "eq:adagrad-sum", {})


@pytest.mark.equation("eq:adagrad-rms")
@pytest.mark.equation("eq:adagrad-update")
def test_a_step_of_rmsprop_is_the_formulas() -> None:
    hold_steps(RMSProp, "eq:adagrad-rms", {r"\alpha": 0.7})


@pytest.mark.equation("eq:adagrad-delta")
@pytest.mark.equation("eq:adagrad-changes")
def test_a_step_of_adadelta_is_the_formulas() -> None:
    found = dense(5, 3)
    held = states(Adadelta, found, lr=0.6, rho=0.7, eps=0.2)
    for t in (0, 1, 4):
        before, after = held[t], held[t + 1]
        change = (before["theta"] - after["theta"]) / 0.6
        formula("eq:adagrad-delta").check(
            {r"\Delta_t": change, "u_t": before["u"], "s_{t+1}": after["s"]}
            | {"g_t": found[t], r"\epsilon": 0.2, r"\eta": 0.6}
            | {r"\theta_t": before["theta"], r"\theta_{t+1}": after["theta"]}
        )
        formula("eq:adagrad-changes").check(
            {r"\Delta_t": change, "u_t": before["u"], "u_{t+1}": after["u"]}
            | {"u_0": held[0]["u"], r"\rho": 0.7}
        )


@pytest.mark.equation("eq:adagrad-rate")
@pytest.mark.parametrize(("n", "c"), [(1, 0.5), (3, 7.0), (10, 0.02)])
def test_the_rate_falls_with_the_times_seen(n: int, c: float) -> None:
    zero = torch.zeros(1)
    seen = [zero] + [torch.tensor([c]), zero] * n
    p = torch.zeros(1)
    optimizer = AdaGrad([p], lr=0.4)
    for g in seen:
        p.grad = g
        optimizer.step()
    formula("eq:adagrad-rate").check(
        {"s_t": optimizer.state[p]["s"].item(), "n": n, "c": c, r"\eta": 0.4},
        tolerance=1e-5,
    )


@pytest.mark.equation("eq:adagrad-scale")
@pytest.mark.parametrize("c", [0.01, 3.0, 1e4])
def test_a_coordinates_scale_cancels(c: float) -> None:
    found, t = dense(5, 4), 4
    scale = torch.tensor([c, 1.0, 1.0], dtype=torch.float64)
    for kind in (AdaGrad, RMSProp):
        plain = feed(partial(kind, eps=0.0), found)
        scaled = feed(partial(kind, eps=0.0), [scale * g for g in found])
        for a, b in zip(plain, scaled, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=0)
    formula("eq:adagrad-scale").check(
        {"c": c, "t": t, "g_t": found[t], "g": dict(enumerate(found))}
    )
    path = feed(partial(AdaGrad, eps=0.0, lr=1.0), found)
    total = sum(g**2 for g in found)
    ratio = found[t] / torch.as_tensor(total).sqrt()
    torch.testing.assert_close(path[t] - path[t + 1], ratio)


@pytest.mark.equation("eq:adagrad-first")
@pytest.mark.parametrize("alpha", [0.0, 0.7, 0.99])
def test_the_first_step_of_rmsprop(alpha: float) -> None:
    for g in (torch.tensor([0.02]), torch.tensor([-300.0])):
        found = [g.double().expand(3)]
        path = feed(partial(RMSProp, lr=0.2, alpha=alpha, eps=0.0), found)
        formula("eq:adagrad-first").check(
            {r"\theta_0": path[0][0].item(), r"\theta_1": path[1][0].item()}
            | {r"\alpha": alpha, r"\eta": 0.2}
        )


# What the page says


def test_the_page_by_hand() -> None:
    common = torch.ones(4, 3, dtype=torch.float64)
    common[:3, 1] = 0
    path = feed(partial(AdaGrad, lr=1.0), list(common))
    steps = torch.stack([path[t] - path[t + 1] for t in range(4)])
    seen = [round(v, 2) for v in steps[:, 0].tolist()]
    assert seen == [1, 0.71, 0.58, 0.5]
    assert steps[:, 1].tolist() == pytest.approx([0, 0, 0, 1])
    two = [torch.full((3,), v).double() for v in (3.0, 4.0)]
    for kind, expected in (
        (partial(AdaGrad, eps=0.0), [1, 0.8]),
        (partial(RMSProp, alpha=0.5, eps=0.0), [1.414, 1.249]),
    ):
        path = feed(partial(kind, lr=1.0), two)
        seen = [(path[t] - path[t + 1])[0].item() for t in range(2)]
        assert seen == pytest.approx(expected, abs=1e-3)


def test_the_hundredth_step() -> None:
    """An answer of "check yourself"."""
    found = [torch.full((3,), 5.0).double()] * 100
    for kind, expected in (
        (AdaGrad, 0.01), (partial(RMSProp, alpha=0.9), 0.1),
    ):  # fmt: skip
        path = feed(partial(kind, lr=0.1), found)
        step = (path[99] - path[100])[0].item()
        assert step == pytest.approx(expected, rel=1e-4)


def valley_steps(degrees: float) -> int:
    """Of AdaGrad, on curvatures 1 and 100, valley and start turned."""
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[c, -s], [s, c]], dtype=torch.float64)
    curvatures = torch.tensor([1.0, 100.0], dtype=torch.float64)

    def loss(theta: Tensor) -> Tensor:
        return (curvatures * (theta @ turn) ** 2).sum() / 2

    start = (0.8 * c - 0.6 * s, 0.8 * s + 0.6 * c)
    path = walk(loss, start, partial(AdaGrad, lr=1.0), 200)
    far = path.norm(dim=1) > 0.01
    return int(far.nonzero().max()) + 1


def test_a_right_angle_is_harmless_and_half_of_one_is_not() -> None:
    """An answer of "check yourself"."""
    assert valley_steps(0) == valley_steps(90) == 5
    assert valley_steps(45) > 150


def test_the_whole_matrix_turns_with_the_valley() -> None:
    """Gradients of a turned loss give the turned steps."""
    turn = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=torch.float64)
    found = torch.stack(dense(4, 5))[:, :2]

    def step(g: Tensor) -> Tensor:
        values, vectors = torch.linalg.eigh(g.T @ g)
        return g[-1] @ vectors @ torch.diag(values**-0.5) @ vectors.T

    torch.testing.assert_close(step(found @ turn), step(found) @ turn)


def test_adadelta_begins_with_a_step_that_only_epsilon_sets() -> None:
    def steep(theta: Tensor) -> Tensor:
        return 1000 * valley(theta)

    for loss in (valley, steep):
        path = walk(loss, VALLEY_START, Adadelta, 1)
        first = (path[1] - path[0]).abs()
        expected = math.sqrt(1e-6 / 0.1)
        assert first.tolist() == pytest.approx([expected] * 2, rel=1e-5)


def test_adadelta_has_the_units_of_its_steps() -> None:
    """With epsilon gone and a past in metres, its steps are in metres."""
    ends = []
    for unit in (1.0, 1000.0):
        theta = torch.ones(2, dtype=torch.float64) * unit
        optimizer = Adadelta([theta], eps=0.0)
        past = {"s": torch.ones(2, dtype=torch.float64) / unit**2}
        past["u"] = torch.ones(2, dtype=torch.float64) * (0.1 * unit) ** 2
        optimizer.state[theta] = past
        for _ in range(5):
            theta.grad = theta / unit**2
            optimizer.step()
        ends.append(theta / unit)
    assert 0 < ends[0][0] < 0.9
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-12, atol=0)


def test_rmsprop_jumps_by_its_rate_at_the_bottom() -> None:
    make = partial(RMSProp, lr=0.02, alpha=0.9)
    last = walk(valley, VALLEY_START, make, 500)[-10:]
    assert last.abs().flatten().tolist() == pytest.approx([0.01] * 20, rel=0.1)


# Bad input


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("lr", 0.0, "positive and finite"),
        ("lr", math.inf, "positive and finite"),
        ("lr", math.nan, "positive and finite"),
        ("eps", -1e-3, ">= 0 and finite"),
        ("eps", math.inf, ">= 0 and finite"),
        ("weight_decay", -0.1, ">= 0 and finite"),
        ("weight_decay", math.nan, ">= 0 and finite"),
    ],
)
def test_bad_settings(
    kind: Any, name: str, value: float, expected: str
) -> None:
    message = f"{name} must be {expected}, got {value}"
    with pytest.raises(ValueError, match=message):
        kind([torch.ones(1)], **{name: value})


@pytest.mark.parametrize(
    ("kind", "name"), [(RMSProp, "alpha"), (Adadelta, "rho")]
)
@pytest.mark.parametrize("value", [-0.1, 1.0, math.nan])
def test_bad_memory(kind: Any, name: str, value: float) -> None:
    message = rf"{name} must be in \[0, 1\), got {value}"
    with pytest.raises(ValueError, match=message):
        kind([torch.ones(1)], **{name: value})
