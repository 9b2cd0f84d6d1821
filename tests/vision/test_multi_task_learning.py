"""One trunk and several heads: gradients, weights, the page's formulas."""

import copy
import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode import data
from d2lcode.vision.multi_task_learning import (
    LearnedWeights,
    MultiTaskNet,
    cut_out,
    equal_pull,
    place_loss,
)


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def make_net() -> Any:
    torch.manual_seed(0)
    trunk = nn.Sequential(nn.Linear(6, 5), nn.Tanh())
    return MultiTaskNet(trunk, 5, (4, 2)).double()


def losses_of(net: Any, h: Tensor) -> tuple[Tensor, Tensor]:
    scores, found = [head(h) for head in net.heads]
    y = torch.tensor([0, 3, 1])
    return F.cross_entropy(scores, y), place_loss(found, normal(3, 2, seed=2))


# The network


@pytest.mark.equation("eq:mtl-heads")
def test_each_head_reads_the_same_features() -> None:
    net, x = make_net(), normal(3, 6)
    answers = net(x)
    assert [a.shape for a in answers] == [(3, 4), (3, 2)]
    formula("eq:mtl-heads").check(
        {
            r"\hat y": answers,
            "h": net.trunk(x),
            "W": [head.weight.T for head in net.heads],
            "b": [head.bias for head in net.heads],
            "k": range(1, 3),
        }
    )


@pytest.mark.parametrize("task", [0, 1])
def test_with_one_weight_it_is_the_network_of_one_task(task: int) -> None:
    """The oracle: the same training of a network that has one task."""
    net = make_net()
    single = nn.Sequential(
        copy.deepcopy(net.trunk), copy.deepcopy(net.heads[task])
    )
    other = copy.deepcopy(net.heads[1 - task])
    x, y, p = normal(3, 6), torch.tensor([0, 3, 1]), normal(3, 2, seed=2)
    both, alone = (
        torch.optim.SGD(model.parameters(), lr=0.1) for model in (net, single)
    )
    for _ in range(5):
        losses = losses_of(net, net.trunk(x))
        total = sum(float(k == task) * loss for k, loss in enumerate(losses))
        both.zero_grad()
        torch.as_tensor(total).backward()
        both.step()
        out = single(x)
        loss = place_loss(out, p) if task else F.cross_entropy(out, y)
        alone.zero_grad()
        loss.backward()
        alone.step()
    torch.testing.assert_close(net(x)[task], single(x))
    torch.testing.assert_close(net.heads[1 - task].weight, other.weight)


@pytest.mark.equation("eq:mtl-place")
def test_the_place_loss_is_a_mean_over_images() -> None:
    found, places = normal(3, 2), normal(3, 2, seed=1)
    formula("eq:mtl-place").check(
        {
            r"\L_2": place_loss(found, places),
            "B": 3,
            r"\hat p": list(found),
            "p": list(places),
        }
    )
    halves = F.mse_loss(found, places)  # a mean over the coordinates, too
    torch.testing.assert_close(place_loss(found, places), 2 * halves)


@pytest.mark.equation("eq:mtl-sum")
def test_a_head_gets_its_own_loss_alone() -> None:
    net, x = make_net(), normal(3, 6)
    losses = losses_of(net, net.trunk(x))
    weights = torch.tensor([0.7, 2.5], dtype=torch.float64)
    total = weights @ torch.stack(losses)
    formula("eq:mtl-sum").check(
        {r"\L": total, r"\L_{}": list(losses), "w": weights, "K": 2}
    )
    for k, head in enumerate(net.heads):
        ours, own, other = (
            torch.autograd.grad(
                loss, head.weight, retain_graph=True, allow_unused=True
            )[0]
            for loss in (total, losses[k], losses[1 - k])
        )
        torch.testing.assert_close(ours, weights[k] * own)
        assert other is None


@pytest.mark.equation("eq:mtl-gradient")
def test_the_trunk_gets_the_weighed_sum() -> None:
    net = make_net()
    h = net.trunk(normal(3, 6))
    losses = losses_of(net, h)
    weights = torch.tensor([0.7, 2.5], dtype=torch.float64)
    pulls = [
        torch.autograd.grad(loss, h, retain_graph=True)[0] for loss in losses
    ]
    (g,) = torch.autograd.grad(weights @ torch.stack(losses), h)
    formula("eq:mtl-gradient").check(
        {"g": g, "g_{}": pulls, "w": weights, "K": 2}
    )


def test_a_small_step_against_the_sum_can_make_a_loss_larger() -> None:
    """The page's two gradients, as those of two planes."""
    h = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    g_1, g_2 = h.new_tensor([0.3, 0.4]), h.new_tensor([-6.0, 2.5])
    losses = [g_1 @ h, g_2 @ h]
    assert (g_1 + g_2) @ g_1 == pytest.approx(-0.55)
    weights = equal_pull(losses, h)
    assert weights.tolist() == pytest.approx([13 / 7, 1 / 7])
    g = weights[0] * g_1 + weights[1] * g_2
    assert g.tolist() == pytest.approx([-0.3, 1.1])
    assert (g @ g_1).item() == pytest.approx(0.35)
    assert (g @ g_2).item() == pytest.approx(4.55)


# The weights


@pytest.mark.equation("eq:mtl-guess")
@pytest.mark.parametrize("n", [2, 5, 6])
def test_the_best_constant_place(n: int) -> None:
    line = torch.arange(n, dtype=torch.float64)
    places = torch.cartesian_prod(line, line)
    middle = places.mean(dim=0).expand_as(places)
    best = place_loss(middle, places)
    formula("eq:mtl-guess").check({"G_2": best, "n": n})
    for step in ((0.1, 0.0), (0.0, -0.1)):
        moved = middle + torch.tensor(step)
        assert place_loss(moved, places) > best


@pytest.mark.equation("eq:mtl-equal")
def test_equal_pull_makes_gradients_equally_long() -> None:
    net = make_net()
    h = net.trunk(normal(3, 6))
    losses = losses_of(net, h)
    weights = equal_pull(losses, h)
    pulls = [
        torch.autograd.grad(loss, h, retain_graph=True)[0].flatten()
        for loss in losses
    ]
    formula("eq:mtl-equal").check(
        {"w": weights, "K": 2, "g": pulls, "k": range(1, 3)}
    )
    assert weights.mean().item() == pytest.approx(1)
    lengths = [w * g.norm() for w, g in zip(weights, pulls, strict=True)]
    torch.testing.assert_close(lengths[0], lengths[1])
    assert not weights.requires_grad


def test_the_unit_cancels() -> None:
    """A loss in another unit changes no weighed loss."""
    net = make_net()
    h = net.trunk(normal(3, 6))
    which, where = losses_of(net, h)
    plain, scaled = (
        equal_pull(losses, h)
        for losses in ((which, where), (which, 100 * where))
    )
    torch.testing.assert_close(
        plain[1] / plain[0], 100 * scaled[1] / scaled[0]
    )


@pytest.mark.equation("eq:mtl-learned")
def test_learned_weights_have_a_price() -> None:
    module = LearnedWeights(3).double()
    s, losses = normal(3), normal(3, seed=1).exp()
    with torch.no_grad():
        module.s.copy_(s)
    formula("eq:mtl-learned").check(
        {r"\L": module(losses), r"\L_{}": losses, "s": s, "K": 3}
    )
    fresh = LearnedWeights(3).double()
    torch.testing.assert_close(fresh(losses), losses.sum())


@pytest.mark.equation("eq:mtl-log")
def test_learned_weights_end_at_one_over_the_loss() -> None:
    module = LearnedWeights(3).double()
    losses = torch.tensor([2.0, 0.1, 0.7], dtype=torch.float64)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    for _ in range(200):
        optimizer.zero_grad()
        module(losses).backward()
        optimizer.step()
    torch.testing.assert_close(torch.exp(-module.s.detach()), 1 / losses)
    least = module(losses)
    formula("eq:mtl-log").check(
        {r"\min_{s} \L": least, r"\L_{}": losses, "K": 3}
    )
    halved = losses.new_tensor([2.0, 0.05, 0.7])
    other = losses.new_tensor([1.0, 0.1, 0.7])
    # halving any loss is worth the same
    assert halved.log().sum().item() == pytest.approx(other.log().sum().item())


# Pipeline


@pytest.mark.equation("eq:mtl-chain")
def test_errors_of_a_chain() -> None:
    right = torch.tensor([1, 1, 1, 0, 0, 1, 0, 1, 1, 1], dtype=torch.bool)
    wrong = torch.tensor([0, 1, 0, 1, 0, 0, 1, 0, 0, 0]).double()
    formula("eq:mtl-chain").check(
        {
            "E": wrong.mean(),
            "a": right.double().mean(),
            "E_1": wrong[right].mean(),
            "E_0": wrong[~right].mean(),
        }
    )
    for values in ((0.085, 0.9, 0.05, 0.4), (0.2, 0.8, 0.1, 0.6)):
        names = ("E", "a", "E_1", "E_0")
        formula("eq:mtl-chain").check(dict(zip(names, values, strict=True)))


def test_cut_out_finds_the_digits_again() -> None:
    """The places of the page are those of the images."""
    images, _ = data.make_scattered_digits(12, seed=0)
    generator = torch.Generator().manual_seed(0)
    corners = torch.randint(5, (1797, 2), generator=generator)
    digits = data.load_digits().X
    assert torch.equal(cut_out(images, corners, 8), digits)
    near = corners + 0.4
    assert torch.equal(cut_out(images, near, 8), digits)


def test_cut_out_stays_in_the_image() -> None:
    images = torch.arange(30.0).reshape(1, 1, 5, 6)
    square = cut_out(images, torch.tensor([[-3.0, 9.0]]), 2)
    assert square.flatten().tolist() == [4, 5, 10, 11]
    square = cut_out(images, torch.tensor([[9.0, -3.0]]), 2)
    assert square.flatten().tolist() == [18, 19, 24, 25]


def test_numbers_of_the_page() -> None:
    h = torch.zeros(2, requires_grad=True)
    losses = [h @ torch.tensor([3.0, 0.0]), h @ torch.tensor([0.0, 4.0])]
    weights = equal_pull(losses, h)
    assert weights.tolist() == pytest.approx([8 / 7, 6 / 7])
    assert abs(math.log(10) - 2.303) < 0.0005


def test_state_and_types_are_kept() -> None:
    net, twin = make_net(), make_net()
    with torch.no_grad():
        twin.heads[0].weight.add_(1)
    twin.load_state_dict(net.state_dict())
    x = normal(3, 6)
    for ours, theirs in zip(net(x), copy.deepcopy(twin)(x), strict=True):
        assert torch.equal(ours, theirs)
    half = make_net().bfloat16()
    assert {out.dtype for out in half(x.bfloat16())} == {torch.bfloat16}


# Errors


@pytest.mark.parametrize("H, sizes", [(0, (2,)), (3, ()), (3, (2, 0))])
def test_a_network_needs_features_and_tasks(
    H: int, sizes: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="H and sizes must be at least 1"):
        MultiTaskNet(nn.Identity(), H, sizes)


def test_learned_weights_need_a_task() -> None:
    with pytest.raises(ValueError, match="tasks must be at least 1, got 0"):
        LearnedWeights(0)


def test_places_must_have_the_shape_of_what_was_found() -> None:
    with pytest.raises(ValueError, match=r"one shape, got \(3, 2\) and"):
        place_loss(normal(3, 2), normal(2))


def test_a_loss_without_gradient_has_no_weight() -> None:
    h = normal(2, 3).requires_grad_()
    with pytest.raises(ValueError, match="no gradient may be 0, got norms"):
        equal_pull([h.square().sum(), (0 * h).sum()], h)


def test_squares_must_fit() -> None:
    images = torch.zeros(2, 1, 4, 5)
    with pytest.raises(ValueError, match=r"places must be \(2, 2\), got"):
        cut_out(images, torch.zeros(1, 2), 2)
    for side in (0, 5):
        with pytest.raises(ValueError, match=r"side must be in 1..4, got"):
            cut_out(images, torch.zeros(2, 2), side)
