"""How fast the multilayer perceptron is beside PyTorch's layers."""

import torch
from torch import nn

from book.run.bench import Case, Made
from d2lcode.mlp.multilayer_perceptron import MLP


def networks(B: int, D: int, H: int, C: int) -> Made:
    own = MLP((D, H, H, C))
    layers = [nn.Linear(D, H), nn.Linear(H, H), nn.Linear(H, C)]
    for layer, W, b in zip(layers, own.weights, own.biases, strict=True):
        layer.weight.data.copy_(W.T)
        layer.bias.data.copy_(b)
    first, second, last = layers
    library = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)
    return own, library, [torch.randn(B, D)]


CASES = [
    Case(
        "MLP",
        "nn.Sequential",
        networks,
        {"B": 256, "D": 784, "H": 256, "C": 10},
    )
]
