"""How fast the linear model and its loss are beside PyTorch's."""

import torch
from torch import Tensor
from torch.nn import functional as F

from book.run.bench import Case, Made
from d2lcode.linear.linear_regression import linreg, squared_loss
from tests.bench_reasons import PASSES


def models(B: int, D: int) -> Made:
    def library(X: Tensor, w: Tensor, b: Tensor) -> Tensor:
        return F.linear(X, w[None], b)[:, 0]

    return (
        linreg,
        library,
        [torch.randn(B, D), torch.randn(D), torch.zeros(1)],
    )


def losses(B: int) -> Made:
    def library(y_hat: Tensor, y: Tensor) -> Tensor:
        return F.mse_loss(y_hat, y) / 2

    return squared_loss, library, [torch.randn(B), torch.randn(B)]


CASES = [
    Case("linreg", "F.linear", models, {"B": 1024, "D": 256}),
    Case("squared_loss", "F.mse_loss", losses, {"B": 65536}, PASSES),
]
