"""The game of generator and discriminator: losses, divergence, training."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from scipy.stats import entropy
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import entries, formula
from d2lcode.generative.gan import (
    Networks,
    centres,
    discriminator_loss,
    generator_loss,
    jensen_shannon,
    mode_count,
    optimal_discriminator,
    ring,
    share_near,
    train_gan,
)


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def shares(N: int, seed: int) -> Tensor:
    return normal(N, seed=seed).softmax(dim=0)


def value(p: Tensor, q: Tensor, D: Tensor) -> Tensor:
    """What is counted, cell by cell, in a long list of shown points."""
    shown = torch.stack([p, q])
    answers = torch.stack([D.log(), (1 - D).log()])
    return (shown * answers).sum()


# The best discriminator and the divergence


@pytest.mark.equation("eq:gan-value")
@pytest.mark.parametrize("N", [1, 4])
def test_value_of_the_game(N: int) -> None:
    p, q, D = shares(N, 1), shares(N, 2), normal(N, seed=3).sigmoid()
    formula("eq:gan-value").check(
        {"V": value(p, q, D), "p": p, "q": q, "D": D, "N": N}
    )


@pytest.mark.equation("eq:gan-optimal")
@pytest.mark.parametrize("N", [1, 5])
def test_no_answer_is_better(N: int) -> None:
    p, q = shares(N, 4), shares(N, 5)
    low, high = torch.zeros_like(p), torch.ones_like(p)
    for _ in range(60):  # halve, by the slope of the value itself
        middle = ((low + high) / 2).requires_grad_()
        (slope,) = torch.autograd.grad(value(p, q, middle), middle)
        low = torch.where(slope > 0, middle, low).detach()
        high = torch.where(slope > 0, high, middle).detach()
    best = (low + high) / 2
    torch.testing.assert_close(best, optimal_discriminator(p, q))
    formula("eq:gan-optimal").check(
        {
            "D^*_k": entries("k", best),
            "k": range(1, N + 1),
            "p": p,
            "q": q,
        }
    )


@pytest.mark.equation("eq:gan-jensen")
@pytest.mark.parametrize("N", [2, 6])
def test_divergence_is_scipys(N: int) -> None:
    p, q = shares(N, 6), shares(N, 7)
    m = (p + q) / 2
    J = (entropy(p, m) + entropy(q, m)) / 2  # SciPy's divergences
    assert jensen_shannon(p, q).item() == pytest.approx(J)
    formula("eq:gan-jensen").check({"J": J, "p": p, "q": q, "m": m, "N": N})


def test_divergence_lies_between_0_and_log_2() -> None:
    p = torch.tensor([0.5, 0.5, 0.0, 0.0])
    assert jensen_shannon(p[:2], p[:2]) == 0
    assert jensen_shannon(p, p.flip(0)).item() == pytest.approx(math.log(2))


@pytest.mark.equation("eq:gan-best")
@pytest.mark.parametrize("N", [2, 5])
def test_value_against_the_best_discriminator(N: int) -> None:
    p, q = shares(N, 8), shares(N, 9)
    best = value(p, q, optimal_discriminator(p, q))
    formula("eq:gan-best").check({"V^*": best, "J": jensen_shannon(p, q)})


# Losses


@pytest.mark.equation("eq:gan-loss-d")
@pytest.mark.parametrize("B", [1, 6])
def test_loss_of_the_discriminator(B: int) -> None:
    o, made = normal(B, seed=1), normal(B, seed=2)
    formula("eq:gan-loss-d").check(
        {
            r"\L_D": discriminator_loss(o, made),
            r"\sigma": lambda x: 1 / (1 + math.exp(-float(x))),
            "o": o,
            r"\tilde o": made,
            "B": B,
        }
    )


def check_generator_loss(label: str, name: str, B: int) -> None:
    made = normal(B, seed=3).requires_grad_()
    loss = generator_loss(made, saturating=label == "eq:gan-saturating")
    (slope,) = torch.autograd.grad(loss, made)
    by = rf"\frac{{\partial {name}}}{{\partial \tilde o_i}}"
    formula(label).check(
        {
            name: loss,
            by: entries("i", slope),
            r"\sigma": lambda x: 1 / (1 + math.exp(-float(x))),
            r"\tilde o": made,
            "B": B,
            "i": range(1, B + 1),
        }
    )


@pytest.mark.equation("eq:gan-saturating")
@pytest.mark.parametrize("B", [1, 5])
def test_loss_that_saturates(B: int) -> None:
    check_generator_loss("eq:gan-saturating", r"\L_S", B)


@pytest.mark.equation("eq:gan-nonsaturating")
@pytest.mark.parametrize("B", [1, 5])
def test_loss_that_does_not_saturate(B: int) -> None:
    check_generator_loss("eq:gan-nonsaturating", r"\L_G", B)


@pytest.mark.parametrize("shape", [(7,), (2, 3, 1)])
def test_losses_are_the_librarys(shape: tuple[int, ...]) -> None:
    library = F.binary_cross_entropy_with_logits
    o, made = normal(*shape, seed=4), normal(*shape, seed=5)
    one, zero = torch.ones_like(o), torch.zeros_like(o)
    pairs: list[tuple[Callable[[Tensor], Tensor], Any]] = [
        (
            lambda x: discriminator_loss(o, x),
            lambda x: library(o, one) + library(x, zero),
        ),
        (generator_loss, lambda x: library(x, one)),
        (lambda x: generator_loss(x, True), lambda x: -library(x, zero)),
    ]
    for ours, theirs in pairs:
        found = []
        for loss in (ours, theirs):
            leaf = made.clone().requires_grad_()
            y = loss(leaf)
            found.append((y.detach(), *torch.autograd.grad(y, leaf)))
        torch.testing.assert_close(found[0], found[1])


def test_losses_do_not_overflow() -> None:
    far = torch.tensor([1e4, -1e4])
    assert discriminator_loss(far, -far).isfinite()
    assert generator_loss(far).isfinite()


@pytest.mark.equation("eq:gan-circle")
@pytest.mark.parametrize("eta", [0.1, 0.5])
def test_players_who_step_at_once_move_away(eta: float) -> None:
    a, c = [0.7], [-0.4]
    for t in range(4):
        a_t, c_t = a[t], c[t]
        leaf = torch.tensor([a_t, c_t], requires_grad=True)
        (slope,) = torch.autograd.grad(leaf.prod(), leaf)
        a.append(a_t + eta * slope[0].item())  # the generator raises c a
        c.append(c_t - eta * slope[1].item())
    formula("eq:gan-circle").check(
        {"a": a, "c": c, r"\eta": eta, "t": range(1, 5)}, tolerance=1e-6
    )


# Modes


@pytest.mark.equation("eq:gan-modes")
@pytest.mark.parametrize("counts", [[5, 1, 2, 9, 1, 1, 3, 4], [7] * 8])
def test_modes_are_counted(counts: list[int]) -> None:
    places = centres().double().repeat_interleave(torch.tensor(counts), dim=0)
    x = places + 0.05 * normal(*places.shape)
    s = torch.tensor(counts, dtype=torch.float64) / sum(counts)
    formula("eq:gan-modes").check({"K": mode_count(x[None])[0], "s": s})


def test_modes_of_the_page() -> None:
    one, other = centres()[0], centres()[3]
    x = torch.stack(
        [
            one.expand(10, 2),
            torch.cat([one.expand(5, 2), other.expand(5, 2)]),
            torch.cat([one.expand(9, 2), other.expand(1, 2)]),
        ]
    )
    assert mode_count(x).tolist() == pytest.approx([1, 2, 1.38], abs=0.005)
    assert share_near(torch.cat([x, 2 * x], dim=1)).tolist() == [0.5] * 3


def test_ring() -> None:
    torch.manual_seed(0)
    x = ring(3, 4000)
    assert x.shape == (3, 4000, 2)
    near = 1 - math.exp(-4.5)  # Rayleigh, three deviations
    assert share_near(x).mean().item() == pytest.approx(near, abs=0.005)
    assert mode_count(x).min() > 7.98
    moments = x.square().sum(dim=2).mean().item()
    assert moments == pytest.approx(1 + 2 * 0.1**2, abs=0.01)
    torch.testing.assert_close(centres().norm(dim=1), torch.ones(8))


# Training


def test_moments_of_the_target() -> None:
    torch.manual_seed(0)
    G, D = Networks(4, 1, 1).double(), Networks(4, 1, 16, 1).double()
    losses = train_gan(
        G,
        D,
        lambda: 1 + 2 * torch.randn(4, 64, 1, dtype=torch.float64),
        lambda: torch.randn(4, 64, 1, dtype=torch.float64),
        steps=200,
    )
    made = G(normal(4, 2000, 1)).detach()
    assert made.mean().item() == pytest.approx(1, abs=0.15)
    assert made.std(dim=1).mean().item() == pytest.approx(2, abs=0.2)
    assert losses.shape == (200, 2)
    assert losses[-50:, 0].mean().item() == pytest.approx(1.386, abs=0.03)


class Recorder(nn.Module):
    """One weight, and how often it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor([0.5]))
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.w * x


@pytest.mark.parametrize("turns", [1, 3])
def test_turns(turns: int) -> None:
    """Who is called how often; the first step is Adam's, sign and size."""
    G, D = Recorder(), Recorder()
    losses = train_gan(
        G,
        D,
        lambda: torch.tensor([2.0]),
        lambda: torch.tensor([1.0]),
        1,
        rate=0.01,
        generator_steps=turns,
    )
    assert (G.calls, D.calls) == (1 + turns, 2 + turns)
    # D prefers 2 to 0.5: its weight rises; then G makes a larger point
    assert D.w.item() == pytest.approx(0.51, abs=1e-6)
    assert G.w.item() == pytest.approx(0.5 + 0.01 * turns, abs=2e-4)
    o, made = torch.tensor(1.0), torch.tensor(0.25)
    assert losses[0, 0].item() == pytest.approx(
        discriminator_loss(o, made).item()
    )
    before = 0.5 + 0.01 * (turns - 1)
    answer = torch.tensor(0.51 * before)
    assert losses[0, 1].item() == pytest.approx(
        generator_loss(answer).item(), abs=1e-4
    )


def test_momentum_is_adams() -> None:
    """With momentum the first steps go on where the slope has turned."""
    ends = []
    for momentum in (0.0, 0.9):
        D = Recorder()
        real = iter([torch.tensor([2.0]), torch.tensor([-0.5])]).__next__
        train_gan(
            Recorder(), D, real, lambda: torch.zeros(1), 2, momentum=momentum
        )
        ends.append(D.w.item())
    assert ends[0] < 0.51 < ends[1]


def test_networks_are_perceptrons() -> None:
    torch.manual_seed(0)
    stack = Networks(3, 2, 5, 4, 1).double()
    x = normal(3, 7, 2)
    for i in range(3):
        layers: list[nn.Module] = []
        for W, b in zip(stack.W, stack.b, strict=True):
            layer = nn.Linear(*W.shape[1:]).double()
            layer.weight.data, layer.bias.data = W[i].T, b[i, 0] + 0.1
            layers += [layer, nn.ReLU()]
        with torch.no_grad():
            for b in stack.b:
                b[i] += 0.1
        one = nn.Sequential(*layers[:-1])
        torch.testing.assert_close(stack(x)[i], one(x[i]))
    W = Networks(40, 50, 30).W[0]
    assert W.std().item() == pytest.approx(1 / math.sqrt(50), rel=0.02)


# Numbers in the text


def test_numbers_of_the_page() -> None:
    p, q = torch.tensor([0.6, 0.3, 0.1]), torch.tensor([0.2, 0.3, 0.5])
    divergence = jensen_shannon(p, q).item()
    assert divergence == pytest.approx(0.125, abs=5e-4)
    assert 2 * divergence - math.log(4) == pytest.approx(-1.136, abs=5e-4)
    # exercise 1
    p, q = torch.tensor([0.5, 0.25, 0.25]), torch.tensor([0.25, 0.5, 0.25])
    D = optimal_discriminator(p, q)
    assert D.tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 2])
    assert value(p, q, D).item() == pytest.approx(-1.301, abs=5e-4)
    assert jensen_shannon(p, q).item() == pytest.approx(0.042, abs=5e-4)
    # exercise 2: a step to either side of the answer costs more
    squares = p * (D - 1) ** 2 + q * D**2
    for step in (-0.01, 0.01):
        moved = p * (D + step - 1) ** 2 + q * (D + step) ** 2
        assert (moved > squares).all()
    # exercise 5: 32 points, one of 50 from the rare mode
    missed = torch.tensor(0.98).pow(32).item()
    assert missed == pytest.approx(0.52, abs=0.005)


def test_answer_of_the_question_on_the_way() -> None:
    p, q = torch.tensor([0.2]), torch.tensor([0.05])
    assert optimal_discriminator(p, q).item() == pytest.approx(0.8)


# Errors


@pytest.mark.parametrize("function", [optimal_discriminator, jensen_shannon])
def test_cells_must_fit(function: Callable[[Tensor, Tensor], Tensor]) -> None:
    p = torch.tensor([0.5, 0.5, 0.0])
    with pytest.raises(ValueError, match=r"both be \(N,\), got \(3,\)"):
        function(p, p[:2])
    with pytest.raises(ValueError, match=r"both be \(N,\), got \(1, 3\)"):
        function(p[None], p[None])
    with pytest.raises(ValueError, match="nor both 0 in a cell"):
        function(p, p)
    with pytest.raises(ValueError, match="must not be negative"):
        function(-p, p + 1)
    with pytest.raises(ValueError, match="must not be negative"):
        function(p + 1, -p)


def test_losses_need_logits() -> None:
    some, none = torch.zeros(2), torch.zeros(0, 1)
    with pytest.raises(ValueError, match=r"real must hold a logit, got \(0"):
        discriminator_loss(none, some)
    with pytest.raises(ValueError, match="fake must hold a logit"):
        discriminator_loss(some, none)
    with pytest.raises(ValueError, match="fake must hold a logit"):
        generator_loss(none)


@pytest.mark.parametrize("name", ["steps", "generator_steps"])
def test_steps_must_be_positive(name: str) -> None:
    sizes = {"steps": 1, "generator_steps": 1, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        train_gan(Recorder(), Recorder(), Tensor, Tensor, **sizes)


def test_networks_need_sizes() -> None:
    with pytest.raises(ValueError, match=r"sizes must be at least two, got"):
        Networks(2, 3)
    with pytest.raises(ValueError, match="S must be at least 1, got 0"):
        Networks(0, 2, 1)
    with pytest.raises(ValueError, match=r"sizes\[1\] must be at least 1"):
        Networks(2, 2, 0)
    with pytest.raises(ValueError, match=r"shape\[1\] must be at least 1"):
        ring(3, 0)
    for shape in ((2, 4), (3, 4, 2), (2, 4, 3)):
        with pytest.raises(ValueError, match=r"x must be \(2, B, 2\), got"):
            Networks(2, 2, 1)(torch.zeros(shape))


@pytest.mark.parametrize("function", [mode_count, share_near])
@pytest.mark.parametrize("shape", [(4, 2), (1, 4, 3), (1, 0, 2)])
def test_points_must_fit(
    function: Callable[[Tensor], Tensor], shape: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=r"x must be \(S, B, 2\), got"):
        function(torch.zeros(shape))
