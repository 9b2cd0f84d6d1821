"""Weight decay: penalty, shrinking update, ridge regression, AdamW."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn


def l2_penalty(w: Tensor) -> Tensor:
    """Return half the squared norm of w; its gradient is w itself.

    Shapes: w of any shape -> ().
    """
    return w.square().sum() / 2  # eq:decay-objective


def check_rates(learning_rate: float, weight_decay: float) -> None:
    """Raise ValueError unless learning_rate > 0 and weight_decay >= 0."""
    if not 0 < learning_rate < math.inf:
        raise ValueError(
            f"learning_rate must be positive and finite, got {learning_rate}"
        )
    if not 0 <= weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be >= 0 and finite, got {weight_decay}"
        )


def take_gradients(parameters: list[Tensor]) -> list[Tensor]:
    """Return all gradients and clear them; ValueError if one is None."""
    gradients = [w.grad for w in parameters if w.grad is not None]
    if len(gradients) < len(parameters):
        raise ValueError(
            "parameters must have gradients (call backward() first), got "
            f"{len(parameters) - len(gradients)} whose grad is None"
        )
    for w in parameters:
        w.grad = None
    return gradients


def sgd_with_decay(
    parameters: Iterable[Tensor], learning_rate: float, weight_decay: float
) -> None:
    """Shrink every parameter, then step once against its gradient.

    Works in place and clears the gradients, as `sgd` does.
    Raises: ValueError if a rate is out of range, a gradient missing.
    """
    check_rates(learning_rate, weight_decay)
    parameters = list(parameters)
    gradients = take_gradients(parameters)
    with torch.no_grad():
        for w, g in zip(parameters, gradients, strict=True):
            w *= 1 - learning_rate * weight_decay  # eq:decay-update
            w -= learning_rate * g  # eq:decay-update


def check_ridge(X: Tensor, weight_decay: float) -> None:
    """Raise ValueError unless X is (B, D) with B > 0, weight_decay > 0."""
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X must be (B, D), B > 0, got {tuple(X.shape)}")
    if not 0 < weight_decay < math.inf:
        raise ValueError(
            f"weight_decay must be positive and finite, got {weight_decay}"
        )


def ridge(X: Tensor, y: Tensor, weight_decay: float) -> tuple[Tensor, Tensor]:
    """Minimize half the mean squared error + weight_decay * l2_penalty(w).

    Shapes: X (B, D), y (B,) -> w (D,), b (); b is not penalized.
    Raises: ValueError if X, y or weight_decay is not as it must be.
    Source: Hoerl and Kennard 1970; their k is B * weight_decay.
    """
    check_ridge(X, weight_decay)
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must be ({len(X)},), got {tuple(y.shape)}")
    X_mean, y_mean = X.mean(dim=0), y.mean()
    U, s, V_T = torch.linalg.svd(X - X_mean, full_matrices=False)
    coordinates = U.T @ (y - y_mean) * s / (s**2 + len(X) * weight_decay)
    w = coordinates @ V_T  # eq:decay-shrink, (D,)
    return w, y_mean - X_mean @ w


def shrinkage(X: Tensor, weight_decay: float) -> Tensor:
    """Return ridge's factor for each singular direction of centred X.

    Shapes: X (B, D) -> (min(B, D),), in 0..1, in descending order.
    Raises: ValueError if X or weight_decay is not as it must be.
    """
    check_ridge(X, weight_decay)
    s = torch.linalg.svdvals(X - X.mean(dim=0))
    return s**2 / (s**2 + len(X) * weight_decay)  # eq:decay-shrink


def effective_degrees_of_freedom(X: Tensor, weight_decay: float) -> float:
    """Return how many free weights ridge has in effect (0..D).

    Raises: ValueError if X or weight_decay is not as it must be.
    """
    return shrinkage(X, weight_decay).sum().item()  # eq:decay-freedom


def adam_direction(
    g: Tensor,
    m: Tensor,
    v: Tensor,
    t: int,
    betas: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> Tensor:
    """Return the step of Adam for learning rate 1 (t = 1, 2, ...).

    Shapes: g, m, v alike -> the same; m and v are updated in place.
    Source: Kingma and Ba 2015, arXiv:1412.6980, Algorithm 1.
    """
    beta1, beta2 = betas
    m += (1 - beta1) * (g - m)  # eq:decay-adam
    v += (1 - beta2) * (g**2 - v)  # eq:decay-adam
    m_hat = m / (1 - beta1**t)  # eq:decay-adam
    v_hat = v / (1 - beta2**t)  # eq:decay-adam
    return m_hat / (v_hat.sqrt() + epsilon)


class AdamWithDecay:
    """Adam whose decay is in the gradient (L2), or decoupled (AdamW).

    Raises: ValueError if a rate is out of range, a gradient missing.
    Source: Loshchilov and Hutter 2019, arXiv:1711.05101, Algorithm 2.
    Deviation: the factor is 1 - learning_rate * weight_decay, as in
        torch.optim.AdamW; in the paper the schedule alone scales it.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float,
        weight_decay: float,
        decoupled: bool,
    ) -> None:
        check_rates(learning_rate, weight_decay)
        self.rates, self.decoupled = (learning_rate, weight_decay), decoupled
        self.parameters, self.t = list(parameters), 0
        self.m = [torch.zeros_like(w) for w in self.parameters]
        self.v = [torch.zeros_like(w) for w in self.parameters]

    def step(self) -> None:
        """Update the parameters in place and clear their gradients."""
        learning_rate, weight_decay = self.rates
        gradients = take_gradients(self.parameters)
        state = zip(self.parameters, gradients, self.m, self.v, strict=True)
        self.t += 1
        with torch.no_grad():
            for w, g, m, v in state:
                if self.decoupled:
                    w *= 1 - learning_rate * weight_decay  # eq:decay-adamw
                else:
                    g = g + weight_decay * w  # eq:decay-adam
                w -= learning_rate * adam_direction(g, m, v, self.t)


def decay_groups(
    model: nn.Module, weight_decay: float
) -> list[dict[str, object]]:
    """Return parameter groups that spare biases and other vectors.

    Parameters with two axes or more are decayed, all others are not.
    """
    parameters = list(model.parameters())
    matrices = [p for p in parameters if p.ndim >= 2]
    vectors = [p for p in parameters if p.ndim < 2]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
