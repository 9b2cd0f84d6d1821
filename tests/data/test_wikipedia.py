"""Counts and vectors of Wikipedia's words, and that they can be redone."""

import hashlib

import pytest
import torch

from d2lcode import data
from d2lcode.data import load_wikipedia_counts, load_word_vectors
from tests.data import count_wikipedia


def test_shapes_and_types() -> None:
    words, X = load_wikipedia_counts()
    assert len(words) == len(set(words)) == 800
    assert all(type(word) is str and word.islower() for word in words)
    assert words[:5] == ["the", "of", "in", "and", "to"]
    assert X.shape == (800, 800)
    assert X.dtype == torch.float64


def test_counts_are_symmetric_multiples_of_a_sixtieth() -> None:
    _, X = load_wikipedia_counts()
    assert torch.equal(X, X.T)
    assert X.min() == 0
    torch.testing.assert_close(60 * X, (60 * X).round(), rtol=0, atol=1e-6)
    assert (X == 0).sum() == 133758


def test_counts_are_those_of_the_corpus() -> None:
    words, X = load_wikipedia_counts()
    sixtieths = (60 * X).round().int().numpy()
    assert int(sixtieths.sum()) == 726399666
    text = " ".join(words).encode() + sixtieths.astype("<i4").tobytes()
    assert hashlib.sha256(text).hexdigest() == (
        "40249e5f5be89e3bc8c55f38d42631c81e8b3767ad35e753f99be098e4816fa1"
    )


def test_topics_come_after_the_most_frequent() -> None:
    words, _ = load_wikipedia_counts()
    frequent = count_wikipedia.MOST_FREQUENT
    assert words[frequent:] == [
        word
        for word in count_wikipedia.TOPICS.split()
        if word not in words[:frequent]
    ]


def test_it_is_exported() -> None:
    assert data.load_wikipedia_counts is load_wikipedia_counts


def test_counted_again(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--whole"):
        pytest.skip("takes a minute: with --whole")
    if not count_wikipedia.CORPUS.is_file():
        pytest.skip(f"needs {count_wikipedia.CORPUS}")
    words, sixtieths = count_wikipedia.count()
    expected_words, X = load_wikipedia_counts()
    assert words == expected_words
    assert torch.equal(sixtieths, (60 * X).round().int())


def test_words_and_vectors() -> None:
    words, vectors = load_word_vectors()
    assert len(words) == len(set(words)) == 4111
    assert all(word.isalpha() and word.islower() for word in words)
    assert words[:5] == ["the", "of", "in", "and", "to"]
    assert vectors.shape == (4111, 64)
    assert vectors.dtype == torch.float32


def test_a_vector_has_steps_of_one_size() -> None:
    _, vectors = load_word_vectors()
    steps = 127 * vectors / vectors.abs().amax(dim=1, keepdim=True)
    torch.testing.assert_close(steps, steps.round(), rtol=0, atol=1e-3)
    assert int(steps.round().double().sum()) == 421888


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("king", "queen", "football"),
        ("paris", "france", "rugby"),
        ("mother", "daughter", "engine"),
        ("music", "jazz", "army"),
    ],
)
def test_words_of_a_kind_are_near(word: str, near: str, far: str) -> None:
    words, vectors = load_word_vectors()
    a, b, c = vectors[[words.index(w) for w in (word, near, far)]]
    similarity = torch.nn.functional.cosine_similarity
    assert similarity(a, b, dim=0) > similarity(a, c, dim=0) + 0.3
