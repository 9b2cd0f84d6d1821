"""An encoder and a decoder: read a sentence, then write another."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from d2lcode.attention.machine_translation import (
    BOS,
    ParallelText,
    masked_mean,
    valid_mask,
    words,
)
from d2lcode.recurrent.gru import GRU

__all__ = [
    "Decoder",
    "Encoder",
    "Seq2Seq",
    "greedy",
    "masked_cross_entropy",
    "shift",
    "translate",
]


class Encoder(nn.Module):
    """Read a sentence into one vector, the context.

    Shapes: source (B, S), source_len (B,)
        -> the states of all steps (B, S, H), context (B, H).
    Raises: ValueError unless source_len is (B,), in 1 .. S.
    Source: Cho et al. 2014, arXiv:1406.1078, section 2.2.
    """

    def __init__(self, V: int, D: int, H: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.gru = GRU(D, H)

    def forward(
        self, source: Tensor, source_len: Tensor
    ) -> tuple[Tensor, Tensor]:
        B, S = source.shape
        if source_len.shape != (B,) or not bool(
            ((source_len >= 1) & (source_len <= S)).all()
        ):
            raise ValueError(
                f"source_len must be ({B},), each in 1 .. {S}, "
                f"got {source_len.tolist()}"
            )
        states, _ = self.gru(self.embedding(source))  # (B, S, H), (B, H)
        row = torch.arange(B, device=source.device)
        context = states[row, source_len - 1]  # (B, H), eq:s2s-context
        return states, context


class Decoder(nn.Module):
    """Write a sentence, given the context and the words before each.

    Shapes: inputs (B, T), h (B, H), context (B, H)
        -> logits (B, T, V), the last state (B, H).
    Source: Cho et al. 2014, arXiv:1406.1078, section 2.2.
    Deviation: the logits come from the state alone.
    """

    def __init__(self, V: int, D: int, H: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.gru = GRU(D + H, H)
        self.out = nn.Linear(H, V)

    def forward(
        self, inputs: Tensor, h: Tensor, context: Tensor
    ) -> tuple[Tensor, Tensor]:
        T = inputs.shape[1]
        read = self.embedding(inputs)  # (B, T, D)
        again = context[:, None].expand(-1, T, -1)  # (B, T, H)
        x = torch.cat([read, again], dim=2)  # (B, T, D + H)
        states, h = self.gru(x, h)  # eq:s2s-state
        return self.out(states), h  # (B, T, V), (B, H), eq:s2s-logits


class Seq2Seq(nn.Module):
    """Encoder and decoder; the decoder starts from the context.

    Shapes: source (B, S), source_len (B,), inputs (B, T)
        -> logits (B, T, V).
    """

    def __init__(self, V_source: int, V_target: int, D: int, H: int) -> None:
        super().__init__()
        self.encoder = Encoder(V_source, D, H)
        self.decoder = Decoder(V_target, D, H)

    def forward(
        self, source: Tensor, source_len: Tensor, inputs: Tensor
    ) -> Tensor:
        _, context = self.encoder(source, source_len)
        logits: Tensor = self.decoder(inputs, context, context)[0]
        return logits


def shift(target: Tensor, bos: int) -> Tensor:
    """Return what the decoder reads: the target, a step later.

    Shapes: target (B, T) -> (B, T), <bos> in the first column.
    """
    first = torch.full_like(target[:, :1], bos)  # (B, 1)
    return torch.cat([first, target[:, :-1]], dim=1)  # (B, T), eq:s2s-shift


def masked_cross_entropy(
    logits: Tensor, target: Tensor, valid_len: Tensor
) -> Tensor:
    """Return the mean cross-entropy of the words, none of the padding.

    Shapes: logits (B, T, V), target (B, T), valid_len (B,) -> ().
    Raises: ValueError if logits and target do not fit, or valid_len is
        not (B,), in 0 .. T, with at least one word in all.
    """
    if logits.ndim != 3 or logits.shape[:2] != target.shape:
        raise ValueError(
            f"logits must be {(*target.shape, 'V')}, got {tuple(logits.shape)}"
        )
    log_p = torch.log_softmax(logits, dim=2)  # (B, T, V)
    losses = -log_p.gather(2, target[:, :, None])[:, :, 0]  # (B, T)
    mask = valid_mask(valid_len, target.shape[1])
    return masked_mean(losses, mask)  # eq:s2s-loss


@torch.no_grad()
def greedy(
    model: Seq2Seq, source: Tensor, source_len: Tensor, bos: int, T: int
) -> Tensor:
    """Write T words, at each step the likeliest.

    Shapes: source (B, S), source_len (B,) -> (B, T).
    """
    _, context = model.encoder(source, source_len)
    h = context
    word = torch.full_like(source[:, :1], bos)  # (B, 1)
    written = []
    for _ in range(T):
        logits, h = model.decoder(word, h, context)  # (B, 1, V), (B, H)
        word = logits.argmax(dim=2)  # (B, 1), eq:s2s-greedy
        written.append(word)
    return torch.cat(written, dim=1)  # (B, T)


def translate(
    model: Seq2Seq, text: ParallelText, pairs: Sequence[tuple[str, str]]
) -> list[str]:
    """Return the greedy translations of the sentences of some pairs.

    As long as the longest right one, and ten words, at most.
    """
    batch = text.batch(pairs)
    device = model.decoder.out.weight.device
    written = greedy(
        model,
        batch.source.to(device),
        batch.source_len.to(device),
        text.target[BOS],
        batch.target.shape[1] + 10,
    )
    return [words(row, text.target) for row in written.tolist()]
