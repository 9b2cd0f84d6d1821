"""AdaGrad, RMSProp and Adadelta: a step of its own for each coordinate."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


def _check(**settings: float) -> None:
    """Raise ValueError for a setting that is out of its range."""
    for name, value in settings.items():
        if name == "lr" and not 0 < value < math.inf:
            raise ValueError(f"lr must be positive and finite, got {value}")
        if name in ("alpha", "rho") and not 0 <= value < 1:
            raise ValueError(f"{name} must be in [0, 1), got {value}")
        if name in ("eps", "weight_decay") and not 0 <= value < math.inf:
            raise ValueError(f"{name} must be >= 0 and finite, got {value}")


class AdaGrad(Optimizer):
    """Divide each gradient by the root of the sum of all its squares.

    Raises: ValueError for a setting out of range.
    Source: Duchi, Hazan and Singer 2011, with epsilon as in PyTorch.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 0.01,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        _check(lr=lr, eps=eps, weight_decay=weight_decay)
        settings = {"lr": lr, "eps": eps, "weight_decay": weight_decay}
        super().__init__(parameters, settings)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take one step; parameters without a gradient stay."""
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                g = p.grad + group["weight_decay"] * p
                state = self.state[p]
                s = state.get("s", torch.zeros_like(p))
                s = s + g**2  # eq:adagrad-sum
                state["s"] = s
                ratio = g / (s.sqrt() + group["eps"])
                p -= group["lr"] * ratio  # eq:adagrad-update


class RMSProp(Optimizer):
    """Divide each gradient by the root of a running mean of its squares.

    Raises: ValueError for a setting out of range.
    Source: Tieleman and Hinton 2012, with epsilon as in PyTorch.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        _check(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay)
        settings = {"lr": lr, "alpha": alpha, "eps": eps}
        super().__init__(parameters, settings | {"weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take one step; parameters without a gradient stay."""
        for group in self.param_groups:
            alpha = group["alpha"]
            for p in (p for p in group["params"] if p.grad is not None):
                g = p.grad + group["weight_decay"] * p
                state = self.state[p]
                s = state.get("s", torch.zeros_like(p))
                s = alpha * s + (1 - alpha) * g**2  # eq:adagrad-rms
                state["s"] = s
                ratio = g / (s.sqrt() + group["eps"])
                p -= group["lr"] * ratio  # eq:adagrad-update


class Adadelta(Optimizer):
    """As RMSProp, times the root mean square of its own past steps.

    Raises: ValueError for a setting out of range.
    Source: Zeiler 2012, with a factor lr, as in PyTorch.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        _check(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)
        settings = {"lr": lr, "rho": rho, "eps": eps}
        super().__init__(parameters, settings | {"weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take one step; parameters without a gradient stay."""
        for group in self.param_groups:
            rho, eps = group["rho"], group["eps"]
            for p in (p for p in group["params"] if p.grad is not None):
                g = p.grad + group["weight_decay"] * p
                state = self.state[p]
                s = state.get("s", torch.zeros_like(p))
                u = state.get("u", torch.zeros_like(p))
                s = rho * s + (1 - rho) * g**2
                change = ((u + eps) / (s + eps)).sqrt() * g
                u = rho * u + (1 - rho) * change**2  # eq:adagrad-changes
                state["s"], state["u"] = s, u
                p -= group["lr"] * change  # eq:adagrad-delta
