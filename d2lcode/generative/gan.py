"""Generative adversarial networks: the game, its losses, its training."""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def centres() -> Tensor:
    """Return eight places on the unit circle, evenly spread: (8, 2)."""
    angle = math.pi / 4 * torch.arange(8)
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def ring(*shape: int) -> Tensor:
    """Draw points around the centres, each centre equally likely.

    Shapes: -> (*shape, 2).
    Raises: ValueError if a size is below 1.
    """
    _check_sizes(**{f"shape[{i}]": n for i, n in enumerate(shape)})
    centre = centres()[torch.randint(8, shape)]  # (..., 2)
    return centre + 0.1 * torch.randn(centre.shape)


def optimal_discriminator(p: Tensor, q: Tensor) -> Tensor:
    """Return the best answer in each cell: the share of p in p + q.

    Shapes: p, q (N,), probabilities or densities -> (N,).
    Raises: ValueError if the shapes differ, if a number is negative, or
        if both are 0 in a cell.
    """
    _check_cells(p, q)
    return p / (p + q)  # eq:gan-optimal


def jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    """Return the Jensen-Shannon divergence, from 0 to log 2.

    Shapes: p, q (N,), probabilities -> ().
    Raises: ValueError as optimal_discriminator does.
    """
    _check_cells(p, q)
    m = (p + q) / 2
    to_p = torch.xlogy(p, p / m).sum()  # xlogy: 0 where p is 0
    to_q = torch.xlogy(q, q / m).sum()
    return (to_p + to_q) / 2  # eq:gan-jensen


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Cross-entropy of the logits: real points are 1, made ones 0.

    Shapes: real, fake of any shape, not empty -> ().
    Raises: ValueError if there is no logit.
    Source: Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1.
    """
    _check_logits(real=real, fake=fake)
    # -log sigmoid(o) is softplus(-o), -log(1 - sigmoid(o)) softplus(o)
    return F.softplus(-real).mean() + F.softplus(fake).mean()  # eq:gan-loss-d


def generator_loss(fake: Tensor, saturating: bool = False) -> Tensor:
    """What the generator lowers, given the logits of its points.

    Shapes: fake of any shape, not empty -> ().
    Raises: ValueError if there is no logit.
    Source: Goodfellow et al. 2014, arXiv:1406.2661, section 3.
    """
    _check_logits(fake=fake)
    if saturating:
        return -F.softplus(fake).mean()  # eq:gan-saturating
    return F.softplus(-fake).mean()  # eq:gan-nonsaturating


def train_gan(
    G: nn.Module,
    D: nn.Module,
    real: Callable[[], Tensor],
    noise: Callable[[], Tensor],
    steps: int,
    rate: float = 0.01,
    momentum: float = 0.0,
    generator_steps: int = 1,
) -> Tensor:
    """Train a generator and a discriminator in turns.

    real, noise: each call draws a batch, of real points or of z.
    momentum: beta_1 of Adam.
    Shapes: -> (steps, 2), the losses of D and of G.
    Raises: ValueError if steps or generator_steps is below 1.
    Source: Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1.
    Deviation: Adam (beta_2 = 0.99) in place of plain gradient steps.
    """
    _check_sizes(steps=steps, generator_steps=generator_steps)
    betas = momentum, 0.99
    adam_D = torch.optim.Adam(D.parameters(), lr=rate, betas=betas)
    adam_G = torch.optim.Adam(G.parameters(), lr=rate, betas=betas)
    losses = torch.zeros(steps, 2)
    for step in range(steps):
        fake = G(noise()).detach()  # this step moves D alone
        loss_D = discriminator_loss(D(real()), D(fake))
        adam_D.zero_grad()
        loss_D.backward()
        adam_D.step()
        for _ in range(generator_steps):
            loss_G = generator_loss(D(G(noise())))  # and this one G alone
            adam_G.zero_grad()
            loss_G.backward()
            adam_G.step()
        losses[step] = torch.stack([loss_D, loss_G]).detach()
    return losses


class Networks(nn.Module):
    """S multilayer perceptrons side by side, each with its own weights.

    Shapes: x (S, B, sizes[0]) -> (S, B, sizes[-1]).
    Raises: ValueError if a number is below 1, if there are fewer than
        two sizes, or if x does not fit.
    """

    def __init__(self, S: int, *sizes: int) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes must be at least two, got {sizes}")
        _check_sizes(S=S, **{f"sizes[{i}]": n for i, n in enumerate(sizes)})
        self.W, self.b = nn.ParameterList(), nn.ParameterList()
        for before, after in pairwise(sizes):
            self.W.append(torch.randn(S, before, after) / math.sqrt(before))
            self.b.append(torch.zeros(S, 1, after))

    def forward(self, x: Tensor) -> Tensor:
        S, inputs, _ = self.W[0].shape
        if x.ndim != 3 or x.shape[0] != S or x.shape[2] != inputs:
            raise ValueError(
                f"x must be ({S}, B, {inputs}), got {tuple(x.shape)}"
            )
        for layer, (W, b) in enumerate(zip(self.W, self.b, strict=True)):
            if layer > 0:
                x = torch.relu(x)
            x = x @ W + b
        return x


def mode_count(x: Tensor) -> Tensor:
    """Return how many of the eight centres the points use.

    Shapes: x (S, B, 2) -> (S,), from 1 to 8.
    Raises: ValueError if x is not (S, B, 2) or empty.
    """
    _check_points(x)
    nearest = torch.cdist(x, centres().to(x)).argmin(dim=2)  # (S, B)
    s = F.one_hot(nearest, 8).to(x.dtype).mean(dim=1)  # (S, 8)
    return torch.exp(-torch.xlogy(s, s).sum(dim=1))  # eq:gan-modes


def share_near(x: Tensor) -> Tensor:
    """Return the share of points within 0.3 of a centre.

    Shapes: x (S, B, 2) -> (S,).
    Raises: ValueError if x is not (S, B, 2) or empty.
    """
    _check_points(x)
    distance = torch.cdist(x, centres().to(x)).amin(dim=2)  # (S, B)
    return (distance < 0.3).to(x.dtype).mean(dim=1)


def _check_cells(p: Tensor, q: Tensor) -> None:
    if p.shape != q.shape or p.ndim != 1:
        raise ValueError(
            "p and q must both be (N,), got "
            f"{tuple(p.shape)} and {tuple(q.shape)}"
        )
    if bool((p < 0).any() or (q < 0).any() or (p + q <= 0).any()):
        raise ValueError(
            "p and q must not be negative, nor both 0 in a cell, got "
            f"{p.tolist()} and {q.tolist()}"
        )


def _check_logits(**logits: Tensor) -> None:
    for name, o in logits.items():
        if o.numel() == 0:
            raise ValueError(f"{name} must hold a logit, got {tuple(o.shape)}")


def _check_points(x: Tensor) -> None:
    if x.ndim != 3 or x.shape[2] != 2 or x.numel() == 0:
        raise ValueError(f"x must be (S, B, 2), got {tuple(x.shape)}")


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
