"""How fast dropout is beside PyTorch's."""

import torch
from torch import nn

from book.run.bench import Case, Made
from d2lcode.mlp.dropout import Dropout


def layers(B: int, H: int) -> Made:
    return Dropout(0.5), nn.Dropout(0.5), [torch.randn(B, H)]


CASES = [
    Case("Dropout", "nn.Dropout", layers, {"B": 256, "H": 256}, random=True)
]
