"""Pooling against PyTorch and the page's formulas."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import entries, formula
from d2lcode.convolution.pooling import pool2d, smooth_pool2d, windows

SIZES = st.tuples(
    st.integers(1, 9),  # h
    st.integers(1, 9),  # w
    st.integers(1, 4),  # k
    st.integers(1, 4),  # stride
    st.integers(0, 2),  # padding
)


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


# The oracle


@settings(max_examples=25, deadline=None)
@given(SIZES, st.sampled_from(["max", "mean"]))
def test_forward_and_backward_are_those_of_torch(sizes, mode):
    h, w, k, stride, padding = sizes
    padding = min(padding, k // 2)
    h, w = max(h, k - 2 * padding), max(w, k - 2 * padding)
    x = draw(2, 3, h, w).requires_grad_()
    ours = pool2d(x, k, stride, padding, mode)
    if mode == "max":
        theirs = F.max_pool2d(x, k, stride, padding)
    else:
        theirs = F.avg_pool2d(x, k, stride, padding, count_include_pad=False)
    torch.testing.assert_close(ours, theirs)
    g = draw(*ours.shape)
    (gradient,) = torch.autograd.grad((g * ours).sum(), x)
    (other,) = torch.autograd.grad((g * theirs).sum(), x)
    torch.testing.assert_close(gradient, other)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_smooth_pooling_is_made_of_both(k):
    x = draw(2, 3, 8, 12).abs()
    dense = F.max_pool2d(F.pad(x, (0, k - 1, 0, k - 1)), k, 1)
    torch.testing.assert_close(smooth_pool2d(x, k), F.avg_pool2d(dense, k))


def test_one_map_a_stack_and_half_precision():
    x = draw(5, 6)
    assert torch.equal(pool2d(x, 2, 2), pool2d(x[None, None], 2, 2)[0, 0])
    for mode in ("max", "mean"):
        y = pool2d(x.bfloat16(), 3, 2, 1, mode)
        assert y.dtype == torch.bfloat16 and y.isfinite().all()


# The equations of the page


@pytest.mark.equation("eq:pool-max")
@pytest.mark.equation("eq:pool-mean")
@pytest.mark.parametrize("k, s", [(2, 2), (3, 2), (2, 3), (1, 1)])
def test_pooling(k, s):
    X = draw(7, 8)
    for mode in ("max", "mean"):
        Y = pool2d(X, k, s, mode=mode)
        names = {
            "Y": Y,
            "X": X,
            "s": s,
            "k": k,
            "i": range(1, Y.shape[0] + 1),
            "j": range(1, Y.shape[1] + 1),
        }
        if mode == "max":
            names |= {"a": range(1, k + 1), "b": range(1, k + 1)}
        formula(f"eq:pool-{mode}").check(names)


@pytest.mark.equation("eq:pool-winner")
@pytest.mark.parametrize("seed", range(3))
def test_the_winner_gets_the_gradient(seed):
    torch.manual_seed(seed)
    x = draw(3, 3).requires_grad_()
    (gradient,) = torch.autograd.grad(pool2d(x, 3, 1).sum(), x)
    formula("eq:pool-winner").check(
        {
            r"\frac{\partial Y}{\partial x_l}": entries(
                "l", gradient.flatten()
            ),
            "x": x.detach().flatten(),
            "l": range(1, 10),
            "n": range(1, 10),
        }
    )
    (shared,) = torch.autograd.grad(pool2d(x, 3, 1, mode="mean").sum(), x)
    torch.testing.assert_close(shared, torch.full_like(x, 1 / 9))


@pytest.mark.equation("eq:pool-equivariance")
@pytest.mark.parametrize("k, s", [(2, 2), (3, 2), (2, 3)])
@pytest.mark.parametrize("mode", ["max", "mean"])
def test_a_shift_by_one_step_moves_the_output(k, s, mode):
    X = draw(6, 12)
    before = pool2d(X, k, s, mode=mode)
    after = pool2d(torch.cat([draw(6, s), X], dim=1), k, s, mode=mode)
    formula("eq:pool-equivariance").check(
        {
            r"\tilde Y": after,
            "Y": before,
            "i": range(1, before.shape[0] + 1),
            "j": range(2, before.shape[1] + 2),
        }
    )


@pytest.mark.equation("eq:pool-dense")
@pytest.mark.equation("eq:pool-smooth")
@pytest.mark.parametrize("k", [2, 3])
def test_smooth_pooling(k):
    X = draw(4 * k, 3 * k)
    M = pool2d(X, k, 1)
    cells = {"a": range(1, k + 1), "b": range(1, k + 1), "k": k}
    formula("eq:pool-dense").check(
        {
            "M": M,
            "X": X,
            "i": range(1, M.shape[0] + 1),
            "j": range(1, M.shape[1] + 1),
        }
        | cells
    )
    Y = smooth_pool2d(X, k)
    assert Y.shape == (4, 3)
    formula("eq:pool-smooth").check(
        {"Y": Y, "M": M, "k": k, "i": range(1, 4), "j": range(1, 3)}
    )
    # at the end, the maxima of the cells that there are
    torch.testing.assert_close(
        smooth_pool2d(X.abs(), k),
        F.avg_pool2d(
            F.max_pool2d(
                F.pad(X.abs(), (0, k - 1, 0, k - 1))[None], k, 1
            ), k
        )[0],
    )  # fmt: skip


@pytest.mark.equation("eq:pool-change")
def test_relative_change():
    y, moved = draw(7), draw(7)
    change = ((moved - y).pow(2).sum() / y.pow(2).sum()).sqrt()
    formula("eq:pool-change").check(
        {r"\delta": change, r"\tilde y": moved, "y": y}
    )


@pytest.mark.equation("eq:pool-counted")
@pytest.mark.parametrize("k, padding", [(3, 1), (4, 2)])
def test_padding_that_is_counted(k, padding):
    X = draw(6, 6)
    honest = pool2d(X, k, 2, padding, "mean")
    counted = F.avg_pool2d(X[None], k, 2, padding)[0]
    real = F.avg_pool2d(torch.ones(1, 6, 6), k, 2, padding)[0] * k**2
    for i, j in ((0, 0), (0, 1), (1, 1)):
        formula("eq:pool-counted").check(
            {
                r"\bar Y": counted[i, j],
                "Y": honest[i, j],
                "m": real[i, j],
                "k": k,
            }
        )


@pytest.mark.equation("eq:pool-leaves")
@pytest.mark.parametrize("k", [2, 4])
def test_how_often_a_shift_matters(k):
    n = 12
    for d in range(1, k + 1):
        changes = 0
        for column in range(n):
            x = torch.zeros(k, n + k)
            x[0, column] = 1
            same = torch.equal(
                pool2d(x, k, k), pool2d(x.roll(d, dims=1), k, k)
            )
            changes += not same
        formula("eq:pool-leaves").check({"P": changes / n, "d": d, "k": k})


# What the chapter claims


def test_the_drawings_by_hand():
    small = torch.tensor(
        [[1, 3, 0, 2], [2, 6, 1, 1], [4, 0, 5, 3], [0, 4, 7, 1]]
    ).double()
    assert pool2d(small, 2, 2).tolist() == [[6, 2], [4, 7]]
    assert pool2d(small, 2, 2, mode="mean").tolist() == [[3, 1], [2, 4]]
    for row, most in (("00110011", "0101"), ("10011001", "1111")):
        x = torch.tensor([[float(c) for c in row]] * 2)
        assert pool2d(x, 2, 2)[0].tolist() == [float(c) for c in most]
        assert smooth_pool2d(x, 2)[0].tolist() == [0.5, 1, 0.5, 1]


def test_check_yourself():
    row = torch.tensor([5.0, 0, 0, 0, 0, 0])
    pooled = [pool2d(row.roll(d).expand(3, 6), 3, 3)[0].tolist()
              for d in range(4)]  # fmt: skip
    assert pooled == [[5, 0], [5, 0], [5, 0], [0, 5]]
    t = torch.arange(64)
    wave = torch.cos(2 * torch.pi * t / 4)
    for start in range(4):
        assert wave[start::4].std() < 1e-4


def test_relu_and_maximum_change_places():
    x = draw(2, 3, 6, 6)
    assert torch.equal(
        torch.relu(pool2d(x, 2, 2)), pool2d(torch.relu(x), 2, 2)
    )


def test_exercise_one():
    x = torch.tensor([[2, 7, 1], [0, 3, 5], [4, 4, 8]]).double()
    x.requires_grad_()
    y = pool2d(x, 2, 1)
    assert y.tolist() == [[7, 7], [4, 8]]
    (g,) = torch.autograd.grad(y.sum(), x)
    assert g[0].tolist() == [0, 2, 0] and g[2, 2] == 1 and g.sum() == 4


def test_exercise_four():
    same = 0
    for i in range(4):
        for j in range(4):
            x = torch.zeros(8, 8)
            x[i, j] = 1
            later = x.roll((1, 1), dims=(0, 1))
            same += torch.equal(pool2d(x, 4, 4), pool2d(later, 4, 4))
    assert same == 9


def test_channels_must_come_first():
    assert nn.MaxPool2d(2)(torch.zeros(1, 6, 8, 3)).shape == (1, 6, 4, 1)


# Errors


@pytest.mark.parametrize("k", [0, 5])
def test_windows_must_fit(k):
    with pytest.raises(ValueError, match="k must be at least 1 and fit into"):
        windows(draw(2, 4, 7), k, 1)
    with pytest.raises(ValueError, match="k must be at least 1 and fit into"):
        windows(draw(7), 2, 1)


def test_a_stride_is_needed():
    with pytest.raises(ValueError, match="stride must be at least 1, got 0"):
        pool2d(draw(4, 4), 2, 0)


@pytest.mark.parametrize("padding", [-1, 2])
def test_padding_is_at_most_half(padding):
    with pytest.raises(ValueError, match=r"padding must be in 0 \.\. 1, half"):
        pool2d(draw(4, 4), 3, 1, padding)


def test_modes():
    with pytest.raises(ValueError, match="mode must be one of"):
        pool2d(draw(4, 4), 2, 2, mode="median")
