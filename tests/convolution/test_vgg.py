"""VGG against its published counts, and the formulas of its page."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.convolution.lenet import Row, summary
from d2lcode.convolution.vgg import VGG, he_, vgg, vgg_block


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def rows(depth: int) -> list[Row]:
    with torch.device("meta"):
        return summary(vgg(VGG[depth]), torch.empty(1, 3, 224, 224))


def count(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


# The oracle


def by_hand(net: nn.Sequential, x: Tensor, counts: tuple[int, ...]) -> Tensor:
    """The network with functions; `counts` convolutions in its blocks."""
    p = iter(net.parameters())
    for n in counts:
        for _ in range(n):
            x = F.relu(F.conv2d(x, next(p), next(p), padding=1))
        x = F.max_pool2d(x, 2)
    x = x.flatten(1)
    for _ in range(2):
        x = F.relu(F.linear(x, next(p), next(p)))
    return F.linear(x, next(p), next(p))


def test_forward_and_backward_are_those_of_the_plan():
    torch.manual_seed(0)
    arch = ((2, 3), (1, 4), (3, 2))
    net = vgg(arch, C_in=2, side=18, H=5, classes=3).double().eval()
    x, weight, parameters = draw(2, 2, 18, 18), draw(2, 3), [*net.parameters()]
    ours, theirs = net(x), by_hand(net, x, (2, 1, 3))
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        torch.autograd.grad((weight * ours).sum(), parameters),
        torch.autograd.grad((weight * theirs).sum(), parameters),
    )


@pytest.mark.parametrize(
    "depth, total",
    [(11, 132_863_336), (13, 133_047_848), (16, 138_357_544),
     (19, 143_667_240)],
)  # fmt: skip
def test_published_counts(depth, total):
    found = rows(depth)
    assert sum(row.parameters for row in found) == total
    weighted = [row for row in found if row.parameters]
    assert len(weighted) == depth
    assert [row.shape for row in found if row.name == "MaxPool2d"] == [
        (64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14),
        (512, 7, 7),
    ]  # fmt: skip
    assert [row.shape for row in weighted[-3:]] == [(4096,), (4096,), (1000,)]


def test_dropout_stands_behind_the_two_hidden_layers():
    net = vgg(((1, 2),), side=4, H=3, classes=2, dropout=0.25)
    kinds = [type(m).__name__ for m in net[4:]]
    assert kinds == ["Linear", "ReLU", "Dropout"] * 2 + ["Linear"]
    assert [m.p for m in net if isinstance(m, nn.Dropout)] == [0.25, 0.25]


def test_blocks_of_larger_kernels_keep_the_side():
    block = vgg_block(3, 2, 4, k=5)
    assert block(torch.zeros(1, 2, 9, 6)).shape == (1, 4, 4, 3)
    sides = [m.kernel_size for m in block if isinstance(m, nn.Conv2d)]
    assert sides == [(5, 5)] * 3
    net = vgg(((1, 2),), C_in=1, side=6, H=3, classes=2, k=5)
    assert net[0].kernel_size == (5, 5)


# The equations of the page


@pytest.mark.equation("eq:vgg-field")
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_field(n):
    layers = [nn.Conv2d(1, 1, 3, bias=False).double() for _ in range(n)]
    for layer in layers:
        nn.init.ones_(layer.weight)
    x = torch.zeros(1, 1, 13, 13, dtype=torch.float64, requires_grad=True)
    out = nn.Sequential(*layers)(x)
    middle = out.shape[-1] // 2
    (gradient,) = torch.autograd.grad(out[0, 0, middle, middle], x)
    side = math.isqrt(int((gradient != 0).sum()))
    formula("eq:vgg-field").check({"r": side, "n": n})


@pytest.mark.equation("eq:vgg-ratio")
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_weights_of_a_stack_against_one_kernel(n):
    C = 4
    small = [nn.Conv2d(C, C, 3, bias=False) for _ in range(n)]
    large = nn.Conv2d(C, C, 2 * n + 1, bias=False)
    ratio = sum(count(layer) for layer in small) / count(large)
    formula("eq:vgg-ratio").check({"q": ratio, "n": n, "C": C})


@pytest.mark.equation("eq:vgg-block")
@pytest.mark.parametrize(
    "n, C_in, C_out", [(1, 3, 5), (2, 64, 128), (4, 5, 2)]
)
def test_parameters_of_a_block(n, C_in, C_out):
    formula("eq:vgg-block").check(
        {
            "P": count(vgg_block(n, C_in, C_out)),
            "n": n,
            r"C_{\text{in}}": C_in,
            r"C_{\text{out}}": C_out,
        }
    )


def work(n: int, C: int, side: int) -> int:
    """Multiply-adds of n layers of C channels on maps of this side."""
    with torch.device("meta"):
        layers = [nn.Conv2d(C, C, 3, padding=1) for _ in range(n)]
        found = summary(nn.Sequential(*layers), torch.empty(1, C, side, side))
    return sum(row.multiply_adds for row in found)


@pytest.mark.equation("eq:vgg-halve")
@pytest.mark.parametrize("N, C", [(8, 3), (224, 64)])
def test_half_the_side_and_twice_the_channels_cost_the_same(N, C):
    assert work(1, C, N) == work(1, 2 * C, N // 2)
    formula("eq:vgg-halve").check({"M": work(1, C, N), "N": N, "C": C})


@pytest.mark.equation("eq:vgg-width")
@pytest.mark.parametrize("n, C", [(4, 6), (9, 12), (1, 5)])
def test_deep_and_narrow_cost_as_much_as_wide(n, C):
    narrow = C / math.sqrt(n)
    formula("eq:vgg-width").check({"C_n": narrow, "C": C, "n": n})
    assert work(n, int(narrow), 6) == work(1, C, 6)


@pytest.mark.equation("eq:vgg-first")
def test_the_first_linear_layer_of_vgg_16():
    linear = [row for row in rows(16) if row.name == "Linear"]
    formula("eq:vgg-first").check({"P_1": linear[0].parameters})


def fading(v: float, L: int, factor: float | None) -> tuple[float, float]:
    """Mean square difference of two images, before and after L layers.

    Averaged over many networks with weights of variance v / fan-in; the
    second image is `factor` times the first, or another.
    """
    torch.manual_seed(0)
    x = draw(2, 12)
    if factor is not None:
        x[1] = factor * x[0]
    h = x.expand(6_000, 2, 12)
    for _ in range(L):
        b = draw(len(h), 1, 12) if factor is None else 0.0
        h = F.relu(h @ draw(len(h), 12, 12) * math.sqrt(v / 12) + b)
    before, after = ((s[..., 0, :] - s[..., 1, :]).square() for s in (x, h))
    return float(before.mean()), float(after.mean())


@pytest.mark.equation("eq:vgg-fade")
@pytest.mark.parametrize("v", [1 / 3, 2.0])
@pytest.mark.parametrize("L", [1, 2])
def test_differences_shrink_at_least_as_fast(v, L):
    before, after = fading(v, L, None)
    known = {"D_0": before, "v": v, "L": L}
    formula("eq:vgg-fade").check(known | {"D_L": after})
    before, after = fading(v, L, 3.0)  # here the bound is reached
    bound = (v / 2) ** L * before
    assert after == pytest.approx(bound, rel=0.05)
    known["D_0"] = before
    formula("eq:vgg-fade").check(known | {"D_L": 0.99 * bound})
    formula("eq:vgg-fade").refuse(known | {"D_L": 1.02 * bound})


def test_default_weights_have_a_third():
    torch.manual_seed(0)
    layer = nn.Conv2d(16, 64, 3)
    variance = float(layer.weight.detach().var()) * 9 * 16
    assert variance == pytest.approx(1 / 3, rel=0.05)


# He's weights


def test_he_sets_all_layers_with_weights():
    net = nn.Sequential(vgg_block(2, 2, 16), nn.Flatten(), nn.Linear(64, 80))
    torch.manual_seed(0)
    assert he_(net) is net
    for p in net.parameters():
        assert p.requires_grad
        if p.ndim == 1:
            assert not p.any()
        else:
            variance = float(p.detach().square().mean()) * p[0].numel()
            assert variance == pytest.approx(2, rel=0.2)


def test_he_leaves_other_layers_and_takes_layers_without_bias():
    net = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.BatchNorm2d(2))
    nn.init.constant_(net[1].bias, 3.0)
    old = net[0].weight.clone()
    he_(net)
    assert (net[1].bias == 3).all() and (net[0].weight != old).all()


# What the chapter says


def test_numbers_of_the_page():
    assert 7 * 7 * 512 * 4096 == 102_760_448
    assert count(vgg_block(2, 64, 128)) == 221_440
    found = rows(16)
    total = sum(row.parameters for row in found)
    linear = [row.parameters for row in found if row.name == "Linear"]
    assert sum(linear) == 123_642_856
    assert 0.74 < linear[0] / total < 0.745
    assert 0.89 < sum(linear) / total < 0.9


# Errors


@pytest.mark.parametrize("name", ["n", "C_in", "C_out", "k"])
def test_sizes_of_a_block_must_be_positive(name):
    sizes = {"n": 1, "C_in": 2, "C_out": 3, "k": 3} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        vgg_block(**sizes)


def test_even_kernels_do_not_keep_the_side():
    with pytest.raises(ValueError, match="k must be odd, got 4"):
        vgg_block(1, 2, 3, k=4)
    with pytest.raises(ValueError, match="k must be odd, got 4"):
        vgg(((1, 2),), k=4)


@pytest.mark.parametrize("name", ["C_in", "side", "H", "classes"])
def test_sizes_of_a_network_must_be_positive(name):
    sizes = {"C_in": 1, "side": 8, "H": 2, "classes": 2} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        vgg(((1, 2),), **sizes)


def test_arch_must_fit_the_image():
    with pytest.raises(ValueError, match="arch must have at least one block"):
        vgg(())
    message = "side must be at least 8 for 3 blocks, got 7"
    with pytest.raises(ValueError, match=message):
        vgg(((1, 2),) * 3, side=7)
    assert vgg(((1, 2),) * 3, side=8)[10].in_features == 2
