"""Padding and stride against PyTorch and the page's formulas."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.convolution.padding_and_stride import (
    conv2d,
    never_seen,
    output_size,
    pad,
)

SIZES = st.tuples(
    st.integers(1, 9),  # h
    st.integers(1, 9),  # w
    st.integers(1, 5),  # k_h
    st.integers(1, 5),  # k_w
    st.integers(0, 3),  # padding
    st.integers(1, 4),  # stride
)

AXES = [
    (n, k, p, s)
    for n in range(1, 12)
    for k in range(1, 6)
    for p in range(3)
    for s in range(1, 5)
    if k <= n + 2 * p
]


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def times_seen(n: int, k: int, padding: int, stride: int) -> Tensor:
    """How many windows each cell of a row lies in, counted one by one."""
    counts = torch.zeros(n, dtype=torch.int64)
    for start in range(-padding, n + padding - k + 1, stride):
        for cell in range(max(0, start), min(n, start + k)):
            counts[cell] += 1
    return counts


# The oracle


@settings(max_examples=25, deadline=None)
@given(SIZES)
def test_forward_and_backward_are_those_of_conv2d(sizes):
    h, w, k_h, k_w, padding, stride = sizes
    h, w = max(h, k_h - 2 * padding), max(w, k_w - 2 * padding)
    X, K = draw(h, w).requires_grad_(), draw(k_h, k_w).requires_grad_()
    ours = conv2d(X, K, padding, stride)
    theirs = F.conv2d(X[None], K[None, None], None, stride, padding)[0]
    torch.testing.assert_close(ours, theirs)
    g = draw(*ours.shape)
    torch.testing.assert_close(
        torch.autograd.grad((g * ours).sum(), [X, K]),
        torch.autograd.grad((g * theirs).sum(), [X, K]),
    )


@pytest.mark.parametrize("padding", [0, 1, 3])
def test_the_frame_is_that_of_pad(padding):
    X = draw(4, 3)
    theirs = F.pad(X, (padding, padding, padding, padding))
    assert torch.equal(pad(X, padding), theirs)


def test_half_precision_and_whole_numbers():
    X, K = draw(5, 5).bfloat16(), draw(3, 3).bfloat16()
    assert conv2d(X, K, 1).dtype == torch.bfloat16
    whole = conv2d(torch.ones(3, 3).long(), torch.ones(2, 2).long())
    assert whole.tolist() == [[4, 4], [4, 4]]


# The equations of the page


@pytest.mark.equation("eq:pad-frame")
@pytest.mark.parametrize("h, w, p", [(2, 3, 1), (3, 2, 2)])
def test_frame(h, w, p):
    X = draw(h, w)
    formula("eq:pad-frame").check(
        {
            r"\tilde X": pad(X, p),
            "X": X,
            "p": p,
            "h": h,
            "w": w,
            "i": range(1, h + 2 * p + 1),
            "j": range(1, w + 2 * p + 1),
        }
    )


@pytest.mark.equation("eq:pad-size")
@pytest.mark.equation("eq:pad-output")
@pytest.mark.equation("eq:pad-rest")
@pytest.mark.equation("eq:pad-unseen")
def test_sizes_and_remainders_by_counting():
    for case, (n, k, p, s) in enumerate(AXES):
        starts = range(0, n + 2 * p - k + 1, s)
        N = len(starts)
        r = n + 2 * p - (starts[-1] + k)  # cells behind the last window
        assert output_size(n, k, p, s) == N and 0 <= r < s
        unseen = int((times_seen(n, k, p, s) == 0).sum())
        if s <= k:
            assert never_seen(n, k, p, s) == unseen
        lost = s <= k and unseen > 0
        if case % 19 and not (lost and case % 3 == 0):
            continue
        sizes = {"n": n, "k": k, "p": p, "N": N}
        formula("eq:pad-output").check({**sizes, "s": s})
        if s == 1:
            formula("eq:pad-size").check(sizes)
        formula("eq:pad-rest").check({**sizes, "s": s, "r": r})
        if s <= k:
            formula("eq:pad-unseen").check({"U": unseen, "r": r, "p": p})


@pytest.mark.equation("eq:pad-same")
@pytest.mark.parametrize("k", [1, 3, 5, 7])
def test_same(k):
    X = draw(6, 6)
    sizes = {p: len(conv2d(X, draw(k, k), p)) for p in range(k // 2, 5)}
    (same,) = [p for p, size in sizes.items() if size == 6]
    formula("eq:pad-same").check({"p": same, "k": k})


@pytest.mark.equation("eq:pad-even")
@pytest.mark.parametrize("k", range(1, 8))
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_same_with_two_ends(k):
    X, K = draw(6, 6), draw(k, k)
    before, after = (k - 1) // 2, k - 1 - (k - 1) // 2
    formula("eq:pad-even").check({"p_1": before, "p_2": after, "k": k})
    framed = F.pad(X, (before, after, before, after))
    Y = conv2d(framed, K)
    assert Y.shape == X.shape
    theirs = F.conv2d(X[None], K[None, None], padding="same")[0]
    torch.testing.assert_close(Y, theirs)
    if k % 2 == 0:
        assert conv2d(X, K, k // 2).shape == (7, 7)


@pytest.mark.equation("eq:pad-conv")
@pytest.mark.parametrize("s, p", [(1, 0), (2, 1), (3, 2)])
def test_convolution(s, p):
    X, K = draw(5, 4), draw(3, 2)
    Y, framed = conv2d(X, K, p, s), pad(X, p)
    formula("eq:pad-conv").check(
        {
            "Y": Y,
            "K": K,
            r"\tilde X": framed,
            "s": s,
            "k_h": 3,
            "k_w": 2,
            "i": range(1, Y.shape[0] + 1),
            "j": range(1, Y.shape[1] + 1),
        }
    )


@pytest.mark.equation("eq:pad-cover")
def test_what_an_output_rests_on():
    for s in (1, 2, 3):
        for k in (3, 4):
            for M in (1, 2, 5):
                m = next(
                    n
                    for n in range(1, 99)
                    if n >= k and output_size(n, k, 0, s) == M
                )
                formula("eq:pad-cover").check({"m": m, "M": M, "s": s, "k": k})


# What the chapter claims


def test_the_picture_by_hand():
    X = torch.tensor([[1, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 1], [0, 1, 1, 2]])
    K = torch.tensor([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    Y = conv2d(X, K, 1)
    assert Y[0].tolist() == [1, 6, 4, 3] and Y.shape == (4, 4)
    assert torch.equal(conv2d(X, K), Y[1:3, 1:3])


def test_the_row_of_eight():
    assert (output_size(8, 3, 0, 2), never_seen(8, 3, 0, 2)) == (3, 1)
    assert (output_size(8, 3, 1, 2), never_seen(8, 3, 1, 2)) == (4, 0)


def test_check_yourself():
    assert (output_size(10, 4, 0, 3), never_seen(10, 4, 0, 3)) == (3, 0)
    sizes = [output_size(32, k, p, s)
             for k, p, s in ((4, 2, 1), (7, 3, 1), (3, 1, 2))]  # fmt: skip
    assert sizes == [33, 32, 16]


def test_three_layers_lose_five_columns():
    net = nn.Sequential(*(nn.Conv2d(1, 1, 3, stride=2) for _ in range(3)))
    image = torch.randn(1, 1, 28, 28, requires_grad=True)
    net(image).sum().backward()
    seen = image.grad[0, 0].abs().sum(dim=0) > 0
    assert seen.tolist() == [True] * 23 + [False] * 5


def test_halving():
    """k = 3, p = 1, s = 2: half, rounded up, and no pixel left out."""
    for n in range(1, 40):
        assert output_size(n, 3, 1, 2) == -(-n // 2)
        assert never_seen(n, 3, 1, 2) == 0


def test_exercise_one():
    for n, sizes in ((32, [28, 14, 10, 5]), (33, [29, 14, 10, 5])):
        found, size = [], n
        for k, s in ((5, 1), (2, 2), (5, 1), (2, 2)):
            size = output_size(size, k, 0, s)
            found.append(size)
        assert found == sizes
    assert never_seen(29, 2, 0, 2) == 1


def test_alexnet():
    assert output_size(227, 11, 0, 4) == output_size(224, 11, 2, 4) == 55
    assert output_size(224, 11, 0, 4) == 54


def test_s_sizes_lead_to_the_same_output():
    for k, p, s in ((3, 1, 2), (5, 2, 3), (4, 0, 4)):
        same = [n for n in range(k, 60) if output_size(n, k, p, s) == 5]
        assert len(same) == s


# Errors


@pytest.mark.parametrize(
    "sizes, message",
    [
        ((0, 1, 0, 1), "n must be at least 1, got 0"),
        ((3, 0, 0, 1), "k must be at least 1, got 0"),
        ((3, 1, 0, 0), "stride must be at least 1, got 0"),
        ((3, 1, -1, 1), "padding must be at least 0, got -1"),
        ((3, 6, 1, 1), r"k must be at most n \+ 2 padding = 5, got 6"),
    ],
)
@pytest.mark.parametrize("function", [output_size, never_seen])
def test_sizes_must_fit(function, sizes, message):
    with pytest.raises(ValueError, match=message):
        function(*sizes)


def test_gaps_are_not_counted():
    with pytest.raises(ValueError, match="stride must be at most k = 2"):
        never_seen(9, 2, 0, 3)


def test_matrices_are_needed():
    X, K = draw(5, 5), draw(3, 3)
    with pytest.raises(ValueError, match=r"X must be \(h, w\), got \(1, 5"):
        conv2d(X[None], K)
    with pytest.raises(ValueError, match=r"K must be \(k_h, k_w\), got \(1"):
        conv2d(X, K[None])
    with pytest.raises(ValueError, match="padding must be at least 0, got"):
        pad(X, -1)
    with pytest.raises(ValueError, match="k must be at most"):
        conv2d(X, draw(6, 2))
