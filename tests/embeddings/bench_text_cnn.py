"""How fast the convolution is beside PyTorch's."""

import torch
from torch import Tensor, nn

from book.run.bench import Case, Made
from d2lcode.embeddings.text_cnn import Conv1d


class Library(nn.Module):
    """PyTorch's layer, its channels put behind the steps."""

    def __init__(self, D: int, C: int, k: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(D, C, k)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x.mT).mT


def conv(B: int, T: int, D: int, C: int, k: int) -> Made:
    own, library = Conv1d(D, C, k), Library(D, C, k)
    weight = own.W.detach().view(k, D, C).permute(2, 1, 0)
    library.conv.weight.data.copy_(weight)
    nn.init.normal_(own.b)
    library.conv.bias.data.copy_(own.b)
    return own, library, [torch.randn(B, T, D)]


CASES = [
    Case(
        "Conv1d",
        "nn.Conv1d",
        conv,
        {"B": 50, "T": 32, "D": 300, "C": 100, "k": 3},
    ),
]
