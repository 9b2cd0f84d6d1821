"""Convolution and TextCNN against PyTorch and the page's formulas."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.embeddings.text_cnn import Conv1d, TextCNN, windows

SIZES = st.tuples(
    st.integers(1, 3),  # B
    st.integers(1, 7),  # T
    st.integers(1, 4),  # D
    st.integers(1, 4),  # C
    st.integers(1, 7),  # k
)


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def random_conv(D: int, C: int, k: int) -> Conv1d:
    """Float64, and the bias is not zero."""
    conv = Conv1d(D, C, k).double()
    nn.init.normal_(conv.b)
    return conv


def random_model(widths: tuple[int, ...] = (1, 3)) -> TextCNN:
    model = TextCNN(11, 3, 4, widths).double().eval()
    for p in model.parameters():
        nn.init.normal_(p)
    return model


def weight_of(conv: Conv1d) -> Tensor:
    """The weight as F.conv1d wants it, (C, D, k)."""
    kD, C = conv.W.shape
    return conv.W.view(conv.k, kD // conv.k, C).permute(2, 1, 0)


# The oracle


@settings(max_examples=12, deadline=None)
@given(SIZES)
def test_forward_and_backward_are_those_of_conv1d(sizes):
    B, T, D, C, k = sizes
    T = max(T, k)
    conv, x = random_conv(D, C, k), draw(B, T, D).requires_grad_()
    ours = conv(x)
    theirs = F.conv1d(x.mT, weight_of(conv), conv.b).mT
    assert ours.shape == (B, T - k + 1, C)
    torch.testing.assert_close(ours, theirs)
    weight = draw(*ours.shape)
    torch.testing.assert_close(
        torch.autograd.grad((weight * ours).sum(), [x, conv.W, conv.b]),
        torch.autograd.grad((weight * theirs).sum(), [x, conv.W, conv.b]),
    )


@settings(max_examples=10, deadline=None)
@given(SIZES)
def test_windows_are_those_of_unfold(sizes):
    B, T, D, _, k = sizes
    T = max(T, k)
    x = draw(B, T, D)
    theirs = x.unfold(1, k, 1).transpose(2, 3).flatten(2)
    assert torch.equal(windows(x, k), theirs)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 3))
def test_the_network_is_that_of_conv1d_text_by_text(lengths, more):
    """Alone, without padding but the zeros behind the last word."""
    model, T = random_model((1, 2, 4)), max(lengths) + more
    x, valid_len = torch.randint(11, (len(lengths), T)), torch.tensor(lengths)
    together = model(x, valid_len)
    for i, n in enumerate(lengths):
        e = model.embedding(x[i, :n]).mT  # (D, n)
        found = [
            F.conv1d(F.pad(e, (0, conv.k - 1)), weight_of(conv), conv.b)
            for conv in model.convs
        ]
        m = torch.cat([torch.relu(a).amax(dim=1) for a in found])
        torch.testing.assert_close(together[i], model.out(m))


# The equations of the page


@pytest.mark.equation("eq:conv-sum")
@pytest.mark.equation(
    "eq:conv-window",
    fixed=(
        r"w_t = \begin{bmatrix} e_t & e_{t+1} & \dots & e_{t+k-1} "
        r"\end{bmatrix}"
    ),
)
@pytest.mark.equation("eq:conv-product")
@pytest.mark.equation("eq:conv-length")
@pytest.mark.parametrize("D, C, k, T", [(2, 3, 4, 7), (3, 2, 1, 4)])
def test_convolution(D, C, k, T):
    conv, x = random_conv(D, C, k), draw(1, T, D)
    a, w = conv(x)[0].detach(), windows(x, k)[0]
    for t in range(T - k + 1):
        assert torch.equal(w[t], torch.cat([x[0, t + j] for j in range(k)]))
        formula("eq:conv-product").check(
            {"a_t": a[t], "w_t": w[t], "W": conv.W, "b": conv.b}
        )
    W = conv.W.detach().view(k, D, C)
    formula("eq:conv-sum").check(
        {
            "a": list(a),
            "b": conv.b,
            "e": list(x[0]),
            "W": {j: W[j] for j in range(k)},
            "k": k,
            "t": range(1, T - k + 2),
        }
    )
    formula("eq:conv-length").check({"N": len(a), "T": T, "k": k})


@pytest.mark.equation("eq:conv-max")
@pytest.mark.parametrize("n", [1, 3, 6])
def test_max_over_time(n):
    model = random_model((2,))
    x, valid_len = torch.randint(11, (1, 6)), torch.tensor([n])
    m, starts = model.features(x, valid_len)
    e = F.pad(model.embedding(x[:, :n]), (0, 0, 0, 1))
    a = model.convs[0](e)[0].detach()  # (n, C)
    formula("eq:conv-max").check(
        {
            "m": m[0],
            "a": a,
            "n": n,
            "t": range(1, n + 1),
            "c": range(1, 5),
        }
    )
    assert torch.equal(starts[0], a.argmax(dim=0))


@pytest.mark.equation("eq:conv-count")
@pytest.mark.parametrize("widths", [(3, 4, 5), (2,), (1, 6)])
def test_parameters(widths):
    model = TextCNN(71, 16, 8, widths)
    formula("eq:conv-count").check(
        {
            "P": sum(p.numel() for p in model.parameters()),
            "V": 71,
            "D": 16,
            "C": 8,
            r"\abs{K}": len(widths),
            "K": widths,
        }
    )


@pytest.mark.equation("eq:conv-stride")
@pytest.mark.parametrize(
    "T, k, s, p", [(10, 3, 1, 1), (10, 3, 2, 0), (9, 4, 3, 2), (5, 5, 2, 0)]
)
def test_stride_and_padding(T, k, s, p):
    layer = nn.Conv1d(1, 1, k, stride=s, padding=p)
    formula("eq:conv-stride").check(
        {"N": layer(torch.zeros(1, 1, T)).shape[2], "T": T}
        | {"k": k, "s": s, "p": p}
    )


# What the chapter claims


def test_the_picture_by_hand():
    conv = Conv1d(2, 1, 2).double()
    with torch.no_grad():
        conv.W[:, 0] = torch.tensor([1.0, 0.0, 0.0, 1.0])
        conv.b[:] = -1.0
    e = torch.tensor([[0, 0], [0, 0], [0, 0], [1, 0], [0, 1]]).double()
    assert conv(e[None]).flatten().tolist() == [-1, -1, -1, 1]
    assert conv(e[[4, 3]][None]).item() == -1  # "bad not"


def test_exercise_one_by_hand():
    conv = Conv1d(1, 1, 2).double()
    with torch.no_grad():
        conv.W[:, 0] = torch.tensor([1.0, -1.0])
        conv.b[:] = 0.5
    x = torch.tensor([2.0, -1, 0, 3]).double().view(1, 4, 1)
    assert conv(x).flatten().tolist() == [3.5, -0.5, -2.5]


def test_kims_network_is_counted():
    kim = TextCNN(1, 300, 100)
    assert sum(p.numel() for p in kim.parameters()) - 300 == 360_902


def test_answers_move_with_the_words():
    """Two more words in front: two more answers, the others moved."""
    conv, x = random_conv(3, 2, 3), draw(1, 10, 3)
    later = conv(torch.cat([draw(1, 2, 3), x], dim=1))
    assert conv(x).shape[1] == 8 and later.shape[1] == 10
    torch.testing.assert_close(later[:, 2:], conv(x))


def test_only_the_winner_receives_a_gradient():
    model = random_model((2,))
    x, five = torch.arange(1, 7)[None], torch.tensor([5])
    m, starts = model.features(x, five)
    c = m[0].argmax().item()
    start = starts[0, c].item()
    (gradient,) = torch.autograd.grad(m[0, c], model.embedding.weight)
    moved = set(gradient.abs().sum(dim=1).nonzero().flatten().tolist())
    window = x[0, start : min(start + 2, 5)].tolist()
    assert moved == set(window)


def test_maxima_do_not_know_the_order_of_windows():
    """The answers of width 1 agree for the same words in any order."""
    model, x = random_model((1,)), torch.randint(11, (1, 8))
    eight = torch.tensor([8])
    order = torch.randperm(8)
    torch.testing.assert_close(model(x, eight), model(x[:, order], eight))
    wide = random_model((5,))
    x = torch.arange(8)[None]
    assert not torch.allclose(wide(x, eight), wide(x.flip(1), eight))


def test_training_drops_maxima_and_evaluation_none():
    model, x = random_model(), torch.randint(11, (4, 6))
    lengths = torch.tensor([6, 2, 1, 4])
    assert torch.equal(model(x, lengths), model(x, lengths))
    model.train()
    assert not torch.equal(model(x, lengths), model(x, lengths))


def test_state_dict_and_half_precision():
    model, other = random_model(), random_model()
    other.load_state_dict(model.state_dict())
    x, lengths = torch.randint(11, (2, 5)), torch.tensor([5, 2])
    assert torch.equal(model(x, lengths), other(x, lengths))
    assert model.bfloat16()(x, lengths).dtype == torch.bfloat16


def test_weights_start_with_variance_one_over_their_inputs():
    conv = Conv1d(100, 300, 4)
    assert np.isclose(conv.W.std().item(), 0.05, rtol=0.02)
    assert not conv.b.any()


# Errors


@pytest.mark.parametrize("D, C, k", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_sizes_must_be_positive(D, C, k):
    message = f"D, C and k must be at least 1, got {D}, {C} and {k}"
    with pytest.raises(ValueError, match=message):
        Conv1d(D, C, k)
    if k == 0:
        with pytest.raises(ValueError, match=r"k must be at least 1"):
            TextCNN(5, 3, 4, (2, 0))


def test_a_width_is_needed():
    with pytest.raises(ValueError, match="widths must name at least one"):
        TextCNN(5, 3, 4, ())


@pytest.mark.parametrize("shape", [(5, 3), (2, 5, 4), (2, 5, 3, 1)])
def test_input_of_the_convolution_must_fit(shape):
    with pytest.raises(ValueError, match=r"x must be \(B, T, 3\), got \("):
        Conv1d(3, 4, 2)(torch.zeros(shape))


@pytest.mark.parametrize("k", [0, 6])
def test_windows_must_fit_into_the_sequence(k):
    with pytest.raises(ValueError, match=rf"k must be in 1 \.\. 5, got {k}"):
        windows(draw(2, 5, 3), k)
    with pytest.raises(ValueError, match=r"x must be \(B, T, D\), got"):
        windows(draw(5, 3), 2)


def test_texts_and_lengths_must_fit():
    model = random_model()
    with pytest.raises(ValueError, match=r"x must be \(B, T\), got \(3,\)"):
        model(torch.zeros(3, dtype=torch.int64), torch.tensor([1, 1, 1]))
    x = torch.zeros(2, 5, dtype=torch.int64)
    with pytest.raises(ValueError, match=r"valid_len must be \(2,\) integ"):
        model(x, torch.tensor([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"valid_len must be in 1 \.\. 5"):
        model(x, torch.tensor([0, 5]))
