"""What word vectors know: neighbours, analogies, rank correlation."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["analogy", "bootstrap", "nearest", "ranks", "spearman"]


def nearest(
    query: Tensor, vectors: Tensor, k: int, without: Sequence[int] = ()
) -> tuple[Tensor, Tensor]:
    """Find the rows of largest cosine with the query, the largest first.

    Shapes: query (D,), vectors (V, D) -> cosines (k,), rows (k,).
    without: rows that are no answer, such as the query's own.
    Raises: ValueError if the shapes do not fit, or if fewer than k rows
        are left.
    """
    if vectors.ndim != 2 or query.shape != vectors.shape[1:]:
        raise ValueError(
            "vectors must be (V, D) and query (D,), got "
            f"{tuple(vectors.shape)} and {tuple(query.shape)}"
        )
    if not 1 <= k <= len(vectors) - len(set(without)):
        raise ValueError(
            f"k must be in 1 .. {len(vectors) - len(set(without))}, got {k}"
        )
    unit = F.normalize(vectors, dim=1)  # (V, D), rows of length 1
    cosines = unit @ F.normalize(query, dim=0)  # (V,): eq:sim-cosine
    cosines[list(without)] = -torch.inf
    best = cosines.topk(k)
    return best.values, best.indices


def analogy(
    vectors: Tensor, questions: Tensor, keep_query: bool = False
) -> Tensor:
    """Answer "a is to b as c is to ...?" by 3CosAdd.

    Shapes: vectors (V, D), questions (N, 3) of rows a, b, c -> (N,).
    keep_query: whether a, b and c may be answers.
    Raises: ValueError if the shapes do not fit.
    Source: Mikolov et al. 2013; the name is Levy and Goldberg's, 2014.
    """
    if vectors.ndim != 2 or questions.ndim != 2 or questions.shape[1] != 3:
        raise ValueError(
            "vectors must be (V, D) and questions (N, 3), got "
            f"{tuple(vectors.shape)} and {tuple(questions.shape)}"
        )
    unit = F.normalize(vectors, dim=1)  # (V, D)
    a, b, c = questions.unbind(dim=1)  # (N,) each
    target = unit[b] - unit[a] + unit[c]  # (N, D)
    scores = target @ unit.T  # (N, V): eq:sim-3cosadd
    if not keep_query:
        scores.scatter_(1, questions, -torch.inf)
    return scores.argmax(dim=1)


def ranks(x: Tensor) -> Tensor:
    """Number values from 1, the smallest; equal ones share their mean.

    Shapes: x (n,) -> (n,) float64.
    Raises: ValueError if x is not (n,) or has NaN.
    """
    if x.ndim != 1 or bool(x.isnan().any()):
        raise ValueError(f"x must be (n,) without NaN, got {x}")
    smaller = (x[:, None] > x[None, :]).sum(dim=1)  # (n,)
    equal = (x[:, None] == x[None, :]).sum(dim=1)  # (n,), itself included
    return smaller + (equal + 1).double() / 2  # eq:sim-rank


def spearman(x: Tensor, y: Tensor) -> float:
    """Return the correlation of the ranks of x and y; NaN if one is flat.

    Shapes: x (n,), y (n,) -> a number in -1 .. 1.
    Raises: ValueError if the shapes differ or n is below 2.
    """
    if x.shape != y.shape or len(x) < 2:
        raise ValueError(
            "x and y must be (n,), n at least 2, got "
            f"{tuple(x.shape)} and {tuple(y.shape)}"
        )
    r, s = ranks(x), ranks(y)
    r, s = r - r.mean(), s - s.mean()
    return ((r @ s) / (r.norm() * s.norm())).item()  # eq:sim-spearman


def bootstrap(
    x: Tensor, y: Tensor, times: int, generator: torch.Generator
) -> Tensor:
    """Return Spearman's correlation of pairs drawn anew, many times.

    Each time n of the n pairs are drawn, with replacement. A draw whose
    values are all equal has no correlation: NaN.
    Shapes: x (n,), y (n,) -> (times,) float64.
    Raises: ValueError if times is below 1; that of `spearman`.
    Source: Efron 1979.
    """
    if times < 1:
        raise ValueError(f"times must be at least 1, got {times}")
    values = []
    for _ in range(times):
        drawn = torch.randint(len(x), (len(x),), generator=generator)
        values.append(spearman(x[drawn], y[drawn]))
    return torch.tensor(values, dtype=torch.float64)
