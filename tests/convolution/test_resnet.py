"""Residual blocks and ResNet-18: shapes, counts, the page's formulas."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.convolution.resnet import Residual, conv_norm, resnet18


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


# The block


@pytest.mark.equation("eq:res-block")
@pytest.mark.parametrize("C_in, C_out, stride", [(3, 3, 1), (2, 5, 2)])
def test_block(C_in: int, C_out: int, stride: int) -> None:
    torch.manual_seed(0)
    block, x = Residual(C_in, C_out, stride).double(), normal(2, C_in, 4, 4)
    seen = {}
    for name in ("shortcut", "branch"):
        getattr(block, name).register_forward_hook(
            lambda _, __, out, name=name: seen.update({name: out.detach()})
        )
    y = block(x).detach().flatten()[:12]
    parts = {k: v.flatten()[:12] for k, v in seen.items()}
    assert (y == 0).any() and (y > 0).any()
    for i in range(12):
        formula("eq:res-block").check(
            {
                "y": y[i],
                "S(x)": parts["shortcut"][i],
                "F(x)": parts["branch"][i],
            }
        )


@pytest.mark.parametrize(
    "C_in, C_out, stride", [(3, 3, 1), (3, 4, 1), (3, 3, 2), (2, 4, 2)]
)
@pytest.mark.parametrize("side", [4, 5])
def test_block_is_pytorchs_functions(
    C_in: int, C_out: int, stride: int, side: int
) -> None:
    torch.manual_seed(1)
    block: Any = Residual(C_in, C_out, stride).double()
    first, norm_1, _, second, norm_2 = block.branch

    def norm(z: Tensor, layer: Any) -> Tensor:
        return F.batch_norm(
            z, None, None, layer.weight, layer.bias, training=True
        )

    gradients, outputs = [], []
    for ours in (True, False):
        x = normal(2, C_in, side, side, seed=2).requires_grad_()
        if ours:
            y = block(x)
        else:
            z = F.conv2d(x, first.weight, stride=stride, padding=1)
            z = F.conv2d(norm(z, norm_1).relu(), second.weight, padding=1)
            side_way = x
            if stride != 1 or C_in != C_out:
                conv, other = block.shortcut
                side_way = norm(F.conv2d(x, conv.weight, stride=stride), other)
            y = (side_way + norm(z, norm_2)).relu()
        block.zero_grad()
        y.square().sum().backward()
        outputs.append(y)
        leaves: list[Any] = [x, *block.parameters()]
        gradients.append([leaf.grad.clone() for leaf in leaves])
    out = -(-side // stride)
    assert outputs[0].shape == (2, C_out, out, out)
    torch.testing.assert_close(outputs[0], outputs[1])
    torch.testing.assert_close(gradients[0], gradients[1])


def test_with_the_last_gamma_0_the_block_is_the_identity() -> None:
    block: Any = Residual(4, 4).double()
    nn.init.zeros_(block.branch[-1].weight)
    x = normal(2, 4, 3, 3).relu().requires_grad_()
    y = block(x)
    assert torch.equal(y, x)
    g = normal(2, 4, 3, 3, seed=1)
    (gradient,) = torch.autograd.grad(y, x, g)
    torch.testing.assert_close(gradient[x > 0], g[x > 0])


# Signal and gradient


class Branch(nn.Module):
    """A branch of few numbers, for the formulas."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.W, self.U = normal(3, 4, seed=seed), normal(4, 3, seed=seed + 9)

    def forward(self, h: Tensor) -> Tensor:
        return torch.tanh(h @ self.W) @ self.U


def jacobian(branch: Callable[[Tensor], Tensor], h: Tensor) -> Tensor:
    """Rows are inputs, columns outputs."""
    return torch.autograd.functional.jacobian(branch, h).T


@pytest.mark.equation("eq:res-sum")
@pytest.mark.parametrize("L", [1, 3])
def test_the_output_is_the_input_and_all_corrections(L: int) -> None:
    branches = [Branch(seed) for seed in range(L)]
    h = [normal(3)]
    for branch in branches:
        h.append(h[-1] + branch(h[-1]))
    formula("eq:res-sum").check(
        {
            "h_L": h[-1],
            "h_0": h[0],
            "F": [
                (lambda x, branch=branch: branch(torch.as_tensor(x)).numpy())
                for branch in branches
            ],
            "h": dict(enumerate(h)),
            "L": L,
        }
    )


@pytest.mark.equation("eq:res-gradient")
def test_the_gradient_passes_and_the_branch_adds() -> None:
    branch, h, g = Branch(0), normal(3), normal(3, seed=1)
    leaf = h.clone().requires_grad_()
    (before,) = torch.autograd.grad(leaf + branch(leaf), leaf, g)
    formula("eq:res-gradient").check(
        {
            "g_{l-1}": before[None],
            "g_l": g[None],
            "J_l": jacobian(branch, h),
        }
    )


@pytest.mark.equation("eq:res-paths")
def test_two_blocks_have_four_paths() -> None:
    first, second, h = Branch(0), Branch(1), normal(3)

    def both(x: Tensor) -> Tensor:
        middle = x + first(x)
        return middle + second(middle)

    formula("eq:res-paths").check(
        {
            r"\frac{\partial h_2}{\partial h_0}": jacobian(both, h),
            "J_1": jacobian(first, h),
            "J_2": jacobian(second, h + first(h)),
            "I": np.eye(3),
        }
    )


# Counts and shapes


@pytest.mark.equation("eq:res-count")
@pytest.mark.parametrize("C", [3, 7])
def test_parameters_of_a_block(C: int) -> None:
    formula("eq:res-count").check(
        {"P": parameters(Residual(C, C)), "C": C, "C'": C}
    )
    branch = Residual(C, C + 2).branch
    formula("eq:res-count").check(
        {"P": parameters(branch), "C": C, "C'": C + 2}
    )


@pytest.mark.equation("eq:res-count-shortcut")
@pytest.mark.parametrize("C_in, C_out, stride", [(3, 5, 1), (4, 4, 2)])
def test_parameters_of_a_block_with_a_convolution(
    C_in: int, C_out: int, stride: int
) -> None:
    block = Residual(C_in, C_out, stride)
    formula("eq:res-count-shortcut").check(
        {"P": parameters(block), "C": C_in, "C'": C_out}
    )


def test_resnet18_is_the_published_one() -> None:
    with torch.device("meta"):
        model, x = resnet18(), torch.zeros(2, 3, 224, 224)
    shapes = []
    for part in model:
        x = part(x)
        shapes.append(tuple(x.shape[1:]))
    assert parameters(model) == 11_689_512
    assert shapes == [
        (64, 56, 56), (64, 56, 56), (128, 28, 28), (256, 14, 14),
        (512, 7, 7), (1000,),
    ]  # fmt: skip
    with_weights = [
        layer
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Conv2d | nn.Linear) and "shortcut" not in name
    ]
    assert len(with_weights) == 18
    stem: Any = model[0]
    with torch.device("meta"):
        assert stem[0](torch.zeros(1, 3, 224, 224)).shape[-1] == 112


def test_resnet18_learns_with_other_channels_and_classes() -> None:
    torch.manual_seed(0)
    model = resnet18(C_in=1, classes=4)
    x = torch.randn(2, 1, 32, 32)
    model(x).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    twin = copy.deepcopy(model).eval()
    assert torch.equal(twin(x), model.eval()(x))


def test_numbers_of_the_page() -> None:
    assert parameters(Residual(64, 64)) == 73_984
    assert parameters(Residual(64, 128, 2)) == 230_144
    assert parameters(Residual(128, 256, 2)) == 919_040
    assert abs(1.1**20 - 6.7) < 0.05
    x, f = torch.tensor([2.0, 1.0]), torch.tensor([-0.5, 0.3])
    assert torch.relu(f).tolist() == pytest.approx([0, 0.3])
    assert torch.relu(x + f).tolist() == pytest.approx([1.5, 1.3])
    # exercise 1
    h = torch.tensor(1.0, requires_grad=True)
    h1 = h + 0.5 * h
    h2 = h1 - h1**2
    (slope,) = torch.autograd.grad(h2, h)
    assert h2.item() == -0.75 and slope.item() == -3


def test_answer_of_the_question_on_the_way() -> None:
    """Ten blocks whose branches are 0 pass the gradient unchanged."""
    blocks: list[Any] = [Residual(2, 2).double() for _ in range(10)]
    for block in blocks:
        nn.init.zeros_(block.branch[-1].weight)
    x = normal(2, 2, 3, 3).abs().requires_grad_()
    g = normal(2, 2, 3, 3, seed=1)
    (gradient,) = torch.autograd.grad(nn.Sequential(*blocks)(x), x, g)
    torch.testing.assert_close(gradient, g)


def test_types_are_kept() -> None:
    for dtype in (torch.float64, torch.bfloat16):
        block = Residual(2, 3, 2).to(dtype)
        assert block(torch.randn(2, 2, 4, 4).to(dtype)).dtype == dtype


# Errors


@pytest.mark.parametrize("name", ["C_in", "C_out", "k", "stride"])
def test_sizes_must_be_positive(name: str) -> None:
    sizes = {"C_in": 2, "C_out": 2, "k": 3, "stride": 1, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        conv_norm(**sizes)
    if name != "k":
        del sizes["k"]
        with pytest.raises(ValueError, match=f"{name} must be at least 1"):
            Residual(**sizes)


def test_kernels_must_be_odd() -> None:
    with pytest.raises(ValueError, match="k must be odd, got 4"):
        conv_norm(2, 2, 4, 1)


def test_resnet18_needs_channels_and_classes() -> None:
    with pytest.raises(ValueError, match="C_in must be at least 1, got 0"):
        resnet18(C_in=0)
    with pytest.raises(ValueError, match="classes must be at least 1, got -2"):
        resnet18(classes=-2)


@pytest.mark.parametrize("shape", [(3, 4, 4), (2, 4, 4, 4), (2, 1, 4, 4)])
def test_input_must_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"x must be \(B, 3, h, w\), got \("):
        Residual(3, 3)(torch.zeros(shape))
