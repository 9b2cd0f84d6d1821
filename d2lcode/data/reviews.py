"""Short film reviews made up by a grammar, in which order matters."""

import random

import torch

from d2lcode.data.containers import Texts

THINGS = ("film", "story", "plot", "cast", "script", "ending", "score")

GOOD = ("good", "fine", "funny", "moving", "clever", "lovely", "strong")

BAD = ("bad", "dull", "boring", "weak", "clumsy", "silly", "flat")

PRAISE = ("{}", "very {}", "truly {}")

DENIAL = ("not {}", "not {} at all", "hardly {}", "far from {}")

CLAUSES = ("the {thing} is {phrase}", "i found the {thing} {phrase}")

FAR_DENIAL = (
    "nobody could call the {thing} {word}",
    "i would never say that the {thing} is {word}",
)

FILLERS = (
    "i saw it on monday",
    "it runs for two hours",
    "the hall was full",
    "{name} plays the lead",
    "{name} wrote it",
)

SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "ra", "si", "tu", "ve")


def make_reviews(n: int, *, noise: float = 0.05, seed: int) -> Texts:
    """Return n reviews of 3 to 25 words and marks, apart by spaces.

    Class 1 is for the film. A denial turns a word into its opposite
    ("not bad at all"); the clause after "but" decides, and that beside
    the one with "although". So the text decides the class, which is
    then flipped with probability `noise`: no classifier can expect to
    be right more often than 1 - noise. Names of people are made of
    three or four syllables and mean nothing; most occur once.

    Shapes: n texts, y (n,) int64, 0 or 1.
    Raises: ValueError if n is below 1 or noise is not in 0 .. 0.5.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if not 0 <= noise <= 0.5:
        raise ValueError(f"noise must be in 0 .. 0.5, got {noise}")
    rng = random.Random(seed)
    texts, labels = [], []
    for _ in range(n):
        good = rng.random() < 0.5
        texts.append(_review(rng, good))
        labels.append(int(good != (rng.random() < noise)))
    return Texts(texts, torch.tensor(labels))


def _review(rng: random.Random, good: bool) -> str:
    """Return a review that is for the film, or against it."""
    form = rng.random()
    if form < 0.7:
        body = _clause(rng, good)
    elif form < 0.85:
        body = f"{_clause(rng, not good)} , but {_clause(rng, good)}"
    elif form < 0.925:
        body = f"although {_clause(rng, not good)} , {_clause(rng, good)}"
    else:
        body = f"{_clause(rng, good)} , although {_clause(rng, not good)}"
    before, after = rng.sample(FILLERS, k=2)
    short = len(body.split()) < 14
    if short and rng.random() < 0.3:
        body = f"{before.format(name=_name(rng))} . {body}"
    if short and rng.random() < 0.3:
        body = f"{body} . {after.format(name=_name(rng))}"
    return body


def _clause(rng: random.Random, good: bool) -> str:
    """Return a clause for or against one thing, now and then a denial."""
    thing = rng.choice(THINGS)
    denied = rng.random() < 0.3
    word = rng.choice(GOOD if good != denied else BAD)
    if denied and rng.random() < 0.3:
        return rng.choice(FAR_DENIAL).format(thing=thing, word=word)
    if not denied and rng.random() < 0.3:
        return f"a {word} {thing}"
    phrase = rng.choice(DENIAL if denied else PRAISE).format(word)
    return rng.choice(CLAUSES).format(thing=thing, phrase=phrase)


def _name(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.choice((3, 4))))
