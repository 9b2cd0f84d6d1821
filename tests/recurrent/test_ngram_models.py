"""Counts, smoothing and perplexity, by hand, by formula and by NLTK."""

import doctest
import itertools
import math
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from book.formula import entries, formula
from book.layout import ROOT
from d2lcode import data
from d2lcode.recurrent.ngram_models import (
    NGramModel,
    kneser_ney,
    laplace,
    likelihood,
    perplexity,
)
from d2lcode.recurrent.text_preprocessing import Vocab, tokenize

TOY = ["the", "cat", "sat", "on", "the", "mat", "the", "cat", "ran"]
TEXTS = st.lists(st.sampled_from("abcd"), min_size=3, max_size=30)
PAGES = [
    ROOT / "docs" / language / "recurrent/ngram_models.md"
    for language in ("en", "zh")
]


def corpus() -> list[str]:
    """The page's training text: all paragraphs but each fifth."""
    lines = data.load_descriptions().lower().splitlines()
    words = [
        w for i, line in enumerate(lines) if i % 5 for w in tokenize(line)
    ]
    vocab = Vocab(words, min_count=2)
    return vocab.decode(vocab.encode(words))


def contexts(words: list[str], n: int) -> list[tuple[str, ...]]:
    """Every context of at most n - 1 tokens, seen or not."""
    tokens = sorted(set(words))
    return [
        context
        for k in range(n)
        for context in itertools.product(tokens, repeat=k)
    ]


# Counts


def test_counts_of_the_example():
    model = NGramModel(TOY, 2)
    assert model.V == 6
    assert model.after["the",] == {"cat": 2, "mat": 1}
    assert model.before[()] == {
        "cat": 1, "sat": 1, "on": 1, "the": 2, "mat": 1, "ran": 1,
    }  # fmt: skip
    assert likelihood(model, TOY[:5], "cat") == pytest.approx(2 / 3)
    assert laplace(model, ["the"], "cat") == pytest.approx(3 / 9)
    ours = [kneser_ney(model, ["the"], w) for w in ("cat", "sat", "the")]
    assert ours == pytest.approx([0.488, 0.071, 0.143], abs=5e-4)


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.integers(1, 3))
def test_tables_are_what_they_say(words, n):
    model = NGramModel(words, n)
    for k in range(n):
        grams = [tuple(words[i : i + k + 1]) for i in range(len(words) - k)]
        for gram, count in Counter(grams).items():
            assert model.after[gram[:-1]][gram[-1]] == count
        assert sum(
            sum(c.values()) for h, c in model.after.items() if len(h) == k
        ) == len(grams)
    for k in range(n - 1):
        longer = {
            tuple(words[i : i + k + 2]) for i in range(len(words) - k - 1)
        }
        expected = Counter(gram[1:] for gram in longer)
        found = {
            (*h, w): count
            for h, counts in model.before.items()
            if len(h) == k
            for w, count in counts.items()
        }
        assert found == expected


def test_the_context_is_the_end_of_the_history():
    model = NGramModel(TOY, 3)
    assert model.context(["a", "b", "c"]) == ("b", "c")
    assert model.context(("c",)) == ("c",)
    assert model.context([]) == ()
    assert NGramModel(TOY, 1).context(["a"]) == ()


# Formulas


def random_joint(length: int, V: int, seed: int = 0) -> np.ndarray:
    """A Markov chain's probability of every sequence, of order 1."""
    draw = np.random.default_rng(seed)
    joint = draw.dirichlet(np.ones(V))
    step = draw.dirichlet(np.ones(V), size=V)
    for _ in range(length - 1):
        joint = joint[..., None] * step
    return joint


@pytest.mark.equation(
    "eq:ngram-markov",
    fixed=r"P(w_t \mid w_1, \dots, w_{t-1})"
    r" = P(w_t \mid w_{t-n+1}, \dots, w_{t-1})",
)
@pytest.mark.parametrize("t", [2, 3, 4])
def test_a_chain_forgets_all_but_the_last_token(t):
    """n = 2: from the joint probabilities, given all and given the last."""
    joint = random_joint(4, 3)
    upto = joint.sum(axis=tuple(range(t, 4)))  # (V,) * t
    pair = upto.sum(axis=tuple(range(t - 2)))  # (V, V)
    given_all = upto / upto.sum(axis=-1, keepdims=True)
    given_last = pair / pair.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        given_all, np.broadcast_to(given_last, given_all.shape)
    )


@pytest.mark.equation("eq:ngram-likelihood")
@pytest.mark.parametrize("word", ["cat", "mat", "sat"])
def test_the_share_of_all_that_followed(word):
    pairs = list(itertools.pairwise(TOY))
    formula("eq:ngram-likelihood").check(
        {
            r"\hat P(w \mid h)": likelihood(NGramModel(TOY, 2), ["the"], word),
            "c(h w)": pairs.count(("the", word)),
            "c(h)": TOY[:-1].count("the"),
        }
    )


@pytest.mark.equation("eq:ngram-parameters")
@pytest.mark.parametrize("n, V", [(1, 5), (2, 4), (3, 3)])
def test_parameters_are_free_entries_of_the_table(n, V):
    table = list(itertools.product(range(V), repeat=n))
    free = [cell for cell in table if cell[-1] != 0]  # one is the rest
    formula("eq:ngram-parameters").check(
        {
            r"\text{parameters}": len(free),
            r"\text{参数个数}": len(free),
            "V": V,
            "n": n,
        }
    )


@pytest.mark.equation("eq:ngram-perplexity")
def test_the_geometric_mean_of_one_over_p():
    p = [0.5, 0.125, 0.3, 0.9]
    formula("eq:ngram-perplexity").check(
        {
            r"\text{perplexity}": perplexity(p),
            r"\text{困惑度}": perplexity(p),
            "T": 4,
            "p": p,
        }
    )
    assert perplexity([0.5, 0.125]) == pytest.approx(4)
    assert perplexity([1 / 7] * 9) == pytest.approx(7)
    assert perplexity([0.5, 0.0]) == math.inf


@pytest.mark.equation("eq:ngram-bounds")
@pytest.mark.parametrize(
    "p", [[0.5, 0.125, 0.3], [0.25, 0.25, 0.25], [1.0, 1.0, 1.0]]
)
def test_perplexity_lies_between(p):
    formula("eq:ngram-bounds").check(
        {
            r"\text{perplexity}": perplexity(p),
            r"\text{困惑度}": perplexity(p),
            "p": p,
            "t": range(1, 4),
        },
        absolute=1e-12,
    )


@pytest.mark.equation("eq:ngram-laplace")
@pytest.mark.parametrize("alpha", [1.0, 0.3])
@pytest.mark.parametrize("word", ["cat", "ran"])
def test_alpha_is_added_to_each_count(word, alpha):
    pairs = list(itertools.pairwise(TOY))
    formula("eq:ngram-laplace").check(
        {
            r"P(w \mid h)": laplace(NGramModel(TOY, 2), ["the"], word, alpha),
            "c(h w)": pairs.count(("the", word)),
            "c(h)": TOY[:-1].count("the"),
            r"\alpha": alpha,
            "V": len(set(TOY)),
        }
    )


@pytest.mark.equation("eq:ngram-continuation")
@pytest.mark.parametrize("word", ["the", "mat"])
def test_how_many_different_tokens_a_word_has_followed(word):
    pairs = set(itertools.pairwise(TOY))
    formula("eq:ngram-continuation").check(
        {
            "P(w)": kneser_ney(NGramModel(TOY, 2), [], word),
            r"N(\cdot w)": sum(after == word for _, after in pairs),
            r"N(\cdot\cdot)": len(pairs),
        }
    )


def shorter(words, context, word, D):
    """P(w | h') of a trigram model, with counts of predecessors."""
    grams = {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
    same = [g[2] for g in grams if g[1] == context]
    pairs = set(itertools.pairwise(words))
    last = sum(b == word for _, b in pairs) / len(pairs)
    own = max(same.count(word) - D, 0) / len(same)
    return own + D * len(set(same)) / len(same) * last


@pytest.mark.equation("eq:ngram-kneser-ney")
@pytest.mark.parametrize("D", [0.75, 0.4])
@pytest.mark.parametrize("word", ["a", "b", "c", "d"])
def test_what_is_left_and_what_is_shared_out(word, D):
    words = list("abcabdabcbdacab")
    h = ("a", "b")
    after = [
        words[i + 2] for i in range(len(words) - 2)
        if tuple(words[i : i + 2]) == h
    ]  # fmt: skip
    formula("eq:ngram-kneser-ney").check(
        {
            r"P(w \mid h)": kneser_ney(NGramModel(words, 3), h, word, D),
            "c(h w)": after.count(word),
            "c(h)": len(after),
            "m(h)": len(set(after)),
            "D": D,
            r"P(w \mid h')": shorter(words, "b", word, D),
        }
    )


@pytest.mark.equation("eq:ngram-one")
@pytest.mark.parametrize("D", [0.75, 0.4, 1.0])
def test_what_is_taken_is_given_back(D):
    words = list("abcabdabcbdacab")
    model, h = NGramModel(words, 3), ("a", "b")
    tokens = sorted(set(words))
    formula("eq:ngram-one").check(
        {
            r"P(w \mid h)": entries(
                "w", [kneser_ney(model, h, w, D) for w in tokens]
            ),
            r"P(w \mid h')": entries(
                "w", [kneser_ney(model, h[1:], w, D) for w in tokens]
            ),
            "w": range(1, 5),
            "c(h)": sum(model.after[h].values()),
            "m(h)": len(model.after[h]),
            "D": D,
        }
    )


@pytest.mark.equation("eq:ngram-zipf", fixed=r"c_r \approx \frac{C}{r^{s}}")
def test_words_fall_with_their_rank_to_the_power_of_minus_one():
    words = tokenize(data.load_descriptions().lower())
    counts = sorted(Counter(words).values(), reverse=True)
    ranks = np.array([5, 10, 20, 50, 100])
    chosen = np.array(counts)[ranks - 1]
    slope, level = np.polyfit(np.log(ranks), np.log(chosen), 1)
    assert 0.9 < -slope < 1.1
    line = math.exp(level) / ranks**-slope
    np.testing.assert_allclose(line, chosen, rtol=0.16)


# Properties


@settings(deadline=None, max_examples=40)
@given(TEXTS, st.integers(1, 3), st.floats(0, 1), st.floats(0.01, 2))
def test_probabilities_sum_to_one(words, n, D, alpha):
    model = NGramModel(words, n)
    for context in contexts(words, n):
        for total in (
            sum(laplace(model, context, w, alpha) for w in set(words)),
            sum(kneser_ney(model, context, w, D) for w in set(words)),
        ):
            assert total == pytest.approx(1)
        total = sum(likelihood(model, context, w) for w in set(words))
        assert total == pytest.approx(1 if context in model.after else 0)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_no_unigram_is_better_than_the_shares(words):
    model = NGramModel(words, 1)
    best = perplexity([likelihood(model, [], w) for w in words])
    for alpha in (0.1, 1.0):
        other = perplexity([laplace(model, [], w, alpha) for w in words])
        assert best <= other * (1 + 1e-12)


def test_likelihood_is_kneser_ney_without_a_discount_and_laplace_without():
    words = corpus()[:400]
    model = NGramModel(words, 3)
    for t in range(2, 60):
        share = likelihood(model, words[:t], words[t])
        assert kneser_ney(model, words[:t], words[t], 0) == share
        few = laplace(model, words[:t], words[t], 1e-12)
        assert few == pytest.approx(share)


def test_answers_of_the_questions_on_the_way():
    assert perplexity([0.01, 0.02, 0.5]) <= 100
    model = NGramModel(TOY, 2)
    ours = [laplace(model, ["ran"], w) for w in set(TOY)]
    assert ours == pytest.approx([1 / 6] * 6)


# NLTK


@pytest.fixture(scope="module")
def lm():
    return pytest.importorskip("nltk.lm")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_kneser_ney_is_that_of_nltk(lm, n):
    util = pytest.importorskip("nltk.util")
    words = corpus()
    model = NGramModel(words, n)
    theirs = lm.KneserNeyInterpolated(n, discount=0.75)
    if n == 1:  # NLTK needs pairs to count what stands before a word
        theirs = lm.MLE(1)
    theirs.fit([util.everygrams(words, max_len=n)], vocabulary_text=words)
    for t in range(n, len(words), 97):
        history = words[t - n + 1 : t]
        for word in (words[t], "the", "<unk>"):
            assert kneser_ney(model, history, word) == pytest.approx(
                theirs.score(word, history), rel=1e-12
            )


def test_laplace_is_that_of_nltk_which_counts_one_word_more(lm):
    util = pytest.importorskip("nltk.util")
    words = corpus()
    model = NGramModel(words, 3)
    theirs = lm.Laplace(3)
    theirs.fit([util.everygrams(words, max_len=3)], vocabulary_text=words)
    assert len(theirs.vocab) == model.V + 1
    model.V += 1
    for t in range(3, len(words), 97):
        assert laplace(model, words[:t], words[t]) == pytest.approx(
            theirs.score(words[t], words[t - 2 : t])
        )


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
@pytest.mark.parametrize("k", [0, 1])
def test_nltk_answers_as_shown(lm, page, k):
    text = page.read_text(encoding="utf-8")
    fence = re.compile(
        r"not-output-->\n\n *```text\n( *>>> .*?)```", re.DOTALL
    )
    sessions = fence.findall(text)
    assert len(sessions) == 2
    names = {"train": corpus(), "short": TOY[:6]}
    test = doctest.DocTestParser().get_doctest(
        sessions[k], names, page.name, str(page), 0
    )
    assert len(test.examples) >= 5
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


# Errors


def test_n_is_at_least_1_and_the_text_long_enough():
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        NGramModel(TOY, 0)
    with pytest.raises(ValueError, match="tokens must be at least 3, got 2"):
        NGramModel(["a", "b"], 3)


@pytest.mark.parametrize("score", [laplace, kneser_ney])
def test_only_tokens_of_the_text_have_a_probability(score):
    message = "word must be a token of the text, got 'dog'"
    with pytest.raises(ValueError, match=message):
        score(NGramModel(TOY, 2), ["the"], "dog")
    assert likelihood(NGramModel(TOY, 2), ["the"], "dog") == 0


@pytest.mark.parametrize("alpha", [0, -1, math.nan])
def test_alpha_is_positive(alpha):
    with pytest.raises(ValueError, match="alpha must be positive, got"):
        laplace(NGramModel(TOY, 2), ["the"], "cat", alpha)


@pytest.mark.parametrize("D", [-0.1, 1.1, math.nan])
def test_the_discount_is_within_0_and_1(D):
    with pytest.raises(ValueError, match="D must be within 0 and 1, got"):
        kneser_ney(NGramModel(TOY, 2), ["the"], "cat", D)


def test_perplexity_takes_probabilities():
    with pytest.raises(ValueError, match="must not be empty"):
        perplexity([])
    with pytest.raises(ValueError, match="must be within 0 and 1"):
        perplexity([0.5, 1.5])
