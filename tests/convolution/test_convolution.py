"""corr2d, its gradient and its matrix against PyTorch, SciPy, formulas."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import convolve2d as scipy_convolve2d
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.convolution.convolution import (
    as_matrix,
    convolve2d,
    corr2d,
    corr2d_backward,
    receptive_field,
)

SIZES = st.tuples(
    st.integers(1, 4),  # k_h
    st.integers(1, 4),  # k_w
    st.integers(0, 4),  # m_h - 1
    st.integers(0, 4),  # m_w - 1
)
IMAGE = torch.tensor([[1.0, 2, 0], [0, 3, 1], [2, 1, 0]]).double()
KERNEL = torch.tensor([[1.0, 0], [2, -1]]).double()


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def numbered(matrix: Tensor) -> dict[int, dict[int, float]]:
    """The numbers of a matrix, rows and columns counted from 0."""
    return {i: dict(enumerate(row)) for i, row in enumerate(matrix.tolist())}


def with_zeros(G: Tensor, more: int) -> dict[int, dict[int, float]]:
    """The numbers of G, and zeros around it."""
    h, w = G.shape
    return {
        i: {
            j: G[i, j].item() if 0 <= i < h and 0 <= j < w else 0.0
            for j in range(-more, w + more)
        }
        for i in range(-more, h + more)
    }


# The oracle


@settings(max_examples=20, deadline=None)
@given(SIZES)
def test_forward_and_backward_are_those_of_conv2d(sizes):
    k_h, k_w, more_h, more_w = sizes
    X = draw(k_h + more_h, k_w + more_w).requires_grad_()
    K = draw(k_h, k_w).requires_grad_()
    ours, theirs = corr2d(X, K), F.conv2d(X[None, None], K[None, None])
    assert ours.shape == (more_h + 1, more_w + 1)
    torch.testing.assert_close(ours, theirs[0, 0])
    G = draw(*ours.shape)
    expected = torch.autograd.grad((G * theirs[0, 0]).sum(), [X, K])
    torch.testing.assert_close(
        torch.autograd.grad((G * ours).sum(), [X, K]), expected
    )
    torch.testing.assert_close(
        corr2d_backward(G, X.detach(), K.detach()), expected
    )


@settings(max_examples=15, deadline=None)
@given(SIZES)
def test_convolution_is_that_of_scipy(sizes):
    k_h, k_w, more_h, more_w = sizes
    X, K = draw(k_h + more_h, k_w + more_w), draw(k_h, k_w)
    theirs = scipy_convolve2d(X.numpy(), K.numpy(), mode="valid")
    np.testing.assert_allclose(convolve2d(X, K).numpy(), theirs)


@settings(max_examples=10, deadline=None)
@given(SIZES, st.integers(0, 3))
def test_a_batch_is_its_images_one_by_one(sizes, B):
    k_h, k_w, more_h, more_w = sizes
    X, K = draw(B, 2, k_h + more_h, k_w + more_w), draw(k_h, k_w)
    theirs = F.conv2d(X.flatten(0, 1)[:, None], K[None, None])[:, 0]
    torch.testing.assert_close(corr2d(X, K).flatten(0, 1), theirs)


# The equations of the page


@pytest.mark.equation("eq:corr-sum")
@pytest.mark.equation("eq:corr-size")
@pytest.mark.equation("eq:corr-convolution")
@pytest.mark.parametrize("n_h, n_w, k_h, k_w", [(5, 4, 2, 3), (4, 6, 3, 2)])
def test_sums(n_h, n_w, k_h, k_w):
    X, K = draw(n_h, n_w), draw(k_h, k_w)
    Y, turned = corr2d(X, K), convolve2d(X, K)
    m_h, m_w = Y.shape
    sizes = {"m_h": m_h, "m_w": m_w, "n_h": n_h, "n_w": n_w}
    formula("eq:corr-size").check(sizes | {"k_h": k_h, "k_w": k_w})
    given = {
        "X": numbered(X),
        "K": numbered(K),
        "k_h": k_h,
        "k_w": k_w,
        "i": range(m_h),
        "j": range(m_w),
    }
    formula("eq:corr-sum").check(given | {"Y": numbered(Y)})
    formula("eq:corr-convolution").check(
        given | {r"\tilde Y": numbered(turned)}
    )


@pytest.mark.equation("eq:corr-input-gradient")
@pytest.mark.equation("eq:corr-kernel-gradient")
@pytest.mark.parametrize("n_h, n_w, k_h, k_w", [(5, 4, 2, 3), (4, 6, 3, 2)])
def test_gradients(n_h, n_w, k_h, k_w):
    X, K = draw(n_h, n_w), draw(k_h, k_w)
    m_h, m_w = n_h - k_h + 1, n_w - k_w + 1
    G = draw(m_h, m_w)
    by_X, by_K = corr2d_backward(G, X, K)
    kernel = {"K": numbered(K), "k_h": k_h, "k_w": k_w}
    sizes = {"X": numbered(X), "m_h": m_h, "m_w": m_w}
    for u in range(n_h):
        for v in range(n_w):
            name = r"\frac{\partial \L}{\partial X_{uv}}"
            formula("eq:corr-input-gradient").check(
                kernel
                | {name: by_X[u, v], "G": with_zeros(G, 4), "u": u, "v": v}
            )
    for a in range(k_h):
        for b in range(k_w):
            name = r"\frac{\partial \L}{\partial K_{ab}}"
            formula("eq:corr-kernel-gradient").check(
                sizes | {name: by_K[a, b], "G": numbered(G), "a": a, "b": b}
            )


@pytest.mark.equation("eq:corr-matrix")
def test_the_layer_is_a_matrix():
    X, K = draw(5, 4), draw(2, 3)
    M, Y = as_matrix(K, 5, 4), corr2d(X, K)
    G = draw(*Y.shape)
    by_X, _ = corr2d_backward(G, X, K)
    formula("eq:corr-matrix").check(
        {
            "x": X.flatten(),
            "y": Y.flatten(),
            "M": M,
            "g": G.flatten(),
            r"\frac{\partial \L}{\partial x}": by_X.flatten(),
        }
    )
    for p in range(20):  # row (u, v), column (i, j): K[u - i, v - j]
        for q in range(8):
            a, b = p // 4 - q // 2, p % 4 - q % 2
            inside = 0 <= a < 2 and 0 <= b < 3
            assert M[p, q] == (K[a, b] if inside else 0)


@pytest.mark.equation("eq:corr-field")
@pytest.mark.parametrize("sides", [[3], [3, 5], [2, 4, 3], [1, 1]])
def test_receptive_field(sides):
    r = receptive_field(sides)
    formula("eq:corr-field").check({"r": r, "L": len(sides), "k": sides})
    layers = [nn.Conv2d(1, 1, k).double() for k in sides]
    image = draw(1, 1, r + 2, r + 2).requires_grad_()
    out = nn.Sequential(*layers)(image)
    (gradient,) = torch.autograd.grad(out[0, 0, 1, 1], image)
    seen = torch.zeros(r + 2, r + 2, dtype=torch.bool)
    seen[1:-1, 1:-1] = True
    assert torch.equal(gradient[0, 0] != 0, seen)


# What the chapter claims


def test_the_pictures_by_hand():
    assert corr2d(IMAGE, KERNEL).tolist() == [[-2, 7], [3, 5]]
    assert convolve2d(IMAGE, KERNEL).tolist() == [[6, -1], [7, -1]]
    dot = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    K = torch.tensor([[1.0, 2], [3, 4]])
    assert corr2d(dot, K).tolist() == [[4, 3], [2, 1]]
    assert convolve2d(dot, K).tolist() == [[1, 2], [3, 4]]


def test_exercise_one_by_hand():
    G = torch.tensor([[1.0, 0], [0, 0]]).double()
    by_X, _ = corr2d_backward(G, IMAGE, KERNEL)
    assert by_X.tolist() == [[1, 0, 0], [2, -1, 0], [0, 0, 0]]


def test_counts_of_weights():
    """From 16 x 16 pixels to 14 x 14 outputs, windows of 3 x 3."""
    K = torch.ones(3, 3)
    M = as_matrix(K, 16, 16)
    assert M.numel() == 50_176 and int(M.sum()) == 1_764


def test_the_output_moves_with_the_image():
    X, K = draw(9, 9), draw(3, 4)
    torch.testing.assert_close(corr2d(X[1:, 2:], K), corr2d(X, K)[1:, 2:])


def test_the_kernel_that_moves_an_image():
    """The question to the reader: to the left, and with convolution right."""
    K = torch.zeros(3, 3).double()
    K[1, 2] = 1
    X = draw(6, 6)
    assert torch.equal(corr2d(X, K), X[1:-1, 2:])
    assert torch.equal(convolve2d(X, K), X[1:-1, :-2])
    assert receptive_field([3] * 4) == 9


def test_convolutions_may_be_grouped_and_correlations_not():
    X, K, L = draw(7, 7), draw(2, 3), draw(3, 2)
    both = convolve2d(F.pad(K, (1, 1, 2, 2)), L)  # K with L, all of it
    torch.testing.assert_close(
        convolve2d(convolve2d(X, K), L), convolve2d(X, both)
    )
    torch.testing.assert_close(
        convolve2d(convolve2d(X, K), L), convolve2d(convolve2d(X, L), K)
    )
    once = corr2d(F.pad(K, (1, 1, 2, 2)), L)
    assert not torch.allclose(corr2d(corr2d(X, K), L), corr2d(X, once))


def test_windows_of_one_norm_answer_most_to_the_kernel_itself():
    K = draw(3, 3)
    for _ in range(20):
        window = draw(3, 3)
        window = window * K.norm() / window.norm()
        assert corr2d(window, K) < corr2d(K, K)


def test_half_precision_and_views():
    X, K = torch.randn(6, 5), torch.randn(2, 2)
    assert corr2d(X.bfloat16(), K.bfloat16()).dtype == torch.bfloat16
    torch.testing.assert_close(corr2d(X.T, K), corr2d(X, K.T).T)


# Errors


@pytest.mark.parametrize("shape", [(3,), (0, 2), (1, 2, 2)])
def test_the_kernel_is_a_matrix(shape):
    with pytest.raises(ValueError, match=r"K must be \(k_h, k_w\), got"):
        corr2d(draw(5, 5), draw(*shape))


@pytest.mark.parametrize("shape", [(5,), (2, 5), (5, 2), (4, 5, 2)])
def test_the_kernel_fits_into_the_image(shape):
    with pytest.raises(ValueError, match=r"X must be \(\.\.\., n_h, n_w\)"):
        corr2d(draw(*shape), draw(3, 3))
    with pytest.raises(ValueError, match=r"at least as large as K, \(3, 3\)"):
        convolve2d(draw(*shape), draw(3, 3))


def test_gradient_shapes_belong_together():
    with pytest.raises(ValueError, match=r"G must be \(3, 4\), got \(3, 3\)"):
        corr2d_backward(draw(3, 3), draw(5, 5), draw(3, 2))
    with pytest.raises(ValueError, match="X and K must be matrices, got"):
        corr2d_backward(draw(3, 3), draw(1, 5, 5), draw(3, 3))
    with pytest.raises(ValueError, match="X and K must be matrices, got"):
        corr2d_backward(draw(3, 3), draw(5, 5), draw(9))


def test_a_matrix_needs_a_kernel_that_fits():
    with pytest.raises(ValueError, match="at least as large as K"):
        as_matrix(draw(3, 3), 2, 5)


def test_sides_are_positive():
    with pytest.raises(ValueError, match=r"sides must be at least 1, got \["):
        receptive_field([3, 0])
    assert receptive_field([]) == 1
