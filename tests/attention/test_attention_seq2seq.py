"""A decoder with attention: its formulas, its mask, its two ways."""

import math
from collections.abc import Iterator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from book.formula import entries, formula
from d2lcode import data
from d2lcode.attention.attention import attention, length_mask
from d2lcode.attention.attention_seq2seq import (
    AttentionDecoder,
    AttentionSeq2Seq,
    greedy,
)
from d2lcode.attention.machine_translation import BOS, PAD, ParallelText
from d2lcode.attention.seq2seq import Seq2Seq, masked_cross_entropy, shift
from tests.attention.library import library_gru

PAIRS = data.make_translations(40, seed=0)
TEXT = ParallelText(PAIRS)
V_SOURCE, V = len(TEXT.source), len(TEXT.target)
SIZES = st.tuples(*[st.integers(1, 5)] * 4)


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(torch.float32)


# One step


@settings(max_examples=10, deadline=None)
@given(SIZES, st.integers(0, 10**6))
def test_the_decoder_agrees_with_pytorch(
    sizes: tuple[int, int, int, int], seed: int
) -> None:
    """Logits and gradients, nn.GRU and F.scaled_dot_product_attention."""
    B, S, T, H = sizes
    torch.manual_seed(seed)
    decoder = AttentionDecoder(7, 3, H)
    inputs = torch.randint(7, (B, T))
    h, e = torch.randn(B, H), torch.randn(B, S, H, requires_grad=True)
    mask = length_mask(torch.randint(1, S + 1, (B,)), S)
    logits, last, weights = decoder(inputs, h, e, mask)
    assert logits.shape == (B, T, 7) and weights.shape == (B, T, S)
    d, theirs_last = library_gru(decoder.gru)(
        decoder.embedding(inputs), h[None].contiguous()
    )
    torch.testing.assert_close(last, theirs_last[0])
    c = F.scaled_dot_product_attention(d @ decoder.W_q, e, e, attn_mask=mask)
    m = torch.tanh(torch.cat([c, d], dim=2) @ decoder.W_m)
    theirs = decoder.out(m)
    torch.testing.assert_close(logits, theirs)
    for one, two in zip(
        torch.autograd.grad(logits.cos().sum(), (e, decoder.W_q)),
        torch.autograd.grad(theirs.cos().sum(), (e, decoder.W_q)),
        strict=True,
    ):
        torch.testing.assert_close(one, two)


def one_sentence() -> tuple[AttentionDecoder, Tensor, Tensor, Tensor]:
    """A decoder, inputs (1, 3), the first state, e (1, 5, 4), 3 valid."""
    decoder = AttentionDecoder(6, 3, 4)
    return (
        decoder,
        torch.tensor([[1, 4, 2]]),
        torch.randn(1, 4),
        torch.randn(1, 5, 4),
    )


@pytest.mark.equation(
    "eq:align-state",
    fixed=r"d_t = \operatorname{GRU}(x_t, d_{t-1})"
    r" \quad\text{with}\quad d_0 = e_\ell",
    chinese=r"d_t = \operatorname{GRU}(x_t, d_{t-1})"
    r" \quad\text{其中}\quad d_0 = e_\ell",
)
@pytest.mark.equation("eq:align-query")
@pytest.mark.equation("eq:align-score")
@pytest.mark.equation("eq:align-weights")
@pytest.mark.equation("eq:align-context")
@pytest.mark.equation("eq:align-mix", fixed=r"m_t = \tanh([c_t, d_t] W_m)")
@pytest.mark.equation("eq:align-logits")
def test_a_step_is_the_formulas() -> None:
    """From the library's GRU and the formulas to our weights and logits."""
    decoder, inputs, h, e = one_sentence()
    valid = 3
    mask = length_mask(torch.tensor([valid]), 5)
    logits, _, weights = decoder(inputs, h, e, mask)
    d = library_gru(decoder.gru)(decoder.embedding(inputs), h[None])[0][0]
    q = d @ decoder.W_q
    out = decoder.out
    for t in range(3):
        formula("eq:align-query").check(
            {"q_t": q[t], "d_t": d[t], "W_q": decoder.W_q}
        )
        a = torch.stack([q[t] @ e[0, s] for s in range(5)]) / math.sqrt(4)
        formula("eq:align-score").check(
            {
                "a_{t,s}": entries("s", a),
                "q_t": q[t],
                "e": e[0],
                "H": 4,
                "s": range(1, 6),
            }
        )
        formula("eq:align-weights").check(
            {
                r"\alpha_{t,s}": entries("s", weights[0, t]),
                "a_{t,s}": entries("s", a),
                "a_{t,r}": entries("r", a),
                r"\ell": valid,
                "s": range(1, 6),
            }
        )
        c = attention(q[t : t + 1], e[0], e[0], mask[0])[0][0]
        formula("eq:align-context").check(
            {
                "c_t": c,
                r"\alpha_{t,s}": entries("s", weights[0, t]),
                "e": e[0],
                r"\ell": valid,
            }
        )
        m = torch.cat([c, d[t]]) @ decoder.W_m
        formula("eq:align-logits").check(
            {
                "o_t": logits[0, t],
                "m_t": m.tanh(),
                "W_o": out.weight.T,
                "b_o": out.bias,
            }
        )


def test_the_decoder_starts_from_the_last_state() -> None:
    model = AttentionSeq2Seq(V_SOURCE, V, 3, 4)
    batch = TEXT.batch(PAIRS[:6])
    inputs = shift(batch.target, TEXT.target[BOS])
    e, _ = model.encoder(batch.source, batch.source_len)
    rows = torch.arange(6)
    mask = length_mask(batch.source_len, e.shape[1])
    expected = model.decoder(inputs, e[rows, batch.source_len - 1], e, mask)
    logits = model(batch.source, batch.source_len, inputs)
    torch.testing.assert_close(logits, expected[0])
    assert logits.shape == (*batch.target.shape, V)


@pytest.mark.equation("eq:align-gradient")
def test_the_gradient_of_a_score() -> None:
    a = torch.randn(5, requires_grad=True)
    e, g = torch.randn(5, 3), torch.randn(3)
    c, alpha = attention(a[None], torch.eye(5), e, scale=1.0)
    gradient = torch.autograd.grad((c[0] * g).sum(), a)[0]
    formula("eq:align-gradient").check(
        {
            r"\frac{\partial \L}{\partial a_s}": entries("s", gradient),
            r"\alpha": alpha[0],
            "e": e,
            "c": c[0],
            "g": g,
            r"\ell": 5,
            "s": range(1, 6),
        }
    )
    assert gradient.sum().abs() < 1e-12  # exercise 2


@pytest.mark.equation("eq:align-cost")
@pytest.mark.parametrize(("S", "T"), [(3, 5), (7, 2)])
def test_multiply_adds(S: int, T: int) -> None:
    D, H = 3, 4
    decoder = AttentionDecoder(6, D, H)
    inputs, e = torch.zeros(1, T).long(), torch.randn(1, S, H)
    with FlopCounterMode(display=False) as counter:
        decoder(inputs, torch.randn(1, H), e, None)
    others = T * (3 * D * H + 3 * H * H + H * 6)  # GRU and logits
    n = counter.get_total_flops() // 2 - others
    formula("eq:align-cost").check({"n": n, "S": S, "T": T, "H": H})


def test_small_case_of_the_page() -> None:
    e = torch.tensor([[1.0, 0, 1, 0], [0, 1, 0, -1], [0, 1, 1, 0]])
    q = torch.tensor([[2.0, 0, 2, 0]])
    assert (q @ e.T / 2).tolist() == [[2, 0, 1]]
    c, weights = attention(q, e, e)
    for found, by_hand in (
        (weights, [0.67, 0.09, 0.24]),
        (c, [0.67, 0.33, 0.91, -0.09]),
        (attention(q, e, e, torch.tensor([[True, True, False]]))[1],
         [0.88, 0.12, 0]),
    ):  # fmt: skip
        assert found[0].tolist() == pytest.approx(by_hand, abs=5e-3)
    assert math.exp(2) + 1 + math.e == pytest.approx(11.11, abs=5e-3)


# Padding


def test_padding_changes_nothing() -> None:
    model = AttentionSeq2Seq(V_SOURCE, V, 3, 4)
    batch = TEXT.batch(PAIRS[:8])
    inputs = shift(batch.target, TEXT.target[BOS])
    logits = model(batch.source, batch.source_len, inputs)
    wider = F.pad(batch.source, (0, 9), value=TEXT.source[PAD])
    torch.testing.assert_close(model(wider, batch.source_len, inputs), logits)
    one = TEXT.batch(PAIRS[3:4])
    T = one.target.shape[1]
    alone = model(
        one.source, one.source_len, shift(one.target, TEXT.target[BOS])
    )
    torch.testing.assert_close(alone[0], logits[3, :T])


def test_without_a_mask_padding_changes_the_logits() -> None:
    decoder, inputs, h, e = one_sentence()
    before = decoder(inputs, h, e[:, :3], None)[0]
    after = decoder(inputs, h, e, None)[0]
    assert (before - after).abs().amax(dim=2).min() > 1e-3


def test_weights_sum_to_one_and_are_zero_on_padding() -> None:
    model = AttentionSeq2Seq(V_SOURCE, V, 3, 4)
    batch = TEXT.batch(PAIRS[:8])
    made, weights = greedy(
        model, batch.source, batch.source_len, TEXT.target[BOS], 9
    )
    S = batch.source.shape[1]
    assert made.shape == (8, 9) and weights.shape == (8, 9, S)
    mask = length_mask(batch.source_len, S).expand_as(weights)
    assert not weights[~mask].any() and (weights[mask] > 0).all()
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(8, 9))


# The two ways of decoding, and training


def test_greedy_words_are_the_likeliest_of_their_own_past() -> None:
    """Reading what greedy wrote gives the same words and weights."""
    model = AttentionSeq2Seq(V_SOURCE, V, 8, 16)
    batch = TEXT.batch(PAIRS[:6])
    bos = TEXT.target[BOS]
    made, weights = greedy(model, batch.source, batch.source_len, bos, 12)
    e, last = model.encoder(batch.source, batch.source_len)
    mask = length_mask(batch.source_len, batch.source.shape[1])
    logits, _, again = model.decoder(shift(made, bos), last, e, mask)
    assert torch.equal(logits.argmax(dim=2), made)
    torch.testing.assert_close(weights, again)
    assert len(set(map(tuple, made.tolist()))) > 1


def test_as_many_parameters_as_with_one_vector() -> None:
    for D, H in ((32, 64), (3, 5)):
        sizes = [
            sum(p.numel() for p in kind(V_SOURCE, V, D, H).parameters())
            for kind in (Seq2Seq, AttentionSeq2Seq)
        ]
        assert sizes[0] == sizes[1]


def test_first_weights_keep_the_size_of_what_they_read() -> None:
    decoder = AttentionDecoder(3, 2, 100)
    assert decoder.W_q.std().item() == pytest.approx(0.1, rel=0.05)
    assert decoder.W_m.std().item() == pytest.approx(200**-0.5, rel=0.05)


def test_gradients_reach_every_parameter_and_no_padding() -> None:
    model = AttentionSeq2Seq(V_SOURCE, V, 3, 4)
    batch = TEXT.batch(PAIRS[:8])
    inputs = shift(batch.target, TEXT.target[BOS])
    logits = model(batch.source, batch.source_len, inputs)
    masked_cross_entropy(logits, batch.target, batch.target_len).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name
    gradient = model.encoder.embedding.weight.grad
    assert gradient is not None and not gradient[TEXT.source[PAD]].any()


def test_it_learns_to_write_words_in_reverse() -> None:
    model = AttentionSeq2Seq(8, 8, 16, 32)
    adam = torch.optim.Adam(model.parameters(), lr=0.02)
    valid_len = torch.full((32,), 5)
    for _ in range(60):
        source = torch.randint(1, 8, (32, 5))
        target = source.flip(dims=[1])
        logits = model(source, valid_len, shift(target, 0))
        loss = masked_cross_entropy(logits, target, valid_len)
        adam.zero_grad()
        loss.backward()
        adam.step()
    assert loss < 0.6 * math.log(7)


def test_answers_of_the_page() -> None:
    """The questions on cost, on equal scores and on padding."""
    H = 64
    dearer = [S for S in range(1, 200) if 2 * S * H > 3 * H * H]
    assert dearer[0] == 97
    e = torch.randn(5, 3)
    c = attention(torch.zeros(1, 3), e, e)[0]
    torch.testing.assert_close(c[0], e.mean(dim=0))
    assert torch.zeros(1, 8).softmax(dim=1)[0, 2:].sum() == 0.75
    assert 12 * math.log2(84) == pytest.approx(77, abs=0.5)


def test_state_and_half_precision() -> None:
    model = AttentionSeq2Seq(9, 8, 3, 4)
    other = AttentionSeq2Seq(9, 8, 3, 4)
    other.load_state_dict(model.state_dict())
    source, valid_len = torch.tensor([[1, 2, 3]]), torch.tensor([2])
    inputs = torch.tensor([[0, 5]])
    torch.testing.assert_close(
        model(source, valid_len, inputs), other(source, valid_len, inputs)
    )
    low = model.bfloat16()(source, valid_len, inputs)
    assert low.dtype == torch.bfloat16 and low.isfinite().all()


# Errors


def test_shapes_and_lengths_must_fit() -> None:
    decoder, inputs, h, e = one_sentence()
    with pytest.raises(ValueError, match="q must be"):
        decoder(inputs, h, e[:, :, :3], None)
    with pytest.raises(ValueError, match="mask must be boolean"):
        decoder(inputs, h, e, torch.ones(1, 1, 5))
    with pytest.raises(ValueError, match="h must be"):
        decoder(inputs, h[:, :3], e, None)
    with pytest.raises(ValueError, match="source_len must be"):
        AttentionSeq2Seq(9, 8, 3, 4)(
            torch.zeros(1, 3).long(), torch.tensor([4]), inputs
        )
