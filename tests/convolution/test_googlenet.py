"""GoogLeNet against its published shapes and counts, and the page."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.convolution.channels import measured_cost
from d2lcode.convolution.googlenet import (
    TABLE,
    Inception,
    googlenet,
    inception_cost,
    small_googlenet,
)

NAMES = ("C", "c_1", "r_3", "c_3", "r_5", "c_5", "c_p")
FIRST = (192, 64, 96, 128, 16, 32, 32)
SIZES = [FIRST, (5, 1, 2, 3, 4, 5, 6), (2, 3, 5, 4, 1, 2, 7), (1,) * 7]
PLAIN = [
    (192, 64, 0, 128, 0, 32, 0),
    (5, 1, 0, 3, 0, 5, 0),
    (1, 1, 0, 1, 0, 1, 0),
]


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def count(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def cost(*sizes: int) -> tuple[int, int]:
    """The cost of a module of these sizes, the last one its places."""
    return inception_cost(*sizes)


def bound(sizes: tuple[int, ...], *names: str) -> dict[str, int]:
    """The page's names for some of a module's widths."""
    every = dict(zip(NAMES, sizes, strict=True))
    return {name: every[name] for name in names}


def full(C_in: int = 3, classes: int = 1000) -> nn.Sequential:
    with torch.device("meta"):
        return googlenet(C_in, classes).eval()


def by_hand(module: Inception, x: Tensor) -> Tensor:
    """The four branches with functions, one after the other."""

    def layer(x: Tensor, conv: nn.Module) -> Tensor:
        assert isinstance(conv, nn.Conv2d)
        k = conv.weight.shape[-1]
        return F.conv2d(x, conv.weight, conv.bias, padding=k // 2).clamp(0)

    out = []
    for branch in (module.one, module.three, module.five, module.pool):
        y = x
        if branch is module.pool:
            padded = F.pad(x, (1, 1, 1, 1), value=-float("inf"))
            y = padded.unfold(2, 3, 1).unfold(3, 3, 1).amax((-2, -1))
        for part in branch.modules():
            if isinstance(part, nn.Conv2d):
                y = layer(y, part)
        out.append(y)
    B, _, h, w = x.shape
    result = torch.zeros(B, sum(y.shape[1] for y in out), h, w).double()
    place = 0
    for y in out:
        result[:, place : place + y.shape[1]] = y
        place += y.shape[1]
    return result


# The oracle


@settings(max_examples=8, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(1, 3)] * 3, *[st.integers(0, 3)] * 3,
                    st.integers(1, 3)),
    B=st.integers(1, 2), h=st.integers(1, 6), w=st.integers(1, 6),
)  # fmt: skip
def test_module_is_its_branches(sizes, B, h, w):
    C, c1, c3, r3, r5, cp, c5 = sizes
    torch.manual_seed(0)
    module, x = Inception(C, c1, r3, c3, r5, c5, cp).double(), draw(B, C, h, w)
    x.requires_grad_()
    ours, theirs = module(x), by_hand(module, x)
    assert ours.shape == (B, c1 + c3 + c5 + (cp or C), h, w)
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    leaves = [x, *module.parameters()]
    torch.testing.assert_close(
        torch.autograd.grad((weight * ours).sum(), leaves),
        torch.autograd.grad((weight * theirs).sum(), leaves),
    )


def test_published_shapes():
    with torch.device("meta"):
        net, x = full(), torch.empty(1, 3, 224, 224)
    shapes = []
    for layer in net:
        x = layer(x)
        if isinstance(layer, (Inception, nn.MaxPool2d, nn.Linear, nn.Conv2d)):
            shapes.append(tuple(x.shape[1:]))
    assert shapes == [
        (64, 112, 112), (64, 56, 56), (192, 28, 28), (256, 28, 28),
        (480, 28, 28), (480, 14, 14), (512, 14, 14), (512, 14, 14),
        (512, 14, 14), (528, 14, 14), (832, 14, 14), (832, 7, 7),
        (832, 7, 7), (1024, 7, 7), (1000,),
    ]  # fmt: skip


def test_published_counts():
    net, C = full(), 192
    formula_total = 64 * (49 * 3 + 1) + 64 * 65 + 192 * (9 * 64 + 1)
    for widths in TABLE.values():
        formula_total += cost(C, *widths, 1)[0]
        C = sum(widths) - widths[1] - widths[3]
    assert formula_total + 1025 * 1000 == count(net) == 6_998_552
    # torchvision 0.25 documents 6,624,904 for its variant: 3 x 3 for
    # 5 x 5, and batch norm (2 numbers a channel) for biases
    convolutions = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    large = [m.weight[..., 0, 0] for m in convolutions
             if m.kernel_size == (5, 5)]  # fmt: skip
    assert len(large) == 9
    biases = sum(len(m.weight) for m in convolutions)
    saved = sum(16 * w.numel() for w in large)
    assert count(net) + biases - saved == 6_624_904


# The equations of the page


@pytest.mark.equation("eq:inception-concat")
def test_channels_at_a_place_follow_one_another():
    torch.manual_seed(0)
    module, x = Inception(3, 2, 1, 3, 2, 1, 2).double(), draw(2, 3, 4, 5)
    branches = {"y_1": module.one, "y_3": module.three, "y_5": module.five,
                "y_p": module.pool}  # fmt: skip
    for b, i, j in ((0, 0, 0), (1, 3, 2)):
        values = {name: branch(x)[b, :, i, j][None]
                  for name, branch in branches.items()}  # fmt: skip
        formula("eq:inception-concat").check(
            {"y": module(x)[b, :, i, j][None], **values}
        )


@pytest.mark.equation("eq:inception-channels")
@pytest.mark.parametrize("sizes", SIZES)
def test_channels(sizes):
    out = Inception(*sizes)(torch.zeros(1, sizes[0], 2, 2)).shape[1]
    formula("eq:inception-channels").check(
        {"C'": out, **bound(sizes, "c_1", "c_3", "c_5", "c_p")}
    )


@pytest.mark.equation("eq:inception-naive")
@pytest.mark.parametrize("sizes", PLAIN)
def test_work_without_bottlenecks(sizes):
    module = Inception(*sizes)
    counted = measured_cost(module, torch.zeros(1, sizes[0], 3, 4))
    work = sum(pair[1] for pair in counted)
    assert cost(*sizes, 12)[1] == work
    formula("eq:inception-naive").check(
        {"A": work, "N": 12, **bound(sizes, "C", "c_1", "c_3", "c_5")}
    )


@pytest.mark.equation("eq:inception-work")
@pytest.mark.parametrize("sizes", SIZES)
def test_work_with_bottlenecks(sizes):
    module = Inception(*sizes)
    counted = measured_cost(module, torch.zeros(1, sizes[0], 3, 4))
    work = sum(pair[1] for pair in counted)
    assert cost(*sizes, 12) == (count(module), work)
    formula("eq:inception-work").check(
        {"A": work, "N": 12, **bound(sizes, *NAMES)}
    )


@pytest.mark.equation("eq:inception-pays")
@pytest.mark.parametrize("C, c, k", [(192, 32, 5), (4, 8, 3), (64, 2, 7)])
def test_where_a_bottleneck_pays(C, c, k):
    plain = nn.Conv2d(C, c, k).weight.numel()
    cheaper = [
        r for r in range(1, C + 1)
        if nn.Conv2d(C, r, 1).weight.numel()
        + nn.Conv2d(r, c, k).weight.numel() < plain
    ]  # fmt: skip
    slope = C + k * k * c  # the work of a bottleneck of width r is r slope
    formula("eq:inception-pays").check(
        {"r^*": plain / slope, "C": C, "c": c, "k": k}
    )
    assert max(cheaper) == (plain - 1) // slope


# What the chapter says


def test_counts_of_the_page():
    assert cost(*FIRST, 784) == (163_696, 128_049_152)
    plain = inception_cost(192, 64, 0, 128, 0, 32, 0, 784)
    assert plain == (387_296, 303_464_448)
    assert inception_cost(2, 1, 0, 1, 0, 1, 0, 1)[1] == 70
    assert inception_cost(2, 1, 1, 1, 1, 1, 1, 1)[1] == 42
    asked = Inception(100, 20, 10, 30, 5, 10, 15)  # the first question
    assert asked(torch.zeros(1, 100, 14, 14)).shape == (1, 75, 14, 14)


def test_without_bottlenecks_the_nine_layers_cost_ten_times_as_much():
    C, grown, built, naive = 192, 192, 0, 0
    for name, widths in TABLE.items():
        c1, _, c3, _, c5, cp = widths
        places = (28, 14, 7)[int(name[0]) - 3] ** 2
        built += cost(C, *widths, places)[1]
        naive += cost(grown, c1, 0, c3, 0, c5, 0, places)[1]
        C = c1 + c3 + c5 + cp
        grown += c1 + c3 + c5
    assert grown == 4944
    assert 10 < naive / built < 12


def test_small_network():
    net = small_googlenet(2, 7, 3)
    assert net(torch.zeros(4, 2, 28, 28)).shape == (4, 7)
    assert count(small_googlenet()) == 1787
    modules = [m for m in net if isinstance(m, Inception)]
    assert [m.C for m in modules] == [24, 48]


def test_state_survives():
    torch.manual_seed(0)
    one, two = small_googlenet(), small_googlenet()
    two.load_state_dict(one.state_dict())
    x = torch.rand(2, 1, 16, 16)
    torch.testing.assert_close(one(x), two(x))
    assert one.half()(x.half()).dtype == torch.float16


# Errors


@pytest.mark.parametrize("place, least", [(0, 1), (1, 1), (2, 0), (3, 1),
                                          (4, 0), (5, 1), (6, 0)])  # fmt: skip
def test_widths(place, least):
    sizes, name = [3] * 7, ("C", "c1", "r3", "c3", "r5", "c5", "cp")[place]
    sizes[place] = least
    Inception(*sizes)
    cost(*sizes, 1)
    sizes[place] = least - 1
    message = f"{name} must be at least {least}, got {least - 1}"
    with pytest.raises(ValueError, match=message):
        Inception(*sizes)
    with pytest.raises(ValueError, match=message):
        cost(*sizes, 1)


def test_places_and_input():
    with pytest.raises(ValueError, match="places must be at least 1, got 0"):
        cost(*FIRST, 0)
    module = Inception(2, 1, 1, 1, 1, 1, 1)
    for shape in ((2, 4, 4), (1, 3, 4, 4)):
        with pytest.raises(ValueError, match=r"x must be \(B, 2, h, w\), got"):
            module(torch.zeros(shape))


def test_sizes_of_networks():
    for name in ("C_in", "classes"):
        message = f"{name} must be at least 1, got 0"
        with pytest.raises(ValueError, match=message):
            googlenet(**{name: 0})
        with pytest.raises(ValueError, match=message):
            small_googlenet(**{name: 0})
    with pytest.raises(ValueError, match="width must be at least 1, got 0"):
        small_googlenet(width=0)
    assert full(1, 1)[-1].weight.shape == (1, 1024)
