"""The Transformer: an encoder and a decoder of attention alone."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from d2lcode.attention.attention import attention, length_mask
from d2lcode.attention.multi_head_attention import (
    MultiHeadAttention,
    causal_mask,
    merge_heads,
    split_heads,
)
from d2lcode.attention.positional_encoding import sinusoidal_encoding

__all__ = ["DecoderLayer", "EncoderLayer", "LayerNorm", "Sublayer",
           "Transformer", "TransformerDecoder", "TransformerEncoder",
           "attend", "feed_forward", "greedy", "greedy_cached",
           "keys_values", "next_row", "place", "warm_up"]  # fmt: skip


class LayerNorm(nn.Module):
    """Give every row mean 0 and variance 1, then scale and shift.

    Shapes: x (..., D) -> (..., D).
    Raises: ValueError if x has not D columns.
    Source: Ba et al. 2016, arXiv:1607.06450, equation 4.
    """

    def __init__(self, D: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(D))
        self.shift = nn.Parameter(torch.zeros(D))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != len(self.gain):
            raise ValueError(
                f"x must be (..., {len(self.gain)}), got {tuple(x.shape)}"
            )
        x = x - x.mean(dim=-1, keepdim=True)
        variance = x.square().mean(dim=-1, keepdim=True)  # (..., 1)
        x = x / (variance + self.eps).sqrt()
        return self.gain * x + self.shift  # eq:transformer-norm


class Sublayer(nn.Module):
    """Add f's answer to x, with the norm before f or after the sum.

    Shapes: x (B, T, D), f from (B, T, D) to (B, T, D) -> (B, T, D).
    """

    def __init__(self, D: int, norm_first: bool) -> None:
        super().__init__()
        self.norm, self.norm_first = LayerNorm(D), norm_first

    def forward(self, x: Tensor, f: Callable[[Tensor], Tensor]) -> Tensor:
        if self.norm_first:
            return x + f(self.norm(x))  # eq:transformer-pre
        y: Tensor = self.norm(x + f(x))  # eq:transformer-post
        return y


def feed_forward(D: int, H: int) -> nn.Sequential:
    """Two linear maps and a ReLU, the same for every place.

    Shapes: (..., D) -> (..., D), with H hidden units.
    """
    # eq:transformer-feed
    return nn.Sequential(nn.Linear(D, H), nn.ReLU(), nn.Linear(H, D))


class EncoderLayer(nn.Module):
    """Every word looks at all words, then thinks for itself.

    Shapes: x (B, S, D), mask (B, 1, S), True = attend -> (B, S, D).
    Source: Vaswani et al. 2017, arXiv:1706.03762, 3.1; without dropout.
    """

    def __init__(self, D: int, heads: int, H: int, norm_first: bool) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(D, heads)
        self.feed = feed_forward(D, H)
        self.first = Sublayer(D, norm_first)
        self.second = Sublayer(D, norm_first)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = self.first(x, lambda a: self.attention(a, mask=mask)[0])
        y: Tensor = self.second(x, self.feed)
        return y


class DecoderLayer(nn.Module):
    """Look at the words before, at the source, then think.

    Shapes: x (B, T, D), memory (B, S, D), mask (1, T, T), source_mask
        (B, 1, S), both True = attend -> (B, T, D).
    Source: as EncoderLayer.
    """

    def __init__(self, D: int, heads: int, H: int, norm_first: bool) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(D, heads)
        self.cross = MultiHeadAttention(D, heads)
        self.feed = feed_forward(D, H)
        self.first = Sublayer(D, norm_first)
        self.second = Sublayer(D, norm_first)
        self.third = Sublayer(D, norm_first)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None,
                source_mask: Tensor | None = None) -> Tensor:  # fmt: skip
        x = self.first(x, lambda a: self.attention(a, mask=mask)[0])
        x = self.second(x, lambda a: self.cross(a, memory, source_mask)[0])
        y: Tensor = self.third(x, self.feed)
        return y


def keys_values(layer: MultiHeadAttention, source: Tensor) -> list[Tensor]:
    """Return what an attention layer remembers of a source.

    Shapes: source (B, T, D) -> keys and values (B, heads, T, d) each.
    """
    both = layer.key(source), layer.value(source)
    return [split_heads(x, layer.heads) for x in both]


def attend(layer: MultiHeadAttention, x: Tensor, kept: list[Tensor],
           mask: Tensor | None = None) -> Tensor:  # fmt: skip
    """Attend to keys and values that were computed before.

    Shapes: x (B, T_q, D), kept (B, heads, T_k, d) each -> (B, T_q, D).
    """
    q = split_heads(layer.query(x), layer.heads)  # (B, heads, T_q, d)
    k, v = kept
    o, _ = attention(q, k, v, None if mask is None else mask.unsqueeze(1))
    y: Tensor = layer.output(merge_heads(o))
    return y


def next_row(layer: DecoderLayer, x: Tensor, own: list[Tensor],
             source: list[Tensor], source_mask: Tensor | None = None
             ) -> Tensor:  # fmt: skip
    """Compute the newest place alone; own grows by its key and value.

    Shapes: x (B, 1, D), own (B, heads, t, d) each, source
        (B, heads, S, d) each, source_mask (B, 1, S) -> (B, 1, D).
    """

    def look(a: Tensor) -> Tensor:
        new = keys_values(layer.attention, a)  # (B, heads, 1, d) each
        for i in (0, 1):
            own[i] = torch.cat([own[i], new[i]], dim=2)
        return attend(layer.attention, a, own)

    x = layer.first(x, look)
    x = layer.second(x, lambda a: attend(layer.cross, a, source, source_mask))
    y: Tensor = layer.third(x, layer.feed)
    return y


def place(embedding: nn.Embedding, words: Tensor, start: int = 0) -> Tensor:
    """Embed words and add their positions, start, start + 1, ...

    Shapes: words (B, T) -> (B, T, D).
    """
    x: Tensor = embedding(words)  # (B, T, D)
    p = sinusoidal_encoding(start + x.shape[1], x.shape[2])
    return x + p[start:].to(x)


class TransformerEncoder(nn.Module):
    """Read a sentence; one row for each word, the memory.

    Shapes: source (B, S), source_len (B,)
        -> memory (B, S, D), mask (B, 1, S).
    """

    def __init__(self, V: int, D: int, heads: int, H: int, layers: int,
                 norm_first: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.layers = nn.ModuleList(
            EncoderLayer(D, heads, H, norm_first) for _ in range(layers)
        )
        self.norm = LayerNorm(D) if norm_first else nn.Identity()

    def forward(self, source: Tensor, source_len: Tensor
                ) -> tuple[Tensor, Tensor]:  # fmt: skip
        mask = length_mask(source_len, source.shape[1])  # (B, 1, S)
        x = place(self.embedding, source)  # (B, S, D)
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x), mask


class TransformerDecoder(nn.Module):
    """Give the logits of every next word.

    Shapes: inputs (B, T), memory (B, S, D), source_mask (B, 1, S)
        -> logits (B, T, V).
    """

    def __init__(self, V: int, D: int, heads: int, H: int, layers: int,
                 norm_first: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.layers = nn.ModuleList(
            DecoderLayer(D, heads, H, norm_first) for _ in range(layers)
        )
        self.norm = LayerNorm(D) if norm_first else nn.Identity()
        self.out = nn.Linear(D, V)

    def forward(self, inputs: Tensor, memory: Tensor,
                source_mask: Tensor) -> Tensor:  # fmt: skip
        mask = causal_mask(inputs.shape[1], inputs.device)  # (1, T, T)
        x = place(self.embedding, inputs)  # (B, T, D)
        for layer in self.layers:
            x = layer(x, memory, mask, source_mask)
        logits: Tensor = self.out(self.norm(x))
        return logits


class Transformer(nn.Module):
    """Encoder and decoder.

    Shapes: source (B, S), source_len (B,), inputs (B, T)
        -> logits (B, T, V).
    Source: Vaswani et al. 2017, arXiv:1706.03762.
    """

    def __init__(self, V_source: int, V_target: int, D: int, heads: int,
                 H: int, layers: int, norm_first: bool = True
                 ) -> None:  # fmt: skip
        super().__init__()
        sizes = D, heads, H, layers, norm_first
        self.encoder = TransformerEncoder(V_source, *sizes)
        self.decoder = TransformerDecoder(V_target, *sizes)

    def forward(self, source: Tensor, source_len: Tensor,
                inputs: Tensor) -> Tensor:  # fmt: skip
        memory, mask = self.encoder(source, source_len)
        logits: Tensor = self.decoder(inputs, memory, mask)
        return logits


def warm_up(step: int, peak: float, warm: int) -> float:
    """Return the learning rate of a step, which counts from 1.

    It grows to peak in warm steps, then falls as 1 / sqrt(step).
    Raises: ValueError if step or warm is below 1.
    Source: Vaswani et al. 2017, equation 3, peak = 1 / sqrt(D * warm).
    """
    if min(step, warm) < 1:
        raise ValueError(
            f"step and warm must be at least 1, got {step} and {warm}"
        )
    # eq:transformer-warm
    return peak * min(step / warm, math.sqrt(warm / step))


@torch.no_grad()
def greedy(model: Transformer, source: Tensor, source_len: Tensor,
           bos: int, T: int) -> Tensor:  # fmt: skip
    """Write T words, at each step the likeliest, all computed anew.

    Shapes: source (B, S), source_len (B,) -> (B, T).
    """
    memory, mask = model.encoder(source, source_len)
    written = torch.full_like(source[:, :1], bos)  # (B, 1)
    for _ in range(T):
        logits = model.decoder(written, memory, mask)
        word = logits[:, -1:].argmax(dim=2)  # (B, 1)
        written = torch.cat([written, word], dim=1)
    return written[:, 1:]


@torch.no_grad()
def greedy_cached(model: Transformer, source: Tensor, source_len: Tensor,
                  bos: int, T: int) -> Tensor:  # fmt: skip
    """Write the same words, keeping all keys and values.

    Shapes: as greedy.
    """
    memory, mask = model.encoder(source, source_len)
    decoder: Any = model.decoder
    kept = [keys_values(layer.cross, memory) for layer in decoder.layers]
    owns = [[k[:, :, :0], v[:, :, :0]] for k, v in kept]  # nothing yet
    written = torch.full_like(source[:, :1], bos)  # (B, 1)
    for t in range(T):
        x = place(decoder.embedding, written[:, -1:], t)  # (B, 1, D)
        for i, layer in enumerate(decoder.layers):
            x = next_row(layer, x, owns[i], kept[i], mask)
        word = decoder.out(decoder.norm(x)).argmax(dim=2)  # (B, 1)
        written = torch.cat([written, word], dim=1)
    return written[:, 1:]
