"""AlexNet against its published counts, crops, and the page's formulas."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.convolution.alexnet import alexnet, normalize, random_crops
from d2lcode.convolution.lenet import LeNet, Row, summary


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def rows(width: int = 64, classes: int = 1000) -> list[Row]:
    with torch.device("meta"):
        return summary(alexnet(width, classes), torch.empty(1, 3, 224, 224))


def by_hand(net: nn.Sequential, x: Tensor) -> Tensor:
    """The network with functions, in the order of the paper."""
    p = list(net.parameters())
    x = F.max_pool2d(F.relu(F.conv2d(x, p[0], p[1], 4, 2)), 3, 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p[2], p[3], 1, 2)), 3, 2)
    for i in (4, 6, 8):
        x = F.relu(F.conv2d(x, p[i], p[i + 1], 1, 1))
    x = F.max_pool2d(x, 3, 2).flatten(1)
    for i in (10, 12):
        x = F.relu(x @ p[i].T + p[i + 1])
    return x @ p[14].T + p[15]


# The oracle


def test_forward_and_backward_are_those_of_the_plan():
    torch.manual_seed(0)
    net, x = alexnet(2, 5).double().eval(), draw(2, 3, 224, 224)
    ours, theirs = net(x), by_hand(net, x)
    torch.testing.assert_close(ours, theirs)
    weight, parameters = draw(2, 5), list(net.parameters())
    torch.testing.assert_close(
        torch.autograd.grad((weight * ours).sum(), parameters),
        torch.autograd.grad((weight * theirs).sum(), parameters),
    )


def test_published_shapes_and_count():
    found = [row for row in rows() if row.parameters or "Max" in row.name]
    assert [row.shape for row in found] == [
        (64, 55, 55), (64, 27, 27), (192, 27, 27), (192, 13, 13),
        (384, 13, 13), (256, 13, 13), (256, 13, 13), (256, 6, 6), (4096,),
        (4096,), (1000,),
    ]  # fmt: skip
    assert sum(row.parameters for row in rows()) == 61_100_840
    assert sum(row.multiply_adds for row in rows()) == 714_188_480
    ratio = 61_100_840 / 61_706
    assert 900 < ratio < 1100


def test_dropout_stands_before_the_first_two_linear_layers():
    net = alexnet(1, 2)
    places = [i for i, m in enumerate(net) if isinstance(m, nn.Dropout)]
    assert [net[i].p for i in places] == [0.5, 0.5]
    linear = [i for i, m in enumerate(net) if isinstance(m, nn.Linear)]
    assert [i + 1 for i in places] == linear[:2]


# The equations of the page


@pytest.mark.equation("eq:alexnet-side")
@pytest.mark.parametrize(
    "n, k, p, s", [(224, 11, 2, 4), (55, 3, 0, 2), (227, 11, 0, 4),
                   (13, 3, 1, 1), (9, 2, 3, 5)]
)  # fmt: skip
def test_side(n, k, p, s):
    layer = nn.Conv2d(1, 1, k, stride=s, padding=p)
    N = layer(torch.zeros(1, 1, n, n)).shape[-1]
    formula("eq:alexnet-side").check({"N": N, "n": n, "k": k, "p": p, "s": s})


@pytest.mark.equation("eq:alexnet-parameters")
@pytest.mark.parametrize("w, c", [(64, 1000), (32, 10), (1, 2), (16, 10)])
def test_parameters(w, c):
    P = sum(row.parameters for row in rows(w, c))
    formula("eq:alexnet-parameters").check({"P": P, "w": w, "c": c})


@pytest.mark.equation("eq:alexnet-groups")
@pytest.mark.parametrize(
    "k, C_in, C_out, g", [(5, 96, 256, 2), (3, 12, 8, 4), (3, 5, 7, 1)]
)
def test_groups(k, C_in, C_out, g):
    layer = nn.Conv2d(C_in, C_out, k, groups=g)
    formula("eq:alexnet-groups").check(
        {
            r"P_{\text{conv}}": sum(p.numel() for p in layer.parameters()),
            r"C_{\text{in}}": C_in,
            r"C_{\text{out}}": C_out,
            "k": k,
            "g": g,
        }
    )


@pytest.mark.equation("eq:alexnet-crops")
@pytest.mark.parametrize("m, n", [(8, 5), (6, 6), (5, 2)])
def test_number_of_variants(m, n):
    image = torch.arange(m * m).reshape(m, m)
    seen = set()
    for i in range(m - n + 1):
        for j in range(m - n + 1):
            window = image[i : i + n, j : j + n]
            seen.add(tuple(window.flatten().tolist()))
            seen.add(tuple(window.flip(1).flatten().tolist()))
    formula("eq:alexnet-crops").check({"V": len(seen), "m": m, "n": n})


@pytest.mark.equation("eq:alexnet-normalize")
def test_normalized():
    train, x = draw(20, 3, 4, 5) * 3 + 7, draw(2, 3, 4, 5)
    ours, each = normalize(x, train), train.transpose(0, 1).flatten(1)
    for channel in range(3):
        formula("eq:alexnet-normalize").check(
            {
                r"\tilde X": ours[:, channel].flatten(),
                "X": x[:, channel].flatten(),
                r"\mu": each[channel].mean(),
                r"\sigma": np.std(each[channel].numpy()),
            }
        )
    own = normalize(train, train).transpose(0, 1).flatten(1)
    torch.testing.assert_close(own.mean(dim=1), torch.zeros(3).double())
    torch.testing.assert_close(
        own.square().mean(dim=1), torch.ones(3).double()
    )


@pytest.mark.equation("eq:alexnet-scale")
@pytest.mark.parametrize("alpha", [0.3, 255.0])
def test_networks_without_biases_are_homogeneous(alpha):
    model = LeNet(12, nn.ReLU, nn.MaxPool2d).double()
    with torch.no_grad():
        for p in model.parameters():
            if p.ndim == 1:
                p.zero_()
    formula("eq:alexnet-scale").check(
        {
            "f": lambda v: model(torch.as_tensor(v).view(1, 1, 12, 12))[0],
            "x": draw(144),
            r"\alpha": alpha,
        }
    )


# Crops


@settings(max_examples=10, deadline=None)
@given(
    B=st.integers(1, 3), C=st.integers(1, 2), h=st.integers(1, 5),
    w=st.integers(1, 5), pad=st.integers(0, 3), seed=st.integers(0, 99),
)  # fmt: skip
def test_crops_are_windows_of_the_padded_image(B, C, h, w, pad, seed):
    torch.manual_seed(seed)
    x = draw(B, C, h, w)
    ours, padded = random_crops(x, pad), F.pad(x, (pad,) * 4)
    assert ours.shape == x.shape
    for image, crop in zip(padded, ours, strict=True):
        windows = image.unfold(1, h, 1).unfold(2, w, 1)
        same = (windows.movedim((1, 2), (0, 1)) == crop).all(-1).all(-1)
        assert same.all(-1).any()


def test_every_place_is_as_likely_and_images_do_not_share_one():
    torch.manual_seed(0)
    x = torch.zeros(5000, 1, 5, 5)
    x[:, 0, 2, 2] = 1
    found = random_crops(x, 2)
    assert (found.flatten(1).sum(1) == 1).all()
    share = found.mean(dim=(0, 1))  # (5, 5)
    torch.testing.assert_close(
        share, torch.full((5, 5), 0.04), rtol=0, atol=0.012
    )
    assert torch.equal(random_crops(x, 0), x)


# What the chapter says


def test_counts_of_the_page():
    square = [25 * 3, 9 * 18, 9 * 24, 9 * 16, 36 * 4 * 64, 64 * 64]
    assert sum(square) == 13_909 and sum(square[4:]) == 13_312
    assert 2 * 33**2 == 2178 and 2 * 32**2 == 2048
    assert math.floor((224 + 4 - 11) / 4) + 1 == 55
    whole, cut = (nn.Conv2d(96, 256, 5, groups=g) for g in (1, 2))
    saved = [sum(p.numel() for p in m.parameters()) for m in (whole, cut)]
    assert saved[0] - saved[1] == 307_200 and saved[1] == 307_456
    assert sum(row.parameters for row in rows(32, 10)) == 14_279_594
    assert round(61_100_840 * 4 / 1e6) == 244


def test_the_network_of_2012():
    layers = [
        nn.Conv2d(3, 96, 11), nn.Conv2d(96, 256, 5, groups=2),
        nn.Conv2d(256, 384, 3), nn.Conv2d(384, 384, 3, groups=2),
        nn.Conv2d(384, 256, 3, groups=2),
    ]  # fmt: skip
    convolutions = sum(p.numel() for m in layers for p in m.parameters())
    linear = sum(row.parameters for row in rows() if row.name == "Linear")
    assert convolutions + linear == 60_965_224


# Errors


@pytest.mark.parametrize("width, classes", [(0, 10), (4, 0)])
def test_sizes_must_be_positive(width, classes):
    message = f"at least 1, got {width} and {classes}"
    with pytest.raises(ValueError, match=message):
        alexnet(width, classes)


def test_one_class_and_one_channel_are_enough():
    assert [row.shape for row in rows(1, 1)][-1] == (1,)


def test_crops_of_bad_input():
    with pytest.raises(ValueError, match=r"x must be \(B, C, h, w\), got"):
        random_crops(draw(3, 4, 4), 1)
    with pytest.raises(ValueError, match="pad must be at least 0, got -1"):
        random_crops(draw(1, 3, 4, 4), -1)


def test_normalize_of_bad_input():
    message = r"x and train must be \(B, C, h, w\) with the same C, got"
    with pytest.raises(ValueError, match=message):
        normalize(draw(1, 2, 4, 4), draw(5, 3, 4, 4))
    with pytest.raises(ValueError, match=message):
        normalize(draw(2, 4, 4), draw(5, 2, 4, 4))
    with pytest.raises(ValueError, match="train must vary in every channel"):
        normalize(draw(1, 2, 4, 4), torch.ones(5, 2, 4, 4))
