"""Momentum: heavy ball and Nesterov, and how fast a valley lets them be."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


class Momentum(Optimizer):
    """Descent along a decaying sum of the gradients, the velocity.

    With `nesterov`, the parameters are those at which the gradient is
    taken, a step ahead, as in `torch.optim.SGD`.
    Raises: ValueError if lr is not positive and finite, or momentum not
        in [0, 1).
    Source: Polyak 1964; Nesterov 1983, in the form of Sutskever et al.
        2013.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float,
        momentum: float = 0.9,
        nesterov: bool = False,
    ) -> None:
        if not 0 < lr < math.inf:
            raise ValueError(f"lr must be positive and finite, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        settings = {"lr": lr, "momentum": momentum, "nesterov": nesterov}
        super().__init__(parameters, settings)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take one step; parameters without a gradient stay."""
        for group in self.param_groups:
            beta = group["momentum"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                v = state.get("velocity", torch.zeros_like(p))
                v = beta * v + p.grad  # eq:momentum-update
                state["velocity"] = v
                if group["nesterov"]:
                    v = p.grad + beta * v  # eq:momentum-nesterov
                p -= group["lr"] * v  # eq:momentum-update


def step_matrix(curvature: float, lr: float, momentum: float) -> Tensor:
    """Return what takes (theta_t, theta_{t-1}) one step of heavy ball on.

    The loss is half of curvature * theta**2; rows go in from the left.
    Shapes: -> (2, 2), float64.
    """
    first = 1 + momentum - lr * curvature
    rows = [[first, 1.0], [-momentum, 0.0]]  # eq:momentum-matrix
    return torch.tensor(rows, dtype=torch.float64)


def convergence_factor(
    curvatures: Iterable[float], lr: float, momentum: float
) -> float:
    """Return what a step multiplies the distance by, after many steps.

    It is the largest absolute value of an eigenvalue, over the
    curvatures; from 1 on, heavy ball does not converge.
    """
    roots = [
        torch.linalg.eigvals(step_matrix(curvature, lr, momentum)).abs()
        for curvature in curvatures
    ]
    return torch.stack(roots).max().item()


def best_settings(smallest: float, largest: float) -> tuple[float, float]:
    """Return the lr and momentum by which heavy ball is fastest.

    smallest, largest: the curvatures of a quadratic loss.
    Raises: ValueError unless 0 < smallest <= largest < infinity.
    Source: Polyak 1964.
    """
    if not 0 < smallest <= largest < math.inf:
        raise ValueError(
            "smallest and largest must be positive, finite and in order, "
            f"got {smallest} and {largest}"
        )
    low, high = math.sqrt(smallest), math.sqrt(largest)
    momentum = ((high - low) / (high + low)) ** 2  # eq:momentum-best
    return 4 / (high + low) ** 2, momentum  # eq:momentum-best
