"""How fast the loss of negative sampling is beside PyTorch's."""

import torch
from torch import Tensor
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.embeddings.negative_sampling import sgns_loss
from tests.bench_reasons import PASSES


def losses(B: int, S: int, R: int) -> Made:
    Y, M = torch.randint(2, (B, S, R)).float(), torch.rand(B, S, R)

    def ours(scores: Tensor) -> Tensor:
        return sgns_loss(scores, Y, M)

    def library(scores: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            scores, Y, weight=M, reduction="sum"
        )

    return ours, library, [torch.randn(B, S, R)]


CASES = [
    Case(
        "sgns_loss",
        "F.binary_cross_entropy_with_logits",
        losses,
        {"B": 16, "S": 32, "R": 74},
        PASSES,
    ),
]
