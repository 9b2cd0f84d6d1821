"""A decoder that asks the whole source at every step."""

import math

import torch
from torch import Tensor, nn

from d2lcode.attention.attention import attention, length_mask
from d2lcode.attention.seq2seq import Encoder
from d2lcode.recurrent.gru import GRU

__all__ = ["AttentionDecoder", "AttentionSeq2Seq", "greedy"]


class AttentionDecoder(nn.Module):
    """Write a sentence, with another context at every step.

    Shapes: inputs (B, T), h (B, H), e (B, S, H), mask (B, 1, S), True =
        attend -> logits (B, T, V), last state (B, H), weights (B, T, S).
    Raises: ValueError if a shape or the mask is wrong.
    Source: Luong et al. 2015, arXiv:1508.04025, section 3.1, "general".
    Deviation: the scores are divided by the root of H.
    """

    def __init__(self, V: int, D: int, H: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.gru = GRU(D, H)
        self.W_q = nn.Parameter(torch.randn(H, H) / math.sqrt(H))
        self.W_m = nn.Parameter(torch.randn(2 * H, H) / math.sqrt(2 * H))
        self.out = nn.Linear(H, V)

    def forward(
        self, inputs: Tensor, h: Tensor, e: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        d, h = self.gru(self.embedding(inputs), h)  # eq:align-state
        q = d @ self.W_q  # (B, T, H), eq:align-query
        c, weights = attention(q, e, e, mask)  # eq:align-context
        m = torch.tanh(torch.cat([c, d], dim=2) @ self.W_m)  # eq:align-mix
        return self.out(m), h, weights  # eq:align-logits


class AttentionSeq2Seq(nn.Module):
    """The encoder as it was, and a decoder with attention.

    Shapes: source (B, S), source_len (B,), inputs (B, T)
        -> logits (B, T, V).
    """

    def __init__(self, V_source: int, V_target: int, D: int, H: int) -> None:
        super().__init__()
        self.encoder = Encoder(V_source, D, H)
        self.decoder = AttentionDecoder(V_target, D, H)

    def forward(
        self, source: Tensor, source_len: Tensor, inputs: Tensor
    ) -> Tensor:
        e, last = self.encoder(source, source_len)  # (B, S, H), (B, H)
        mask = length_mask(source_len, source.shape[1])  # (B, 1, S)
        logits: Tensor = self.decoder(inputs, last, e, mask)[0]
        return logits


@torch.no_grad()
def greedy(
    model: AttentionSeq2Seq,
    source: Tensor,
    source_len: Tensor,
    bos: int,
    T: int,
) -> tuple[Tensor, Tensor]:
    """Write T words, at each step the likeliest, and say where it looked.

    Shapes: source (B, S), source_len (B,)
        -> words (B, T), weights (B, T, S).
    """
    e, h = model.encoder(source, source_len)
    mask = length_mask(source_len, source.shape[1])
    word = torch.full_like(source[:, :1], bos)  # (B, 1)
    written, looked = [], []
    for _ in range(T):
        logits, h, weights = model.decoder(word, h, e, mask)
        word = logits.argmax(dim=2)  # (B, 1)
        written.append(word)
        looked.append(weights)
    return torch.cat(written, dim=1), torch.cat(looked, dim=1)
