"""word2vec with the full softmax: skip-gram, CBOW and their gradients."""

import math
import random

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = [
    "CBOW",
    "KINDS",
    "SkipGram",
    "cbow_bags",
    "skipgram_pairs",
    "softmax_gradients",
    "toy_sentences",
    "windows",
]

PEOPLE = ["anna", "ben", "clara", "david", "emma", "felix"]
KINDS = {
    "animal": {
        "nouns": ["cat", "dog", "horse", "cow", "sheep", "goat"],
        "verbs": ["feeds", "pets", "calls"],
        "adjectives": ["hungry", "wild", "young"],
    },
    "food": {
        "nouns": ["bread", "rice", "soup", "cheese", "pie", "salad"],
        "verbs": ["eats", "cooks", "tastes"],
        "adjectives": ["fresh", "salty", "warm"],
    },
    "vehicle": {
        "nouns": ["car", "bus", "train", "bike", "truck", "tram"],
        "verbs": ["drives", "repairs", "parks"],
        "adjectives": ["fast", "rusty", "loud"],
    },
}


def toy_sentences(count: int, seed: int) -> list[list[str]]:
    """Draw sentences: a person, a verb, the, an adjective, a noun.

    Verb, adjective and noun are of one kind, drawn anew each time.
    Raises: ValueError if count is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    draw = random.Random(seed)
    sentences = []
    for _ in range(count):
        kind = KINDS[draw.choice(list(KINDS))]
        sentences.append(
            [
                draw.choice(PEOPLE),
                draw.choice(kind["verbs"]),
                "the",
                draw.choice(kind["adjectives"]),
                draw.choice(kind["nouns"]),
            ]
        )
    return sentences


def windows(tokens: list[int], size: int) -> list[tuple[int, list[int]]]:
    """List each centre with its contexts, at most `size` places away.

    Raises: ValueError if size is below 1.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    found = []
    for t, centre in enumerate(tokens):
        before = tokens[max(0, t - size) : t]
        after = tokens[t + 1 : t + 1 + size]
        found.append((centre, before + after))
    return found


def skipgram_pairs(tokens: list[int], size: int) -> tuple[Tensor, Tensor]:
    """Pair each token with every one at most `size` places away.

    Returns: centres (N,) and contexts (N,), int64.
    Raises: ValueError if size is below 1.
    """
    pairs = [
        (centre, context)
        for centre, contexts in windows(tokens, size)
        for context in contexts
    ]
    table = torch.tensor(pairs, dtype=torch.long).view(-1, 2)
    return table[:, 0], table[:, 1]


def cbow_bags(tokens: list[int], size: int, V: int) -> tuple[Tensor, Tensor]:
    """Give each token the mean of the one-hot rows of its contexts.

    Returns: bags (N, V), each row of sum 1, and targets (N,), int64. A
        token without contexts is left out.
    Raises: ValueError if size is below 1 or a token not in 0 .. V - 1.
    """
    if tokens and not 0 <= min(tokens) <= max(tokens) < V:
        raise ValueError(f"tokens must be in 0 .. {V - 1}, got {tokens}")
    found = [pair for pair in windows(tokens, size) if pair[1]]
    bags = torch.zeros(len(found), V)
    for bag, (_, contexts) in zip(bags, found, strict=True):
        for context in contexts:
            bag[context] += 1 / len(contexts)
    targets = torch.tensor([centre for centre, _ in found], dtype=torch.long)
    return bags, targets


class SkipGram(nn.Module):
    """Predict the context words of a centre word.

    Shapes: centres (B,) of 0 .. V - 1 -> logits (B, V).
    Raises: ValueError if V or D is below 1.
    Source: Mikolov et al. 2013, arXiv:1301.3781; every word of the
        window counts alike.
    """

    def __init__(self, V: int, D: int) -> None:
        super().__init__()
        if min(V, D) < 1:
            raise ValueError(f"V and D must be at least 1, got {V} and {D}")
        self.U = nn.Parameter(torch.randn(V, D) / math.sqrt(D))  # given
        self.W = nn.Parameter(torch.randn(V, D) / math.sqrt(D))  # predicted

    def forward(self, centres: Tensor) -> Tensor:
        return self.U[centres] @ self.W.T  # (B, V)


class CBOW(nn.Module):
    """Predict a centre word from the mean of its context words.

    Shapes: bags (B, V), rows of sum 1 -> logits (B, V).
    Raises: ValueError if V or D is below 1, or bags are not (B, V).
    Source: Mikolov et al. 2013, arXiv:1301.3781, section 3.1.
    """

    def __init__(self, V: int, D: int) -> None:
        super().__init__()
        if min(V, D) < 1:
            raise ValueError(f"V and D must be at least 1, got {V} and {D}")
        self.U = nn.Parameter(torch.randn(V, D) / math.sqrt(D))  # given
        self.W = nn.Parameter(torch.randn(V, D) / math.sqrt(D))  # predicted

    def forward(self, bags: Tensor) -> Tensor:
        if bags.ndim != 2 or bags.shape[1] != len(self.U):
            raise ValueError(
                f"bags must be (B, {len(self.U)}), got {tuple(bags.shape)}"
            )
        h = bags @ self.U  # (B, D): eq:w2v-mean
        return h @ self.W.T  # (B, V)


def softmax_gradients(
    inputs: Tensor, targets: Tensor, U: Tensor, W: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the gradients of the mean loss with respect to U and W.

    Shapes: inputs (B, V), one-hot rows for skip-gram and bags for CBOW,
        targets (B,), U (V, D), W (V, D) -> (V, D) and (V, D).
    Raises: ValueError if inputs are not (B, V) or targets not (B,).
    """
    if inputs.shape != (len(targets), len(U)) or targets.ndim != 1:
        raise ValueError(
            f"inputs must be (B, {len(U)}) and targets (B,), got "
            f"{tuple(inputs.shape)} and {tuple(targets.shape)}"
        )
    h = inputs @ U  # (B, D): eq:w2v-mean
    p = (h @ W.T).softmax(dim=1)  # (B, V): eq:w2v-softmax
    error = (p - F.one_hot(targets, len(W))) / len(targets)  # (B, V)
    grad_W = error.T @ h  # (V, D): eq:w2v-outer
    grad_U = inputs.T @ (error @ W)  # (V, D): eq:w2v-inner
    return grad_U, grad_W
