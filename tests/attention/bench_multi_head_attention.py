"""How fast multi-head attention is beside PyTorch's, RNN and convolution."""

import torch
from torch import Tensor, nn

from book.run.bench import Case, Made
from d2lcode.attention.multi_head_attention import MultiHeadAttention
from tests.bench_reasons import PASSES


class Library(nn.Module):
    """The library's layer with our weights, as self-attention."""

    def __init__(self, ours: MultiHeadAttention) -> None:
        super().__init__()
        D = ours.query.in_features
        self.layer = nn.MultiheadAttention(D, ours.heads, batch_first=True)
        parts = ours.query, ours.key, ours.value
        with torch.no_grad():
            self.layer.in_proj_weight.copy_(
                torch.cat([m.weight for m in parts])
            )
            self.layer.in_proj_bias.copy_(torch.cat([m.bias for m in parts]))
        self.layer.out_proj.load_state_dict(ours.output.state_dict())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        output, weights = self.layer(x, x, x, average_attn_weights=False)
        return output, weights


def heads(B: int, T: int, D: int, h: int) -> Made:
    ours = MultiHeadAttention(D, h)
    return ours, Library(ours), [torch.randn(B, T, D)]


CASES = [
    Case(
        "MultiHeadAttention",
        "nn.MultiheadAttention",
        heads,
        {"B": 32, "T": 32, "D": 64, "h": 4},
        PASSES,
    ),
    Case(
        "MultiHeadAttention",
        "nn.MultiheadAttention",
        heads,
        {"B": 8, "T": 256, "D": 256, "h": 8},
        PASSES,
    ),
]
