"""How fast the masked loss is beside PyTorch's."""

import torch
from torch import Tensor
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.attention.machine_translation import valid_mask
from d2lcode.attention.seq2seq import masked_cross_entropy
from tests.bench_reasons import PASSES


def losses(B: int, T: int, V: int) -> Made:
    target, valid_len = torch.randint(V, (B, T)), torch.randint(1, T + 1, (B,))
    ignored = target.masked_fill(~valid_mask(valid_len, T), -100)

    def ours(logits: Tensor) -> Tensor:
        return masked_cross_entropy(logits, target, valid_len)

    def library(logits: Tensor) -> Tensor:
        return F.cross_entropy(logits.flatten(0, 1), ignored.flatten())

    return ours, library, [torch.randn(B, T, V)]


CASES = [
    Case(
        "masked_cross_entropy",
        "F.cross_entropy",
        losses,
        {"B": 64, "T": 16, "V": 70},
        PASSES,
    ),
]
