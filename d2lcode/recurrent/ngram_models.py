"""n-gram language models: counts, smoothing, perplexity."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

__all__ = [
    "NGramModel",
    "kneser_ney",
    "laplace",
    "likelihood",
    "perplexity",
]

Table = dict[tuple[str, ...], Counter[str]]


class NGramModel:
    """What follows each context of at most n - 1 tokens, and how often.

    after: how often a token follows a context; before: how many
    different tokens stand before a context and the token after it.
    Raises: ValueError if n is below 1 or there are fewer tokens than n.
    """

    def __init__(self, tokens: Sequence[str], n: int) -> None:
        if n < 1:
            raise ValueError(f"n must be at least 1, got {n}")
        if len(tokens) < n:
            raise ValueError(f"tokens must be at least {n}, got {len(tokens)}")
        self.n, self.V = n, len(set(tokens))
        self.after: Table = defaultdict(Counter)
        self.before: Table = defaultdict(Counter)
        for k in range(n):
            for i in range(len(tokens) - k):
                context = tuple(tokens[i : i + k])
                self.after[context][tokens[i + k]] += 1
        for context, counts in self.after.items():
            if context:
                self.before[context[1:]].update(counts.keys())

    def context(self, history: Sequence[str]) -> tuple[str, ...]:
        """Return the last n - 1 tokens, all that the model looks at."""
        return tuple(history[max(len(history) - self.n + 1, 0) :])


def likelihood(model: NGramModel, history: Sequence[str], word: str) -> float:
    """Return the word's share of all that followed the context."""
    counts = model.after.get(model.context(history), Counter())
    if not counts:
        return 0.0
    return counts[word] / counts.total()  # eq:ngram-likelihood


def laplace(
    model: NGramModel, history: Sequence[str], word: str, alpha: float = 1.0
) -> float:
    """Return the share after alpha is added to the count of every token.

    Raises: ValueError unless alpha > 0 and the word is in the text.
    """
    if not alpha > 0:
        raise ValueError(f"alpha must be positive, got {alpha}")
    _check_word(model, word)
    counts = model.after.get(model.context(history), Counter())
    total = counts.total() + alpha * model.V
    return (counts[word] + alpha) / total  # eq:ngram-laplace


def kneser_ney(
    model: NGramModel, history: Sequence[str], word: str, D: float = 0.75
) -> float:
    """Return the interpolated Kneser-Ney probability, with discount D.

    Raises: ValueError unless 0 <= D <= 1 and the word is in the text.
    Source: Chen and Goodman 1999, section 2.7, doi:10.1006/csla.1999.0128.
    """
    if not 0 <= D <= 1:
        raise ValueError(f"D must be within 0 and 1, got {D}")
    _check_word(model, word)
    context = model.context(history)
    table = model.after if len(context) == model.n - 1 else model.before
    counts = table.get(context, Counter())
    if not context:
        return counts[word] / counts.total()  # eq:ngram-continuation
    shorter = kneser_ney(model, context[1:], word, D)
    if not counts:
        return shorter
    own = max(counts[word] - D, 0) / counts.total()
    shared = D * len(counts) / counts.total()
    return own + shared * shorter  # eq:ngram-kneser-ney


def perplexity(probabilities: Sequence[float]) -> float:
    """Return the geometric mean of 1/p; infinite if a p is zero.

    Raises: ValueError if there is none, or one is not within 0 and 1.
    """
    if not probabilities:
        raise ValueError("probabilities must not be empty")
    if not all(0 <= p <= 1 for p in probabilities):
        raise ValueError("probabilities must be within 0 and 1")
    if min(probabilities) == 0:
        return math.inf
    logs = [math.log(p) for p in probabilities]
    return math.exp(-sum(logs) / len(logs))  # eq:ngram-perplexity


def _check_word(model: NGramModel, word: str) -> None:
    if word not in model.after[()]:
        raise ValueError(f"word must be a token of the text, got {word!r}")
