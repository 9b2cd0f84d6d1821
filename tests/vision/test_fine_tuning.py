"""Transfer: what is frozen does not move, rates, the page's formulas."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.vision.fine_tuning import Transfer, freeze, param_groups


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def new_body(*, seed: int = 0) -> nn.Sequential:
    """Flatten and two layers with batch norm: 6 inputs, 4 features."""
    torch.manual_seed(seed)
    parts: list[nn.Module] = [nn.Flatten()]
    for D, H in ((6, 5), (5, 4)):
        parts.append(
            nn.Sequential(
                nn.Linear(D, H, bias=False), nn.BatchNorm1d(H), nn.ReLU()
            )
        )
    return nn.Sequential(*parts).double()


def transfer(frozen: int = 0) -> Transfer:
    return Transfer(new_body(), 4, 3, frozen).double()


def steps(model: Transfer, groups: list[dict[str, Any]], count: int) -> None:
    sgd = torch.optim.SGD(groups, lr=1.0)
    for i in range(count):
        model.train()
        x, y = normal(8, 2, 3, seed=i), torch.arange(8) % 3
        sgd.zero_grad()
        F.cross_entropy(model(x), y).backward()
        sgd.step()


# Body and head


@pytest.mark.equation("eq:ft-model")
def test_the_head_reads_the_features_of_the_body() -> None:
    model, x = transfer().eval(), normal(2, 2, 3)
    with torch.no_grad():
        outputs, features = model(x), model.body(x)
    for o, h in zip(outputs, features, strict=True):
        formula("eq:ft-model").check(
            {
                "o": o[None],
                r"f_\theta(x)": h[None],
                "W": model.head.weight.detach().T,
                "b": model.head.bias.detach()[None],
            }
        )


def test_the_body_is_a_copy() -> None:
    body = new_body()
    before = copy.deepcopy(body.state_dict())
    model = Transfer(body, 4, 3).double()
    steps(model, param_groups(model, 0.5, 0.5), 3)
    for name, value in body.state_dict().items():
        assert torch.equal(value, before[name])
    moved = model.body.state_dict()["1.0.weight"]
    assert not torch.equal(moved, before["1.0.weight"])


# What the start decides


@pytest.mark.equation("eq:ft-nearest")
@pytest.mark.parametrize("n, D", [(1, 2), (3, 5), (4, 4)])
def test_descent_ends_at_the_nearest_weights_that_fit(n: int, D: int) -> None:
    X, y, start = normal(n, D), normal(n, 1, seed=1), normal(D, 1, seed=2)
    rate = 1 / torch.linalg.matrix_norm(X, 2) ** 2
    w = start.clone()
    for _ in range(20_000):
        w = w - rate * X.T @ (X @ w - y)
    formula("eq:ft-nearest").check({"w": w, "w_0": start, "X": X, "y": y})
    _, _, basis = torch.linalg.svd(X)
    for direction in basis[n:]:  # fits as well, but is farther away
        other = w + 0.1 * direction[:, None]
        torch.testing.assert_close(X @ other, y)
        assert (other - start).norm() > (w - start).norm()


def test_two_starts_of_the_page() -> None:
    for x, target, start, end in (
        ((1.0, 1.0), 3.0, (0.0, 0.0), (1.5, 1.5)),
        ((1.0, 1.0), 3.0, (2.0, 0.0), (2.5, 0.5)),
        ((2.0, 1.0), 5.0, (0.0, 0.0), (2.0, 1.0)),
        ((2.0, 1.0), 5.0, (1.0, 3.0), (1.0, 3.0)),
    ):
        w = torch.tensor(start).double()
        for _ in range(500):
            w = w - 0.1 * (torch.tensor(x).double() @ w - target) * (
                torch.tensor(x).double()
            )
        assert w.tolist() == pytest.approx(end)


# Rates


@pytest.mark.equation("eq:ft-head-gradient")
@pytest.mark.parametrize("C", [2, 4])
def test_the_gradient_that_the_head_sends_back(C: int) -> None:
    h = normal(1, 3).requires_grad_()
    W, y = normal(3, C, seed=1), F.one_hot(torch.tensor([1]), C).double()
    o = h @ W
    (g,) = torch.autograd.grad(F.cross_entropy(o, y), h)
    formula("eq:ft-head-gradient").check(
        {"g": g, "p": o.detach().softmax(1), "y": y, "W": W}
    )


def test_a_head_of_zeros_sends_nothing_back() -> None:
    """The question on the way: the first step changes the head only."""
    model = transfer()
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    F.cross_entropy(model(normal(8, 2, 3)), torch.arange(8) % 3).backward()
    assert all(p.grad is not None for p in model.parameters())
    for p in model.body.parameters():
        assert p.grad is not None and not p.grad.any()
    weights: Any = model.head.weight
    assert (weights.grad != 0).any()
    # the page's case
    W = torch.tensor([[1.0, 0.0], [0.0, -1.0]])
    assert (torch.tensor([-0.5, 0.5]) @ W.T).tolist() == [-0.5, -0.5]


@pytest.mark.equation("eq:ft-rates")
def test_one_step_with_two_rates() -> None:
    model, x, y = transfer(), normal(8, 2, 3), torch.arange(8) % 3
    layer: Any = model.body[2]
    old_W = model.head.weight.detach().clone()
    old = layer[0].weight.detach().clone()
    sgd = torch.optim.SGD(param_groups(model, 0.5, 0.02), lr=1.0)
    F.cross_entropy(model(x), y).backward()
    sgd.step()
    grad: Any = model.head.weight.grad
    formula("eq:ft-rates").check(
        {
            "W": old_W,
            r"W \leftarrow": model.head.weight.detach(),
            r"\theta": old,
            r"\theta \leftarrow": layer[0].weight.detach(),
            r"\nabla_W \L": grad,
            r"\nabla_\theta \L": layer[0].weight.grad,
            r"\eta_h": 0.5,
            r"\eta_b": 0.02,
        }
    )


@pytest.mark.equation("eq:ft-decay")
@pytest.mark.parametrize("decay", [1.0, 0.5])
def test_rates_layer_by_layer(decay: float) -> None:
    model = transfer()
    groups = param_groups(model, 0.5, 0.02, decay)
    assert groups[0]["lr"] == 0.5
    assert groups[0]["params"] == list(model.head.parameters())
    for l, group in zip((2, 1), groups[1:], strict=True):  # noqa: E741
        assert group["params"] == list(model.body[l].parameters())
        formula("eq:ft-decay").check(
            {
                r"\eta_l": group["lr"],
                r"\eta_b": 0.02,
                r"\delta": decay,
                "l": l,
                "L": 2,
            }
        )


def test_every_learnable_number_is_in_one_group() -> None:
    for frozen, count in ((0, 3), (2, 2), (3, 1)):
        model = transfer(frozen)
        groups = param_groups(model, 0.1, 0.01)
        assert len(groups) == count
        held = [id(p) for group in groups for p in group["params"]]
        wanted = [id(p) for p in model.parameters() if p.requires_grad]
        assert sorted(held) == sorted(wanted)


# Frozen


@pytest.mark.parametrize("frozen", [0, 1, 2, 3])
def test_frozen_numbers_do_not_move(frozen: int) -> None:
    model = transfer(frozen)
    before = copy.deepcopy(model.state_dict())
    steps(model, param_groups(model, 0.5, 0.5), 4)
    for name, value in model.state_dict().items():
        part = name.split(".")
        held = part[0] == "body" and int(part[1]) < frozen
        assert torch.equal(value, before[name]) == held, name


def test_frozen_parts_stay_in_evaluation_mode() -> None:
    model = transfer(2)
    assert model.train() is model
    assert model.training and model.head.training and model.body[2].training
    for part in (model.body[0], model.body[1]):
        assert not any(layer.training for layer in part.modules())
    assert not model.eval().training and not model.body[2].training
    twin = copy.deepcopy(model).train()
    assert not twin.body[1].training and twin.body[2].training
    other = transfer(2)
    other.load_state_dict(model.state_dict())
    x = normal(3, 2, 3)
    assert torch.equal(other.eval()(x), model.eval()(x))


def test_freeze() -> None:
    layer = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    freeze(layer)
    assert not any(p.requires_grad for p in layer.parameters())
    assert not any(part.training for part in layer.modules())


@pytest.mark.equation("eq:ft-drift")
@pytest.mark.parametrize("rho, k", [(0.1, 1), (0.1, 40), (0.3, 5)])
def test_running_means_drift(rho: float, k: int) -> None:
    norm: Any = nn.BatchNorm1d(1, momentum=rho).double()
    norm.running_mean.fill_(2.0)
    x = normal(6, 1) - 1
    for _ in range(k):
        norm(x)
    formula("eq:ft-drift").check(
        {
            "m_k": norm.running_mean.item(),
            "m_0": 2.0,
            r"\mu": x.mean().item(),
            r"\rho": rho,
            "k": k,
        }
    )


# What the page says


def test_numbers_of_the_page() -> None:
    assert round(0.9**40, 3) == 0.015
    rates = [0.01 * 0.5 ** (3 - layer) for layer in (1, 2, 3)]
    assert rates == pytest.approx([0.0025, 0.005, 0.01])
    assert 32 * 5 + 5 == 33 * 5 == 165
    # exercise 2: numbers of the body that never get a gradient
    body = nn.Sequential(nn.BatchNorm1d(64), nn.BatchNorm1d(32))
    sizes = [b.numel() for b in body.buffers()]
    assert sorted(sizes) == [1, 1, 32, 32, 64, 64]
    assert sum(size for size in sizes if size > 1) == 192


def test_types_are_kept() -> None:
    for dtype in (torch.float64, torch.bfloat16):
        model = Transfer(new_body(), 4, 3, 1).to(dtype)
        assert model(normal(2, 2, 3).to(dtype)).dtype == dtype


# Errors


def test_sizes_must_fit() -> None:
    message = "D and classes must be at least 1, got"
    for D, classes in ((0, 3), (4, 0)):
        with pytest.raises(ValueError, match=f"{message} {D} and {classes}"):
            Transfer(new_body(), D, classes)
    for frozen in (-1, 4):
        with pytest.raises(
            ValueError, match=f"frozen must be in 0 .. 3, got {frozen}"
        ):
            Transfer(new_body(), 4, 3, frozen)


@pytest.mark.parametrize("name", ["head_rate", "body_rate", "decay"])
def test_rates_must_be_positive(name: str) -> None:
    rates = {"head_rate": 0.1, "body_rate": 0.1, "decay": 0.5, name: 0.0}
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0.0"):
        param_groups(transfer(), **rates)
