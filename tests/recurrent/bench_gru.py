"""How fast the GRU is beside PyTorch's."""

import torch
from torch import nn

from book.run.bench import Case, Made
from d2lcode.recurrent.gru import GRU, GRUCell
from tests.bench_reasons import STEPS


def copy(cell: GRUCell, library: nn.GRU) -> None:
    """Give the library's layer the weights of ours."""
    for theirs, ours in (
        (library.weight_ih_l0, cell.W),
        (library.weight_hh_l0, cell.U),
        (library.bias_ih_l0, cell.b),
        (library.bias_hh_l0, cell.c),
    ):
        theirs.data.copy_(ours.T if ours.ndim == 2 else ours)


def gru(B: int, T: int, D: int, H: int) -> Made:
    own, library = GRU(D, H), nn.GRU(D, H, batch_first=True)
    copy(own.cell, library)
    return own, library, [torch.randn(B, T, D)]


CASES = [
    Case("GRU", "nn.GRU", gru, {"B": 32, "T": 64, "D": 32, "H": 32}, STEPS),
    Case("GRU", "nn.GRU", gru, {"B": 32, "T": 64, "D": 256, "H": 256}),
]
