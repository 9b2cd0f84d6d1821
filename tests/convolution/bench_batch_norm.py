"""How fast batch normalization is beside PyTorch's."""

import torch
from torch import nn

from book.run.bench import Case, Made
from d2lcode.convolution.batch_norm import BatchNorm
from tests.bench_reasons import PASSES


def layer(B: int, C: int, side: int) -> Made:
    return (
        BatchNorm(C), nn.BatchNorm2d(C), [torch.randn(B, C, side, side)]
    )  # fmt: skip


CASES = [
    Case("BatchNorm", "nn.BatchNorm2d", layer,
         {"B": 32, "C": 64, "side": 16}, PASSES),
]  # fmt: skip
