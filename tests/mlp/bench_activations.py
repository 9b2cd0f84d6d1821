"""How fast activation functions are beside PyTorch's."""

from functools import partial

import torch
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.mlp import activations
from tests.bench_reasons import CHOICE, PASSES, STABLE

SIZES = {"B": 256, "H": 256}


def pair(own: str, library: str, B: int, H: int) -> Made:
    of = torch if library.startswith("torch.") else F
    theirs = getattr(of, library.rpartition(".")[2])
    return getattr(activations, own), theirs, [torch.randn(B, H)]


CASES = [
    Case(own, library, partial(pair, own, library), SIZES, why)
    for own, library, why in (
        ("relu", "F.relu", CHOICE),
        ("leaky_relu", "F.leaky_relu", CHOICE),
        ("sigmoid", "torch.sigmoid", STABLE),
        ("tanh", "torch.tanh", STABLE),
        ("gelu", "F.gelu", PASSES),
    )
]
