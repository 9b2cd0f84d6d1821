"""What the book learned from Wikipedia: counts and vectors of words."""

from importlib import resources

import numpy as np
import torch
from torch import Tensor

from d2lcode.data.containers import WordVectors


def load_wikipedia_counts() -> tuple[list[str], Tensor]:
    """Return 800 English words and how often they stand near each other.

    X[i, j] sums 1/distance over the places where word j stands at most
    5 words from word i, on either side, in the same line of the text: a
    multiple of 1/60. The words are the 700 most frequent of two letters
    or more, most frequent first, and 100 from a few topics.

    Shapes: words 800, X (800, 800) float64, symmetric, 0 or more.
    Source: 18,321 articles of the English Wikipedia, new in 2018, 8.4
        million words; their text is by Wikipedia's authors, licence
        CC BY-SA 3.0. The counts were made for this book.
    """
    source = resources.files("d2lcode.data") / "wikipedia_counts.npz"
    with source.open("rb") as file, np.load(file) as stored:
        words = [str(word) for word in stored["words"]]
        upper = torch.from_numpy(stored["upper"]).double() / 60
    V = len(words)
    X = torch.zeros(V, V, dtype=torch.float64)
    X[tuple(torch.triu_indices(V, V))] = upper
    return words, X + X.triu(1).T


def load_word_vectors() -> WordVectors:
    """Return 4,111 English words, most frequent first, with vectors.

    The words are the 4,000 most frequent that have letters alone, two
    or more, and 111 others of the 10,000 most frequent about which
    people were asked, or whose analogies are usual tests. The vectors
    are those of centre words, learned by skip-gram with negative
    sampling (64 dimensions, window 5, 5 negatives, 5 epochs), then
    rounded to 1/127 of the largest entry of each.

    Shapes: words 4111, vectors (4111, 64) float32.
    Source: the articles of `load_wikipedia_counts`. The vectors were
        made for this book, as its lab on word2vec does it.
    """
    source = resources.files("d2lcode.data") / "wikipedia_vectors.npz"
    with source.open("rb") as file, np.load(file) as stored:
        words = [str(word) for word in stored["words"]]
        scales = torch.from_numpy(stored["scales"]).unsqueeze(-1)  # (V, 1)
        vectors = torch.from_numpy(stored["vectors"]) * scales  # (V, D)
    return WordVectors(words, vectors)
