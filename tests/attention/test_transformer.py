"""The Transformer against PyTorch's layers and against its own cache."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from book.formula import formula
from d2lcode.attention.attention import length_mask
from d2lcode.attention.multi_head_attention import (
    MultiHeadAttention,
    causal_mask,
)
from d2lcode.attention.positional_encoding import sinusoidal_encoding
from d2lcode.attention.transformer import (
    DecoderLayer,
    EncoderLayer,
    LayerNorm,
    Sublayer,
    Transformer,
    TransformerDecoder,
    TransformerEncoder,
    attend,
    feed_forward,
    greedy,
    greedy_cached,
    keys_values,
    next_row,
    place,
    warm_up,
)

SIZES = st.tuples(
    st.integers(1, 3), st.integers(1, 5), st.integers(1, 6),
    st.sampled_from([1, 2, 4]), st.integers(1, 9), st.booleans(),
)  # fmt: skip


@pytest.fixture(autouse=True)
def double():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(torch.float32)


def shake(model: nn.Module) -> None:
    """Move every parameter, those of the norms, too."""
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.3 * torch.randn(p.shape))


def copy(ours: MultiHeadAttention, library: nn.MultiheadAttention) -> None:
    parts = ours.query, ours.key, ours.value
    library.in_proj_weight.data = torch.cat([p.weight for p in parts]).detach()
    library.in_proj_bias.data = torch.cat([p.bias for p in parts]).detach()
    library.out_proj.load_state_dict(ours.output.state_dict())


def copy_norm(ours: LayerNorm, library: nn.LayerNorm) -> None:
    library.weight.data = ours.gain.detach().clone()
    library.bias.data = ours.shift.detach().clone()


def encoder_twin(ours: EncoderLayer, D: int, heads: int, H: int) -> nn.Module:
    library = nn.TransformerEncoderLayer(
        D, heads, H, dropout=0, batch_first=True,
        norm_first=ours.first.norm_first,
    )  # fmt: skip
    copy(ours.attention, library.self_attn)
    library.linear1.load_state_dict(ours.feed[0].state_dict())
    library.linear2.load_state_dict(ours.feed[2].state_dict())
    copy_norm(ours.first.norm, library.norm1)
    copy_norm(ours.second.norm, library.norm2)
    return library


def decoder_twin(ours: DecoderLayer, D: int, heads: int, H: int) -> nn.Module:
    library = nn.TransformerDecoderLayer(
        D, heads, H, dropout=0, batch_first=True,
        norm_first=ours.first.norm_first,
    )  # fmt: skip
    copy(ours.attention, library.self_attn)
    copy(ours.cross, library.multihead_attn)
    library.linear1.load_state_dict(ours.feed[0].state_dict())
    library.linear2.load_state_dict(ours.feed[2].state_dict())
    copy_norm(ours.first.norm, library.norm1)
    copy_norm(ours.second.norm, library.norm2)
    copy_norm(ours.third.norm, library.norm3)
    return library


def same(ours: Tensor, theirs: Tensor, *inputs: Tensor) -> None:
    """Forward, and backward to all inputs."""
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn(ours.shape)
    a = torch.autograd.grad((weight * ours).sum(), inputs, retain_graph=True)
    b = torch.autograd.grad((weight * theirs).sum(), inputs, retain_graph=True)
    torch.testing.assert_close(a, b)


def lengths(B: int, S: int) -> Tensor:
    return torch.randint(1, S + 1, (B,))


# PyTorch's layers


@settings(max_examples=12, deadline=None)
@given(SIZES)
def test_encoder_layer_is_pytorchs(sizes):
    B, _, S, heads, H, norm_first = sizes
    D = 2 * heads
    ours = EncoderLayer(D, heads, H, norm_first)
    shake(ours)
    library = encoder_twin(ours, D, heads, H)
    x = torch.randn(B, S, D, requires_grad=True)
    mask = length_mask(lengths(B, S), S)
    y = library(x, src_key_padding_mask=~mask[:, 0])
    same(ours(x, mask), y, x)
    same(ours(x), library(x), x)
    ours(x, mask).square().sum().backward()
    y.square().sum().backward()
    for a, b in (
        (ours.feed[0], library.linear1), (ours.feed[2], library.linear2),
        (ours.attention.output, library.self_attn.out_proj),
    ):  # fmt: skip
        torch.testing.assert_close(a.weight.grad, b.weight.grad)
    torch.testing.assert_close(
        ours.first.norm.gain.grad, library.norm1.weight.grad
    )
    torch.testing.assert_close(
        ours.second.norm.shift.grad, library.norm2.bias.grad
    )


@settings(max_examples=12, deadline=None)
@given(SIZES)
def test_decoder_layer_is_pytorchs(sizes):
    B, T, S, heads, H, norm_first = sizes
    D = 2 * heads
    ours = DecoderLayer(D, heads, H, norm_first)
    shake(ours)
    library = decoder_twin(ours, D, heads, H)
    x = torch.randn(B, T, D, requires_grad=True)
    memory = torch.randn(B, S, D, requires_grad=True)
    mask = length_mask(lengths(B, S), S)
    theirs = library(
        x, memory, tgt_mask=~causal_mask(T)[0],
        memory_key_padding_mask=~mask[:, 0],
    )  # fmt: skip
    same(ours(x, memory, causal_mask(T), mask), theirs, x, memory)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(2, 9), st.sampled_from([1e-5, 0.1]))
def test_layer_norm_is_pytorchs(T, D, eps):
    ours, library = LayerNorm(D, eps), nn.LayerNorm(D, eps)
    shake(ours)
    copy_norm(ours, library)
    x = torch.randn(2, T, D, requires_grad=True)
    same(ours(x), library(x), x)


@pytest.mark.parametrize("norm_first", [True, False])
def test_encoder_is_a_stack_of_pytorchs(norm_first):
    """Positions are added once; pre-norm ends in a norm."""
    ours = TransformerEncoder(11, 8, 2, 5, 2, norm_first)
    shake(ours)
    words, valid = torch.randint(11, (3, 6)), torch.tensor([6, 2, 4])
    x = ours.embedding(words) + sinusoidal_encoding(6, 8)
    for layer in ours.layers:
        x = encoder_twin(layer, 8, 2, 5)(
            x, src_key_padding_mask=~length_mask(valid, 6)[:, 0]
        )
    if norm_first:
        norm = nn.LayerNorm(8)
        copy_norm(ours.norm, norm)
        x = norm(x)
    memory, mask = ours(words, valid)
    torch.testing.assert_close(memory, x)
    assert mask.equal(length_mask(valid, 6))


@pytest.mark.parametrize("norm_first", [True, False])
def test_decoder_is_a_stack_of_pytorchs(norm_first):
    ours = TransformerDecoder(11, 8, 2, 5, 2, norm_first)
    shake(ours)
    words, memory = torch.randint(11, (3, 5)), torch.randn(3, 6, 8)
    mask = length_mask(torch.tensor([6, 2, 4]), 6)
    x = ours.embedding(words) + sinusoidal_encoding(5, 8)
    for layer in ours.layers:
        x = decoder_twin(layer, 8, 2, 5)(
            x, memory, tgt_mask=~causal_mask(5)[0],
            memory_key_padding_mask=~mask[:, 0],
        )  # fmt: skip
    if norm_first:
        norm = nn.LayerNorm(8)
        copy_norm(ours.norm, norm)
        x = norm(x)
    torch.testing.assert_close(ours(words, memory, mask), ours.out(x))


# The equations of the page


@pytest.mark.equation("eq:transformer-moments")
@pytest.mark.equation("eq:transformer-norm")
def test_layer_norm_is_the_formula():
    norm = LayerNorm(5, 0.3)
    shake(norm)
    x = torch.randn(5)
    mu, variance = x.mean().item(), x.var(unbiased=False).item()
    formula("eq:transformer-moments").check(
        {"x": x, "D": 5, r"\mu": mu, r"\sigma": math.sqrt(variance)}
    )
    formula("eq:transformer-norm").check(
        {
            "N": lambda row: norm(torch.as_tensor(row)).detach().numpy(),
            "x": x, r"\mu": mu, r"\sigma": math.sqrt(variance),
            r"\epsilon": 0.3, r"\gamma": norm.gain.detach(),
            r"\beta": norm.shift.detach(),
        }
    )  # fmt: skip


def test_layer_norm_by_hand():
    """The row of the page and the row of exercise 1."""
    for row, expected in (
        ([1.0, 3.0, 5.0, 7.0], np.array([-3, -1, 1, 3]) / math.sqrt(5)),
        ([2.0, 4.0, 4.0, 6.0], np.array([-1, 0, 0, 1]) * math.sqrt(2)),
    ):
        x = torch.tensor(row)
        for y in (x, 10 * x + 3):
            found = LayerNorm(4, eps=0)(y).detach().numpy()
            np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.equation("eq:transformer-feed")
def test_feed_forward_is_the_formula():
    feed, x = feed_forward(3, 5), torch.randn(3)
    formula("eq:transformer-feed").check(
        {
            "F": lambda row: feed(torch.as_tensor(row)).detach().numpy(),
            "x": x,
            "W": [feed[0].weight.detach().T, feed[2].weight.detach().T],
            "b": [feed[0].bias.detach(), feed[2].bias.detach()],
        }
    )


@pytest.mark.equation("eq:transformer-post")
@pytest.mark.equation("eq:transformer-pre")
def test_sublayer_is_the_formula():
    W = torch.randn(4, 4)

    def f(row):
        return torch.tanh(torch.as_tensor(row) @ W)

    for norm_first, label in (
        (False, "eq:transformer-post"), (True, "eq:transformer-pre"),
    ):  # fmt: skip
        sub, x = Sublayer(4, norm_first), torch.randn(4)
        shake(sub)

        def N(row, sub=sub):
            return sub.norm(torch.as_tensor(row)).detach().numpy()

        formula(label).check(
            {
                "y": sub(x, f).detach(), "x": x, "N": N,
                "f": lambda row: f(row).numpy(),
            }
        )  # fmt: skip


@pytest.mark.equation("eq:transformer-skip")
@pytest.mark.parametrize(("s", "n"), [(1.0, 6), (0.5, 4)])
def test_the_way_past_the_sublayers(s, n):
    """Rows so wide that their variances are nearly the expected ones.

    The f of a sublayer gives noise that does not depend on x; so all
    gradient comes the other way.
    """
    D = 40_000
    shares = {}
    for norm_first in (False, True):
        x = torch.randn(D, requires_grad=True)
        sub = Sublayer(D, norm_first)
        y = x
        for _ in range(n):
            y = sub(y, lambda row: s * torch.randn(row.shape))
        weight = torch.randn(D)
        (g,) = torch.autograd.grad((weight * y).sum(), x)
        shares[norm_first] = (g.norm() / weight.norm()).item()
    formula("eq:transformer-skip").check(
        {
            r"g_{\text{post}}": shares[False],
            r"g_{\text{pre}}": shares[True],
            "s": s,
            "n": n,
        },
        tolerance=0.02,
    )


@pytest.mark.equation("eq:transformer-warm")
@pytest.mark.parametrize("t", [1, 3, 4, 5, 16])
def test_warm_up(t):
    formula("eq:transformer-warm").check(
        {
            r"\eta_t": warm_up(t, 0.3, 4),
            r"\eta": 0.3,
            "t": t,
            "w": 4,
        }
    )


def test_warm_up_by_hand_and_of_the_paper():
    rates = [warm_up(t, 1.0, 4) for t in (1, 2, 3, 4, 16)]
    assert rates == [0.25, 0.5, 0.75, 1.0, 0.5]
    D, w = 512, 4000
    for t in (1, 700, 4000, 9000):
        paper = D**-0.5 * min(t**-0.5, t * w**-1.5)
        assert warm_up(t, 1 / math.sqrt(D * w), w) == pytest.approx(paper)


@pytest.mark.equation("eq:transformer-kept")
@pytest.mark.equation("eq:transformer-anew")
@pytest.mark.parametrize(("t", "S"), [(1, 3), (6, 4), (9, 2)])
def test_multiply_adds(t, S):
    D, H = 8, 5
    layer = DecoderLayer(D, 2, H, True)
    x, memory = torch.randn(1, t, D), torch.randn(1, S, D)
    source = keys_values(layer.cross, memory)
    own = keys_values(layer.attention, x[:, : t - 1])
    with FlopCounterMode(display=False) as kept:
        next_row(layer, x[:, -1:], own, source)
    with FlopCounterMode(display=False) as anew:
        layer(x, memory, causal_mask(t))
    values = {
        r"c_{\text{kept}}": kept.get_total_flops() // 2,
        "D": D, "S": S, "t": t,
    }  # fmt: skip
    formula("eq:transformer-kept").check({**values, "H": H})
    values[r"c_{\text{anew}}"] = anew.get_total_flops() // 2
    formula("eq:transformer-anew").check(values)


# The cache


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_rows_with_a_cache_are_the_rows_without(norm_first, seed):
    torch.manual_seed(seed)
    layer = DecoderLayer(8, 2, 5, norm_first)
    shake(layer)
    x, memory = torch.randn(3, 6, 8), torch.randn(3, 4, 8)
    mask = length_mask(torch.tensor([4, 1, 3]), 4)
    expected = layer(x, memory, causal_mask(6), mask)
    source = keys_values(layer.cross, memory)
    own = [k[:, :, :0] for k in source]
    rows = [
        next_row(layer, x[:, t : t + 1], own, source, mask) for t in range(6)
    ]
    torch.testing.assert_close(torch.cat(rows, dim=1), expected)
    assert own[0].shape == own[1].shape == (3, 2, 6, 4)


@pytest.mark.parametrize("norm_first", [True, False])
def test_decoding_with_a_cache_writes_the_same(norm_first):
    torch.manual_seed(1)
    model = Transformer(13, 17, 8, 2, 6, 2, norm_first)
    shake(model)
    source, valid = torch.randint(13, (4, 6)), torch.tensor([6, 1, 3, 5])
    slow = greedy(model, source, valid, 1, 8)
    fast = greedy_cached(model, source, valid, 1, 8)
    assert slow.equal(fast)
    assert slow.shape == (4, 8)
    inputs = torch.cat([torch.ones(4, 1, dtype=torch.long), slow[:, :-1]], 1)
    assert model(source, valid, inputs).argmax(dim=2).equal(slow)
    assert len(slow.unique()) > 2


def test_attending_to_what_is_kept_is_attending():
    layer = MultiHeadAttention(8, 2)
    x, source = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    mask = length_mask(torch.tensor([5, 2]), 5)
    kept = keys_values(layer, source)
    assert kept[0].shape == kept[1].shape == (2, 2, 5, 4)
    torch.testing.assert_close(
        attend(layer, x, kept, mask), layer(x, source, mask)[0]
    )
    torch.testing.assert_close(attend(layer, x, kept), layer(x, source)[0])


# What the chapter claims


def test_no_later_word_changes_an_earlier_row():
    model = Transformer(13, 17, 8, 2, 6, 3)
    source, valid = torch.randint(13, (1, 5)), torch.tensor([5])
    inputs = torch.randint(16, (1, 7))
    changed = inputs.clone()
    changed[:, 4] = 16
    a, b = (model(source, valid, words) for words in (inputs, changed))
    torch.testing.assert_close(a[:, :4], b[:, :4])
    assert ((a - b)[:, 4:].abs().amax(dim=2) > 1e-6).all()


def test_padding_of_the_source_is_not_read():
    model = Transformer(13, 17, 8, 2, 6, 2)
    source, valid = torch.randint(12, (2, 5)), torch.tensor([5, 3])
    inputs = torch.randint(17, (2, 4))
    other = source.clone()
    other[1, 3:] = 12
    torch.testing.assert_close(
        model(source, valid, inputs), model(other, valid, inputs)
    )


def test_answer_of_the_question_on_the_way():
    """With W2 = 0 and b2 = 0 a pre-norm sublayer returns its input."""
    feed, x = feed_forward(4, 6), torch.randn(2, 3, 4)
    nn.init.zeros_(feed[2].weight)
    nn.init.zeros_(feed[2].bias)
    torch.testing.assert_close(Sublayer(4, True)(x, feed), x)
    assert not torch.allclose(Sublayer(4, False)(x, feed), x)


def test_positions_start_where_they_are_told():
    embedding, words = nn.Embedding(5, 6), torch.randint(5, (2, 4))
    whole = place(embedding, words)
    torch.testing.assert_close(place(embedding, words[:, 3:], 3), whole[:, 3:])
    torch.testing.assert_close(
        whole, embedding(words) + sinusoidal_encoding(4, 6)
    )


def test_weights_are_as_many_as_the_page_says():
    D, H = 8, 32
    for layer, count in (
        (EncoderLayer(D, 2, H, True), 4 * D**2 + 2 * D * H),
        (DecoderLayer(D, 2, H, True), 8 * D**2 + 2 * D * H),
    ):
        found = sum(p.numel() for p in layer.parameters() if p.ndim == 2)
        assert found == count


def test_defaults_of_pytorch_are_as_the_page_says():
    layer = nn.TransformerEncoderLayer(8, 2)
    assert not layer.norm_first
    assert layer.dropout.p == 0.1
    assert layer.linear1.out_features == 2048
    assert not layer.self_attn.batch_first


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_other_precisions_and_states(dtype):
    model = Transformer(13, 17, 8, 2, 6, 2).to(dtype)
    source, valid = torch.randint(13, (2, 5)), torch.tensor([5, 3])
    inputs = torch.randint(17, (2, 4))
    logits = model(source, valid, inputs)
    assert logits.dtype == dtype
    assert logits.shape == (2, 4, 17)
    twin = Transformer(13, 17, 8, 2, 6, 2).to(dtype)
    twin.load_state_dict(model.state_dict())
    torch.testing.assert_close(twin(source, valid, inputs), logits)


# Errors


def test_layer_norm_refuses_other_widths():
    with pytest.raises(ValueError, match=r"x must be \(..., 4\), got \(2, 3"):
        LayerNorm(4)(torch.randn(2, 3))


@pytest.mark.parametrize(("step", "warm"), [(0, 3), (2, 0), (-1, 4)])
def test_steps_count_from_1(step, warm):
    message = f"step and warm must be at least 1, got {step} and {warm}"
    with pytest.raises(ValueError, match=message):
        warm_up(step, 0.1, warm)
