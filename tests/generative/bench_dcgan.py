"""How fast stamping is beside PyTorch's transposed convolution."""

import torch
from torch import Tensor
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.generative.dcgan import conv_transpose2d


def own(X: Tensor, K: Tensor) -> Tensor:
    return conv_transpose2d(X, K, padding=1, stride=2)


def library(X: Tensor, K: Tensor) -> Tensor:
    return F.conv_transpose2d(X, K, stride=2, padding=1)


def enlarge(B: int, C: int, C_out: int, side: int) -> Made:
    K = torch.randn(C, C_out, 4, 4)
    return own, library, [torch.randn(B, C, side, side), K]


STAMPS = {
    "en": "each of the 16 entries of the kernel reads the whole input and "
    "adds to a quarter of the whole output; PyTorch's function multiplies "
    "once and adds up what overlaps.",
    "zh": "卷积核的 16 个元素，每一个都要读一遍整个输入，"
    "再加到整个输出的四分之一上；PyTorch 的函数只乘一次，再把重叠处加起来。",
}

CASES = [
    Case(
        "conv_transpose2d", "F.conv_transpose2d", enlarge,
        {"B": 32, "C": 64, "C_out": 32, "side": 8}, STAMPS,
    )
]  # fmt: skip
