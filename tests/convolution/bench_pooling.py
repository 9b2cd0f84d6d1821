"""How fast the pooling is beside PyTorch's."""

import torch
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.convolution.pooling import pool2d

COPIES = {
    "en": "the cells of every window are copied side by side before the "
    "largest is taken; PyTorch's function reads them where they are.",
    "zh": "先把每个窗口的各格并排复制出来，再取最大；"
    "PyTorch 的函数直接在原处读取。",
}


def pooling(B: int, C: int, n: int) -> Made:
    def own(x: torch.Tensor) -> torch.Tensor:
        return pool2d(x, 2, 2)

    def library(x: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(x, 2, 2)

    return own, library, [torch.randn(B, C, n, n)]


CASES = [
    Case(
        "pool2d", "F.max_pool2d", pooling, {"B": 16, "C": 16, "n": 32}, COPIES
    ),
]
