"""How fast the Transformer's layers are beside PyTorch's."""

import torch
from torch import nn

from book.run.bench import Case, Made
from d2lcode.attention.multi_head_attention import (
    MultiHeadAttention,
    causal_mask,
)
from d2lcode.attention.transformer import DecoderLayer, EncoderLayer, LayerNorm
from tests.bench_reasons import PASSES


def copy(ours: MultiHeadAttention, library: nn.MultiheadAttention) -> None:
    """Give the library's attention the weights of ours."""
    parts = ours.query, ours.key, ours.value
    library.in_proj_weight.data = torch.cat([p.weight for p in parts]).detach()
    library.in_proj_bias.data = torch.cat([p.bias for p in parts]).detach()
    library.out_proj.load_state_dict(ours.output.state_dict())


def norm(B: int, T: int, D: int) -> Made:
    return LayerNorm(D), nn.LayerNorm(D), [torch.randn(B, T, D)]


def encoder(B: int, T: int, D: int, H: int) -> Made:
    own = EncoderLayer(D, 4, H, True)
    library = nn.TransformerEncoderLayer(
        D, 4, H, dropout=0, batch_first=True, norm_first=True
    )
    copy(own.attention, library.self_attn)
    library.linear1.load_state_dict(own.feed[0].state_dict())
    library.linear2.load_state_dict(own.feed[2].state_dict())
    return own, library, [torch.randn(B, T, D)]


def decoder(B: int, T: int, D: int, H: int) -> Made:
    own = DecoderLayer(D, 4, H, True)
    library = nn.TransformerDecoderLayer(
        D, 4, H, dropout=0, batch_first=True, norm_first=True
    )
    copy(own.attention, library.self_attn)
    copy(own.cross, library.multihead_attn)
    library.linear1.load_state_dict(own.feed[0].state_dict())
    library.linear2.load_state_dict(own.feed[2].state_dict())
    mask = causal_mask(T)
    return (
        lambda x, memory: own(x, memory, mask),
        lambda x, memory: library(x, memory, tgt_mask=~mask[0]),
        [torch.randn(B, T, D), torch.randn(B, T, D)],
    )


CASES = [
    Case(
        "LayerNorm", "nn.LayerNorm", norm, {"B": 32, "T": 32, "D": 64}, PASSES
    ),
    Case(
        "EncoderLayer",
        "nn.TransformerEncoderLayer",
        encoder,
        {"B": 32, "T": 16, "D": 64, "H": 256},
        PASSES,
    ),
    Case(
        "DecoderLayer",
        "nn.TransformerDecoderLayer",
        decoder,
        {"B": 32, "T": 16, "D": 64, "H": 256},
        PASSES,
    ),
]
