"""Convolution over channels and its cost against PyTorch and formulas."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.convolution.channels import (
    conv2d_multi,
    conv_cost,
    measured_cost,
)
from d2lcode.convolution.convolution import corr2d

SIZES = st.tuples(
    st.integers(0, 3),  # B
    st.integers(1, 3),  # C_in
    st.integers(1, 3),  # C_out
    st.integers(1, 3),  # k_h
    st.integers(1, 3),  # k_w
    st.integers(1, 4),  # m_h
    st.integers(1, 4),  # m_w
)
IMAGE = torch.tensor(
    [
        [[1.0, 2, 0, 1], [0, 3, 1, 2], [2, 1, 0, 1]],
        [[0, 1, 1, 0], [2, 0, 1, 1], [1, 0, 2, 0]],
    ]
)
KERNELS = torch.tensor(
    [
        [[[1.0, 0], [2, -1]], [[0, 1], [-1, 0]]],
        [[[1, 1], [0, 0]], [[0, 0], [1, 1]]],
        [[[0, 0], [0, 1]], [[1, 0], [0, -1]]],
    ]
)


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def numbered(tensor: Tensor) -> float | dict:
    """The numbers of a tensor, every axis counted from 0."""
    if tensor.ndim == 0:
        return tensor.item()
    return {i: numbered(part) for i, part in enumerate(tensor)}


# The oracle


@settings(max_examples=20, deadline=None)
@given(SIZES)
def test_forward_and_backward_are_those_of_conv2d(sizes):
    B, C_in, C_out, k_h, k_w, m_h, m_w = sizes
    X = draw(B, C_in, m_h + k_h - 1, m_w + k_w - 1).requires_grad_()
    W = draw(C_out, C_in, k_h, k_w).requires_grad_()
    b = draw(C_out).requires_grad_()
    ours = conv2d_multi(X, W, b)
    theirs = F.conv2d(X, W, b)
    assert ours.shape == (B, C_out, m_h, m_w)
    torch.testing.assert_close(ours, theirs)
    G = draw(*ours.shape)
    torch.testing.assert_close(
        torch.autograd.grad((G * ours).sum(), [X, W, b]),
        torch.autograd.grad((G * theirs).sum(), [X, W, b]),
    )


# The equations of the page


@pytest.mark.equation("eq:chan-conv")
@pytest.mark.equation("eq:chan-product")
def test_the_sum_and_the_product():
    C_in, C_out, k_h, k_w = 3, 2, 2, 3
    X, W, b = draw(C_in, 4, 5), draw(C_out, C_in, k_h, k_w), draw(C_out)
    Y = conv2d_multi(X[None], W, b)[0]
    _, m_h, m_w = Y.shape
    formula("eq:chan-conv").check(
        {
            "Y": numbered(Y),
            "X": numbered(X),
            "W": numbered(W),
            "b": numbered(b),
            r"C_{\text{in}}": C_in,
            "k_h": k_h,
            "k_w": k_w,
            "o": range(C_out),
            "i": range(m_h),
            "j": range(m_w),
        }
    )
    V = W.flatten(1).T  # (C_in k_h k_w, C_out)
    for i in range(m_h):
        for j in range(m_w):
            x = X[:, i : i + k_h, j : j + k_w].flatten()
            formula("eq:chan-product").check(
                {"y": Y[:, i, j], "x": x, "V": V, "b": b}
            )


@pytest.mark.equation("eq:chan-parameters")
@pytest.mark.equation("eq:chan-work")
@pytest.mark.parametrize(
    "C_in, C_out, k, m_h, m_w", [(3, 4, 2, 5, 6), (2, 5, 3, 1, 7)]
)
def test_cost(C_in, C_out, k, m_h, m_w):
    P, A = conv_cost(C_in, C_out, k, m_h, m_w)
    sizes = {
        r"C_{\text{in}}": C_in, r"C_{\text{out}}": C_out, "k_h": k, "k_w": k
    }  # fmt: skip
    formula("eq:chan-parameters").check(sizes | {"P": P})
    formula("eq:chan-work").check(sizes | {"A": A, "m_h": m_h, "m_w": m_w})
    layer = nn.Conv2d(C_in, C_out, k)
    image = torch.zeros(4, C_in, m_h + k - 1, m_w + k - 1)
    assert measured_cost(nn.Sequential(layer, nn.ReLU()), image) == [(P, A)]
    assert sum(p.numel() for p in layer.parameters()) == P


@pytest.mark.equation("eq:chan-parameters")
@pytest.mark.equation("eq:chan-work")
def test_cost_of_kernels_that_are_not_square():
    layer = nn.Conv2d(3, 4, (2, 5))
    ((P, A),) = measured_cost(layer, torch.zeros(1, 3, 7, 9))
    sizes = {
        r"C_{\text{in}}": 3, r"C_{\text{out}}": 4, "k_h": 2, "k_w": 5
    }  # fmt: skip
    formula("eq:chan-parameters").check(sizes | {"P": P})
    formula("eq:chan-work").check(sizes | {"A": A, "m_h": 6, "m_w": 5})


@pytest.mark.equation("eq:chan-narrow")
@pytest.mark.parametrize("C, R, k", [(256, 64, 3), (12, 5, 2)])
def test_narrow(C, R, k):
    direct = conv_cost(C, C, k, 1, 1)[1]
    detour = sum(
        work
        for _, work in (
            conv_cost(C, R, 1, 1, 1),
            conv_cost(R, R, k, 1, 1),
            conv_cost(R, C, 1, 1, 1),
        )
    )
    formula("eq:chan-narrow").check(
        {"q": direct / detour, "C": C, "R": R, "k": k}
    )
    if k == 3:
        assert (direct, detour) == (589_824, 69_632)


# What the chapter claims


def test_the_picture_by_hand():
    Y = conv2d_multi(IMAGE[None], KERNELS, torch.tensor([1.0, 0, -1]))[0]
    assert Y.tolist() == [
        [[-2, 9, 0], [3, 7, 0]],
        [[5, 3, 3], [4, 6, 5]],
        [[2, 0, 1], [2, -3, 1]],
    ]
    assert conv_cost(2, 3, 2, 2, 3) == (27, 144)


def test_answers_are_added_over_channels():
    X, W = draw(3, 5, 6), draw(2, 3, 2, 2)
    Y = conv2d_multi(X[None], W, torch.zeros(2).double())[0]
    for o in range(2):
        one = torch.stack([corr2d(X[c], W[o, c]) for c in range(3)])
        torch.testing.assert_close(Y[o], one.sum(dim=0))


def test_one_by_one_is_a_linear_layer_on_every_pixel():
    layer = nn.Linear(3, 5).double()
    X = draw(2, 3, 4, 6)
    W = layer.weight[:, :, None, None]
    torch.testing.assert_close(
        conv2d_multi(X, W, layer.bias),
        layer(X.permute(0, 2, 3, 1)).permute(0, 3, 1, 2),
    )


def test_channels_within_a_network_have_no_order():
    X, W, b, V, c = (
        draw(1, 2, 6, 6), draw(3, 2, 2, 2), draw(3), draw(4, 3, 3, 3), draw(4)
    )  # fmt: skip
    turn = torch.tensor([2, 0, 1])
    there = conv2d_multi(torch.relu(conv2d_multi(X, W, b)), V, c)
    other = torch.relu(conv2d_multi(X, W[turn], b[turn]))
    torch.testing.assert_close(conv2d_multi(other, V[:, turn], c), there)


def test_half_the_side_and_twice_the_channels_cost_the_same():
    first, second = (
        conv_cost(64, 128, 3, 112, 112),
        conv_cost(128, 256, 3, 56, 56),
    )
    assert first[1] == second[1]
    assert conv_cost(3, 16, 5, 28, 28) == (1216, 940_800)


def test_groups_divide_the_cost():
    whole = measured_cost(nn.Conv2d(8, 8, 3), torch.zeros(1, 8, 5, 5))
    apart = measured_cost(
        nn.Conv2d(8, 8, 3, groups=8), torch.zeros(1, 8, 5, 5)
    )
    assert whole[0][1] == 8 * apart[0][1]
    assert apart[0][0] == 8 * (9 + 1)


def test_hooks_are_taken_away_and_meta_costs_nothing():
    with torch.device("meta"):
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 1))
        counts = measured_cost(model, torch.zeros(1, 3, 9, 9))
    assert counts == [conv_cost(3, 4, 3, 7, 7), conv_cost(4, 2, 1, 7, 7)]
    assert not any(layer._forward_hooks for layer in model)


def test_half_precision():
    X, W, b = torch.randn(1, 2, 4, 4), torch.randn(3, 2, 2, 2), torch.randn(3)
    Y = conv2d_multi(X.bfloat16(), W.bfloat16(), b.bfloat16())
    assert Y.dtype == torch.bfloat16


# Errors


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (0, 3, 2, 2)])
def test_kernels_have_four_axes(shape):
    with pytest.raises(ValueError, match=r"W must be \(C_out, C_in, k_h, k_"):
        conv2d_multi(draw(1, 3, 5, 5), draw(*shape), draw(2))


@pytest.mark.parametrize("shape", [(3, 5, 5), (1, 2, 5, 5), (1, 5, 5, 3)])
def test_images_have_the_kernels_channels(shape):
    with pytest.raises(ValueError, match=r"X must be \(B, 3, n_h, n_w\), got"):
        conv2d_multi(draw(*shape), draw(2, 3, 2, 2), draw(2))


@pytest.mark.parametrize("shape", [(1, 3, 1, 5), (1, 3, 5, 1)])
def test_kernels_fit_into_the_images(shape):
    with pytest.raises(ValueError, match="X must be at least as large as"):
        conv2d_multi(draw(*shape), draw(2, 3, 2, 2), draw(2))


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 1)])
def test_one_bias_for_each_kernel(shape):
    with pytest.raises(ValueError, match=r"b must be \(2,\), got"):
        conv2d_multi(draw(1, 3, 5, 5), draw(2, 3, 2, 2), draw(*shape))


@pytest.mark.parametrize("place", range(5))
def test_sizes_are_positive(place):
    sizes = [2, 3, 1, 4, 5]
    sizes[place] = 0
    name = ("C_in", "C_out", "k", "m_h", "m_w")[place]
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        conv_cost(*sizes)
