"""How fast softmax and cross-entropy are beside PyTorch's."""

import torch
from torch import nn
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.linear.softmax_regression import (
    SoftmaxRegression,
    cross_entropy,
    log_sum_exp,
    softmax,
)
from tests.bench_reasons import GUARDS, PASSES


def softmaxes(B: int, C: int) -> Made:
    return softmax, lambda x: F.softmax(x, dim=-1), [torch.randn(B, C)]


def sums(B: int, C: int) -> Made:
    def library(x: torch.Tensor) -> torch.Tensor:
        return torch.logsumexp(x, dim=-1)

    return log_sum_exp, library, [torch.randn(B, C)]


def models(B: int, D: int, C: int) -> Made:
    own, library = SoftmaxRegression(D, C), nn.Linear(D, C)
    own.W.data.copy_(library.weight.T)
    own.b.data.copy_(library.bias)
    return own, library, [torch.randn(B, D)]


def losses(B: int, C: int) -> Made:
    given = [torch.randn(B, C), torch.randint(C, (B,))]
    return cross_entropy, F.cross_entropy, given


SMALL = {"B": 256, "C": 10}
LARGE = {"B": 1024, "C": 1000}

CASES = [
    Case("softmax", "F.softmax", softmaxes, LARGE, PASSES),
    Case("log_sum_exp", "torch.logsumexp", sums, LARGE, PASSES),
    Case("cross_entropy", "F.cross_entropy", losses, SMALL, GUARDS),
    Case("cross_entropy", "F.cross_entropy", losses, LARGE, PASSES),
    Case(
        "SoftmaxRegression", "nn.Linear", models, {"B": 256, "D": 784, "C": 10}
    ),
]
