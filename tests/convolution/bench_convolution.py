"""How fast cross-correlation by unfolding is beside PyTorch's."""

import torch
from torch import Tensor
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.convolution.convolution import corr2d


def library(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[:, None], K[None, None])[:, 0]


def corr(B: int, height: int, width: int, k: int) -> Made:
    return corr2d, library, [torch.randn(B, height, width), torch.randn(k, k)]


COPY = {
    "en": "`einsum` copies all windows side by side, k × k numbers for each "
    "output, before it multiplies; PyTorch's function reads them in place.",
    "zh": "`einsum` 在相乘之前先把所有窗口复制出来并排放好，"
    "每个输出要 k × k 个数；PyTorch 的函数就地读取。",
}

CASES = [
    Case(
        "corr2d", "F.conv2d", corr,
        {"B": 1, "height": 72, "width": 108, "k": 3}, COPY,
    ),
    Case(
        "corr2d", "F.conv2d", corr,
        {"B": 50, "height": 16, "width": 16, "k": 8}, COPY,
    ),
]  # fmt: skip
