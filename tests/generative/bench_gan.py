"""How fast the losses are beside PyTorch's cross-entropy."""

import torch
from torch import Tensor
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.generative.gan import discriminator_loss


def library(real: Tensor, fake: Tensor) -> Tensor:
    entropy = F.binary_cross_entropy_with_logits
    ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
    return entropy(real, ones) + entropy(fake, zeros)


def loss(B: int) -> Made:
    return discriminator_loss, library, [torch.randn(B), torch.randn(B)]


CASES = [
    Case(
        "discriminator_loss",
        "F.binary_cross_entropy_with_logits",
        loss,
        {"B": 100_000},
    )
]
