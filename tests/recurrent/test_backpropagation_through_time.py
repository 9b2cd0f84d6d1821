"""The gradient by hand against autograd and the page's formulas."""

import math
import re
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import each, entries, formula
from d2lcode.recurrent.backpropagation_through_time import bptt, hidden_states

SIZES = st.tuples(*[st.integers(1, 4)] * 4)  # B, T, D, H


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def network(D: int, H: int) -> tuple[Tensor, Tensor, Tensor]:
    return draw(D, H), draw(H, H), draw(H)


def run(
    x: Tensor, W: Tensor, U: Tensor, b: Tensor, cut: int | None = None
) -> Tensor:
    """The states 0 to T, detached after every `cut` steps."""
    B, T, _ = x.shape
    cut = cut or T
    kept = [torch.zeros(B, len(U), dtype=x.dtype)]
    for t in range(T):
        h = kept[-1].detach() if t % cut == 0 else kept[-1]
        kept.append(torch.tanh(x[:, t] @ W + h @ U + b))
    return torch.stack(kept, dim=1)


def loss(h: Tensor, targets: Tensor) -> Tensor:
    return 0.5 * ((h[:, 1:] - targets) ** 2).sum()


# The oracle


@settings(max_examples=25, deadline=None)
@given(SIZES)
def test_states_are_those_of_nn_rnn(sizes):
    B, T, D, H = sizes
    W, U, b = network(D, H)
    rnn = torch.nn.RNN(D, H, batch_first=True).double()
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(W.T)
        rnn.weight_hh_l0.copy_(U.T)
        rnn.bias_ih_l0.copy_(b)
        rnn.bias_hh_l0.zero_()
    x, h = draw(B, T, D), draw(B, H)
    states, last = rnn(x, h[None])
    ours = hidden_states(x, h, W, U, b)
    torch.testing.assert_close(ours[:, 0], h)
    torch.testing.assert_close(ours[:, 1:], states)
    torch.testing.assert_close(ours[:, -1], last[0])


@settings(max_examples=40, deadline=None)
@given(SIZES, st.one_of(st.none(), st.integers(1, 5)))
def test_gradients_are_those_of_autograd(sizes, cut):
    B, T, D, H = sizes
    parameters = [p.requires_grad_() for p in network(D, H)]
    x, targets = draw(B, T, D), draw(B, T, H)
    h = run(x, *parameters, cut=cut)
    expected = torch.autograd.grad(loss(h, targets), parameters)
    with torch.no_grad():
        e = h[:, 1:] - targets
        ours = bptt(x, h.detach(), e, parameters[1].detach(), cut)
    for mine, other in zip(ours, expected, strict=True):
        torch.testing.assert_close(mine, other)


def test_a_long_cut_is_none():
    x, h, e, U = draw(2, 5, 3), draw(2, 6, 4).tanh(), draw(2, 5, 4), draw(4, 4)
    for mine, other in zip(bptt(x, h, e, U), bptt(x, h, e, U, 5), strict=True):
        torch.testing.assert_close(mine, other)


def test_a_case_by_hand():
    """One unit, two steps, at the origin, where tanh has the slope 1."""
    x = torch.zeros(1, 2, 1).double()
    h = torch.zeros(1, 3, 1).double()
    e = torch.tensor([[[2.0], [3.0]]]).double()
    U = torch.tensor([[0.5]]).double()
    h[0, 0] = 1.0  # only the step before sees it
    W_grad, U_grad, b_grad = bptt(x, h, e, U)
    # g_2 = 3, g_1 = 2 + 3 * 0.5 = 3.5
    assert W_grad.item() == 0
    assert U_grad.item() == pytest.approx(3.5)
    assert b_grad.item() == pytest.approx(6.5)


# The equations of the page


def account(w: float, T: int, start: float = 0.0) -> list[float]:
    h = [start]
    for _ in range(T):
        h.append(w * h[-1] + 1)
    return h


def slope(w: float, T: int, start: float = 0.0) -> float:
    """By autograd."""
    weight = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    h = torch.full((), start, dtype=torch.float64)
    for _ in range(T):
        h = weight * h + 1
    (grad,) = torch.autograd.grad(h, weight, allow_unused=True)
    return 0.0 if grad is None else grad.item()


@pytest.mark.equation("eq:bptt-sum")
@pytest.mark.parametrize("w", [0.5, 0.9, 1.1])
def test_the_slope_is_a_sum_over_uses(w: float) -> None:
    T = 7
    formula("eq:bptt-sum").check(
        {
            r"\frac{\d h_T}{\d w}": slope(w, T, start=2.0),
            "w": w,
            "h": dict(enumerate(account(w, T, start=2.0))),
            "T": T,
        }
    )


@pytest.mark.equation("eq:bptt-bias")
@pytest.mark.parametrize("k", [1, 3, 6])
def test_what_a_cut_leaves_out(k: int) -> None:
    w, T = 0.9, 8
    formula("eq:bptt-bias").check(
        {
            r"\frac{\d h_T}{\d w}": slope(w, T),
            r"\frac{\d h_{T-k}}{\d w}": slope(w, T - k),
            "w": w,
            "h": dict(enumerate(account(w, T))),
            "T": T,
            "k": k,
        }
    )


def watched(B: int, T: int, D: int, H: int) -> dict[str, Tensor]:
    """x, h, e and, by autograd, delta and g of every step."""
    W, U, b = network(D, H)
    x, targets = draw(B, T, D), draw(B, T, H)
    h = [draw(B, H)]
    inside = []
    for t in range(T):
        inside.append(
            (x[:, t] @ W + h[-1] @ U + b).detach().requires_grad_()
            if t == 0
            else x[:, t] @ W + h[-1] @ U + b
        )
        h.append(torch.tanh(inside[-1]))
    total = sum(
        (0.5 * ((h[t + 1] - targets[:, t]) ** 2).sum() for t in range(T)),
        start=torch.zeros(()),
    )
    delta = torch.autograd.grad(total, h[1:], retain_graph=True)
    g = torch.autograd.grad(total, inside)
    states = torch.stack([s.detach() for s in h], dim=1)
    return {
        "x": x, "h": states, "e": states[:, 1:] - targets, "W": W, "U": U,
        "b": b, "delta": torch.stack(delta, 1), "g": torch.stack(g, 1),
    }  # fmt: skip


@pytest.mark.equation("eq:bptt-state")
def test_a_step_forwards() -> None:
    W, U, b = network(3, 4)
    x, h = draw(2, 1, 3), draw(2, 4)
    formula("eq:bptt-state").check(
        {"h_t": hidden_states(x, h, W, U, b)[:, 1], "x_t": x[:, 0]}
        | {"h_{t-1}": h, "W": W, "U": U, "b": b}
    )


@pytest.mark.equation("eq:bptt-delta")
@pytest.mark.equation("eq:bptt-inner")
def test_a_step_backwards() -> None:
    seen = watched(2, 3, 3, 4)
    t = 2  # of 3
    formula("eq:bptt-delta").check(
        {r"\delta_t": seen["delta"][:, t - 1], "e_t": seen["e"][:, t - 1]}
        | {"g_{t+1}": seen["g"][:, t], "U": seen["U"]}
    )
    for n in range(2):  # a power is one of numbers: row by row
        formula("eq:bptt-inner").check(
            {"g_t": seen["g"][n, t - 1], "h_t": seen["h"][n, t]}
            | {r"\delta_t": seen["delta"][n, t - 1]}
        )


@pytest.mark.equation("eq:bptt-weights")
def test_the_steps_add_up() -> None:
    B, T = 2, 3
    seen = watched(B, T, 3, 4)
    ours = bptt(seen["x"], seen["h"], seen["e"], seen["U"])
    names = [r"\frac{\partial \L}{\partial " + name + "}" for name in "WUb"]
    formula("eq:bptt-weights").check(
        {
            **dict(zip(names, ours, strict=True)),
            "x": {t: seen["x"][:, t - 1] for t in range(1, T + 1)},
            "h": {t: seen["h"][:, t] for t in range(T + 1)},
            "g": {t: seen["g"][:, t - 1] for t in range(1, T + 1)},
            "T": T,
            "B": B,
        }
    )


@pytest.mark.equation("eq:bptt-jacobian")
def test_what_the_later_steps_let_through() -> None:
    W, U, b = network(2, 3)
    x, T, t = draw(1, 5, 2), 5, 2
    h = hidden_states(x, torch.zeros(1, 3).double(), W, U, b)
    J = torch.autograd.functional.jacobian(
        lambda old: hidden_states(x[:, t:], old, W, U, b)[0, -1], h[:, t]
    )
    formula("eq:bptt-jacobian").check(
        {
            r"\frac{\partial h_T}{\partial h_t}": J[:, 0].T,
            "U": U,
            "h": {s: h[0, s] for s in range(T + 1)},
            "t": t,
            "T": T,
        }
    )


def pipe_slope(k: int) -> float:
    """The mean derivative of y by theta in a piece, the pipe full."""
    theta = torch.ones((), dtype=torch.float64, requires_grad=True)
    places = [theta.detach()] * 5
    total = torch.zeros(())
    for _ in range(k):
        places = [theta, *places[:-1]]
        total = total + (places[0] - 2 * places[4]) / k
    return torch.autograd.grad(total, theta)[0].item()


@pytest.mark.equation("eq:bptt-pipe")
def test_the_slope_within_a_piece() -> None:
    sizes = (1, 4, 5, 8, 9, 20, 100)
    formula("eq:bptt-pipe").check(
        {
            "m(k)": entries("k", {k: pipe_slope(k) for k in sizes}),
            "k": each(sizes),
        }
    )
    assert pipe_slope(4) == 1
    assert pipe_slope(8) == pytest.approx(0, abs=1e-12)
    assert pipe_slope(20) == pytest.approx(-0.6)


# What the chapter claims


def test_numbers_of_the_text() -> None:
    h = account(0.5, 3)
    assert h == [0, 1, 1.5, 1.75] and slope(0.5, 3) == pytest.approx(2)
    assert slope(0.9, 20) / account(0.9, 19)[19] == pytest.approx(7, abs=0.1)
    assert pytest.approx(0.35, abs=0.005) == 0.9**10
    assert pytest.approx(2.59, abs=0.005) == 1.1**10
    assert 0.4 < 0.9**5 * slope(0.9, 15) / slope(0.9, 20) < 0.5
    for t, value in enumerate(account(0.9, 20)):
        assert value == pytest.approx((1 - 0.9**t) / 0.1)


def test_answers_of_the_questions_on_the_way() -> None:
    """Within a piece the gradient runs back, over the edge it does not."""
    parameters = network(2, 3)
    x = draw(1, 140, 2).requires_grad_()
    last = run(x, *parameters, cut=35)[0, 139].sum()  # 34 of its piece
    (grad,) = torch.autograd.grad(last, x)
    reached = (grad[0].norm(dim=1) > 0).nonzero()[:, 0]
    assert reached.min() == 105 and reached.max() == 138
    moved = x.detach().clone()
    moved[0, 139 - 35] += 1  # the state is carried over all the same
    assert not torch.equal(
        run(moved, *parameters, cut=35)[0, 139],
        run(x.detach(), *parameters, cut=35)[0, 139],
    )


# Bad input


W3, U3, B3 = network(3, 4)
STATES = draw(2, 6, 4)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: hidden_states(draw(2, 3), draw(2, 4), W3, U3, B3),
         "x must be (B, T, D), T at least 1, got (2, 3)"),
        (lambda: hidden_states(draw(2, 5, 3), draw(3, 4), W3, U3, B3),
         "h must be (2, 4), got (3, 4)"),
        (lambda: hidden_states(draw(2, 5, 2), draw(2, 4), W3, U3, B3),
         "W must be (2, 4), got (3, 4)"),
        (lambda: hidden_states(draw(2, 5, 3), draw(2, 4), W3, W3, B3),
         "U must be (H, H), got (3, 4)"),
        (lambda: hidden_states(draw(2, 5, 3), draw(2, 4), W3, U3, draw(1)),
         "b must be (4,), got (1,)"),
        (lambda: bptt(draw(2, 0, 3), STATES, draw(2, 5, 4), U3),
         "x must be (B, T, D), T at least 1, got (2, 0, 3)"),
        (lambda: bptt(draw(2, 5, 3), STATES[:, 1:], draw(2, 5, 4), U3),
         "h must be (2, 6, 4), got (2, 5, 4)"),
        (lambda: bptt(draw(2, 5, 3), STATES, draw(2, 6, 4), U3),
         "e must be (2, 5, 4), got (2, 6, 4)"),
        (lambda: bptt(draw(2, 5, 3), STATES, draw(2, 5, 4), W3),
         "U must be (H, H), got (3, 4)"),
        (lambda: bptt(draw(2, 5, 3), STATES, draw(2, 5, 4), U3, 0),
         "cut must be at least 1 or None, got 0"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_the_gradient_of_a_scaled_network_shrinks() -> None:
    """At a spectral radius of 0.6 the far past adds next to nothing."""
    torch.manual_seed(0)
    U = draw(32, 32)
    U *= 0.6 / torch.linalg.eigvals(U).abs().max()
    x, b = draw(4, 30, 2), torch.zeros(32).double()
    h = hidden_states(x, b.expand(4, 32), draw(2, 32) / 4, U, b)
    e = torch.zeros(4, 30, 32).double()
    e[:, -1] = draw(4, 32)
    whole, short = bptt(x, h, e, U)[1], bptt(x, h, e, U, 15)[1]
    assert (whole - short).norm() / whole.norm() < 1e-3
    assert math.isfinite(whole.norm().item())
