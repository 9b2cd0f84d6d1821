"""The reviews: the grammar read backwards, sizes, noise, a bag of words."""

import re

import pytest
import torch
from sklearn.linear_model import LogisticRegression

from d2lcode import data
from d2lcode.data import reviews


def verdict(clause: str) -> bool:
    """What a clause says of its thing, by hand: words and denials."""
    words = clause.split()
    good = [w for w in words if w in reviews.GOOD]
    bad = [w for w in words if w in reviews.BAD]
    assert len(good) + len(bad) == 1, clause
    denied = re.search(r"\b(?:not|hardly|far from|nobody|never)\b", clause)
    return bool(good) != bool(denied)


def truth(text: str) -> bool:
    """The class before noise: the clause that decides."""
    for part in text.split(" . "):
        if not set(part.split()) & {*reviews.GOOD, *reviews.BAD}:
            continue  # a filler
        if " , but " in part:
            return verdict(part.split(" , but ")[1])
        if part.startswith("although "):
            return verdict(part.split(" , ")[1])
        return verdict(part.split(" , although ")[0])
    raise AssertionError(text)


def test_the_text_decides_the_class() -> None:
    texts, y = data.make_reviews(2_000, noise=0.0, seed=3)
    assert [truth(text) for text in texts] == [bool(c) for c in y]
    for text in texts:
        for mark in (" , but ", " , although "):
            if mark in text:  # the two clauses disagree
                clauses = [
                    c
                    for part in text.split(" . ")
                    for c in part.split(mark)
                    if set(c.split()) & {*reviews.GOOD, *reviews.BAD}
                ]
                assert len({verdict(c) for c in clauses}) == 2


def test_a_known_share_of_the_labels_is_turned_round() -> None:
    texts, y = data.make_reviews(8_000, seed=4)
    clean = torch.tensor([int(truth(text)) for text in texts])
    turned = (clean != y).double()
    assert turned.mean().item() == pytest.approx(0.05, abs=0.01)
    assert clean.double().mean().item() == pytest.approx(0.5, abs=0.02)
    for c in (0, 1):  # in both classes alike
        share = turned[clean == c].mean().item()
        assert share == pytest.approx(0.05, abs=0.015)


def test_sizes() -> None:
    texts, y = data.make_reviews(5_000, seed=5)
    assert isinstance(texts, list) and y.shape == (5_000,)
    assert y.dtype == torch.int64 and set(y.tolist()) == {0, 1}
    lengths = [len(text.split()) for text in texts]
    assert (min(lengths), max(lengths)) == (3, 25)


def test_the_seed_decides_and_the_noise_leaves_the_texts() -> None:
    a, b = data.make_reviews(50, seed=6), data.make_reviews(50, seed=6)
    assert a.texts == b.texts and torch.equal(a.y, b.y)
    assert data.make_reviews(50, seed=7).texts != a.texts
    noisy = data.make_reviews(50, noise=0.5, seed=6)
    assert noisy.texts == a.texts and not torch.equal(noisy.y, a.y)


def test_names_are_many_and_rare() -> None:
    texts, _ = data.make_reviews(1_600, seed=0)
    known = {",", ".", "a", "but", "although"}
    for phrases in (
        reviews.GOOD, reviews.BAD, reviews.THINGS, reviews.PRAISE,
        reviews.DENIAL, reviews.FAR_DENIAL, reviews.CLAUSES, reviews.FILLERS,
    ):  # fmt: skip
        known |= set(" ".join(phrases).split())
    names = [w for t in texts for w in t.split() if w not in known]
    assert len(names) > 200 and len(set(names)) > 0.9 * len(names)
    syllable = f"(?:{'|'.join(reviews.SYLLABLES)})"
    assert all(re.fullmatch(f"{syllable}{{3,4}}", name) for name in names)


def test_a_bag_of_words_falls_short() -> None:
    """The best weights for single words, on many reviews."""
    texts, y = data.make_reviews(2_000, noise=0.0, seed=8)
    words = sorted({w for text in texts for w in text.split()})
    place = {w: i for i, w in enumerate(words)}
    X = torch.zeros(len(texts), len(words))
    for i, text in enumerate(texts):
        for w in text.split():
            X[i, place[w]] += 1
    X = X[:, (X > 0).sum(dim=0) >= 5]
    right = LogisticRegression(max_iter=200).fit(X, y).score(X, y)
    assert 0.55 < right < 0.72


def test_order_matters() -> None:
    """Two reviews of the grammar with the same words and other classes."""
    pair = (
        "a dull plot , but the cast is fine",
        "a fine cast , but the plot is dull",
    )
    assert sorted(pair[0].split()) == sorted(pair[1].split())
    assert [truth(text) for text in pair] == [True, False]


@pytest.mark.parametrize("n", [0, -3])
def test_there_is_at_least_one(n: int) -> None:
    with pytest.raises(ValueError, match=f"n must be at least 1, got {n}"):
        data.make_reviews(n, seed=0)


@pytest.mark.parametrize("noise", [-0.1, 0.6, float("nan")])
def test_noise_is_a_share(noise: float) -> None:
    with pytest.raises(ValueError, match=r"noise must be in 0 \.\. 0.5, got"):
        data.make_reviews(5, noise=noise, seed=0)
