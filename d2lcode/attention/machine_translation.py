"""Parallel text: sentence pairs as padded batches of numbers."""

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from d2lcode.recurrent.text_preprocessing import Vocab

__all__ = [
    "BOS",
    "EOS",
    "PAD",
    "Batch",
    "ParallelText",
    "buckets",
    "masked_mean",
    "pad",
    "valid_mask",
    "words",
]

PAD = "<pad>"
BOS = "<bos>"
EOS = "<eos>"


def pad(rows: Sequence[Sequence[int]], fill: int) -> tuple[Tensor, Tensor]:
    """Write rows of different lengths into one matrix.

    Shapes: B rows of at most T numbers -> (B, T), valid_len (B,).
    Raises: ValueError if there is no row, or one is empty.
    """
    lengths = [len(row) for row in rows]
    if min(lengths, default=0) == 0:
        raise ValueError(
            "rows must be at least one, none of them empty, "
            f"got lengths {lengths}"
        )
    valid_len = torch.tensor(lengths)  # (B,)
    padded = torch.full((len(rows), max(lengths)), fill)  # (B, T)
    for b, row in enumerate(rows):
        padded[b, : len(row)] = torch.tensor(row)  # eq:mt-pad
    return padded, valid_len


def valid_mask(valid_len: Tensor, T: int) -> Tensor:
    """Say which of T places hold a word, and which hold padding.

    Shapes: valid_len (B,), integers in 0 .. T -> (B, T), True = word.
    Raises: ValueError if valid_len is anything else.
    """
    kind = valid_len.dtype
    if valid_len.ndim != 1 or kind.is_floating_point or kind == torch.bool:
        raise ValueError(
            f"valid_len must be (B,) integers, got {tuple(valid_len.shape)} "
            f"{kind}"
        )
    if bool(((valid_len < 0) | (valid_len > T)).any()):
        raise ValueError(
            f"valid_len must be in 0 .. {T}, got {valid_len.tolist()}"
        )
    place = torch.arange(T, device=valid_len.device)  # (T,)
    return place < valid_len[:, None]  # (B, T), eq:mt-mask


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of the values at the places that hold a word.

    Shapes: values (B, T), mask (B, T), True = word -> ().
    Raises: ValueError if the shapes differ or no place holds a word.
    """
    if values.shape != mask.shape or mask.dtype != torch.bool:
        raise ValueError(
            f"mask must be {tuple(values.shape)} and boolean, "
            f"got {tuple(mask.shape)} {mask.dtype}"
        )
    if not bool(mask.any()):
        raise ValueError("mask must leave a word, got none")
    return values.masked_fill(~mask, 0).sum() / mask.sum()  # eq:mt-mean


def buckets(
    lengths: Sequence[tuple[int, int]], B: int, *, seed: int
) -> list[list[int]]:
    """Deal places out to batches of similar lengths, in random order.

    lengths: of each pair, its source and its target.
    Raises: ValueError if B is below 1.
    """
    if B < 1:
        raise ValueError(f"B must be at least 1, got {B}")
    rng = random.Random(seed)
    places = list(range(len(lengths)))
    rng.shuffle(places)
    places.sort(key=lambda i: lengths[i])  # equal lengths stay shuffled
    batches = [places[i : i + B] for i in range(0, len(places), B)]
    rng.shuffle(batches)
    return batches


class Batch(NamedTuple):
    """B sentences and their translations, each row ended by <eos>.

    Shapes: source (B, S), source_len (B,), target (B, T), target_len (B,).
    """

    source: Tensor
    source_len: Tensor
    target: Tensor
    target_len: Tensor


class ParallelText:
    """Sentence pairs, words between spaces, and both vocabularies.

    longest: words of a sentence that are kept; min_count: as in Vocab.
    Raises: ValueError if there is no pair or longest is below 1.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[str, str]],
        longest: int = 50,
        min_count: int = 1,
    ) -> None:
        if not pairs:
            raise ValueError("pairs must hold at least one, got none")
        if longest < 1:
            raise ValueError(f"longest must be at least 1, got {longest}")
        self.pairs, self.longest = list(pairs), longest
        special = [PAD, BOS, EOS] * min_count  # often enough to be kept
        english = [word for en, _ in pairs for word in en.split()]
        chinese = [word for _, zh in pairs for word in zh.split()]
        self.source = Vocab(special + english, min_count)
        self.target = Vocab(special + chinese, min_count)

    def encode(self, sentence: str, vocab: Vocab) -> list[int]:
        """Return the numbers of the first `longest` words and of <eos>."""
        kept = sentence.split()[: self.longest]
        return vocab.encode([*kept, EOS])

    def batch(self, pairs: Sequence[tuple[str, str]]) -> Batch:
        """Return any pairs as numbers, those never seen before, too."""
        sources = [self.encode(en, self.source) for en, _ in pairs]
        targets = [self.encode(zh, self.target) for _, zh in pairs]
        return Batch(
            *pad(sources, self.source[PAD]), *pad(targets, self.target[PAD])
        )

    def batches(self, B: int, *, seed: int) -> Iterator[Batch]:
        """Go through all pairs once, in buckets of B."""
        lengths = [(len(en.split()), len(zh.split())) for en, zh in self.pairs]
        for places in buckets(lengths, B, seed=seed):
            yield self.batch([self.pairs[i] for i in places])


def words(numbers: Iterable[int], vocab: Vocab) -> str:
    """Return the words of some numbers, up to <eos>."""
    found = vocab.decode(numbers)
    if EOS in found:
        found = found[: found.index(EOS)]
    return " ".join(found)
