"""LeNet against a network written out, counts, and the page's formulas."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from book.formula.values import Random
from d2lcode.convolution.lenet import LeNet, summary


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def by_hand(model: LeNet, x: Tensor, activation, pool) -> Tensor:
    """The network with functions, in the order of the paper."""
    p = list(model.parameters())
    x = pool(activation(F.conv2d(x, p[0], p[1], padding=2)), 2)
    x = pool(activation(F.conv2d(x, p[2], p[3])), 2)
    x = x.reshape(len(x), -1)
    for i in (4, 6):
        x = activation(x @ p[i].T + p[i + 1])
    return x @ p[8].T + p[9]


# The oracle


@settings(max_examples=8, deadline=None)
@given(size=st.integers(12, 33), B=st.integers(1, 3), seed=st.integers(0, 99))
def test_forward_and_backward_are_those_of_the_plan(size, B, seed):
    torch.manual_seed(seed)
    for kind, pooling, activation, pool in (
        (nn.Sigmoid, nn.AvgPool2d, torch.sigmoid, F.avg_pool2d),
        (nn.Tanh, nn.MaxPool2d, torch.tanh, F.max_pool2d),
    ):
        model = LeNet(size, kind, pooling).double()
        x = draw(B, 1, size, size).requires_grad_()
        ours, theirs = model(x), by_hand(model, x, activation, pool)
        assert ours.shape == (B, 10)
        torch.testing.assert_close(ours, theirs)
        weight = draw(B, 10)
        inputs = [x, *model.parameters()]
        torch.testing.assert_close(
            torch.autograd.grad((weight * ours).sum(), inputs),
            torch.autograd.grad((weight * theirs).sum(), inputs),
        )


def test_published_shapes_and_count():
    rows = summary(LeNet().layers, torch.zeros(1, 1, 28, 28))
    assert [row.shape for row in rows] == [
        (6, 28, 28), (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 10, 10),
        (16, 5, 5), (400,), (120,), (120,), (84,), (84,), (10,),
    ]  # fmt: skip
    assert sum(row.parameters for row in rows) == 61_706
    assert sum(row.multiply_adds for row in rows) == 416_520
    assert [row.name for row in rows[:3]] == ["Conv2d", "Sigmoid", "AvgPool2d"]


# The equations of the page


@pytest.mark.equation("eq:lenet-stage")
@pytest.mark.parametrize(
    "n, p, k", [(28, 2, 5), (14, 0, 5), (16, 2, 5), (9, 0, 4), (11, 1, 3)]
)
def test_side_after_a_stage(n, p, k):
    stage = nn.Sequential(nn.Conv2d(1, 1, k, padding=p), nn.AvgPool2d(2))
    m = stage(torch.zeros(1, 1, n, n)).shape[-1]
    formula("eq:lenet-stage").check({"m": m, "n": n, "p": p, "k": k})


@pytest.mark.equation("eq:lenet-parameters")
@pytest.mark.equation("eq:lenet-work")
@pytest.mark.parametrize(
    "k, C_in, C_out, N, D, H", [(5, 1, 6, 28, 400, 120), (3, 4, 7, 5, 11, 2)]
)
def test_parameters_and_work(k, C_in, C_out, N, D, H):
    conv, linear = nn.Conv2d(C_in, C_out, k), nn.Linear(D, H)
    side = N + k - 1
    (first,) = summary(nn.Sequential(conv), torch.zeros(1, C_in, side, side))
    (second,) = summary(nn.Sequential(linear), torch.zeros(1, D))
    sizes = {
        "k": k, r"C_{\text{in}}": C_in, r"C_{\text{out}}": C_out, "D": D,
        "H": H,
    }  # fmt: skip
    formula("eq:lenet-parameters").check(
        {
            r"P_{\text{conv}}": first.parameters,
            r"P_{\text{linear}}": second.parameters,
        }
        | sizes
    )
    products = sum(
        conv.weight[0].numel() for _ in range(N * N) for _ in range(C_out)
    )
    assert first.multiply_adds == products
    formula("eq:lenet-work").check(
        {
            "N": N,
            r"M_{\text{conv}}": first.multiply_adds,
            r"M_{\text{linear}}": second.multiply_adds,
        }
        | sizes
    )


@pytest.mark.equation("eq:lenet-total")
def test_total():
    P = sum(p.numel() for p in LeNet().parameters())
    formula("eq:lenet-total").check({"P": P})


@pytest.mark.equation("eq:lenet-squash")
def test_sigmoid_shrinks_differences():
    formula("eq:lenet-squash").refuse(  # a function a little too steep
        {r"\sigma": lambda x: 0.26 * x, "a": 1.0, "b": 0.0}
    )
    a, b = draw(20) * 3, draw(20) * 3
    a[:2] = torch.tensor([1e-3, -0.5])
    b[:2] = torch.tensor([-1e-3, 0.5])
    for one, other in zip(a.tolist(), b.tolist(), strict=True):
        formula("eq:lenet-squash").check(
            {
                r"\sigma": lambda x: 1 / (1 + math.exp(-x)),
                "a": one,
                "b": other,
            }
        )


def weights(n: int) -> list[Tensor]:
    """All signs of n weights whose variance is that of nn.Linear."""
    size = math.sqrt(1 / (3 * n))
    return [
        torch.tensor(signs, dtype=torch.float64) * size
        for signs in itertools.product([-1.0, 1.0], repeat=n)
    ]


@pytest.mark.equation("eq:lenet-weights")
@pytest.mark.equation("eq:lenet-fade")
@pytest.mark.parametrize("n", [1, 2, 5])
def test_differences_fade(n):
    torch.manual_seed(n)
    W = weights(n)
    chances = np.full(len(W), 1 / len(W))
    for scale in (0.01, 1.0, 3.0):
        x, other = draw(n) * scale, draw(n) * scale
        z = [(w @ x).item() for w in W]
        z_other = [(w @ other).item() for w in W]
        common = {"x": x, "x'": other, "n": n, r"\E": chances}
        formula("eq:lenet-weights").check(
            common
            | {
                "w": Random(W),
                "z": Random(z),
                "z'": Random(z_other),
            }
        )
        formula("eq:lenet-fade").check(
            common
            | {
                "h": Random([1 / (1 + math.exp(-v)) for v in z]),
                "h'": Random([1 / (1 + math.exp(-v)) for v in z_other]),
            }
        )
    gap = math.sqrt(1.02 / 48)  # a little above the bound
    formula("eq:lenet-fade").refuse(
        {
            "x": torch.tensor([1.0, 0.5]),
            "x'": torch.tensor([0.0, -0.5]),
            "n": 2,
            r"\E": np.array([0.5, 0.5]),
            "h": Random([0.5, 0.5 - gap]),
            "h'": Random([0.5 + gap, 0.5]),
        }
    )


@pytest.mark.parametrize(
    "layer, n", [(nn.Linear(50, 900), 50), (nn.Conv2d(4, 900, 3), 36)]
)
def test_weights_of_new_layers_have_this_variance(layer, n):
    torch.manual_seed(0)
    layer.reset_parameters()
    assert layer.weight.abs().max().item() <= 1 / math.sqrt(n)
    variance = layer.weight.var().item()
    assert variance == pytest.approx(1 / (3 * n), rel=0.03)


# What the chapter claims


def test_two_sigmoid_layers_lose_what_the_bound_says():
    """Fully connected layers, many weights: the mean square difference."""
    torch.manual_seed(0)
    x = draw(2, 300)
    for _ in range(3):
        layer = nn.Linear(x.shape[1], 2000).double()
        h = torch.sigmoid(layer(x))
        before = (x[0] - x[1]).square().mean().item()
        after = (h[0] - h[1]).square().mean().item()
        assert after <= before / 48
        assert after > before / 80
        x = h.detach()


def test_check_yourself_larger_weights():
    """Weights of variance 1/n: near 0 a sigmoid layer divides by 4."""
    torch.manual_seed(0)
    W, x = draw(400, 4000) / 20, draw(2, 400) * 0.01
    h = torch.sigmoid(x @ W)
    factor = (x[0] - x[1]).norm() / 20 / ((h[0] - h[1]).norm() / 4000**0.5)
    assert factor.item() == pytest.approx(4, rel=0.03)


def test_numbers_of_the_page():
    small = LeNet(16)
    rows = summary(small.layers, torch.zeros(1, 1, 16, 16))
    assert sum(row.multiply_adds for row in rows) == 95_400
    assert sum(p.numel() for p in small.parameters()) == 21_386
    perceptron = [nn.Linear(256, 360), nn.Linear(360, 10)]
    assert sum(layer.weight.numel() for layer in perceptron) == 95_760
    count = sum(p.numel() for m in perceptron for p in m.parameters())
    assert count == 96_130
    assert 48**2 > 2000  # four layers, square root of 48 each
    sigmoid = torch.sigmoid(torch.tensor([0.0, 1.0]))
    assert sigmoid.tolist() == pytest.approx([0.5, 0.73], abs=0.005)


def test_check_yourself_a_larger_image():
    grown, usual = LeNet(32).layers, LeNet(28).layers
    more = [
        i for i in range(len(usual))
        if sum(p.numel() for p in grown[i].parameters())
        > sum(p.numel() for p in usual[i].parameters())
    ]  # fmt: skip
    assert more == [7]
    assert grown[7].in_features == 576


def test_exercises_by_hand():
    layers = LeNet(32).layers
    layers[0] = nn.Conv2d(3, 6, 5, padding=2)
    rows = summary(layers, torch.zeros(1, 3, 32, 32))
    counts = [row.parameters for row in rows if row.parameters]
    assert counts == [456, 2_416, 69_240, 10_164, 850]
    assert sum(counts) == 83_126
    layers = LeNet().layers
    layers[5], layers[7] = nn.Identity(), nn.Linear(1600, 120)
    rows = summary(layers, torch.zeros(1, 1, 28, 28))
    assert rows[7].parameters == 192_120
    assert sum(row.parameters for row in rows) == 205_706


def test_state_dict_half_precision_and_meta():
    model, other = LeNet(16), LeNet(16)
    other.load_state_dict(model.state_dict())
    x = torch.randn(2, 1, 16, 16)
    assert torch.equal(model(x), other(x))
    assert model.bfloat16()(x.bfloat16()).dtype == torch.bfloat16
    with torch.device("meta"):
        rows = summary(LeNet().layers, torch.zeros(1, 1, 28, 28))
    assert rows[-1].shape == (10,)


# Errors


def test_too_small():
    with pytest.raises(ValueError, match="size must be at least 12, got 11"):
        LeNet(11)
    assert LeNet(12)(torch.zeros(1, 1, 12, 12)).shape == (1, 10)


@pytest.mark.parametrize(
    "shape", [(1, 28, 28), (2, 3, 28, 28), (2, 1, 32, 32), (2, 1, 28, 27)]
)
def test_images_of_another_shape(shape):
    message = r"x must be \(B, 1, 28, 28\), got \("
    with pytest.raises(ValueError, match=message):
        LeNet()(torch.zeros(shape))
