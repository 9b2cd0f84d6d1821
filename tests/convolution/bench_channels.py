"""How fast convolution over channels by unfolding is beside PyTorch's."""

import torch
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.convolution.channels import conv2d_multi


def conv(B: int, C_in: int, C_out: int, side: int, k: int) -> Made:
    given = [
        torch.randn(B, C_in, side, side),
        torch.randn(C_out, C_in, k, k),
        torch.randn(C_out),
    ]
    return conv2d_multi, F.conv2d, given


COPY = {
    "en": "`einsum` copies all windows, C_in × k × k numbers for each place, "
    "and the backward pass adds them up again one by one; PyTorch's function "
    "works on the image itself.",
    "zh": "`einsum` 把所有窗口复制出来，每个位置要 C_in × k × k 个数，"
    "反向传播再把它们逐个加回去；PyTorch 的函数直接在图像上计算。",
}

CASES = [
    Case(
        "conv2d_multi", "F.conv2d", conv,
        {"B": 50, "C_in": 3, "C_out": 16, "side": 16, "k": 5}, COPY,
    ),
    Case(
        "conv2d_multi", "F.conv2d", conv,
        {"B": 8, "C_in": 32, "C_out": 32, "side": 32, "k": 3}, COPY,
    ),
]  # fmt: skip
