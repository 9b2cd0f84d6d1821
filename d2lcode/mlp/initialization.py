"""Initialization: what an activation keeps, Xavier, He, signals."""

import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Activation = Callable[[Tensor], Tensor]


def gaussian_mean(function: Activation, q: float) -> float:
    """Return the mean of function(z) for normal z, mean 0, variance q.

    function acts elementwise and grows slower than exp(z^2 / (2 q)).
    Raises: ValueError if q is not positive and finite.
    """
    if not 0 < q < math.inf:
        raise ValueError(f"q must be positive and finite, got {q}")
    t = torch.linspace(-10, 10, 20_000, dtype=torch.float64)
    density = torch.exp(-(t**2) / 2)
    values = function(math.sqrt(q) * t)
    return ((values * density).sum() / density.sum()).item()


def kept(activation: Activation, q: float = 1.0) -> float:
    """Return the share of the second moment q that activation keeps.

    Raises: ValueError if q is not positive and finite.
    """
    mean_square = gaussian_mean(lambda z: activation(z) ** 2, q)
    return mean_square / q  # eq:init-kept


def slope_kept(activation: Activation, q: float = 1.0) -> float:
    """Return the mean squared slope of activation at second moment q.

    Raises: ValueError if q is not positive and finite.
    """

    def squared_slope(z: Tensor) -> Tensor:
        z = z.requires_grad_()
        (slope,) = torch.autograd.grad(activation(z).sum(), z)
        return slope**2

    return gaussian_mean(squared_slope, q)  # eq:init-backward


def gain(activation: Activation, q: float = 1.0) -> float:
    """Return the factor on the weights that makes up for activation.

    Raises: ValueError if q is not positive and finite, or if activation
        keeps nothing.
    """
    share = kept(activation, q)
    if share <= 0:
        raise ValueError(
            f"activation must keep some of the signal, got {share}"
        )
    return 1 / math.sqrt(share)  # eq:init-gain


def xavier_uniform_(W: Tensor, factor: float = 1.0) -> Tensor:
    """Fill W in place, uniformly, with variance 2 factor^2 / (D + H).

    Shapes: W (D, H), for x @ W; pass layer.weight.T of an nn.Linear.
    Raises: ValueError if W is no matrix or factor is not positive.
    Source: Glorot and Bengio 2010, equation 16 (there factor = 1).
    """
    _check_weight(W, factor)
    D, H = W.shape
    sigma = factor * math.sqrt(2 / (D + H))  # eq:init-xavier
    r = math.sqrt(3) * sigma  # eq:init-xavier
    with torch.no_grad():
        return W.uniform_(-r, r)


def kaiming_normal_(
    W: Tensor, factor: float = math.sqrt(2), mode: str = "fan_in"
) -> Tensor:
    """Fill W in place, normally, with variance factor^2 / fan.

    factor: the gain of the activation, sqrt(2) for ReLU.
    mode: "fan_in" keeps the forward signal (fan D), "fan_out" the
        gradient (fan H).
    Shapes: W (D, H), for x @ W; pass layer.weight.T of an nn.Linear.
    Raises: ValueError if W, factor or mode is not as it must be.
    Source: He et al. 2015, arXiv:1502.01852, equations 10 and 14.
    """
    _check_weight(W, factor)
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode must be 'fan_in' or 'fan_out', got {mode!r}")
    D, H = W.shape
    fan = D if mode == "fan_in" else H
    with torch.no_grad():
        return W.normal_(0, factor / math.sqrt(fan))  # eq:init-he


def signals(
    x: Tensor, weights: Sequence[Tensor], activation: Activation, g: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the mean squares of all activations and their gradients.

    x is the input of a stack of layers activation(h @ W), g the
    gradient of a loss with respect to its output.

    Shapes: x (B, D), weights (D, H), (H, K), ..., g like the output
        -> two of (L + 1,) for L layers, from the input to the output.
    Raises: ValueError if there is no layer or a shape does not fit.
    """
    _check_stack(x, weights, g)
    h = [x.detach().clone().requires_grad_()]
    for W in weights:
        h.append(activation(h[-1] @ W.detach()))  # eq:init-forward
    gradients = torch.autograd.grad(h[-1], h, g)  # eq:init-backward
    forward = torch.stack([a.detach().square().mean() for a in h])
    backward = torch.stack([a.square().mean() for a in gradients])
    return forward, backward


def _check_weight(W: Tensor, factor: float) -> None:
    """Raise ValueError unless W is a matrix and 0 < factor < infinity."""
    if W.ndim != 2 or W.numel() == 0:
        raise ValueError(
            f"W must be (D, H) with D, H > 0, got {tuple(W.shape)}"
        )
    if not 0 < factor < math.inf:
        raise ValueError(f"factor must be positive and finite, got {factor}")


def _check_stack(x: Tensor, weights: Sequence[Tensor], g: Tensor) -> None:
    """Raise ValueError unless x, the weights and g fit one another."""
    shapes = [tuple(a.shape) for a in (x, *weights, g)]
    ring = [*shapes[:-1], shapes[-1][::-1], shapes[0]]
    if len(shapes) < 3 or any(
        len(a) != 2 or a[1:] != b[:1] for a, b in itertools.pairwise(ring)
    ):
        raise ValueError(
            "weights must be at least one matrix and fit x (B, D) and "
            f"g (B, K), got x, weights, g of shapes {shapes}"
        )
