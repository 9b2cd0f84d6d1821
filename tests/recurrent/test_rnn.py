"""The plain recurrent network, clipping and perplexity, against PyTorch."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import entries, formula
from d2lcode.recurrent.rnn import RNN, clip_gradients, perplexity

SIZES = st.tuples(*[st.integers(1, 5)] * 4)  # B, T, D, H


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def random_rnn(D: int, H: int) -> RNN:
    """A float64 network whose bias is not zero."""
    rnn = RNN(D, H).double()
    nn.init.normal_(rnn.b)
    return rnn


def load(rnn: RNN, oracle: nn.RNN) -> None:
    with torch.no_grad():
        rnn.W.copy_(oracle.weight_ih_l0.T)
        rnn.U.copy_(oracle.weight_hh_l0.T)
        rnn.b.copy_(oracle.bias_ih_l0 + oracle.bias_hh_l0)


def with_gradients(*gradients: Tensor) -> list[nn.Parameter]:
    made = [nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for p, g in zip(made, gradients, strict=True):
        p.grad = g.clone()
    return made


# The oracles


@settings(max_examples=20, deadline=None)
@given(SIZES, st.booleans())
def test_forward_and_backward_are_those_of_nn_rnn(sizes, with_state):
    B, T, D, H = sizes
    oracle = nn.RNN(D, H, batch_first=True).double()
    rnn = random_rnn(D, H)
    load(rnn, oracle)
    x = draw(B, T, D).requires_grad_()
    h = draw(B, H).requires_grad_() if with_state else None
    states, last = rnn(x, h)
    states_, last_ = oracle(x, None if h is None else h[None])
    assert states.shape == (B, T, H) and last.shape == (B, H)
    torch.testing.assert_close(states, states_)
    torch.testing.assert_close(last, last_[0])

    weight = draw(B, T, H)
    inputs = [x] if h is None else [x, h]
    ours = torch.autograd.grad(
        (weight * states).sum() + last.sin().sum(),
        [*inputs, rnn.W, rnn.U, rnn.b],
    )
    theirs = torch.autograd.grad(
        (weight * states_).sum() + last_.sin().sum(),
        [
            *inputs,
            oracle.weight_ih_l0,
            oracle.weight_hh_l0,
            oracle.bias_ih_l0,
        ],
    )
    n = len(inputs)
    for i, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        transposed = n <= i < n + 2
        torch.testing.assert_close(mine, other.T if transposed else other)


@settings(max_examples=30, deadline=None)
@given(SIZES, st.floats(0.01, 20.0))
def test_clipping_is_that_of_pytorch(sizes, theta):
    B, T, D, H = sizes
    gradients = [draw(D, H), draw(H, H), draw(B, T, 1)]
    ours, theirs = with_gradients(*gradients), with_gradients(*gradients)
    norm = clip_gradients(ours, theta)
    norm_ = nn.utils.clip_grad_norm_(theirs, theta)
    assert norm == pytest.approx(norm_.item())
    for p, q in zip(ours, theirs, strict=True):
        # PyTorch divides by norm + 1e-6
        torch.testing.assert_close(p.grad, q.grad, rtol=3e-5, atol=0)


@settings(max_examples=20, deadline=None)
@given(st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(2, 6)))
def test_perplexity_is_the_exponential_of_cross_entropy(sizes):
    B, T, V = sizes
    logits, y = 3 * draw(B, T, V), torch.randint(V, (B, T))
    expected = F.cross_entropy(logits.mT, y).exp().item()
    assert perplexity(logits, y) == pytest.approx(expected)
    assert perplexity(logits[0], y[0]) == pytest.approx(
        F.cross_entropy(logits[0], y[0]).exp().item()
    )


# Cases by hand


def test_a_unit_remembers():
    """All weights 1: it reads 1, 0, 1; then 0, 0."""
    rnn = RNN(1, 1).double()
    with torch.no_grad():
        for p in rnn.parameters():
            p.fill_(1.0)
        rnn.b.zero_()
    states, last = rnn(torch.tensor([[[1.0], [0.0], [1.0]]]).double())
    first = math.tanh(1)
    second = math.tanh(first)
    third = math.tanh(1 + second)
    expected = [first, second, third]
    assert states.flatten().tolist() == pytest.approx(expected)
    assert last.item() == pytest.approx(third)
    assert [round(h, 2) for h in expected] == [0.76, 0.64, 0.93]
    assert not rnn(torch.zeros(1, 2, 1).double())[0].any()


def test_three_four_five():
    (p,) = with_gradients(torch.tensor([3.0, 4.0]))
    assert clip_gradients([p], 1.0) == 5
    assert p.grad.tolist() == pytest.approx([0.6, 0.8])


def test_perplexity_is_the_geometric_mean_of_inverses():
    p = torch.tensor([[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]])
    y = torch.zeros(3, dtype=torch.long)
    assert perplexity(p.log(), y) == pytest.approx(16 ** (1 / 3), rel=1e-6)
    assert round(16 ** (1 / 3), 2) == 2.52


def test_a_batch_as_matrices():
    """The drawing's rows, bad and cab."""
    u = torch.tensor([["abcd".index(c) for c in w] for w in ("bad", "cab")])
    x = F.one_hot(u, 4).unbind(dim=1)
    assert [m.tolist() for m in x] == [
        [[0, 1, 0, 0], [0, 0, 1, 0]],
        [[1, 0, 0, 0], [1, 0, 0, 0]],
        [[0, 0, 0, 1], [0, 1, 0, 0]],
    ]


# The equations of the page


@pytest.mark.equation("eq:rnn-onehot")
def test_one_hot_matrices():
    B, T, V = 2, 3, 4
    u = torch.randint(V, (B, T))
    x = F.one_hot(u, V)  # (B, T, V)
    assert x.sum() == B * T
    formula("eq:rnn-onehot").check(
        {
            "x_t[b, v]": entries(
                "t b v", lambda t, b, v: float(x[b - 1, t - 1, v - 1])
            ),
            "u_{b,t}": entries("b t", u + 1),
            "t": range(1, T + 1),
            "b": range(1, B + 1),
            "v": range(1, V + 1),
        }
    )


@pytest.mark.equation("eq:rnn-state")
@pytest.mark.parametrize("B, D, H", [(2, 3, 4), (3, 5, 2)])
def test_one_step(B, D, H):
    rnn, x, h = random_rnn(D, H), draw(B, 1, D), draw(B, H)
    formula("eq:rnn-state").check(
        {
            "h_t": rnn(x, h)[1],
            "x_t": x[:, 0],
            "W": rnn.W,
            "h_{t-1}": h,
            "U": rnn.U,
            "b": rnn.b,
        }
    )


@pytest.mark.equation("eq:rnn-output")
def test_the_output_layer():
    h, layer = draw(3, 4), nn.Linear(4, 6).double()
    formula("eq:rnn-output").check(
        {
            "o_t": layer(h),
            "h_t": h,
            "W_o": layer.weight.T,
            "b_o": layer.bias,
        }
    )


@pytest.mark.equation("eq:rnn-perplexity")
@pytest.mark.parametrize("n, V", [(4, 3), (7, 28)])
def test_perplexity_is_what_the_page_says(n, V):
    logits, y = draw(n, V), torch.randint(V, (n,))
    p = logits.softmax(dim=1)[range(n), y]
    formula("eq:rnn-perplexity").check(
        {"P": perplexity(logits, y), "p": p, "n": n}
    )


@pytest.mark.equation("eq:rnn-clip")
@pytest.mark.parametrize("theta", [0.5, 3.0, 50.0])
def test_clipping_is_what_the_page_says(theta):
    gradients = [draw(3, 4), draw(5)]
    parameters = with_gradients(*gradients)
    clip_gradients(parameters, theta)
    formula("eq:rnn-clip").check(
        {
            r"\tilde g": torch.cat([p.grad.flatten() for p in parameters]),
            "g": torch.cat([g.flatten() for g in gradients]),
            r"\theta": theta,
        }
    )


@pytest.mark.equation("eq:rnn-power")
@pytest.mark.parametrize("w, T", [(0.9, 50), (1.1, 50), (-0.7, 3)])
def test_one_unit_multiplies_at_each_step(w, T):
    h_0 = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    h = h_0
    for _ in range(T):
        h = w * h
    (slope,) = torch.autograd.grad(h, h_0)
    formula("eq:rnn-power").check(
        {r"\frac{\d h_T}{\d h_0}": slope, "w": w, "T": T}
    )


@pytest.mark.equation("eq:rnn-frequencies")
@pytest.mark.parametrize("counts", [[1, 2, 3, 4, 5, 9], [3, 3, 3, 3]])
def test_frequencies_alone_reach_v_at_most(counts):
    V = len(counts)
    f = torch.tensor(counts, dtype=torch.float64) / sum(counts)
    text = torch.arange(V).repeat_interleave(torch.tensor(counts))
    P = perplexity(f.log().expand(len(text), V), text)
    formula("eq:rnn-frequencies").check({"f": f, "V": V, "P": P})
    if len(set(counts)) == 1:
        assert pytest.approx(V) == P
    else:
        assert P < 0.9 * V


# What the chapter claims


@pytest.mark.parametrize("V", [2, 28, 1000])
def test_a_uniform_model_has_perplexity_v(V):
    y = torch.randint(V, (50,))
    assert perplexity(torch.zeros(50, V).double(), y) == pytest.approx(V)


def test_perplexity_is_1_at_best_and_without_bound_at_worst():
    y = torch.tensor([0, 1, 2])
    sure = 100.0 * F.one_hot(y, 4).double()
    assert perplexity(sure, y) == pytest.approx(1)
    assert perplexity(sure, (y + 1) % 4) > 1e40


def test_a_sequence_can_be_cut_and_the_state_carried_over():
    rnn, x = random_rnn(3, 4), draw(2, 7, 3)
    whole, last = rnn(x)
    first, h = rnn(x[:, :3])
    second, h = rnn(x[:, 3:], h)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(h, last)


def test_the_state_stays_within_minus_1_and_1():
    states, _ = random_rnn(3, 4)(10 * draw(2, 20, 3))
    assert states.abs().max() <= 1


def test_a_one_hot_row_picks_a_row_of_the_weights():
    rnn, u = random_rnn(6, 4), torch.randint(6, (2, 5))
    product = F.one_hot(u, 6).double() @ rnn.W
    assert torch.equal(product, rnn.W[u])


def test_clipping_keeps_the_direction_and_a_short_gradient():
    long, short = draw(4, 3), 1e-3 * draw(4, 3)
    (p,) = with_gradients(long)
    clip_gradients([p], 0.5)
    cosine = (p.grad * long).sum() / p.grad.norm() / long.norm()
    assert cosine.item() == pytest.approx(1)
    assert p.grad.norm().item() == pytest.approx(0.5)
    (p,) = with_gradients(short)
    clip_gradients([p], 0.5)
    assert torch.equal(p.grad, short)


def test_parameters_without_gradient_are_skipped():
    with_one = with_gradients(torch.tensor([6.0, 8.0]))
    parameters = iter([nn.Parameter(torch.zeros(3)), *with_one])
    assert clip_gradients(parameters, 5.0) == 10
    assert with_one[0].grad.tolist() == pytest.approx([3, 4])
    assert clip_gradients([], 1.0) == 0
    assert clip_gradients(with_one, math.inf) == 5


def test_the_norm_of_a_broken_gradient_is_not_hidden():
    (p,) = with_gradients(torch.tensor([math.nan, 1.0]))
    assert math.isnan(clip_gradients([p], 1.0))


def test_answers_of_the_questions_on_the_way():
    p = torch.tensor([[1.0, 1e-30], [1 / 9, 8 / 9]]).double()
    y = torch.zeros(2, dtype=torch.long)
    assert perplexity(p.log(), y) == pytest.approx(3)
    (q,) = with_gradients(torch.tensor([0.0, 0.0, 6.0, 8.0]))
    clip_gradients([q], 5.0)
    assert q.grad.tolist() == pytest.approx([0, 0, 3, 4])


def test_parameters_are_counted_by_the_formula():
    for D, H in [(1, 1), (3, 5), (28, 32)]:
        count = sum(p.numel() for p in RNN(D, H).parameters())
        assert count == D * H + H * H + H
        theirs = sum(p.numel() for p in nn.RNN(D, H).parameters())
        assert theirs == count + H


def test_weights_start_with_variance_one_over_their_inputs():
    rnn = RNN(100, 400)
    assert rnn.W.std().item() == pytest.approx(0.1, rel=0.02)
    assert rnn.U.std().item() == pytest.approx(0.05, rel=0.02)
    assert not rnn.b.any()


def test_half_precision_and_a_copy_of_the_state_dict():
    rnn = random_rnn(3, 4)
    twin = RNN(3, 4).double()
    twin.load_state_dict(rnn.state_dict())
    x = draw(2, 5, 3)
    torch.testing.assert_close(twin(x), rnn(x))
    half = rnn.to(torch.bfloat16)(x.to(torch.bfloat16))[0]
    assert half.dtype == torch.bfloat16
    np.testing.assert_allclose(
        half.float().detach(), twin(x)[0].detach(), atol=0.1
    )


# Errors


@pytest.mark.parametrize("D, H", [(0, 3), (3, 0), (-1, 2)])
def test_sizes_must_be_positive(D, H):
    message = f"D and H must be at least 1, got {D} and {H}"
    with pytest.raises(ValueError, match=message):
        RNN(D, H)


@pytest.mark.parametrize("shape", [(5, 3), (2, 0, 3), (2, 5, 4)])
def test_input_must_fit(shape):
    message = r"x must be \(B, T, 3\), T at least 1, got \("
    with pytest.raises(ValueError, match=message):
        RNN(3, 4)(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(4,), (2, 3), (1, 4), (1, 2, 4)])
def test_state_must_fit(shape):
    with pytest.raises(ValueError, match=r"h must be \(2, 4\), got \("):
        RNN(3, 4)(torch.zeros(2, 5, 3), torch.zeros(shape))


@pytest.mark.parametrize("theta", [0, -1.0, math.nan])
def test_the_limit_must_be_positive(theta):
    with pytest.raises(ValueError, match="theta must be positive, got"):
        clip_gradients([], theta)


@pytest.mark.parametrize(
    "logits, y", [((3, 4), (2,)), ((3, 4), (3, 4)), ((0, 4), (0,)), ((4,), ())]
)
def test_targets_must_fit(logits, y):
    with pytest.raises(ValueError, match=r"logits must be \(\.\.\., V\) and"):
        perplexity(torch.zeros(logits), torch.zeros(y, dtype=torch.long))
