"""Beam search: look for the likeliest sentence of a model."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from d2lcode.attention.seq2seq import Seq2Seq

__all__ = [
    "Hypothesis",
    "beam_search",
    "best",
    "exhaustive_search",
    "next_words",
]

LogP = Callable[[Tensor], Tensor]  # prefixes (K, t) -> log P (K, V)


class Hypothesis(NamedTuple):
    """A sentence, log P of all its tokens, and the tokens."""

    log_p: float
    tokens: list[int]  # the last is <eos>, if the sentence has ended


def _check_sizes(T: int, K: int = 1) -> None:
    """Refuse a length or a width below 1.

    Raises: ValueError.
    """
    if T < 1:
        raise ValueError(f"T must be at least 1, got {T}")
    if K < 1:
        raise ValueError(f"K must be at least 1, got {K}")


def beam_search(
    log_p: LogP, K: int, T: int, *, bos: int, eos: int
) -> list[Hypothesis]:
    """Return the sentences that a beam of width K finds, likeliest first.

    log_p: from prefixes (K, t) to log P of the next token (K, V).
    T: tokens of a sentence at most; if none ends, they are cut there.
    Raises: ValueError if T or K is below 1.
    """
    _check_sizes(T, K)
    live, scores = torch.tensor([[bos]]), torch.zeros(1)
    finished: list[Hypothesis] = []
    while len(live) > 0 and live.shape[1] <= T:
        longer = scores[:, None] + log_p(live)  # eq:beam-step
        V = longer.shape[1]
        scores, place = longer.flatten().topk(min(K, longer.numel()))
        kept, token = place // V, place % V  # the row, the column
        live = torch.cat([live[kept], token[:, None]], dim=1)
        ended = token == eos
        finished += map(
            Hypothesis, scores[ended].tolist(), live[ended, 1:].tolist()
        )
        going = ~ended & (scores > -math.inf)
        live, scores = live[going], scores[going]
    if not finished:
        finished += map(Hypothesis, scores.tolist(), live[:, 1:].tolist())
    return sorted(finished, reverse=True)


def best(hypotheses: Sequence[Hypothesis], alpha: float = 0.0) -> Hypothesis:
    """Return the hypothesis with the largest log P / T^alpha.

    Raises: ValueError if there is none.
    """
    if len(hypotheses) == 0:
        raise ValueError("hypotheses must hold at least one, got none")

    def score(hypothesis: Hypothesis) -> float:
        T = len(hypothesis.tokens)
        return hypothesis.log_p / T**alpha  # eq:beam-norm

    return max(hypotheses, key=score)


def exhaustive_search(
    log_p: LogP, T: int, *, bos: int, eos: int
) -> list[Hypothesis]:
    """Return all sentences of at most T tokens, the likeliest first.

    log_p: from prefixes (N, t) to log P of the next token (N, V).
    Raises: ValueError if T is below 1.
    """
    _check_sizes(T)
    live, scores = torch.tensor([[bos]]), torch.zeros(1)
    finished = []
    for _ in range(T):
        longer = scores[:, None] + log_p(live)  # eq:beam-step
        ends = longer[:, eos].tolist()
        for score, tokens in zip(ends, live.tolist(), strict=True):
            if score > -math.inf:
                finished.append(Hypothesis(score, [*tokens[1:], eos]))
        longer[:, eos] = -math.inf  # what has ended does not go on
        row, token = torch.where(longer > -math.inf)
        live = torch.cat([live[row], token[:, None]], dim=1)
        scores = longer[row, token]
    return sorted(finished, reverse=True)


def next_words(model: Seq2Seq, source: Tensor, source_len: Tensor) -> LogP:
    """Return log_p of a translator, for one sentence.

    It keeps the decoder's state of each prefix, so that a step reads
    only the last token.
    Shapes: source (1, S), source_len (1,).
    Raises: ValueError if there is more than one sentence.
    """
    if len(source) != 1:
        raise ValueError(f"source must be (1, S), got {tuple(source.shape)}")
    with torch.no_grad():
        _, context = model.encoder(source, source_len)
    states = {(): context[0]}

    def log_p(prefixes: Tensor) -> Tensor:
        keys = [tuple(row) for row in prefixes.tolist()]
        h = torch.stack([states[key[:-1]] for key in keys])
        last, K = prefixes[:, -1:].to(source.device), len(keys)
        with torch.no_grad():
            logits, h = model.decoder(last, h, context.expand(K, -1))
        states.update(zip(keys, h, strict=True))
        return torch.log_softmax(logits[:, 0], dim=1).cpu()

    return log_p
