"""Attention: oracles, equations, masks, errors, what the page claims."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from book.formula import Random, entries, formula, rows
from d2lcode.attention import attention as module
from d2lcode.attention.attention import (
    AdditiveAttention,
    additive_attention,
    attention,
    kernel_regression,
    length_mask,
    masked_softmax,
    pool,
)

SHAPES = [(1, 1, 1, 1), (2, 3, 4, 1), (5, 2, 3, 4), (4, 7, 8, 5)]
"""T_q, T_k, d, d_v."""


def randn(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def qkv(
    T_q: int, T_k: int, d: int, d_v: int, lead: tuple[int, ...] = ()
) -> tuple[Tensor, Tensor, Tensor]:
    return (
        randn(*lead, T_q, d, seed=1),
        randn(*lead, T_k, d, seed=2),
        randn(*lead, T_k, d_v, seed=3),
    )


def random_mask(*shape: int, seed: int = 4) -> Tensor:
    """About half the keys allowed, at least one in each row."""
    mask = randn(*shape, seed=seed) > 0
    mask[..., 0] |= ~mask.any(dim=-1)
    return mask


def keys(T_k: int) -> dict[str, object]:
    return {"T_k": T_k, "i": range(1, T_k + 1)}


def scores_of(attend: Callable[..., object], *tensors: Tensor) -> Tensor:
    """The scores (..., T_q, T_k) that a function hands to pool."""
    with patch.object(module, "pool") as seen:
        attend(*tensors)
    scores: Tensor = seen.call_args.args[0]
    return scores


# --- The equations -------------------------------------------------------


@pytest.mark.equation("eq:attention-pooling")
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("T_q", "T_k", "d", "d_v"), SHAPES)
def test_pooling(T_q: int, T_k: int, d: int, d_v: int, masked: bool) -> None:
    scores, v = randn(T_q, T_k, seed=1), randn(T_k, d_v, seed=2)
    output, weights = pool(
        scores, v, random_mask(T_q, T_k) if masked else None
    )
    for o, alpha in zip(output, weights, strict=True):
        formula("eq:attention-pooling").check(
            {"o": o, r"\alpha": alpha, "v": rows(v), **keys(T_k)}
        )


@pytest.mark.equation("eq:attention-softmax")
@pytest.mark.parametrize("T_k", [1, 2, 9])
def test_softmax(T_k: int) -> None:
    scores = 3 * randn(2, 3, T_k)
    weights = masked_softmax(scores)
    for b, t in itertools.product(range(2), range(3)):
        formula("eq:attention-softmax").check(
            {r"\alpha": weights[b, t], "a": scores[b, t], **keys(T_k)}
        )


@pytest.mark.equation("eq:attention-kernel")
@pytest.mark.parametrize("width", [0.3, 1.0, 4.0])
@pytest.mark.parametrize(("T_q", "T_k", "d", "d_v"), SHAPES)
def test_kernel(T_q: int, T_k: int, d: int, d_v: int, width: float) -> None:
    q, k, v = qkv(T_q, T_k, d, d_v)
    output, weights = kernel_regression(q, k, v, width)
    torch.testing.assert_close(output, weights @ v)
    for query, alpha in zip(rows(q), weights, strict=True):
        formula("eq:attention-kernel").check(
            {r"\alpha": alpha, "q": query, "k": rows(k), "h": width}
            | keys(T_k)
        )


@pytest.mark.equation("eq:attention-dot")
@pytest.mark.parametrize(("norm", "T_k"), [(1.3, 6), (2.5, 1)])
def test_kernel_is_dot_product_for_keys_of_one_norm(
    norm: float, T_k: int
) -> None:
    q, k, v = qkv(4, T_k, 3, 2)
    k = norm * F.normalize(k)
    width = 0.8
    found = kernel_regression(q, k, v, width)
    for query, alpha in zip(q, found[1], strict=True):
        formula("eq:attention-dot").check(
            {r"\alpha": alpha, "q": query, "K": k, "k": rows(k)}
            | {"h": width, "T_k": T_k}
        )
    torch.testing.assert_close(found, attention(q, k, v, scale=1 / width**2))


def test_kernel_differs_from_dot_product_by_the_norms_of_the_keys() -> None:
    q, k, v = qkv(4, 6, 3, 2)
    width = 0.8
    _, kernel = kernel_regression(q, k, v, width)
    _, dot = attention(q, k, v, scale=1 / width**2)
    assert not torch.allclose(kernel, dot, atol=1e-2)
    long = torch.exp(k.square().sum(dim=1) / (2 * width**2))
    corrected = kernel * long
    corrected = corrected / corrected.sum(dim=1, keepdim=True)
    torch.testing.assert_close(corrected, dot)


@pytest.mark.equation("eq:attention-additive")
@pytest.mark.parametrize(
    ("d_q", "d_k", "H"), [(1, 1, 1), (2, 5, 3), (4, 3, 6)]
)
def test_additive(d_q: int, d_k: int, H: int) -> None:
    q, k, v = randn(3, d_q, seed=1), randn(4, d_k, seed=2), randn(4, 2)
    W_q, W_k, w = randn(d_q, H), randn(d_k, H, seed=5), randn(H, seed=6)
    found = additive_attention(q, k, v, W_q, W_k, w)
    scores = scores_of(additive_attention, q, k, v, W_q, W_k, w)
    torch.testing.assert_close(found, pool(scores, v))
    for t, i in itertools.product(range(3), range(4)):
        formula("eq:attention-additive").check(
            {"a(q, k)": scores[t, i], "q": q[t], "k": k[i]}
            | {"W_q": W_q, "W_k": W_k, "w": w}
        )


@pytest.mark.equation("eq:attention-scaled")
@pytest.mark.parametrize(("T_q", "T_k", "d", "d_v"), SHAPES)
def test_scaled_dot_product(T_q: int, T_k: int, d: int, d_v: int) -> None:
    q, k, v = qkv(T_q, T_k, d, d_v)
    output, weights = attention(q, k, v)
    formula("eq:attention-scaled").check(
        {"O": output, "Q": q, "K": k, "V": v, "d": d}
    )
    torch.testing.assert_close(output, weights @ v)


@pytest.mark.equation("eq:attention-variance")
@pytest.mark.parametrize("d", [1, 2, 3])
def test_variance(d: int) -> None:
    """Exactly, over all pairs of vectors of skewed tosses.

    A toss is 2 with chance 1/5, else -1/2: mean 0, variance 1.
    """
    outcomes = torch.tensor(
        list(itertools.product([2.0, -0.5], repeat=2 * d)), dtype=torch.float64
    )
    chances = (0.6 * (outcomes < 0).double() + 0.2).prod(dim=1)
    q, k = outcomes[:, None, :d], outcomes[:, None, d:]  # (4**d, 1, d)
    dot = scores_of(partial(attention, scale=1.0), q, k, k).flatten()
    scaled = scores_of(attention, q, k, k).flatten()
    formula("eq:attention-variance").check(
        {r"\Var(q \cdot k)": chances @ dot**2 - (chances @ dot) ** 2}
        | {"q": Random(list(q[:, 0])), "k": Random(list(k[:, 0]))}
        | {r"\E": chances, "d": d}
    )
    assert float(chances @ scaled**2) == pytest.approx(1)


def test_variance_of_correlated_components_is_a_trace() -> None:
    generator = np.random.default_rng(0)
    A, C = generator.normal(size=(2, 3, 3))
    sigma_q, sigma_k = A.T @ A, C.T @ C
    signs = [np.array(s) for s in itertools.product([-1, 1], repeat=3)]
    products = [
        (s @ A) @ (t @ C) for s, t in itertools.product(signs, repeat=2)
    ]
    assert np.var(products) == pytest.approx(np.trace(sigma_q @ sigma_k))


@pytest.mark.equation("eq:attention-jacobian")
@pytest.mark.parametrize("T_k", [1, 2, 5])
def test_jacobian(T_k: int) -> None:
    scores = 2 * randn(T_k)
    found = torch.autograd.functional.jacobian(masked_softmax, scores)
    indices = range(1, T_k + 1)
    formula("eq:attention-jacobian").check(
        {r"\frac{\partial \alpha_i}{\partial a_j}": entries("i j", found)}
        | {"J": found, r"\alpha": masked_softmax(scores)[None]}
        | {"i": indices, "j": indices}
    )


@pytest.mark.equation("eq:attention-mask")
@pytest.mark.parametrize("T_k", [2, 3, 6])
def test_mask(T_k: int) -> None:
    """Read back from the logarithms of the weights, -inf where masked.

    They miss the scores by the log-sum-exp of the allowed ones.
    """
    scores, mask = randn(4, T_k), random_mask(4, T_k)
    mask[:, 0], mask[:, -1] = True, False
    weights = masked_softmax(scores, mask)
    for t in range(4):
        allowed = entries("i", mask[t].double())
        formula("eq:attention-mask").check(
            {
                r"\tilde a": weights[t].log()
                + scores[t, mask[t]].logsumexp(0),
                "a": scores[t],
                r"\text{if key } i \text{ is allowed}": allowed,
                r"\text{第 } i \text{ 个键可读}": allowed,
                "i": range(1, T_k + 1),
            }
        )


# --- Oracles, forward and backward ---------------------------------------


def oracle(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scale: float | None
) -> None:
    """Compare with the library: output and all three gradients."""
    leaves = [x.clone().requires_grad_() for x in (q, k, v)]
    copies = [x.clone().requires_grad_() for x in (q, k, v)]
    output, weights = attention(*leaves, mask, scale=scale)
    expected = F.scaled_dot_product_attention(
        *copies, attn_mask=mask, scale=scale
    )
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(
        weights.sum(-1), torch.ones_like(weights[..., 0])
    )
    probe = randn(*output.shape, seed=9)
    (output * probe).sum().backward()
    (expected * probe).sum().backward()
    for ours, theirs in zip(leaves, copies, strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


@settings(max_examples=20, deadline=None)
@given(
    lead=st.sampled_from([(), (1,), (3,), (2, 3)]),
    sizes=st.tuples(*[st.integers(1, 6)] * 4),
    masked=st.booleans(),
    scale=st.sampled_from([None, 1.0, 0.3]),
)
def test_library(
    lead: tuple[int, ...],
    sizes: tuple[int, int, int, int],
    masked: bool,
    scale: float | None,
) -> None:
    q, k, v = qkv(*sizes, lead)
    mask = random_mask(*lead, sizes[0], sizes[1]) if masked else None
    oracle(q, k, v, mask, scale)


@pytest.mark.parametrize(
    "shape", [(1, 1, 5), (1, 4, 5), (3, 1, 5), (3, 4, 1), (1, 1, 1)]
)
def test_masks_that_are_shared(shape: tuple[int, ...]) -> None:
    q, k, v = qkv(4, 5, 3, 2, lead=(3,))
    oracle(q, k, v, random_mask(*shape), None)


def test_length_mask_and_library() -> None:
    q, k, v = qkv(4, 5, 3, 2, lead=(3,))
    oracle(q, k, v, length_mask(torch.tensor([1, 5, 3]), 5), None)


def test_causal_mask_and_library() -> None:
    q, k, v = qkv(5, 5, 3, 2, lead=(2,))
    causal = torch.ones(5, 5, dtype=torch.bool).tril()
    output, _ = attention(q, k, v, causal[None])
    expected = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(output, expected)


def test_gradients_of_additive_attention() -> None:
    q, k, v = randn(2, 3, seed=1), randn(4, 2, seed=2), randn(4, 2, seed=3)
    W_q, W_k, w = randn(3, 5), randn(2, 5, seed=4), randn(5, seed=5)
    mask = random_mask(2, 4)
    inputs = [x.requires_grad_() for x in (q, k, v, W_q, W_k, w)]

    def output(*x: Tensor) -> Tensor:
        return additive_attention(*x, mask)[0]

    assert torch.autograd.gradcheck(output, inputs)


def test_additive_module_is_the_function() -> None:
    torch.manual_seed(0)
    layer = AdditiveAttention(3, 2, 5).double()
    q, k, v = randn(2, 4, 3), randn(2, 6, 2), randn(2, 6, 1)
    mask = length_mask(torch.tensor([6, 2]), 6)
    found = layer(q, k, v, mask)
    expected = additive_attention(q, k, v, layer.W_q, layer.W_k, layer.w, mask)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    assert {n: tuple(p.shape) for n, p in layer.named_parameters()} == {
        "W_q": (3, 5), "W_k": (2, 5), "w": (5,)
    }  # fmt: skip


def test_additive_module_starts_with_hidden_units_of_unit_variance() -> None:
    torch.manual_seed(0)
    layer = AdditiveAttention(100, 400, 300)
    for W, variance in ((layer.W_q, 1 / 100), (layer.W_k, 1 / 400)):
        assert W.var().item() == pytest.approx(variance, rel=0.05)
    assert layer.w.var().item() == pytest.approx(1 / 300, rel=0.3)


# --- By hand -------------------------------------------------------------


def test_by_hand() -> None:
    """Exercise 1: weights 1/8, 2/8, 5/8 of the values 8, 4, 0 make 2."""
    scores = torch.tensor([[1.0, 2.0, 5.0]], dtype=torch.float64).log()
    v = torch.tensor([[8.0], [4.0], [0.0]], dtype=torch.float64)
    output, weights = pool(scores, v)
    assert weights.tolist() == [pytest.approx([1 / 8, 2 / 8, 5 / 8])]
    assert output.item() == pytest.approx(2)
    masked, _ = pool(scores, v, torch.tensor([[True, True, False]]))
    assert masked.item() == pytest.approx(16 / 3)


def test_default_scale_by_hand() -> None:
    q = torch.tensor([[2.0, 0.0, 0.0, 0.0]], dtype=torch.float64)
    k = torch.tensor([[1.0, 5, 5, 5], [0.0, 9, 9, 9]], dtype=torch.float64)
    _, weights = attention(q, k, k)  # scores 2 / sqrt(4) = 1 and 0
    assert weights[0, 0].item() == pytest.approx(math.e / (math.e + 1))


def test_length_mask_by_hand() -> None:
    mask = length_mask(torch.tensor([1, 3, 2]), 3)
    assert mask.tolist() == [
        [[True, False, False]],
        [[True, True, True]],
        [[True, True, False]],
    ]


# --- What the page claims ------------------------------------------------


def test_output_lies_between_the_values() -> None:
    q, k, v = qkv(20, 6, 3, 4)
    for output, _ in (
        attention(q, k, v),
        attention(q, k, v, random_mask(20, 6)),
        kernel_regression(q, k, v, 0.5),
    ):
        assert (output <= v.amax(dim=0) + 1e-12).all()
        assert (output >= v.amin(dim=0) - 1e-12).all()


def test_order_of_the_pairs_does_not_matter() -> None:
    q, k, v = qkv(3, 6, 4, 2)
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    output, _ = attention(q, k, v)
    shuffled, _ = attention(q, k[order], v[order])
    torch.testing.assert_close(output, shuffled)


def test_equal_keys_give_the_mean_of_the_values() -> None:
    """The first question on the way: whatever the query is."""
    q, k, v = qkv(3, 5, 4, 2)
    same = k[..., :1, :].expand_as(k)
    mean = v.mean(dim=-2, keepdim=True).expand(*v.shape[:-2], 3, 2)
    torch.testing.assert_close(attention(q, same, v)[0], mean)


def test_a_length_masks_keys_for_every_query() -> None:
    """The second question: two lengths, 3 and 5, padded to 5."""
    scores = torch.zeros(2, 5, 5)
    weights = masked_softmax(scores, length_mask(torch.tensor([3, 5]), 5))
    zero = (weights == 0).nonzero().tolist()
    assert zero == [[0, query, key] for query in range(5) for key in (3, 4)]


def test_attention_cannot_count() -> None:
    q, k, v = qkv(3, 6, 4, 2)
    output, _ = attention(q, k, v)
    doubled, _ = attention(q, k.repeat(2, 1), v.repeat(2, 1))
    torch.testing.assert_close(output, doubled)


def test_values_at_masked_keys_do_not_matter() -> None:
    q, k, v = qkv(2, 5, 3, 2, lead=(2,))
    mask = length_mask(torch.tensor([3, 5]), 5)
    output, _ = attention(q, k, v, mask)
    k[0, 3:], v[0, 3:] = 1e6, -1e6
    again, _ = attention(q, k, v, mask)
    torch.testing.assert_close(output, again, rtol=0, atol=0)


def test_softmax_maximizes_mean_score_plus_entropy() -> None:
    scores = randn(5)
    best = masked_softmax(scores)

    def gain(weights: Tensor) -> float:
        entropy = -torch.special.xlogy(weights, weights).sum()
        return float(weights @ scores + entropy)

    assert gain(best) == pytest.approx(scores.logsumexp(0).item())
    for seed in range(20):
        other = masked_softmax(scores + randn(5, seed=seed + 1))
        assert gain(other) < gain(best)


def test_a_mask_leaves_what_the_allowed_keys_give_alone() -> None:
    q, k, v = qkv(2, 5, 3, 2)
    W_q, W_k, w = randn(3, 4, seed=5), randn(3, 4, seed=6), randn(4, seed=7)
    mask = torch.tensor([True, False, True, True, False])
    for function in (
        lambda k, v, mask: attention(q, k, v, mask),
        lambda k, v, mask: kernel_regression(q, k, v, 0.7, mask),
        lambda k, v, mask: additive_attention(q, k, v, W_q, W_k, w, mask),
    ):
        output, _ = function(k, v, mask[None])
        alone, _ = function(k[mask], v[mask], None)
        torch.testing.assert_close(output, alone)


def test_scores_may_be_shifted_and_large() -> None:
    scores = randn(3, 5)
    weights = masked_softmax(scores)
    torch.testing.assert_close(masked_softmax(scores + 1e4), weights)
    large = masked_softmax(1e6 * scores)
    assert large.isfinite().all()
    assert torch.equal(large.argmax(-1), scores.argmax(-1))


def test_half_precision_masks() -> None:
    scores = torch.arange(4.0, dtype=torch.float16).expand(2, 4)
    mask = length_mask(torch.tensor([2, 4]), 4)[:, 0]
    weights = masked_softmax(scores, mask)
    assert weights.dtype == torch.float16
    assert weights[0, 2:].tolist() == [0, 0]
    torch.testing.assert_close(
        weights[0, :2].float(), scores[0, :2].float().softmax(-1),
        rtol=0, atol=1e-3,
    )  # fmt: skip


def test_masked_keys_get_no_gradient() -> None:
    q, k, v = (x.requires_grad_() for x in qkv(2, 4, 3, 2))
    attention(q, k, v, length_mask(torch.tensor([2]), 4)[0])[
        0
    ].sum().backward()
    for x in (k, v):
        assert x.grad is not None
        assert x.grad[2:].abs().sum() == 0
        assert x.grad[:2].abs().sum() > 0


def test_padding_mask_of_multihead_attention_is_the_inverse() -> None:
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(4, 1, batch_first=True).double()
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.eye(4).repeat(3, 1))
        layer.out_proj.weight.copy_(torch.eye(4))
    x = randn(2, 5, 4)
    mask = length_mask(torch.tensor([2, 4]), 5)
    found, weights = layer(x, x, x, key_padding_mask=~mask[:, 0])
    expected = attention(x, x, x, mask)
    torch.testing.assert_close(found, expected[0])
    torch.testing.assert_close(weights, expected[1])


def test_multiply_adds() -> None:
    """The counter sees matrix products, not the one with the vector w."""
    T_q, T_k, d, d_v, H = 50, 70, 16, 24, 32
    q, k, v = qkv(T_q, T_k, d, d_v)
    layer = AdditiveAttention(d, d, H).double()
    for function, expected in (
        (attention, T_q * T_k * (d + d_v)),
        (layer, T_q * T_k * d_v + (T_q * d + T_k * d) * H),
    ):
        with FlopCounterMode(display=False) as counter:
            function(q, k, v)
        assert counter.get_total_flops() == 2 * expected
    assert sum(p.numel() for p in layer.parameters()) == (d + d + 1) * H


# --- Errors --------------------------------------------------------------


def test_every_key_masked() -> None:
    mask = torch.ones(2, 3, 4, dtype=torch.bool)
    mask[1, 2] = False
    message = r"mask must leave every query at least one key.*query \[1, 2\]"
    with pytest.raises(ValueError, match=message):
        masked_softmax(randn(2, 3, 4), mask)
    q, k, v = qkv(3, 4, 2, 2, lead=(2,))
    W = torch.eye(2, dtype=torch.float64)
    with pytest.raises(ValueError, match=message):
        attention(q, k, v, mask)
    with pytest.raises(ValueError, match=message):
        kernel_regression(q, k, v, 1.0, mask)
    with pytest.raises(ValueError, match=message):
        additive_attention(q, k, v, W, W, W[0], mask)


def test_one_broadcast_mask_row_masks_every_query() -> None:
    mask = torch.zeros(1, 1, 4, dtype=torch.bool)
    with pytest.raises(ValueError, match=r"at least one key.*query \[0, 0\]"):
        masked_softmax(randn(2, 3, 4), mask)


def test_bad_masks() -> None:
    scores = randn(2, 3)
    with pytest.raises(ValueError, match="mask must be boolean, got"):
        masked_softmax(scores, torch.ones(2, 3))
    message = r"mask must be \(2, 3\), or 1 in .* got \(2, 4\)"
    with pytest.raises(ValueError, match=message):
        masked_softmax(scores, torch.ones(2, 4, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"got \(5, 2, 3\)"):
        masked_softmax(scores, torch.ones(5, 2, 3, dtype=torch.bool))


def test_a_mask_never_lands_on_another_axis() -> None:
    """(B, T) on (B, T, T) and (B, 1, T) on B heads would fit, wrongly."""
    q, k, v = qkv(3, 3, 4, 2, lead=(3,))
    padding = length_mask(torch.tensor([1, 2, 3]), 3)  # (3, 1, 3)
    for function in (attention, lambda *x: kernel_regression(*x[:3], 1, x[3])):
        with pytest.raises(ValueError, match=r"\(3, 3, 3\), .* got \(3, 3\)"):
            function(q, k, v, padding[:, 0])
        heads = q[:, None].expand(3, 3, 3, 4)
        message = r"\(3, 3, 3, 3\), .* got \(3, 1, 3\)"
        with pytest.raises(ValueError, match=message):
            function(heads, heads, heads, padding)
        output, _ = function(heads, heads, heads, padding[:, None])
        alone, _ = function(q, q, q, padding)
        torch.testing.assert_close(output, alone[:, None].expand(3, 3, 3, 4))


@pytest.mark.parametrize("shape", [(), (2, 0)])
def test_no_key(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"scores must hold a key, got \("):
        masked_softmax(torch.zeros(shape))


@pytest.mark.parametrize(
    ("valid_len", "message"),
    [
        (torch.tensor([[1, 2]]), r"valid_len must be \(B,\) integers, got"),
        (torch.tensor([1.0]), r"integers, got \(1,\) torch.float32"),
        (torch.tensor([True]), r"integers, got \(1,\) torch.bool"),
        (torch.tensor([0, 2]), r"valid_len must be in 1 .. 4, got \[0, 2\]"),
        (torch.tensor([5]), r"valid_len must be in 1 .. 4, got \[5\]"),
    ],
)  # fmt: skip
def test_bad_lengths(valid_len: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        length_mask(valid_len, 4)


@pytest.mark.parametrize("width", [0.0, -1.0, math.nan, 1e-30, 1e-200])
def test_bad_width(width: float) -> None:
    q, k, v = (x.float() for x in qkv(2, 3, 2, 1))
    with pytest.raises(ValueError, match=f"width must .* got {width}"):
        kernel_regression(q, k, v, width)


def test_a_narrow_kernel_chooses_the_nearest_key_that_is_allowed() -> None:
    q, k, v = (x.float() for x in qkv(4, 6, 3, 2))
    mask = random_mask(4, 6)
    for width in (1e-3, 1e-12, 1e-19):
        for rule in (None, mask):
            distance = torch.cdist(q, k)
            if rule is not None:
                distance[~rule] = math.inf
            output, _ = kernel_regression(q, k, v, width, rule)
            assert torch.equal(output, v[distance.argmin(dim=1)])


def test_an_endlessly_wide_kernel_averages() -> None:
    q, k, v = qkv(2, 5, 3, 2)
    for width in (1e200, math.inf):
        output, _ = kernel_regression(q, k, v, width)
        torch.testing.assert_close(output, v.mean(dim=0).expand(2, 2))


def test_shapes_that_do_not_fit() -> None:
    q, k, v = qkv(2, 3, 4, 5)
    for function in (attention, lambda *x: kernel_regression(*x, 1.0)):
        message = r"q must be \(\.\.\., T_q, d\) and k .* got "
        with pytest.raises(ValueError, match=message + r"\(2, 4\) and \(3, 2"):
            function(q, k[:, :2], v)
        with pytest.raises(ValueError, match=r"d at least 1, .*\(2, 0\)"):
            function(q[:, :0], k[:, :0], v)
        with pytest.raises(ValueError, match=r"q must have .* got \(4,\)"):
            function(q[0], k, v)
        with pytest.raises(ValueError, match=r"k must have .* got \(4,\)"):
            function(q, k[0], v)
        with pytest.raises(
            ValueError, match=r"v must be \(\.\.\., 3, d_v\), got \(2, 5\)"
        ):
            function(q, k, v[:2])
        with pytest.raises(ValueError, match=r"v must have .* got \(3,\)"):
            function(q, k, v[:, 0])
        message = r"q and k must have batches that fit, got \(2, .* \(3, 3, 4"
        with pytest.raises(ValueError, match=message):
            function(q.expand(2, 2, 4), k.expand(3, 3, 4), v)
        message = r"scores and v must have batches that fit, got \(2, .* \(3, "
        with pytest.raises(ValueError, match=message):
            function(q.expand(2, 2, 4), k, v.expand(3, 3, 5))


def test_shapes_that_do_not_fit_additive_attention() -> None:
    q, k, v = randn(2, 3), randn(4, 2), randn(4, 5)
    W_q, W_k, w = randn(3, 6), randn(2, 6), randn(6)
    with pytest.raises(ValueError, match=r"W_q must be \(2, H\) .* \(3, 6\)"):
        additive_attention(q[:, :2], k, v, W_q, W_k, w)
    with pytest.raises(ValueError, match=r"q must have .* got \(3,\)"):
        additive_attention(q[0], k, v, W_q, W_k, w)
    with pytest.raises(ValueError, match=r"W_k must be \(1, H\) .* \(2, 6\)"):
        additive_attention(q, k[:, :1], v, W_q, W_k, w)
    with pytest.raises(ValueError, match=r"W_q .* w \(H,\), .* and \(5,\)"):
        additive_attention(q, k, v, W_q, W_k, w[:5])
    with pytest.raises(ValueError, match=r"w \(H,\), got .* and \(6, 1\)"):
        additive_attention(q, k, v, W_q, W_k, w[:, None])
    with pytest.raises(ValueError, match=r"v must be .* got \(3, 5\)"):
        additive_attention(q, k, v[:3], W_q, W_k, w)
    for sizes in ((0, 2, 3), (2, 0, 3), (2, 3, 0)):
        with pytest.raises(ValueError, match=r"at least 1, got \(\d, \d, \d"):
            AdditiveAttention(*sizes)


# --- Where values cannot be read -----------------------------------------


class Reader(nn.Module):
    """All three kinds of attention, on a padded batch."""

    def __init__(self) -> None:
        super().__init__()
        self.additive = AdditiveAttention(3, 3, 4)

    def forward(self, x: Tensor, valid_len: Tensor) -> Tensor:
        mask = length_mask(valid_len, x.shape[1])
        found = [
            attention(x, x, x, mask)[0],
            kernel_regression(x, x, x, 0.5, mask)[0],
            self.additive(x, x, x, mask)[0],
        ]
        return torch.cat(found, dim=-1)


def test_compiled_without_a_break() -> None:
    model, x = Reader(), randn(3, 5, 3).float()
    compiled = torch.compile(model, fullgraph=True, backend="eager")
    for lengths in ([1, 5, 3], [2, 2, 4]):
        valid_len = torch.tensor(lengths)
        torch.testing.assert_close(compiled(x, valid_len), model(x, valid_len))


def test_exported_with_a_batch_of_any_size() -> None:
    model, x = Reader(), randn(7, 5, 3).float()
    valid_len = torch.tensor([1, 5, 3, 2, 2, 4, 5])
    batch = torch.export.Dim("batch")
    program = torch.export.export(
        model, (x[:3], valid_len[:3]), dynamic_shapes=[{0: batch}] * 2
    ).module()
    for B in (2, 7):
        torch.testing.assert_close(
            program(x[:B], valid_len[:B]), model(x[:B], valid_len[:B])
        )


def test_vectorized_over_the_batch() -> None:
    model, x = Reader(), randn(3, 5, 3).float()
    valid_len = torch.tensor([1, 5, 3])

    def one(x: Tensor, valid_len: Tensor) -> Tensor:
        return model(x[None], valid_len[None])[0]

    found = torch.func.vmap(one)(x, valid_len)
    torch.testing.assert_close(found, model(x, valid_len))
