"""BLEU: how much of a translation stands in its references."""

import math
import random
from collections import Counter
from collections.abc import Hashable, Sequence

__all__ = ["bleu", "bootstrap", "ngrams", "precisions", "score",
           "sentence_bleu", "statistics"]  # fmt: skip

Words = Sequence[Hashable]

SMOOTHINGS = ("none", "exp", "add-one")


def ngrams(words: Words, n: int) -> Counter[tuple[Hashable, ...]]:
    """Count the n-grams of a sentence, its windows of n words.

    Raises: ValueError if n is below 1.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    starts = range(len(words) - n + 1)
    return Counter(tuple(words[i : i + n]) for i in starts)


def statistics(
    candidate: Words, references: Sequence[Words], N: int = 4
) -> list[int]:
    """Count what BLEU has to know of one sentence.

    Returns: N numbers of n-grams that match, N of all n-grams, the
        length c, the closest length r of a reference; 2N + 2 in all.
    Raises: ValueError if there is no reference, N is below 1, or a
        string stands in place of words.
    Source: Papineni et al. 2002, section 2.
    """
    _check_words(candidate, references, N)
    matches, totals = [], []
    for n in range(1, N + 1):
        ours = ngrams(candidate, n)
        allowed: Counter[tuple[Hashable, ...]] = Counter()
        for reference in references:
            allowed |= ngrams(reference, n)  # the larger count of each
        matches.append((ours & allowed).total())  # eq:bleu-clip
        totals.append(ours.total())
    c = len(candidate)
    lengths = sorted(len(reference) for reference in references)
    r = min(lengths, key=lambda length: abs(length - c))
    return [*matches, *totals, c, r]


def _check_words(
    candidate: Words, references: Sequence[Words], N: int
) -> None:
    """Refuse strings in place of words, no reference, and N below 1.

    Raises: ValueError.
    """
    if N < 1:
        raise ValueError(f"N must be at least 1, got {N}")
    if isinstance(candidate, str):
        raise ValueError(
            f"candidate must be a list of words, got {candidate!r}"
        )
    if isinstance(references, str) or len(references) == 0:
        raise ValueError(
            "references must hold at least one list of words, "
            f"got {references!r}"
        )
    for words in references:
        if isinstance(words, str):
            raise ValueError(
                f"each reference must be a list of words, got {words!r}"
            )


def precisions(
    matches: Sequence[int], totals: Sequence[int], smoothing: str
) -> list[float]:
    """The share of n-grams that match, in percent, for n = 1, 2, …

    It ends where there are no n-grams any more.
    """
    shares, zeros = [], 0
    for n in range(1, len(totals) + 1):
        m, w = float(matches[n - 1]), totals[n - 1]
        if smoothing == "add-one" and n > 1:
            m, w = m + 1, w + 1  # eq:bleu-add-one
        if w == 0:
            break
        if m == 0 and smoothing == "exp":
            zeros += 1
            m = 0.5**zeros  # eq:bleu-exp
        shares.append(100 * m / w)  # eq:bleu-precision
    return shares


def score(
    total: Sequence[int],
    smoothing: str = "exp",
    *,
    effective_order: bool = False,
) -> float:
    """Turn the statistics of a text into BLEU, from 0 to 100.

    smoothing: "none", "exp" or "add-one"; what stands for no match.
    effective_order: leave out the n for which there is no n-gram.
    Raises: ValueError if total has not 2N + 2 numbers, or smoothing is
        none of the three.
    Source: Papineni et al. 2002; Chen and Cherry 2014, methods 3 and 2.
    """
    if len(total) < 4 or len(total) % 2 == 1:
        raise ValueError(f"total must hold 2N + 2 numbers, got {len(total)}")
    if smoothing not in SMOOTHINGS:
        raise ValueError(
            f"smoothing must be one of {SMOOTHINGS}, got {smoothing!r}"
        )
    N = len(total) // 2 - 1
    matches, totals, (c, r) = total[:N], total[N : 2 * N], total[2 * N :]
    shares = precisions(matches, totals, smoothing)
    short = len(shares) < N and not effective_order
    if not any(matches) or short or min(shares) == 0:
        return 0.0
    logs = [math.log(share) for share in shares]
    brevity = min(1.0, math.exp(1 - r / c))  # eq:bleu-brevity
    return brevity * math.exp(sum(logs) / len(logs))  # eq:bleu-score


def bleu(
    candidates: Sequence[Words],
    references: Sequence[Sequence[Words]],
    smoothing: str = "exp",
) -> float:
    """BLEU of a whole text, from 0 to 100, as sacreBLEU computes it.

    references: for each candidate its references, each a list of words.
    Raises: ValueError if the two differ in length or are empty, and as
        statistics and score.
    Source: Papineni et al. 2002; Post 2018.
    """
    if len(candidates) == 0 or len(candidates) != len(references):
        raise ValueError(
            "candidates and references must be as many, at least one, "
            f"got {len(candidates)} and {len(references)}"
        )
    pairs = zip(candidates, references, strict=True)
    rows = [statistics(candidate, several) for candidate, several in pairs]
    total = [sum(column) for column in zip(*rows, strict=True)]
    return score(total, smoothing)


def sentence_bleu(
    candidate: Words, references: Sequence[Words], smoothing: str = "exp"
) -> float:
    """BLEU of one sentence, from 0 to 100, as sacreBLEU computes it.

    Raises: ValueError as statistics and score.
    """
    row = statistics(candidate, references)
    return score(row, smoothing, effective_order=True)


def bootstrap(
    rows: Sequence[Sequence[int]], times: int, seed: int = 0
) -> list[float]:
    """BLEU of as many sentences, drawn with replacement, several times.

    rows: the statistics of each sentence. With one seed, two systems
        get the same sentences.
    Raises: ValueError if there is no row or times is below 1.
    Source: Koehn 2004, section 3.
    """
    if len(rows) == 0 or times < 1:
        raise ValueError(
            "rows must hold a sentence and times be at least 1, "
            f"got {len(rows)} and {times}"
        )
    rng = random.Random(seed)
    scores = []
    for _ in range(times):
        drawn = rng.choices(rows, k=len(rows))
        total = [sum(column) for column in zip(*drawn, strict=True)]
        scores.append(score(total))
    return scores
