"""Adam with an L2 penalty or AMSGrad, and AdamW."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


def adam_direction(
    g: Tensor, state: dict[str, Any], group: dict[str, Any]
) -> Tensor:
    """Put a gradient into the averages; return their ratio.

    Shapes: g of any shape -> the same.
    state: t, m, v and v_max of one parameter; empty before its first.
    Source: Kingma and Ba 2015, algorithm 1; AMSGrad: Reddi et al. 2018,
        algorithm 2, with corrections, as in PyTorch.
    """
    if not state:
        zero = torch.zeros_like(g)
        state.update(t=0, m=zero, v=zero, v_max=zero)
    beta_1, beta_2 = group["betas"]
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g  # eq:adam-m
    v = beta_2 * state["v"] + (1 - beta_2) * g**2  # eq:adam-v
    v_max = torch.maximum(state["v_max"], v)  # eq:adam-amsgrad
    state.update(t=t, m=m, v=v, v_max=v_max)
    m_hat = m / (1 - beta_1**t)  # eq:adam-corrected
    v_hat = (v_max if group["amsgrad"] else v) / (1 - beta_2**t)
    return m_hat / (v_hat.sqrt() + group["eps"])


class Adam(Optimizer):
    """Steps along an average gradient, divided by its average size.

    weight_decay: of an L2 penalty, whose gradient is added.
    Raises: ValueError if an argument is out of its range.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        _check_settings(lr, betas, eps, weight_decay)
        settings = {"lr": lr, "betas": betas, "eps": eps}
        settings |= {"weight_decay": weight_decay}
        settings |= {"amsgrad": amsgrad, "maximize": maximize}
        super().__init__(parameters, settings)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take one step; parameters without a gradient stay."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    g = -p.grad if group["maximize"] else p.grad
                    self.move(p, g, group)

    def move(self, p: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        """Take the step of one parameter, in place."""
        g = g + group["weight_decay"] * p
        p -= group["lr"] * adam_direction(g, self.state[p], group)


class AdamW(Adam):
    """Adam that shrinks the weights beside the loss, not through it.

    Deviation: weight_decay is 0 unless given; in PyTorch 0.01.
    Source: Loshchilov and Hutter 2019, algorithm 2.
    """

    def move(self, p: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        """Shrink the weights, then step by the gradient alone."""
        p *= 1 - group["lr"] * group["weight_decay"]  # eq:adam-adamw
        p -= group["lr"] * adam_direction(g, self.state[p], group)


def _check_settings(
    lr: float, betas: tuple[float, float], eps: float, weight_decay: float
) -> None:
    if not 0 < lr < math.inf:
        raise ValueError(f"lr must be positive and finite, got {lr}")
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ValueError(f"betas must be two numbers in [0, 1), got {betas}")
    if not 0 <= eps < math.inf:
        raise ValueError(f"eps must be >= 0 and finite, got {eps}")
    if not 0 <= weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be >= 0 and finite, got {weight_decay}"
        )
