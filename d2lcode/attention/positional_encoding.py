"""Positions for attention: sinusoids that are added, and rotations."""

import torch
from torch import Tensor

__all__ = ["frequencies", "rotary", "sinusoidal_encoding"]


def _check_sizes(d: int, base: float) -> None:
    """Refuse an odd or empty width, and a base that does not slow down.

    Raises: ValueError.
    """
    if d < 2 or d % 2 == 1:
        raise ValueError(f"d must be even and at least 2, got {d}")
    if not base > 1:
        raise ValueError(f"base must be greater than 1, got {base}")


def frequencies(d: int, base: float = 10_000.0) -> Tensor:
    """The angle that each of d / 2 pairs turns per position.

    Shapes: (d / 2,), in float64: a far position has a large angle.
    Raises: ValueError if d is odd or below 2, or base not above 1.
    Source: Vaswani et al. 2017, section 3.5.
    """
    _check_sizes(d, base)
    even = torch.arange(0, d, 2, dtype=torch.float64)
    return base ** (-even / d)  # eq:position-frequency


def sinusoidal_encoding(T: int, d: int, base: float = 10_000.0) -> Tensor:
    """Sines and cosines of the positions 0 .. T - 1, to be added.

    Shapes: (T, d), in PyTorch's default dtype.
    Raises: ValueError if T is below 1, and as frequencies.
    Source: Vaswani et al. 2017, section 3.5.
    """
    if T < 1:
        raise ValueError(f"T must be at least 1, got {T}")
    position = torch.arange(T, dtype=torch.float64)
    angle = position[:, None] * frequencies(d, base)  # (T, d / 2)
    pairs = torch.stack([angle.sin(), angle.cos()], dim=-1)  # (T, d / 2, 2)
    encoding = pairs.flatten(1)  # (T, d), eq:position-sinusoid
    return encoding.to(torch.get_default_dtype())


def rotary(
    x: Tensor, position: Tensor | None = None, base: float = 10_000.0
) -> Tensor:
    """Turn the pairs of queries or keys by angles that grow with position.

    Shapes: x (..., T, d), position (T,), any real numbers; None stands
        for 0 .. T - 1 -> (..., T, d).
    Raises: ValueError if a shape is wrong, and as frequencies.
    Source: Su et al. 2021, arXiv:2104.09864, equation 34.
    """
    if x.ndim < 2:
        raise ValueError(f"x must be (..., T, d), got {tuple(x.shape)}")
    T, d = x.shape[-2:]
    if position is None:
        position = torch.arange(T, device=x.device)
    if position.shape != (T,):
        raise ValueError(
            f"position must be ({T},), got {tuple(position.shape)}"
        )
    speed = frequencies(d, base).to(x.device)
    angle = position[:, None] * speed  # (T, d / 2)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]  # (..., T, d / 2) each
    turned = [a * cos - b * sin, a * sin + b * cos]  # eq:position-rotary
    return torch.stack(turned, dim=-1).flatten(-2)  # (..., T, d)
