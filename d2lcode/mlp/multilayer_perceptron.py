"""Multilayer perceptrons: layers on raw parameters, and what they can do."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class MLP(nn.Module):
    """Layers x W + b with an activation between them, none at the end.

    Shapes: x (..., sizes[0]) -> (..., sizes[-1]).
    The first weights have mean 0 and variance 2 / inputs, biases are 0.
    Raises: ValueError unless sizes are two or more positive numbers and
        x has sizes[0] columns.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Callable[[Tensor], Tensor] = torch.relu,
    ) -> None:
        super().__init__()
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(
                f"sizes must be two or more positive numbers, got {sizes}"
            )
        self.activation = activation
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for D, H in pairwise(sizes):
            self.weights.append(torch.randn(D, H) * math.sqrt(2 / D))
            self.biases.append(torch.zeros(H))

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1:] != self.weights[0].shape[:1]:
            raise ValueError(
                f"x must be (..., {len(self.weights[0])}), "
                f"got {tuple(x.shape)}"
            )
        h = x
        for W, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            h = self.activation(h @ W + b)  # eq:mlp-layer
        return h @ self.weights[-1] + self.biases[-1]


def collapse(model: MLP) -> tuple[Tensor, Tensor]:
    """Return W and b of the one layer that `model` is without activation.

    Shapes: -> W (sizes[0], sizes[-1]), b (sizes[-1],).
    """
    W, b = model.weights[0], model.biases[0]
    for W_l, b_l in zip(model.weights[1:], model.biases[1:], strict=True):
        W, b = W @ W_l, b @ W_l + b_l  # eq:mlp-collapse
    return W, b


def interpolate(knots: Tensor, values: Tensor) -> MLP:
    """Return a network with one hidden layer through the given points.

    Between neighbouring knots it is linear; left of the first knot it is
    constant, right of the last the last slope goes on.
    Shapes: knots, values (m + 1,) -> x (..., 1) to (..., 1), m ReLUs.
    Raises: ValueError unless knots ascend and values match them.
    """
    if knots.ndim != 1 or len(knots) < 2 or not (knots.diff() > 0).all():
        raise ValueError(
            f"knots must be two or more ascending numbers, got {knots}"
        )
    if values.shape != knots.shape:
        raise ValueError(
            f"values must be {tuple(knots.shape)}, got {tuple(values.shape)}"
        )
    slopes = values.diff() / knots.diff()  # (m,)
    changes = torch.cat([slopes[:1], slopes.diff()])  # (m,)
    model = MLP((1, len(slopes), 1)).to(knots.dtype)
    with torch.no_grad():
        model.weights[0].fill_(1.0)
        model.biases[0].copy_(-knots[:-1])
        model.weights[1].copy_(changes[:, None])  # eq:mlp-interpolate
        model.biases[1].copy_(values[:1])
    return model


def sawtooth(depth: int) -> MLP:
    """Return a network of `depth` hidden layers with 2 ReLUs each.

    On 0..1 it goes up and down between 0 and 1, 2 ** depth times in all.
    Shapes: x (..., 1) -> (..., 1).
    Raises: ValueError if depth < 1.
    Source: Telgarsky 2016, arXiv:1602.04485.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    model = MLP([1] + [2] * depth + [1])
    tent = torch.tensor([[2.0], [-4.0]])  # (2, 1), eq:mlp-tent
    with torch.no_grad():
        model.weights[0].fill_(1.0)  # both units get x
        for W in model.weights[1:-1]:
            W.copy_(torch.cat([tent, tent], dim=1))  # both get the tent
        model.weights[-1].copy_(tent)
        for b in model.biases[:-1]:
            b.copy_(torch.tensor([0.0, -0.5]))
    return model


def count_pieces(model: MLP, points: Tensor) -> int:
    """Return how many slopes a piecewise linear network shows in a row.

    Shapes: points (n,), ascending; every kink should lie on one of them.
    Raises: ValueError unless there are three or more ascending points.
    """
    if points.ndim != 1 or len(points) < 3 or not (points.diff() > 0).all():
        raise ValueError("points must be three or more ascending numbers")
    with torch.no_grad():
        values = model(points[:, None])[:, 0]
    slopes = values.diff() / points.diff()
    scale = slopes.abs().max()
    return 1 + int((slopes.diff().abs() > 1e-6 * scale).sum())
