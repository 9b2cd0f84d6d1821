"""Deep and bidirectional GRUs against PyTorch and the page's formulas."""

import itertools
import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from book.formula import formula
from d2lcode.recurrent.deep_and_bidirectional import BiRNN, DeepRNN, reverse
from d2lcode.recurrent.gru import GRU

SIZES = st.tuples(*[st.integers(1, 4)] * 5)  # B, T, D, H, L


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def randomize(rnn: nn.Module) -> nn.Module:
    """Float64, and no parameter zero."""
    rnn = rnn.double()
    for p in rnn.parameters():
        nn.init.normal_(p)
    return rnn


def load(rnn: nn.Module, oracle: nn.GRU) -> None:
    """The same order: layer by layer, forward before backward."""
    pairs = zip(rnn.parameters(), oracle.parameters(), strict=True)
    with torch.no_grad():
        for p, q in pairs:
            p.copy_(q.T if q.ndim == 2 else q)


# The oracle


@settings(max_examples=15, deadline=None)
@given(SIZES, st.booleans())
def test_states_and_gradients_are_those_of_nn_gru(sizes, both):
    B, T, D, H, L = sizes
    oracle = nn.GRU(D, H, L, bidirectional=both, batch_first=True).double()
    rnn = DeepRNN(D, H, L, bidirectional=both).double()
    load(rnn, oracle)
    x = draw(B, T, D).requires_grad_()
    (states, last), (states_, last_) = rnn(x), oracle(x)
    s = 2 if both else 1
    assert states.shape == (B, T, s * H) and last.shape == (s * L, B, H)
    torch.testing.assert_close(states, states_)
    torch.testing.assert_close(last, last_)
    weight = draw(*states.shape)
    ours = torch.autograd.grad(
        (weight * states).sum() + last.sin().sum(), [x, *rnn.parameters()]
    )
    theirs = torch.autograd.grad(
        (weight * states_).sum() + last_.sin().sum(),
        [x, *oracle.parameters()],
    )
    torch.testing.assert_close(ours[0], theirs[0])
    for p, q in zip(ours[1:], theirs[1:], strict=True):
        torch.testing.assert_close(p, q.T if q.ndim == 2 else q)


@settings(max_examples=15, deadline=None)
@given(SIZES, st.data())
def test_padded_rows_are_those_of_packed_ones(sizes, data):
    B, T, D, H, _ = sizes
    lengths = data.draw(st.lists(st.integers(1, T), min_size=B, max_size=B))
    valid_len = torch.tensor(lengths)
    oracle = nn.GRU(D, H, bidirectional=True, batch_first=True).double()
    rnn = BiRNN(D, H).double()
    load(rnn, oracle)
    x = draw(B, T, D)
    packed, last_ = oracle(
        nn.utils.rnn.pack_padded_sequence(
            x, valid_len, batch_first=True, enforce_sorted=False
        )
    )
    states_, _ = nn.utils.rnn.pad_packed_sequence(
        packed, batch_first=True, total_length=T
    )
    states, last = rnn(x, valid_len)
    torch.testing.assert_close(states, states_)
    torch.testing.assert_close(last, last_)


def test_padding_is_not_seen_and_not_given():
    rnn, x, valid_len = randomize(BiRNN(3, 4)), draw(2, 5, 3), [5, 3]
    states, last = rnn(x, torch.tensor(valid_len))
    x[1, 3:] = 9.0
    again, last_again = rnn(x, torch.tensor(valid_len))
    assert torch.equal(states, again) and torch.equal(last, last_again)
    assert not states[1, 3:].any()
    alone, last_alone = rnn(x[1:, :3])
    torch.testing.assert_close(states[1:, :3], alone)
    torch.testing.assert_close(last[:, 1:], last_alone)
    assert not torch.allclose(rnn(x)[1][1, 1], last[1, 1])


def test_where_the_last_states_stand():
    """Forward at step T, backward at step 1, layer by layer."""
    rnn = randomize(DeepRNN(3, 4, 2, bidirectional=True))
    states, last = rnn(draw(2, 5, 3))
    torch.testing.assert_close(states[:, -1, :4], last[2])
    torch.testing.assert_close(states[:, 0, 4:], last[3])
    assert not torch.allclose(states[:, -1, 4:], last[3])


# The equations of the page


@pytest.mark.equation(
    "eq:deep-state",
    fixed=r"h_t^{(l)} = f_l\bigl(h_t^{(l-1)}, h_{t-1}^{(l)}\bigr)",
)
def test_a_layer_reads_the_one_below():
    """One layer's own loop: below at t, the same layer at t - 1."""
    rnn, x = randomize(DeepRNN(3, 4, 3)), draw(2, 5, 3)
    below = x
    for number, layer in enumerate(rnn.layers, start=1):
        states, h = [], torch.zeros(2, 4).double()
        for t in range(5):
            new = layer.cell(below[:, t], h)
            torch.testing.assert_close(states_of(rnn, x, number)[t], new)
            h = new
            states.append(h)
        below = torch.stack(states, dim=1)
    torch.testing.assert_close(rnn(x)[0], below)


def states_of(rnn: DeepRNN, x: Tensor, layers: int) -> list[Tensor]:
    """The states of a layer, by time: a network cut off above it."""
    cut = DeepRNN(3, 4, layers).double()
    cut.layers = rnn.layers[:layers]
    return list(cut(x)[0].detach().unbind(dim=1))


def tensors(cell: nn.Module, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return cell(torch.as_tensor(x), torch.as_tensor(h)).numpy()


@pytest.mark.equation("eq:bi-ahead")
@pytest.mark.equation("eq:bi-back")
@pytest.mark.equation(
    "eq:bi-state",
    fixed=r"h_t = \begin{bmatrix} \vec h_t & \tilde h_t \end{bmatrix}",
)
def test_two_networks_from_both_ends():
    rnn, x, H = randomize(BiRNN(3, 4)), draw(2, 5, 3), 4
    states, _ = rnn(x)
    ahead, back = states.detach().split(H, dim=2)  # side by side
    zero = torch.zeros(2, H).double()
    for t in range(5):
        formula("eq:bi-ahead").check(
            {
                r"\vec h_t": ahead[:, t],
                r"\vec h_{t-1}": ahead[:, t - 1] if t else zero,
                r"\vec h_0": zero,
                "x_t": x[:, t],
                "f": lambda x, h: tensors(rnn.ahead.cell, x, h),
            }
        )
        formula("eq:bi-back").check(
            {
                r"\tilde h_t": back[:, t],
                r"\tilde h_{t+1}": back[:, t + 1] if t < 4 else zero,
                r"\tilde h_{T+1}": zero,
                "x_t": x[:, t],
                "g": lambda x, h: tensors(rnn.back.cell, x, h),
            }
        )


@pytest.mark.equation("eq:deep-count")
@pytest.mark.parametrize("D, H, L", [(3, 4, 2), (16, 32, 3), (5, 2, 1)])
@pytest.mark.parametrize("s", [1, 2])
def test_parameters(D, H, L, s):
    rnn = DeepRNN(D, H, L, bidirectional=s == 2)
    count = sum(p.numel() for p in rnn.parameters())
    oracle = nn.GRU(D, H, L, bidirectional=s == 2)
    assert count == sum(p.numel() for p in oracle.parameters())
    formula("eq:deep-count").check(
        {"N": count, "s": s, "D": D, "H": H, "L": L}
    )


@pytest.mark.equation("eq:deep-floor")
def test_no_model_is_less_perplexed_than_the_grammar():
    """Count all sentences: -log of each chance, over the mean length."""
    loss = length = 0.0
    for k in range(3):
        sentences = 3 * 4**k * 2  # first noun, nouns in between, verb
        for _ in itertools.repeat(None, sentences):
            chance = 1 / 3 / sentences
            loss -= chance * math.log(chance)
            length += chance * (5 + 3 * k)
    assert length == pytest.approx(8)
    P = math.exp(loss / length)
    assert round(P, 2) == 1.71
    formula("eq:deep-floor").check({r"P_{\min}": P})


# What the chapter claims


def test_two_layers_by_hand():
    """The page's plain units, as GRUs with r = 1 and z = 0."""
    rnn = DeepRNN(1, 1, 2).double()
    with torch.no_grad():
        for layer in rnn.layers:
            layer.cell.W[:] = torch.tensor([[0.0, 0.0, 1.0]])
            layer.cell.U[:] = torch.tensor([[0.0, 0.0, 1.0]])
            layer.cell.b[:] = torch.tensor([50.0, -50.0, 0.0])
    x = torch.tensor([[[1.0], [0.0]]]).double()
    h1 = math.tanh(1)
    h2 = math.tanh(h1)
    expected = torch.tensor([math.tanh(h1), math.tanh(h2 + math.tanh(h1))])
    assert [round(v, 2) for v in expected.tolist()] == [0.64, 0.86]
    torch.testing.assert_close(rnn(x)[0].flatten(), expected.double())


def test_who_has_read_what():
    """Derivatives of the states by the inputs: left up to t, right from t."""
    rnn, x = randomize(BiRNN(2, 3)), draw(1, 4, 2).requires_grad_()
    states, _ = rnn(x)
    for t in range(4):
        for half, seen in (
            (slice(0, 3), range(t + 1)),
            (slice(3, 6), range(t, 4)),
        ):
            part = states[0, t, half].sum()
            (gradient,) = torch.autograd.grad(part, x, retain_graph=True)
            reached = gradient[0].abs().sum(dim=1).nonzero().flatten()
            assert reached.tolist() == list(seen)


def test_a_second_layer_knows_all_at_every_step():
    rnn = randomize(DeepRNN(2, 3, 2, bidirectional=True))
    x = draw(1, 4, 2).requires_grad_()
    states, _ = rnn(x)
    for half in (slice(0, 3), slice(3, 6)):
        part = states[0, 2, half].sum()
        (gradient,) = torch.autograd.grad(part, x, retain_graph=True)
        assert (gradient[0].abs().sum(dim=1) > 0).all()


def test_deep_and_one_way_sees_nothing_later():
    rnn, x = randomize(DeepRNN(2, 3, 3)), draw(1, 4, 2).requires_grad_()
    (gradient,) = torch.autograd.grad(rnn(x)[0][0, 1].sum(), x)
    assert gradient[0, :2].abs().sum() > 0 and not gradient[0, 2:].any()


def test_reverse_turns_each_row_within_its_length():
    x = torch.arange(8.0).view(2, 4, 1)
    turned = reverse(x, torch.tensor([4, 2]))
    assert turned[..., 0].tolist() == [[3, 2, 1, 0], [5, 4, 6, 7]]
    assert torch.equal(reverse(turned, torch.tensor([4, 2])), x)


def test_dropout_with_one_layer_only_warns():
    with pytest.warns(UserWarning, match="num_layers greater than 1"):
        nn.GRU(2, 3, 1, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.GRU(2, 3, 2, dropout=0.5)


def test_last_states_by_layer_and_direction():
    rnn = nn.GRU(2, 3, 3, bidirectional=True, batch_first=True)
    states, h = rnn(torch.randn(4, 5, 2))
    by_layer = h.view(3, 2, 4, 3)
    assert torch.equal(by_layer[2, 0], h[-2])
    assert torch.equal(by_layer[2, 1], h[-1])
    assert torch.equal(states[:, -1, :3], h[-2])
    assert torch.equal(states[:, 0, 3:], h[-1])


def test_state_dict_and_half_precision():
    rnn = DeepRNN(3, 4, 2, bidirectional=True)
    other = DeepRNN(3, 4, 2, bidirectional=True)
    other.load_state_dict(rnn.state_dict())
    x = torch.randn(2, 5, 3)
    assert torch.equal(rnn(x)[0], other(x)[0])
    states, last = rnn.bfloat16()(x.bfloat16())
    assert states.dtype == last.dtype == torch.bfloat16


# Errors


def test_sizes_must_be_positive():
    with pytest.raises(ValueError, match="L must be at least 1, got 0"):
        DeepRNN(2, 3, 0)
    for make in (BiRNN, lambda D, H: DeepRNN(D, H, 2), GRU):
        for D, H in ((0, 3), (3, 0)):
            with pytest.raises(ValueError, match="must be at least 1"):
                make(D, H)


@pytest.mark.parametrize("shape", [(5, 3), (2, 0, 3), (2, 5, 4)])
@pytest.mark.parametrize("both", [False, True])
def test_input_must_fit(shape, both):
    message = r"x must be \(B, T, 3\), T at least 1, got \("
    with pytest.raises(ValueError, match=message):
        DeepRNN(3, 4, 2, bidirectional=both)(torch.zeros(shape))


@pytest.mark.parametrize(
    "valid_len", [[1, 2, 3], [[1, 2]], [1.0, 2.0], [True, True]]
)
def test_lengths_must_be_integers_one_a_row(valid_len):
    message = r"valid_len must be \(2,\) integers, got \("
    with pytest.raises(ValueError, match=message):
        BiRNN(3, 4)(torch.zeros(2, 5, 3), torch.tensor(valid_len))


@pytest.mark.parametrize("valid_len", [[0, 5], [1, 6]])
def test_lengths_must_be_within_the_row(valid_len):
    with pytest.raises(ValueError, match=r"valid_len must be in 1 \.\. 5"):
        reverse(torch.zeros(2, 5, 3), torch.tensor(valid_len))


def test_reverse_takes_three_axes():
    with pytest.raises(ValueError, match=r"x must be \(B, T, D\), got"):
        reverse(torch.zeros(2, 5), torch.tensor([1, 2]))
