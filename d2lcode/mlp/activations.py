"""Activation functions, their derivatives, and a count of dead ReLUs."""

import math

import torch
from torch import Tensor, nn


def _check_floating(x: Tensor, name: str = "x") -> None:
    """Raise ValueError unless the tensor holds floating-point numbers."""
    if not x.is_floating_point():
        raise ValueError(f"{name} must be floating point, got {x.dtype}")


def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-x)) without overflow; any shape, in 0..1."""
    _check_floating(x)
    zero = torch.zeros_like(x)
    log = torch.logaddexp(zero, -x)  # log(exp(0) + exp(-x))
    return torch.exp(-log)  # eq:act-sigmoid


def sigmoid_slope(x: Tensor) -> Tensor:
    """Return the derivative of sigmoid at x, in 0..1/4."""
    y = sigmoid(x)
    return y * (1 - y)  # eq:act-sigmoid


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent; any shape, in -1..1."""
    return 2 * sigmoid(2 * x) - 1  # eq:act-identity


def tanh_slope(x: Tensor) -> Tensor:
    """Return the derivative of tanh at x, in 0..1."""
    return 1 - tanh(x) ** 2  # eq:act-tanh


def _check_negative_slope(x: Tensor, a: float | Tensor) -> None:
    """Raise ValueError unless a is finite and (H,) for x (..., H), or ()."""
    a = torch.as_tensor(a)
    if a.ndim > 1 or (a.ndim == 1 and a.shape != x.shape[-1:]):
        wanted = f" or ({x.shape[-1]},)" if x.ndim else ""
        raise ValueError(f"a must be a number{wanted}, got {tuple(a.shape)}")
    if not torch.isfinite(a).all():
        raise ValueError(f"a must be finite, got {a.tolist()}")


def relu(x: Tensor) -> Tensor:
    """Return max(x, 0), entry by entry; any shape."""
    _check_floating(x)
    return torch.where(x <= 0, 0.0, x)  # eq:act-leaky, a = 0


def leaky_relu(x: Tensor, a: float | Tensor = 0.01) -> Tensor:
    """Return x where x > 0, else a x; PReLU, if a is learned.

    Shapes: x (..., H), a number or (H,) -> (..., H).
    Raises: ValueError if a has another shape or is not finite.
    Source: Maas et al. 2013; PReLU: He et al. 2015, arXiv:1502.01852.
    """
    _check_floating(x)
    _check_negative_slope(x, a)
    return torch.where(x > 0, x, a * x)  # eq:act-leaky


def leaky_relu_slopes(x: Tensor, a: float | Tensor) -> tuple[Tensor, Tensor]:
    """Return the derivatives by x and by a, entry by entry.

    Shapes and Raises: as leaky_relu; both results as x.
    """
    _check_floating(x)
    _check_negative_slope(x, a)
    by_x = torch.where(x > 0, torch.ones_like(x), a)  # eq:act-leaky
    by_a = torch.where(x > 0, torch.zeros_like(x), x)  # eq:act-leaky
    return by_x, by_a


def normal_cdf(x: Tensor) -> Tensor:
    """Return the standard normal distribution function, in 0..1."""
    _check_floating(x)
    return torch.erfc(-x / math.sqrt(2)) / 2


def gelu(x: Tensor) -> Tensor:
    """Return x times the normal distribution function at x; any shape.

    Source: Hendrycks and Gimpel 2016, arXiv:1606.08415.
    """
    return x * normal_cdf(x)  # eq:act-gelu


def gelu_slope(x: Tensor) -> Tensor:
    """Return the derivative of gelu at x, in -0.13..1.13."""
    density = torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    return normal_cdf(x) + x * density  # eq:act-gelu


def _check_pieces(z: Tensor) -> None:
    """Raise ValueError unless z is (K, ...) floating point with K > 0."""
    _check_floating(z, "z")
    if z.ndim == 0 or len(z) == 0:
        raise ValueError(f"z must be (K, ...), K > 0, got {tuple(z.shape)}")


def maxout(z: Tensor) -> Tensor:
    """Return the largest of K pieces. Shapes: z (K, ...) -> (...)."""
    _check_pieces(z)
    return z.max(dim=0).values  # eq:act-maxout


def maxout_slope(z: Tensor) -> Tensor:
    """Return the derivative by each piece: 1 for the winner, else 0.

    Shapes: z (K, ...) -> (K, ...).
    """
    _check_pieces(z)
    winner = z.max(dim=0).indices  # (...)
    slopes = [winner == k for k in range(len(z))]
    return torch.stack(slopes).to(z)  # eq:act-maxout


class Maxout(nn.Module):
    """A layer of H units, each the largest of K linear functions.

    Shapes: x (..., D) -> (..., H).
    Raises: ValueError if D, H or K is not positive, x not (..., D).
    Source: Goodfellow et al. 2013, arXiv:1302.4389.
    """

    def __init__(self, D: int, H: int, K: int = 2) -> None:
        super().__init__()
        if min(D, H, K) < 1:
            raise ValueError(f"D, H, K must be positive, got {D}, {H}, {K}")
        self.W = nn.Parameter(torch.randn(D, K * H) / math.sqrt(D))
        self.b = nn.Parameter(torch.zeros(K * H))
        self.K = K

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1:] != self.W.shape[:1]:
            D = len(self.W)
            raise ValueError(f"x must be (..., {D}), got {tuple(x.shape)}")
        z = x @ self.W + self.b
        pieces = torch.stack(z.chunk(self.K, dim=-1))  # K of them first
        return maxout(pieces)  # eq:act-maxout


def dead_units(h: Tensor) -> Tensor:
    """Say which units of a ReLU layer are zero for every sample.

    Shapes: h (N, H), the layer's outputs -> (H,) bool.
    Raises: ValueError unless h is (N, H), N > 0, without negatives.
    """
    if h.ndim != 2 or len(h) == 0:
        raise ValueError(f"h must be (N, H), N > 0, got {tuple(h.shape)}")
    if not (h >= 0).all():
        raise ValueError(
            "h must be outputs of a ReLU (>= 0), "
            f"got a smallest entry of {h.min().item()}"
        )
    return (h == 0).all(dim=0)  # eq:act-dead
