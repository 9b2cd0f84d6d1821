"""Exponentially weighted averages, with and without their correction."""

import torch
from torch import Tensor


def ema(x: Tensor, beta: float) -> Tensor:
    """Return the running averages m_1 to m_T of a series, from m_0 = 0.

    Shapes: x (T,) -> (T,).
    Raises: ValueError if x is not (T,) with T > 0, or beta not in
        0 <= beta < 1.
    """
    _check_beta(beta)
    _check_series(x)
    m = torch.zeros_like(x[0])
    averages = []
    for x_t in x:
        m = beta * m + (1 - beta) * x_t  # eq:ema-recursion
        averages.append(m)
    return torch.stack(averages)


def ema_corrected(x: Tensor, beta: float) -> Tensor:
    """Return the same averages, each divided by its total weight.

    Shapes: x (T,) -> (T,).
    Raises: ValueError as `ema` does.
    Source: Kingma and Ba 2015, section 3.
    """
    _check_beta(beta)
    _check_series(x)
    t = torch.arange(1, len(x) + 1, dtype=torch.float64).to(x.device)
    total = 1 - beta**t  # eq:ema-total
    return (ema(x, beta) / total).to(x.dtype)  # eq:ema-corrected


def ema_weights(t: int, beta: float) -> Tensor:
    """Return the weights of x_t, x_{t-1}, ..., x_1 in the corrected m_t.

    Shapes: -> (t,), float64, the newest first; they sum to 1.
    Raises: ValueError if t < 1, or beta is not in 0 <= beta < 1.
    """
    if t < 1:
        raise ValueError(f"t must be at least 1, got {t}")
    _check_beta(beta)
    age = torch.arange(t, dtype=torch.float64)  # k = 0, ..., t - 1
    return (1 - beta) * beta**age / (1 - beta**t)


def _check_beta(beta: float) -> None:
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in 0 <= beta < 1, got {beta}")


def _check_series(x: Tensor) -> None:
    if x.ndim != 1 or len(x) == 0:
        raise ValueError(f"x must be (T,), T > 0, got {tuple(x.shape)}")
    if not x.is_floating_point():
        raise ValueError(f"x must be floating point, got {x.dtype}")
