"""Skip-gram with negative sampling, and the hierarchical softmax."""

import heapq
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = [
    "HierarchicalSoftmax",
    "NegativeSampler",
    "huffman_codes",
    "keep_probability",
    "optimal_scores",
    "sgns_loss",
    "sgns_step",
]


class NegativeSampler:
    """Draw words in proportion to a power of their counts.

    Shapes: counts (V,), at least one above 0.
    Raises: ValueError if counts are not (V,), negative, or all 0.
    Source: Mikolov et al. 2013, arXiv:1310.4546, section 2.2.
    """

    def __init__(self, counts: Tensor, power: float = 0.75) -> None:
        _check_counts(counts)
        weights = torch.where(counts > 0, counts.double() ** power, 0.0)
        self.q = weights / weights.sum()  # (V,): eq:ns-noise
        self.ends = self.q.cumsum(dim=0)  # word j owns ends[j-1] to ends[j]

    def draw(
        self, *shape: int, generator: torch.Generator | None = None
    ) -> Tensor:
        """Return that many independent draws."""
        spots = torch.rand(shape, generator=generator, dtype=torch.double)
        drawn = torch.searchsorted(self.ends, spots * self.ends[-1])
        return drawn.clamp(max=len(self.q) - 1)


def keep_probability(counts: Tensor, t: float) -> Tensor:
    """Return how likely each word stays in the text at threshold t.

    Shapes: counts (V,) -> (V,); 1 for a word that does not occur.
    Deviation: as word2vec.c has it; the paper has no second term.
    Raises: ValueError if t is not above 0, and for wrong counts.
    Source: Mikolov et al. 2013, arXiv:1310.4546, section 2.3.
    """
    _check_counts(counts)
    if t <= 0:
        raise ValueError(f"t must be above 0, got {t}")
    f = counts / counts.sum()  # (V,)
    return ((t / f).sqrt() + t / f).clamp(max=1)  # eq:ns-keep


def sgns_loss(scores: Tensor, Y: Tensor, M: Tensor) -> Tensor:
    """Return the loss of words that were seen and words that were drawn.

    Shapes: scores, Y (1 for seen, 0 for drawn) and M (weights), all of
        one shape -> (), the sum.
    Raises: ValueError if the shapes differ.
    """
    if not scores.shape == Y.shape == M.shape:
        raise ValueError(
            "scores, Y and M must have one shape, got "
            f"{tuple(scores.shape)}, {tuple(Y.shape)}, {tuple(M.shape)}"
        )
    seen = Y * F.logsigmoid(scores)
    drawn = (1 - Y) * F.logsigmoid(-scores)
    return -(M * (seen + drawn)).sum()  # eq:ns-loss


def sgns_step(
    U: Tensor,
    W: Tensor,
    centres: Tensor,
    others: Tensor,
    Y: Tensor,
    M: Tensor,
    lr: float,
) -> None:
    """Take one step of gradient descent, in place, on the loss's sum.

    Every centre of a row is scored with every other word of that row.
    Shapes: U, W (V, D); centres (B, S), others (B, R), Y, M (B, S, R).
    Raises: ValueError if Y or M is not (B, S, R).
    """
    shape = (*centres.shape, others.shape[1])
    if not Y.shape == M.shape == shape:
        raise ValueError(
            f"Y and M must be {shape}, got {tuple(Y.shape)} and "
            f"{tuple(M.shape)}"
        )
    C = F.embedding(centres, U)  # (B, S, D), U[centres] but faster
    E = F.embedding(others, W)  # (B, R, D)
    G = (torch.sigmoid(C @ E.mT) - Y) * M  # (B, S, R): eq:ns-error
    grad_C, grad_E = G @ E, G.mT @ C  # eq:ns-rows
    U.index_add_(0, centres.flatten(), -lr * grad_C.flatten(0, 1))
    W.index_add_(0, others.flatten(), -lr * grad_E.flatten(0, 1))


def optimal_scores(N: Tensor, q: Tensor, k: float) -> Tensor:
    """Return the scores at which the expected loss is least.

    Shapes: N (V, V), how often centre (row) and context (column) were a
        pair; q (V,), how likely each word is drawn -> (V, V), -inf for
        a pair never seen.
    Raises: ValueError if N is not (V, V) or k not above 0.
    Source: Levy and Goldberg 2014, equation 7.
    """
    if N.shape != (len(q), len(q)):
        raise ValueError(f"N must be {(len(q), len(q))}, got {tuple(N.shape)}")
    if k <= 0:
        raise ValueError(f"k must be above 0, got {k}")
    drawn = k * N.sum(dim=1, keepdim=True) * q  # (V, V)
    return (N / drawn).log()  # eq:ns-optimum


def huffman_codes(counts: list[int]) -> list[list[tuple[int, int]]]:
    """List each word's turns from the root: (inner node, +1 or -1).

    The inner nodes are numbered from 0, the root last; there is one
    less than words. The two rarest trees are joined until one is left.
    Raises: ValueError if there are fewer than two counts.
    """
    if len(counts) < 2:
        raise ValueError(f"counts must be at least two, got {counts}")
    heap = [(count, j, [j]) for j, count in enumerate(counts)]
    heapq.heapify(heap)
    codes: list[list[tuple[int, int]]] = [[] for _ in counts]
    for node in range(len(counts) - 1):
        left, right = heapq.heappop(heap), heapq.heappop(heap)
        for side, (_, _, words) in ((1, left), (-1, right)):
            for j in words:
                codes[j].insert(0, (node, side))
        total, words = left[0] + right[0], left[2] + right[2]
        heapq.heappush(heap, (total, len(counts) + node, words))
    return codes


class HierarchicalSoftmax(nn.Module):
    """Walk down a tree of yes-no questions to a word.

    Shapes: u (B, D), words (B,) -> log-probabilities (B,).
    Raises: ValueError if words are not (B,).
    Source: Morin and Bengio 2005; the tree of Mikolov et al. 2013.
    """

    nodes: Tensor
    sides: Tensor

    def __init__(self, counts: list[int], D: int) -> None:
        super().__init__()
        codes = huffman_codes(counts)
        longest = max(len(code) for code in codes)
        padded = [code + [(0, 0)] * (longest - len(code)) for code in codes]
        table = torch.tensor(padded)  # (V, L, 2)
        self.register_buffer("nodes", table[:, :, 0])
        self.register_buffer("sides", table[:, :, 1])  # 0 after the end
        self.A = nn.Parameter(torch.randn(len(counts) - 1, D) / math.sqrt(D))

    def forward(self, u: Tensor, words: Tensor) -> Tensor:
        if words.shape != u.shape[:1]:
            raise ValueError(
                f"words must be {tuple(u.shape[:1])}, got {tuple(words.shape)}"
            )
        questions = self.A[self.nodes[words]]  # (B, L, D)
        scores = (questions @ u[:, :, None])[:, :, 0]  # (B, L)
        sides = self.sides[words]
        turns = F.logsigmoid(sides * scores)  # eq:ns-tree
        return (sides.abs() * turns).sum(dim=1)  # (B,)


def _check_counts(counts: Tensor) -> None:
    """Raise ValueError if they are no counts of words."""
    if counts.ndim != 1 or (counts < 0).any() or not (counts > 0).any():
        raise ValueError(
            "counts must be (V,), none below 0 and one above, got "
            f"{tuple(counts.shape)} with sum {counts.sum().item()}"
        )
