"""NiN against nn.Linear, its published shapes, and the page's formulas."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import entries, formula
from d2lcode.convolution.lenet import Row, summary
from d2lcode.convolution.network_in_network import nin, nin_block

SMALL = ((4, 5), (6, 3, 4))


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def count(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def rows(model: nn.Module, *shape: int) -> list[Row]:
    assert isinstance(model, nn.Sequential)
    return summary(model, torch.empty(1, *shape, device="meta"))


# The oracle


@settings(max_examples=10, deadline=None)
@given(
    C_in=st.integers(1, 3), widths=st.lists(st.integers(1, 4), min_size=1,
    max_size=4), k=st.integers(1, 3), stride=st.integers(1, 2),
    padding=st.integers(0, 2), seed=st.integers(0, 99),
)  # fmt: skip
def test_a_block_is_a_perceptron_on_each_window(
    C_in, widths, k, stride, padding, seed
):
    torch.manual_seed(seed)
    block = nin_block(C_in, tuple(widths), k, stride, padding).double()
    p, x = list(block.parameters()), draw(2, C_in, 5, 6)
    theirs = F.conv2d(x, p[0], p[1], stride, padding).relu().movedim(1, 3)
    for weight, bias in zip(p[2::2], p[3::2], strict=True):
        theirs = F.linear(theirs, weight[:, :, 0, 0], bias).relu()
    ours = block(x).movedim(1, 3)
    torch.testing.assert_close(ours, theirs)
    weight = draw(*ours.shape)
    torch.testing.assert_close(
        torch.autograd.grad((weight * ours).sum(), p),
        torch.autograd.grad((weight * theirs).sum(), p),
    )


def test_the_network_by_hand():
    torch.manual_seed(0)
    net = nin(2, SMALL, (5, 3), classes=3).double().eval()
    p, x = list(net.parameters()), draw(2, 2, 11, 14)
    y = F.conv2d(x, p[0], p[1], padding=2).relu()
    y = F.conv2d(y, p[2], p[3]).relu()
    y = F.max_pool2d(y, 3, 2, ceil_mode=True)
    y = F.conv2d(y, p[4], p[5], padding=1).relu()
    y = F.conv2d(F.conv2d(y, p[6], p[7]).relu(), p[8], p[9]).relu()
    y = F.conv2d(y, p[10], p[11]).mean(dim=(2, 3))
    torch.testing.assert_close(net(x), y)
    assert len(p) == 12 and (y < 0).any()


def test_published_shapes_and_count():
    with torch.device("meta"):
        found = rows(nin(), 3, 32, 32)
    shapes = [
        row.shape for row in found if row.name in ("Conv2d", "MaxPool2d")
    ]
    assert shapes == [
        (192, 32, 32), (160, 32, 32), (96, 32, 32), (96, 16, 16),
        (192, 16, 16), (192, 16, 16), (192, 16, 16), (192, 8, 8),
        (192, 8, 8), (192, 8, 8), (10, 8, 8),
    ]  # fmt: skip
    assert sum(row.parameters for row in found) == 966_986
    assert [row.name for row in found[-3:]] == [
        "Conv2d", "AdaptiveAvgPool2d", "Flatten"
    ]  # fmt: skip


def test_dropout_between_the_blocks():
    layers = list(nin(p=0.25))
    places = [i for i, m in enumerate(layers) if isinstance(m, nn.Dropout)]
    assert [layers[i].p for i in places] == [0.25, 0.25]
    assert all(isinstance(layers[i - 1], nn.MaxPool2d) for i in places)


@pytest.mark.parametrize("h, w", [(28, 28), (16, 16), (7, 40)])
def test_any_size(h, w):
    assert nin(1, SMALL, (5, 3))(torch.zeros(2, 1, h, w)).shape == (2, 10)


# The equations of the page


def two_layers() -> tuple[nn.Sequential, dict]:
    block = nin_block(2, (3, 4, 5), 3).double()[2:]
    names = ("U", "a", "V", "b")
    values = [p[:, :, 0, 0].T if p.ndim > 1 else p for p in block.parameters()]
    return block, {n: v.detach() for n, v in zip(names, values, strict=True)}


@pytest.mark.equation("eq:nin-mlp")
@pytest.mark.parametrize("seed", range(4))
def test_the_perceptron_at_a_pixel(seed):
    torch.manual_seed(seed)
    block, values = two_layers()
    X = draw(1, 3, 2, 3)
    z = block(X).detach()[0, :, 1, 2]
    formula("eq:nin-mlp").check(values | {"z": z, "x": X[0, :, 1, 2]})


@pytest.mark.equation("eq:nin-jacobian")
@pytest.mark.parametrize("seed", range(4))
def test_the_jacobian_at_a_pixel(seed):
    torch.manual_seed(seed)
    block, values = two_layers()
    X = draw(1, 3, 2, 3)
    J = torch.autograd.functional.jacobian(block, X)[0, :, 1, 2, 0]
    h = X[0, :, 1, 2] @ values["U"] + values["a"]
    z = h.relu() @ values["V"] + values["b"]
    formula("eq:nin-jacobian").check(
        {
            "J": J[:, :, 1, 2].T,
            "U": values["U"],
            "V": values["V"],
            "D_1": torch.diag((h > 0).double()),
            "D_2": torch.diag((z > 0).double()),
        }
    )
    J[:, :, 1, 2] = 0
    assert not J.any()


@pytest.mark.equation("eq:nin-parameters")
@pytest.mark.parametrize("k, C", [(5, (3, 192, 160, 96)), (2, (7, 3, 5, 4))])
def test_parameters_of_a_block(k, C):
    formula("eq:nin-parameters").check(
        {"P": count(nin_block(C[0], C[1:], k)), "k": k}
        | {f"C_{i}": C[i] for i in range(4)}
    )


@pytest.mark.equation("eq:nin-gap")
@pytest.mark.equation("eq:nin-exchange")
def test_means_of_maps_and_maps_of_means():
    net = nin(2, ((3,), (4,)), (3, 3), classes=5).double().eval()
    x = draw(1, 2, 6, 9)
    with torch.no_grad():
        z, maps, s = net[:-3](x)[0], net[:-2](x)[0], net(x)[0]
    h, w = maps.shape[1:]
    assert (h, w) == (3, 4)
    formula("eq:nin-gap").check(
        {"s": s, "M": maps, "h": h, "w": w, "c": range(1, 6)}
    )
    weight, b = (p.detach() for p in net[-3].parameters())
    formula("eq:nin-exchange").check(
        {
            "s": s, "h": h, "w": w, "b": b, "V": weight[:, :, 0, 0].T,
            r"\bar z": z.mean(dim=(1, 2)), "z": z.movedim(0, 2),
        }
    )  # fmt: skip


@pytest.mark.equation("eq:nin-ratio")
@pytest.mark.parametrize("C, h, w, K", [(29, 5, 5, 10), (3, 2, 7, 4)])
def test_parameters_of_the_heads(C, h, w, K):
    linear, shared = nn.Linear(C * h * w, K), nn.Conv2d(C, K, 1)
    formula("eq:nin-ratio").check(
        {"r": count(linear) / count(shared), "C": C, "h": h, "w": w, "K": K}
    )


@pytest.mark.equation("eq:nin-slope")
def test_slope_of_a_clipped_map():
    torch.manual_seed(0)
    A = draw(3, 4, 5).requires_grad_()
    s = A.relu().mean(dim=(1, 2))
    slopes = [
        torch.autograd.grad(s[c], A, retain_graph=True)[0] for c in range(3)
    ]
    own = torch.stack([slope[c] for c, slope in enumerate(slopes)])
    formula("eq:nin-slope").check(
        {
            r"\frac{\partial s_c}{\partial A_{c,i,j}}": entries("c i j", own),
            "A": A.detach(), "h": 4, "w": 5, "c": range(1, 4),
            "i": range(1, 5), "j": range(1, 6),
        }
    )  # fmt: skip
    assert sum((slope != 0).sum() for slope in slopes) == (own != 0).sum()


@pytest.mark.equation("eq:nin-floor")
@pytest.mark.parametrize("K", [2, 10])
def test_loss_of_a_dead_class(K):
    for s in (draw(K).relu(), torch.zeros(K).double()):
        s[0] = 0
        loss = F.cross_entropy(s[None], torch.tensor([0])).item()
        assert loss >= math.log(K) - 1e-12
        formula("eq:nin-floor").check(
            {
                "K": K,
                "s": {k + 1: s[k].item() for k in range(K)},
            }
        )
        assert loss == pytest.approx(torch.logsumexp(s, 0).item())


# What the chapter says


def test_numbers_of_the_page():
    x, U = torch.tensor([1.0, 2]), torch.tensor([[1.0, 1], [1, -1]])
    h = (x @ U + torch.tensor([-2.0, 0])).relu()
    V = torch.tensor([[3.0], [5]])
    assert h.tolist() == [1, 0] and (h @ V).item() == 3
    assert (U @ torch.diag(torch.tensor([1.0, 0])) @ V).tolist() == [[3], [3]]
    assert count(nin_block(3, (192, 160, 96), 5)) == 60_928
    assert round(14_592 / 60_928, 2) == 0.24
    assert 29 * 25 * 10 + 10 == 7260 and 7260 / 300 == 24.2
    assert 2 * 25 / 100 == 0.5
    assert count(nn.Linear(512, 1000)) == 513_000


def test_the_network_for_imagenet():
    def pool() -> nn.Module:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    with torch.device("meta"):
        net = nn.Sequential(
            *nin_block(3, (96,) * 3, 11, stride=4), pool(),
            *nin_block(96, (256,) * 3, 5, padding=2), pool(),
            *nin_block(256, (384,) * 3, 3, padding=1), pool(),
            *nin_block(384, (1024, 1024), 3, padding=1),
            nn.Conv2d(1024, 1000, 1),
        )  # fmt: skip
    found = [row for row in rows(net, 3, 224, 224) if row.name != "ReLU"]
    assert [row.shape[1] for row in found] == (
        [54] * 3 + [27] * 4 + [13] * 4 + [6] * 4
    )
    assert count(net) == 7_595_176 and round(61_100_840 / count(net)) == 8


def test_a_class_that_is_dead_stays_so():
    head = nn.Conv2d(3, 4, 1).double()
    head.bias.data[2] = -100
    z = draw(20, 3, 5, 5).relu()
    s = head(z).relu().mean(dim=(2, 3))
    F.cross_entropy(s, torch.randint(4, (20,))).backward()
    slope = head.weight.grad.flatten(1).norm(dim=1)
    assert slope[2] == 0 and (slope[[0, 1, 3]] > 0).any()


# Errors


@pytest.mark.parametrize(
    "C_in, widths, k, stride",
    [(0, (2,), 3, 1), (1, (), 3, 1), (1, (2, 0), 3, 1), (1, (2,), 0, 1),
     (1, (2,), 3, 0)],
)  # fmt: skip
def test_sizes_must_be_positive(C_in, widths, k, stride):
    with pytest.raises(ValueError, match="stride must be at least 1, got"):
        nin_block(C_in, widths, k, stride)


@pytest.mark.parametrize("widths, sides", [((), ()), (SMALL, (3,))])
def test_an_entry_for_each_block(widths, sides):
    message = f"an entry for each block, got {len(widths)} and {len(sides)}"
    with pytest.raises(ValueError, match=message):
        nin(1, widths, sides)


def test_one_of_everything_is_enough():
    net = nin(1, ((1,),), (1,), classes=1)
    assert net(torch.zeros(1, 1, 1, 1)).shape == (1, 1)
