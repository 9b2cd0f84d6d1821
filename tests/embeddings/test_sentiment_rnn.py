"""Packing, pooling and the classifier against PyTorch and the formulas."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from book.formula import formula
from d2lcode.embeddings.sentiment_rnn import (
    POOLINGS,
    BiRNNClassifier,
    fill_padding,
    last_states,
    pack,
    pool,
)
from d2lcode.recurrent.deep_and_bidirectional import BiRNN
from d2lcode.recurrent.gru import GRU, GRUCell

LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=5)


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def padded(lengths: list[int], D: int = 3) -> tuple[Tensor, Tensor]:
    return draw(len(lengths), max(lengths), D), torch.tensor(lengths)


def classifier(pooling: str) -> BiRNNClassifier:
    model = BiRNNClassifier(11, 3, 4, pooling).double()
    for p in model.parameters():
        nn.init.normal_(p)
    return model


# The oracle: packed and unpacked agree


@settings(max_examples=12, deadline=None)
@given(LENGTHS)
def test_packed_as_pytorch_packs(lengths):
    x, valid_len = padded(lengths)
    data, batch_sizes, order = pack(x, valid_len)
    theirs = pack_padded_sequence(
        x, valid_len, batch_first=True, enforce_sorted=False
    )
    assert batch_sizes == theirs.batch_sizes.tolist()
    assert valid_len[order].tolist() == sorted(lengths, reverse=True)
    if len(set(lengths)) == len(lengths):  # else texts may change places
        assert order.tolist() == theirs.sorted_indices.tolist()
        assert torch.equal(data, theirs.data)


@settings(max_examples=12, deadline=None)
@given(LENGTHS)
def test_last_states_are_those_of_each_row_alone(lengths):
    x, valid_len = padded(lengths)
    cell = GRUCell(3, 4).double()
    data, batch_sizes, order = pack(x, valid_len)
    h = last_states(cell, data, batch_sizes)
    gru = GRU(3, 4).double()
    gru.cell = cell
    for place, i in enumerate(order.tolist()):
        _, alone = gru(x[i : i + 1, : lengths[i]])
        torch.testing.assert_close(h[place], alone[0])


def test_gradients_of_last_states_are_those_of_nn_gru():
    x, valid_len = padded([2, 5, 3])
    x.requires_grad_()
    cell, oracle = GRUCell(3, 4).double(), nn.GRU(3, 4, batch_first=True)
    oracle = oracle.double()
    with torch.no_grad():
        oracle.weight_ih_l0.copy_(cell.W.T)
        oracle.weight_hh_l0.copy_(cell.U.T)
        oracle.bias_ih_l0.copy_(cell.b)
        oracle.bias_hh_l0.copy_(cell.c)
    data, batch_sizes, order = pack(x, valid_len)
    h = last_states(cell, data, batch_sizes)
    _, h_ = oracle(
        pack_padded_sequence(
            x, valid_len, batch_first=True, enforce_sorted=False
        )
    )
    torch.testing.assert_close(h, h_[0, order])
    weight = draw(*h.shape)
    ours = torch.autograd.grad((weight * h).sum(), [x, cell.W, cell.U])
    theirs = torch.autograd.grad(
        (weight * h_[0, order]).sum(),
        [x, oracle.weight_ih_l0, oracle.weight_hh_l0],
    )
    torch.testing.assert_close(ours[0], theirs[0])
    torch.testing.assert_close(ours[1], theirs[1].T)
    torch.testing.assert_close(ours[2], theirs[2].T)


@settings(max_examples=10, deadline=None)
@given(LENGTHS, st.sampled_from(POOLINGS), st.integers(0, 4))
def test_an_answer_does_not_depend_on_its_neighbours(lengths, pooling, more):
    model, T = classifier(pooling), max(lengths) + more
    x, valid_len = torch.randint(11, (len(lengths), T)), torch.tensor(lengths)
    together = model(x, valid_len)
    assert together.shape == (len(lengths), 2)
    for i, n in enumerate(lengths):
        alone = model(x[i : i + 1, :n], valid_len[i : i + 1])
        torch.testing.assert_close(together[i], alone[0])


@settings(max_examples=8, deadline=None)
@given(LENGTHS)
def test_states_are_those_of_the_books_own_network(lengths):
    """BiRNN's, and its last states are the pooling "last"."""
    x, valid_len = padded(lengths)
    own = BiRNN(3, 4).double()
    states, last = own(x, valid_len)
    torch.testing.assert_close(
        pool(states, valid_len, "last"), torch.cat([last[0], last[1]], dim=1)
    )
    model = classifier("last")
    with torch.no_grad():
        for p, q in zip(own.parameters(), model.rnn.parameters(), strict=True):
            p.copy_(q.T if q.ndim == 2 else q)
    numbers = torch.randint(11, x.shape[:2])
    _, last = own(model.embedding(numbers), valid_len)
    expected = model.out(torch.cat([last[0], last[1]], dim=1))
    torch.testing.assert_close(model(numbers, valid_len), expected)


# The equations of the page


@pytest.mark.equation("eq:sentiment-sizes")
@pytest.mark.equation("eq:sentiment-work")
@pytest.mark.parametrize("lengths", [[5, 4, 3], [1, 6, 2, 2], [3, 3]])
def test_batch_sizes(lengths):
    x, valid_len = padded(lengths)
    data, sizes, _ = pack(x, valid_len)
    formula("eq:sentiment-sizes").check(
        {
            "B_{}": sizes,
            "B": len(lengths),
            "n": lengths,
            "t": range(1, len(sizes) + 1),
        }
    )
    formula("eq:sentiment-work").check(
        {"B_{}": sizes, "B": len(lengths), "T": len(sizes), "n": lengths}
    )
    assert len(data) == sum(lengths)


@pytest.mark.equation(
    "eq:sentiment-last",
    fixed=r"v = \begin{bmatrix} \vec h_n & \tilde h_1 \end{bmatrix}",
)
@pytest.mark.equation("eq:sentiment-mean")
@pytest.mark.equation("eq:sentiment-max")
@pytest.mark.parametrize("n", [1, 3, 6])
def test_poolings(n):
    states, valid_len = draw(2, 6, 8), torch.tensor([n, 6])
    h = list(states[0])
    formula("eq:sentiment-mean").check(
        {"v": pool(states, valid_len, "mean")[0], "n": n, "h": h}
    )
    formula("eq:sentiment-max").check(
        {
            "v": pool(states, valid_len, "max")[0],
            "n": n,
            "h": states[0],
            "t": range(1, 7),
            "j": range(1, 9),
        }
    )
    last = pool(states, valid_len, "last")[0]
    assert torch.equal(last[:4], states[0, n - 1, :4])
    assert torch.equal(last[4:], states[0, 0, 4:])


@pytest.mark.equation("eq:sentiment-ceiling")
@pytest.mark.parametrize("rho", [0.05, 0.2])
def test_the_best_score_by_going_through_all_cases(rho):
    """Of 1,000 texts some answers are true, some labels turned round."""
    for a in (1.0, 0.9, 0.3):
        A = 0.0
        for true, share in ((True, a), (False, 1 - a)):
            for turned, chance in ((True, rho), (False, 1 - rho)):
                A += share * chance * (true != turned)
        formula("eq:sentiment-ceiling").check({"A": A, "a": a, r"\rho": rho})


# What the chapter claims


def test_the_drawing_by_hand():
    states = torch.tensor([[0.2, -0.5], [0.8, -0.1], [-0.4, 0.3], [9.0, 9.0]])[
        None
    ]
    valid_len = torch.tensor([3])
    for pooling, expected in (
        ("last", [-0.4, -0.5]),
        ("mean", [0.2, -0.1]),
        ("max", [0.8, 0.3]),
    ):
        found = pool(states, valid_len, pooling)[0].tolist()
        assert found == pytest.approx(expected)
    zeros = fill_padding(states, valid_len, 0.0)
    assert zeros[0, 3].tolist() == [0, 0]
    assert zeros.mean(dim=1)[0, 0].item() == pytest.approx(0.15)
    assert round((0.935 - 0.05) / 0.9, 2) == 0.98


def test_exercises_by_hand():
    _, sizes, _ = pack(*padded([6, 2, 2, 1]))
    assert sizes == [4, 3, 1, 1, 1, 1] and round(13 / 24, 2) == 0.54
    _, sizes, _ = pack(*padded([4, 4, 1]))
    assert sizes == [3, 2, 2, 2]
    states = torch.tensor([-0.5, -0.1, -0.3, 0, 0]).view(1, 5, 1)
    three = torch.tensor([3])
    assert pool(states, three, "mean").item() == pytest.approx(-0.3)
    assert pool(states, three, "max").item() == pytest.approx(-0.1)
    assert states.mean().item() == pytest.approx(-0.18)


def test_one_word_leaves_nothing_to_choose():
    states, one = draw(1, 4, 6), torch.tensor([1])
    for pooling in POOLINGS:
        assert torch.equal(pool(states, one, pooling)[0], states[0, 0])


def test_where_the_gradient_of_each_pooling_arrives():
    states = draw(1, 5, 2).requires_grad_()
    three = torch.tensor([3])
    for pooling in POOLINGS:
        v = pool(states, three, pooling)
        (gradient,) = torch.autograd.grad(v[0, 0], states)
        share = gradient[0, :, 0]
        assert share.sum().item() == pytest.approx(1)
        assert not share[3:].any() and not gradient[0, :, 1].any()
        if pooling == "mean":
            torch.testing.assert_close(
                share[:3], torch.full((3,), 1 / 3.0).double()
            )
        else:
            assert share.count_nonzero() == 1
    where = states[0, :3, 0].argmax().item()
    (gradient,) = torch.autograd.grad(pool(states, three, "max")[0, 0], states)
    assert gradient[0, where, 0] == 1


def test_zero_vectors_move_the_state_too():
    cell = GRUCell(3, 4).double()
    nn.init.normal_(cell.c)
    h = draw(1, 4)
    assert (cell(torch.zeros(1, 3).double(), h) - h).abs().max() > 0.01


def test_parameters_are_counted_by_the_formula():
    for V, D, H in [(7, 3, 4), (71, 16, 16)]:
        count = sum(p.numel() for p in BiRNNClassifier(V, D, H).parameters())
        gru = 6 * (D * H + H * H + 2 * H)
        assert count == V * D + gru + 2 * (2 * H + 1)


def test_state_dict_and_half_precision():
    model, other = classifier("mean"), classifier("mean")
    other.load_state_dict(model.state_dict())
    x, valid_len = torch.randint(11, (2, 5)), torch.tensor([5, 2])
    assert torch.equal(model(x, valid_len), other(x, valid_len))
    states = draw(2, 5, 4).bfloat16()
    for pooling in POOLINGS:
        assert pool(states, valid_len, pooling).dtype == torch.bfloat16


# Errors


def test_another_pooling_is_refused():
    message = re.escape(f"pooling must be one of {POOLINGS}, got 'sum'")
    with pytest.raises(ValueError, match=message):
        BiRNNClassifier(5, 3, 4, "sum")
    with pytest.raises(ValueError, match=message):
        pool(draw(2, 3, 4), torch.tensor([1, 2]), "sum")


@pytest.mark.parametrize(
    "valid_len", [[1, 2, 3], [[1, 2]], [1.0, 2.0], [True, True]]
)
def test_lengths_must_be_integers_one_a_row(valid_len):
    message = r"valid_len must be \(2,\) integers, got \("
    lengths = torch.tensor(valid_len)
    for function in (pack, lambda x, n: fill_padding(x, n, 0.0)):
        with pytest.raises(ValueError, match=message):
            function(draw(2, 5, 3), lengths)
    for pooling in POOLINGS:
        with pytest.raises(ValueError, match=message):
            pool(draw(2, 5, 4), lengths, pooling)
        with pytest.raises(ValueError, match=message):
            classifier(pooling)(torch.zeros(2, 5, dtype=torch.int64), lengths)


@pytest.mark.parametrize("valid_len", [[0, 5], [1, 6]])
def test_lengths_must_be_within_the_row(valid_len):
    message = r"valid_len must be in 1 \.\. 5"
    with pytest.raises(ValueError, match=message):
        pack(draw(2, 5, 3), torch.tensor(valid_len))
    with pytest.raises(ValueError, match=message):
        pool(draw(2, 5, 4), torch.tensor(valid_len), "last")


@pytest.mark.parametrize("shape", [(5,), (2, 5), (2, 5, 3, 1)])
def test_inputs_have_three_axes(shape):
    with pytest.raises(ValueError, match=r"x must be \(B, T, D\), got"):
        pack(torch.zeros(shape), torch.tensor([1, 2]))
    with pytest.raises(ValueError, match=r"x must be \(B, T, D\), got"):
        fill_padding(torch.zeros(shape), torch.tensor([1, 2]), 0.0)


def test_texts_have_two_axes():
    with pytest.raises(ValueError, match=r"x must be \(B, T\), got \(3,\)"):
        classifier("last")(
            torch.zeros(3, dtype=torch.int64), torch.tensor([1, 1, 1])
        )


def test_a_text_without_words_is_refused_by_pytorch_too():
    with pytest.raises(RuntimeError, match="greater than 0"):
        pack_padded_sequence(
            draw(2, 3, 4), torch.tensor([3, 0]), batch_first=True
        )
