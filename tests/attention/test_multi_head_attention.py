"""Multi-head attention: the library, equations, masks, what a page says."""

import math
from collections.abc import Callable
from unittest.mock import patch

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from book.formula import entries, formula
from d2lcode.attention import multi_head_attention as module
from d2lcode.attention.attention import attention, length_mask
from d2lcode.attention.multi_head_attention import (
    MultiHeadAttention,
    causal_mask,
    merge_heads,
    split_heads,
)


def randn(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def made(D: int, heads: int, *, bias: bool = True) -> MultiHeadAttention:
    layer = MultiHeadAttention(D, heads, bias=bias).double()
    for seed, parameter in enumerate(layer.parameters()):
        parameter.data.copy_(randn(*parameter.shape, seed=seed + 50))
    return layer


def library(layer: MultiHeadAttention) -> nn.MultiheadAttention:
    """The library's layer with the same weights."""
    D, bias = layer.query.in_features, layer.query.bias is not None
    twin = nn.MultiheadAttention(D, layer.heads, bias=bias, batch_first=True)
    twin = twin.double()
    parts = layer.query, layer.key, layer.value
    with torch.no_grad():
        twin.in_proj_weight.copy_(torch.cat([m.weight for m in parts]))
        if bias:
            twin.in_proj_bias.copy_(torch.cat([m.bias for m in parts]))
    twin.out_proj.load_state_dict(layer.output.state_dict())
    return twin


def random_mask(B: int, T_q: int, T_k: int) -> Tensor:
    mask = randn(B, T_q, T_k, seed=4) > 0
    mask[..., 0] |= ~mask.any(dim=-1)
    return mask


# --- The equations -------------------------------------------------------


def parts(layer: MultiHeadAttention, x: Tensor) -> dict[str, list[Tensor]]:
    """What the layer hands to attention, and gets, head by head."""
    with patch.object(module, "attention", wraps=attention) as seen:
        layer(x)
    q, k, v = seen.call_args.args[:3]
    o, _ = attention(q, k, v)
    return {
        name: list(tensor[0].detach())
        for name, tensor in zip("QKVO", (q, k, v, o), strict=True)
    }


@pytest.mark.equation("eq:heads-blocks")
@pytest.mark.equation("eq:heads-head")
@pytest.mark.parametrize(
    ("D", "heads", "T"), [(4, 1, 3), (6, 3, 4), (8, 2, 1)]
)
def test_heads(D: int, heads: int, T: int) -> None:
    layer, x, d = made(D, heads, bias=False), randn(1, T, D), D // heads
    found = parts(layer, x)
    for i in range(heads):
        block = slice(i * d, (i + 1) * d)
        values = {f"{name}_i": found[name][i] for name in "QKV"}
        formula("eq:heads-blocks").check(
            values
            | {"X": x[0]}
            | {"W_{q,i}": layer.query.weight.T[:, block]}
            | {"W_{k,i}": layer.key.weight.T[:, block]}
            | {"W_{v,i}": layer.value.weight.T[:, block]}
        )
        formula("eq:heads-head").check(values | {"O_i": found["O"][i], "d": d})


@pytest.mark.equation("eq:heads-output")
@pytest.mark.parametrize(("D", "heads", "T"), [(6, 3, 4), (8, 2, 2)])
def test_output_is_a_sum_of_shares(D: int, heads: int, T: int) -> None:
    layer, x, d = made(D, heads, bias=False), randn(1, T, D), D // heads
    W_o = layer.output.weight.T
    formula("eq:heads-output").check(
        {"Y": layer(x)[0][0], "O": parts(layer, x)["O"]}
        | {"W_{o,i}": entries("i", W_o.reshape(heads, d, D)), "h": heads}
    )


def multiply_adds(layer: nn.Module, x: Tensor) -> float:
    with FlopCounterMode(display=False) as counter:
        layer(x)
    return counter.get_total_flops() / 2


@pytest.mark.equation("eq:heads-cost")
@pytest.mark.parametrize(
    ("T", "D", "K", "heads"), [(7, 6, 3, 3), (16, 4, 5, 1), (3, 8, 1, 4)]
)
def test_multiply_adds(T: int, D: int, K: int, heads: int) -> None:
    x = torch.randn(1, T, D)
    conv = nn.Conv1d(D, D, K, padding=K // 2)
    formula("eq:heads-cost").check(
        {"n_a": multiply_adds(MultiHeadAttention(D, heads), x)}
        | {"n_r": multiply_adds(nn.RNN(D, D, batch_first=True), x)}
        | {"n_c": multiply_adds(conv, x.mT)}
        | {"T": T, "D": D, "K": K}
    )


def layers_to_cross(T: int, K: int) -> int:
    dot, layers = F.one_hot(torch.tensor(0), T)[None, None].double(), 0
    kernel = torch.ones(1, 1, K).double()
    while dot[0, 0, -1] == 0:
        dot = (F.conv1d(dot, kernel, padding=K // 2) > 0).double()
        layers += 1
    return layers


@pytest.mark.equation("eq:heads-path")
@pytest.mark.parametrize(
    ("T", "K"), [(5, 3), (33, 5), (10, 7), (2, 3), (8, 5), (64, 3)]
)
def test_path(T: int, K: int) -> None:
    formula("eq:heads-path").check(
        {"L": layers_to_cross(T, K), "T": T, "K": K}
    )


def test_questions_on_the_way() -> None:
    assert layers_to_cross(33, 5) == 16
    counts = {
        sum(p.numel() for p in MultiHeadAttention(64, heads).parameters())
        for heads in (1, 8)
    }
    assert counts == {4 * (64 * 64 + 64)}


# --- The library, forward and backward -----------------------------------


def oracle(
    layer: MultiHeadAttention,
    inputs: list[Tensor],
    mask: Tensor | None,
) -> None:
    twin = library(layer)
    ours = [x.clone().requires_grad_() for x in inputs]
    theirs = [x.clone().requires_grad_() for x in inputs]
    output, weights = layer(*ours, mask=mask)
    source = theirs[-1]
    B, T_q, T_k = len(output), output.shape[1], source.shape[1]
    banned = None
    if mask is not None:
        banned = ~mask.expand(B, T_q, T_k)
        banned = banned.repeat_interleave(layer.heads, dim=0)
    expected, looks = twin(
        theirs[0], source, source,
        attn_mask=banned, average_attn_weights=False,
    )  # fmt: skip
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(weights, looks)
    probe = randn(*output.shape, seed=9)
    (output * probe).sum().backward()
    (expected * probe).sum().backward()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    parts = layer.query, layer.key, layer.value
    packed = twin.in_proj_weight.grad
    assert packed is not None
    for part, block in zip(parts, packed.chunk(3), strict=True):
        torch.testing.assert_close(part.weight.grad, block)
    torch.testing.assert_close(
        layer.output.weight.grad, twin.out_proj.weight.grad
    )


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(1, 5)] * 3),
    heads=st.integers(1, 4),
    d=st.integers(1, 3),
    masked=st.booleans(),
    bias=st.booleans(),
    cross=st.booleans(),
)
def test_library(
    sizes: tuple[int, int, int],
    heads: int,
    d: int,
    masked: bool,
    bias: bool,
    cross: bool,
) -> None:
    B, T_q, T_k = sizes
    T_k = T_k if cross else T_q
    inputs = [randn(B, T_q, heads * d, seed=1)]
    if cross:
        inputs.append(randn(B, T_k, heads * d, seed=2))
    mask = random_mask(B, T_q, T_k) if masked else None
    oracle(made(heads * d, heads, bias=bias), inputs, mask)


def test_masks_that_are_shared() -> None:
    x = randn(3, 4, 6)
    padding = length_mask(torch.tensor([1, 4, 2]), 4)
    for mask in (padding, causal_mask(4), padding & causal_mask(4)):
        oracle(made(6, 2), [x], mask)


def test_causal_mask() -> None:
    assert causal_mask(3).int().tolist() == [[[1, 0, 0], [1, 1, 0], [1, 1, 1]]]
    layer, x = made(6, 3), randn(1, 5, 6)
    changed = x.clone()
    changed[:, 3:] += 1
    before = [layer(z, mask=causal_mask(5))[0][0, :3] for z in (x, changed)]
    torch.testing.assert_close(before[0], before[1], rtol=0, atol=0)


# --- By hand, and what the page says -------------------------------------


def test_split_and_merge_by_hand() -> None:
    rows = torch.arange(1, 9).reshape(1, 2, 4)
    heads = split_heads(rows, 2)
    assert heads.tolist() == [[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]]
    assert torch.equal(merge_heads(heads), rows)


def test_exchanged_rows() -> None:
    layer, x, order = made(6, 3), randn(2, 5, 6), [3, 1, 4, 0, 2]
    torch.testing.assert_close(layer(x[:, order])[0], layer(x)[0][:, order])


def wrong_split(x: Tensor, heads: int) -> Tensor:
    B, T, D = x.shape
    return x.reshape(B, heads, T, D // heads)


def wrong_merge(x: Tensor) -> Tensor:
    return x.reshape(len(x), x.shape[2], -1)


def moved(layer: MultiHeadAttention, x: Tensor, at: int) -> list[int]:
    """The positions whose outputs change with one input."""
    changed = x.clone()
    changed[:, at] += 1
    difference = (layer(changed)[0] - layer(x)[0])[0]
    return (difference.abs().amax(dim=1) > 1e-9).int().tolist()


def test_a_reshape_in_place_of_the_transpose() -> None:
    x = randn(1, 6, 8)
    assert moved(made(8, 2), x, 5) == [1] * 6
    right = {heads: made(8, heads)(x)[0] for heads in (1, 2)}
    with (
        patch.object(module, "split_heads", wrong_split),
        patch.object(module, "merge_heads", wrong_merge),
    ):
        assert moved(made(8, 2), x, 5) == [0, 0, 0, 1, 1, 1]
        assert moved(made(8, 2), x, 0) == [1, 1, 1, 0, 0, 0]
        torch.testing.assert_close(made(8, 1)(x)[0], right[1])
        assert not torch.allclose(made(8, 2)(x)[0], right[2], atol=1e-2)
        causal = causal_mask(6)  # "betrays nothing"
        changed = x.clone()
        changed[:, 3:] += 1
        layer = made(8, 2)
        before = [layer(z, mask=causal)[0][0, :3] for z in (x, changed)]
        torch.testing.assert_close(before[0], before[1])


def test_one_average_of_two_values() -> None:
    """Second reading: no M lets both be read, whatever the weight."""
    generator = torch.Generator().manual_seed(0)
    for p in (0.1, 0.5, 0.7):
        for _ in range(200):
            M = torch.randn(3, 3, generator=generator)
            k = torch.randn(3, generator=generator)
            a, b = torch.cartesian_prod(torch.arange(3), torch.arange(3)).T
            logits = (p * M[:, a] + (1 - p) * M[:, b]).T + k
            second = bool((logits.argmax(dim=1) == b).all())
            assert not (second and p >= 0.5)


def test_the_library_with_batch_and_time_mixed_up() -> None:
    """batch_first=False: the samples of a batch attend to each other."""
    torch.manual_seed(0)
    layer, x = nn.MultiheadAttention(8, 2).double(), randn(3, 5, 8)
    changed = x.clone()
    changed[2] += 1
    difference = layer(changed, changed, changed)[0] - layer(x, x, x)[0]
    assert (difference[0].abs() > 1e-6).any()
    _, weights = layer(x, x, x)
    assert weights.shape == (5, 3, 3)


def test_one_more_matrix_cancels() -> None:
    layer, x, A = made(8, 2, bias=False), randn(1, 3, 8), randn(4, 4, seed=8)
    expected = layer(x)[0]
    with torch.no_grad():
        layer.query.weight[:4] = A.T @ layer.query.weight[:4]
        layer.key.weight[:4] = A.inverse() @ layer.key.weight[:4]
    torch.testing.assert_close(layer(x)[0], expected)


# --- State and precision -------------------------------------------------


def test_half_precision_and_state() -> None:
    layer = MultiHeadAttention(8, 2)
    twin = MultiHeadAttention(8, 2)
    twin.load_state_dict(layer.state_dict())
    x = torch.randn(2, 3, 8)
    torch.testing.assert_close(layer(x), twin(x))
    output, weights = layer.half()(x.half())
    assert output.dtype == weights.dtype == torch.float16
    torch.testing.assert_close(output.float(), twin(x)[0], atol=5e-3, rtol=0)


# --- Errors --------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: MultiHeadAttention(8, 3),
            r"heads must divide D = 8, got 3",
        ),
        (lambda: MultiHeadAttention(8, 0), r"heads must divide D = 8, got 0"),
        (lambda: MultiHeadAttention(0, 1), r"heads must divide D = 0, got 1"),
        (
            lambda: split_heads(torch.ones(2, 3, 8), 5),
            r"heads must divide D = 8, got 5",
        ),
        (
            lambda: split_heads(torch.ones(2, 3, 8), 0),
            r"heads must divide D = 8, got 0",
        ),
        (
            lambda: split_heads(torch.ones(3, 8), 2),
            r"x must be \(B, T, D\), got \(3, 8\)",
        ),
        (
            lambda: merge_heads(torch.ones(2, 3, 8)),
            r"x must be \(B, heads, T, d\), got \(2, 3, 8\)",
        ),
        (lambda: causal_mask(0), "T must be at least 1, got 0"),
    ],
)
def test_bad_sizes(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_bad_inputs() -> None:
    layer, x = MultiHeadAttention(8, 2), torch.ones(2, 3, 8)
    with pytest.raises(ValueError, match=r"x must be \(B, T, 8\), got \(3, 8"):
        layer(x[0])
    with pytest.raises(ValueError, match=r"x must be .* got \(2, 3, 4\)"):
        layer(x[..., :4])
    with pytest.raises(
        ValueError, match=r"source must be \(2, T, 8\), got \(1, 3, 8\)"
    ):
        layer(x, x[:1])
    with pytest.raises(ValueError, match=r"mask must be .* got \(2, 3\)"):
        layer(x, mask=torch.ones(2, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match="mask must leave every query"):
        layer(x, mask=torch.zeros(1, 3, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match="mask must be boolean"):
        layer(x, mask=torch.ones(1, 3, 3))


def test_mask_without_a_batch() -> None:
    """(T, T) would become (T, 1, T), a mask of something else."""
    layer, x = MultiHeadAttention(8, 2), torch.ones(3, 3, 8)
    with pytest.raises(ValueError, match="mask must be"):
        layer(x, mask=torch.ones(3, 3, dtype=torch.bool).tril())


def test_default_scale_is_that_of_a_head() -> None:
    layer = made(4, 2)
    with patch.object(module, "attention", wraps=attention) as seen:
        _, weights = layer(randn(1, 2, 4))
    q, k, _, _ = seen.call_args.args
    expected = (q @ k.mT / math.sqrt(2)).softmax(dim=-1)
    torch.testing.assert_close(weights, expected)
