"""How fast attention is beside PyTorch's."""

import torch
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.attention.attention import attention, masked_softmax
from tests.bench_reasons import PASSES


def softmaxes(B: int, T: int) -> Made:
    scores = torch.randn(B, T, T)
    return masked_softmax, lambda x: F.softmax(x, dim=-1), [scores]


def scaled(B: int, T: int, d: int) -> Made:
    return (
        attention,
        F.scaled_dot_product_attention,
        [torch.randn(B, T, d) for _ in "qkv"],
    )


CASES = [
    Case("masked_softmax", "F.softmax", softmaxes, {"B": 32, "T": 64}, PASSES),
    Case(
        "attention",
        "F.scaled_dot_product_attention",
        scaled,
        {"B": 32, "T": 64, "d": 64},
        PASSES,
    ),
    Case(
        "attention",
        "F.scaled_dot_product_attention",
        scaled,
        {"B": 8, "T": 512, "d": 64},
        PASSES,
    ),
]
