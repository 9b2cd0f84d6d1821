"""Text preprocessing: tokens, a vocabulary, and pieces of words."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

__all__ = [
    "PIECE",
    "WORD",
    "Vocab",
    "bpe_count",
    "bpe_encode",
    "bpe_merge",
    "bpe_train",
    "segment",
    "tokenize",
]

Pair = tuple[str, str]

WORD = r"\w+(?:[.,'’-]\w+)*|[^\w\s]"
PIECE = r" ?\w+| ?[^\w\s]+|\s"  # a word with the space before it


def tokenize(text: str, pattern: str = WORD) -> list[str]:
    """Return the words, numbers and punctuation marks of a text.

    With PIECE every space stays, too: joined, the tokens are the text.
    """
    return re.findall(pattern, text)


class Vocab:
    """A number for each token, by falling count; 0 is <unk>, all others.

    min_count: a token that is rarer gets no number of its own.
    Raises: ValueError if min_count is below 1.
    """

    def __init__(self, tokens: Iterable[str], min_count: int = 1) -> None:
        if min_count < 1:
            raise ValueError(f"min_count must be at least 1, got {min_count}")
        self.counts = Counter(tokens)
        kept = sorted(t for t, c in self.counts.items() if c >= min_count)
        kept.sort(key=lambda t: -self.counts[t])  # equal counts: as before
        self.tokens = ["<unk>", *kept]
        self.numbers = {t: i for i, t in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, token: str) -> int:
        return self.numbers.get(token, 0)

    def encode(self, tokens: Iterable[str]) -> list[int]:
        return [self[token] for token in tokens]

    def decode(self, numbers: Iterable[int]) -> list[str]:
        return [self.tokens[number] for number in numbers]


def bpe_merge(pieces: Sequence[str], pair: Pair) -> list[str]:
    """Return the pieces with each occurrence of a pair made one."""
    merged: list[str] = []
    i = 0
    while i < len(pieces):
        if tuple(pieces[i : i + 2]) == pair:
            merged.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged


def bpe_count(
    cuts: Mapping[str, Sequence[str]], counts: Mapping[str, int]
) -> Counter[Pair]:
    """Return how often each pair of pieces stands side by side."""
    pairs: Counter[Pair] = Counter()
    for word, count in counts.items():
        for pair in pairwise(cuts[word]):
            pairs[pair] += count  # eq:text-pair
    return pairs


def bpe_train(counts: Mapping[str, int], merges: int) -> list[Pair]:
    """Return the pairs to merge, the first one first.

    counts: how often each word occurs. Ties: the older pieces.
    Raises: ValueError if merges is negative or a count is not positive.
    Source: Sennrich et al. 2016, arXiv:1508.07909, algorithm 1.
    """
    if merges < 0:
        raise ValueError(f"merges must be at least 0, got {merges}")
    if min(counts.values(), default=1) < 1:
        raise ValueError("counts must be positive")
    cuts = {word: list(word) for word in counts}
    age = {c: i for i, c in enumerate(sorted(set("".join(counts))))}
    learned: list[Pair] = []
    while len(learned) < merges:
        pairs = bpe_count(cuts, counts)
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], age[p[0]], age[p[1]]))
        learned.append(best)
        age.setdefault("".join(best), len(age))
        cuts = {word: bpe_merge(cut, best) for word, cut in cuts.items()}
    return learned


def bpe_encode(word: str, merges: Iterable[Pair]) -> list[str]:
    """Return the pieces of a word: its characters, merged in order."""
    pieces = list(word)
    for pair in merges:
        pieces = bpe_merge(pieces, pair)
    return pieces


def segment(sentence: str, counts: Mapping[str, int], total: int) -> list[str]:
    """Cut a sentence into the words with the greatest product of shares.

    A word's share is its count over total; a character that is no word
    counts 1, as in jieba.

    Raises: ValueError if total is below 1.
    """
    if total < 1:
        raise ValueError(f"total must be at least 1, got {total}")
    best = [0.0]  # best[j]: the best score of the first j characters
    start = [0]  # start[j]: where the last word of that cut starts
    for j in range(1, len(sentence) + 1):
        scores = {}
        for i in range(j):
            count = counts.get(sentence[i:j], 0)
            if i == j - 1:
                count = max(count, 1)
            if count > 0:
                scores[i] = best[i] + math.log(count / total)
        start.append(max(scores, key=scores.__getitem__))
        best.append(scores[start[j]])  # eq:text-best
    words: list[str] = []
    j = len(sentence)
    while j > 0:
        words.insert(0, sentence[start[j] : j])
        j = start[j]
    return words
