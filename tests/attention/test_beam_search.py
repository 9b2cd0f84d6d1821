"""Beam search against all sentences, the page's formulas, and by hand."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from book.formula import entries, formula
from d2lcode.attention.beam_search import (
    Hypothesis,
    beam_search,
    best,
    exhaustive_search,
    next_words,
)
from d2lcode.attention.seq2seq import Seq2Seq, greedy

TOKENS = ["<bos>", "a", "the", "he", "teacher", "doctor", "rested", "<eos>"]
FOLLOWS = {
    "<bos>": {"a": 0.36, "the": 0.32, "he": 0.30, "<eos>": 0.02},
    "a": {"teacher": 0.55, "doctor": 0.45},
    "the": {"teacher": 0.9, "doctor": 0.1},
    "he": {"rested": 0.9, "<eos>": 0.1},
    "teacher": {"rested": 0.8, "<eos>": 0.2},
    "doctor": {"rested": 0.8, "<eos>": 0.2},
    "rested": {"<eos>": 1.0},
}


def from_table(table):
    return lambda prefixes: table[prefixes[:, -1]]


def page_model():
    table = torch.zeros(8, 8, dtype=torch.float64)
    for a, row in FOLLOWS.items():
        for b, p in row.items():
            table[TOKENS.index(a), TOKENS.index(b)] = p
    return from_table(table.log())


def say(found):
    return " ".join(TOKENS[i] for i in found.tokens[:-1])


def draw(seed, V=4, scale=2.0):
    """A model whose answer depends on the whole prefix."""
    generator = torch.Generator().manual_seed(seed)
    size = (V, V, V, 8)  # first token, last token, next token, length
    table = scale * torch.randn(size, generator=generator).double()

    def log_p(prefixes):
        first, t = (
            prefixes[:, min(1, prefixes.shape[1] - 1)],
            prefixes.shape[1],
        )
        rows = table[first, prefixes[:, -1]][:, :, t % 8]  # (K, V)
        return torch.log_softmax(rows, dim=1)

    return log_p


def by_hand(log_p, T, V, bos, eos):
    """All sentences, each walked through on its own."""
    found = []
    others = [v for v in range(V) if v != eos]
    for length in range(1, T + 1):
        for words in itertools.product(others, repeat=length - 1):
            prefix, steps = [bos], []
            for token in [*words, eos]:
                row = log_p(torch.tensor([prefix]))[0]
                steps.append(row[token].item())
                prefix.append(token)
            found.append((steps, prefix[1:]))
    return found


# The oracle: all sentences


@pytest.mark.equation("eq:beam-log")
@pytest.mark.equation("eq:beam-count")
@pytest.mark.parametrize(("V", "T"), [(2, 4), (3, 3), (4, 4)])
def test_exhaustive_search_finds_all(V, T):
    log_p = draw(1, V)
    ours = exhaustive_search(log_p, T, bos=0, eos=V - 1)
    theirs = by_hand(log_p, T, V, 0, V - 1)
    assert len(ours) == len(theirs)
    sums = {tuple(tokens): steps for steps, tokens in theirs}
    assert {tuple(found.tokens) for found in ours} == set(sums)
    for found in ours:
        formula("eq:beam-log").check(
            {
                r"\log P(y \mid x)": found.log_p,
                "T": len(found.tokens),
                r"P(y_t \mid y_1, \dots, y_{t-1}, x)": entries(
                    "t", [math.exp(s) for s in sums[tuple(found.tokens)]]
                ),
            }
        )
    formula("eq:beam-count").check({"N": len(ours), "V": V, "T": T})
    scores = [found.log_p for found in ours]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), V=st.integers(2, 4), T=st.integers(1, 4))
def test_a_beam_that_cuts_nothing_is_exhaustive(seed, V, T):
    log_p = draw(seed, V)
    everything = exhaustive_search(log_p, T, bos=0, eos=V - 1)
    wide = beam_search(log_p, V**T, T, bos=0, eos=V - 1)
    assert [found.tokens for found in wide] == [
        found.tokens for found in everything
    ]
    for one, two in zip(wide, everything, strict=True):
        assert one.log_p == pytest.approx(two.log_p)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), K=st.integers(1, 6), T=st.integers(1, 5))
def test_what_a_beam_finds_is_a_sentence_with_its_probability(seed, K, T):
    log_p = draw(seed)
    known = {
        tuple(found.tokens): found.log_p
        for found in exhaustive_search(log_p, T, bos=0, eos=3)
    }
    found = beam_search(log_p, K, T, bos=0, eos=3)
    assert len({tuple(one.tokens) for one in found}) == len(found)
    for one in found:
        if one.tokens[-1] == 3:
            assert one.log_p == pytest.approx(known[tuple(one.tokens)])
        else:
            assert len(one.tokens) == T
    ends = [one.tokens[-1] == 3 for one in found]
    assert all(ends) or not any(ends)


def test_width_one_takes_the_likeliest_token_each_time():
    for seed in range(20):
        log_p, prefix = draw(seed, 5), [0]
        while prefix[-1] != 4 and len(prefix) <= 6:
            row = log_p(torch.tensor([prefix]))[0]
            prefix.append(int(row.argmax()))
        (found,) = beam_search(log_p, 1, 6, bos=0, eos=4)
        assert found.tokens == prefix[1:]


@pytest.mark.equation("eq:beam-calls")
@pytest.mark.parametrize("K", [1, 2, 4])
def test_prefixes_asked_about(K):
    """None ends before the last step, so that no prefix is saved."""
    V, T, asked = 6, 5, []

    def log_p(prefixes):
        asked.append(len(prefixes))
        row = torch.arange(V, dtype=torch.float64)
        row[V - 1] = -math.inf if prefixes.shape[1] < T else 0.0
        return torch.log_softmax(row, dim=0).expand(len(prefixes), V)

    beam_search(log_p, K, T, bos=0, eos=V - 1)
    formula("eq:beam-calls").check({"M": sum(asked), "K": K, "T": T})


@pytest.mark.equation("eq:beam-step")
def test_a_step_adds():
    """Each extension of each prefix, as the exhaustive search scores it."""
    log_p, V = draw(3), 4
    scores = {
        tuple(found.tokens[:-1]): found.log_p
        for found in exhaustive_search(
            lambda p: torch.cat(
                [log_p(p)[:, :3], torch.zeros(len(p), 1).double()], dim=1
            ),
            5,
            bos=0,
            eos=3,
        )
    }  # with <eos> free, what has ended has the score of its prefix
    for prefix, score in scores.items():
        if len(prefix) > 1:
            continue
        row = log_p(torch.tensor([[0, *prefix]]))[0]
        for v in range(V - 1):
            formula("eq:beam-step").check(
                {
                    "s'": scores[(*prefix, v)],
                    "s": score,
                    r"P(v \mid y_1, \dots, y_{t-1}, x)": math.exp(row[v]),
                }
            )


# By hand


@pytest.mark.parametrize(
    ("K", "likeliest", "per_token"),
    [
        (1, "a teacher rested", "a teacher rested"),
        (2, "the teacher rested", "the teacher rested"),
        (3, "he rested", "the teacher rested"),
    ],
)
def test_the_table_of_the_page(K, likeliest, per_token):
    found = beam_search(page_model(), K, 5, bos=0, eos=7)
    assert say(found[0]) == say(best(found)) == likeliest
    assert say(best(found, 1)) == per_token


def test_all_sentences_of_the_page():
    found = exhaustive_search(page_model(), 5, bos=0, eos=7)
    assert len(found) == 11
    assert sum(math.exp(one.log_p) for one in found) == pytest.approx(1)
    shares = {say(one): math.exp(one.log_p) for one in found}
    assert shares["he rested"] == pytest.approx(0.27)
    assert shares["the teacher rested"] == pytest.approx(0.2304)
    assert shares[""] == pytest.approx(0.02)


def test_a_wider_beam_can_find_less():
    """The answer of the page: <bos> a b and three, two words, <eos>."""
    table = torch.zeros(9, 9, dtype=torch.float64)
    table[0, 1], table[0, 2] = 0.55, 0.45
    table[1, 3:6] = torch.tensor([0.38, 0.32, 0.30])
    table[2, 6:8] = 0.5
    table[3:6, 8] = 1.0
    table[6:8, 8] = table[6:8, 5] = 0.5
    for K, p in ((1, 0.209), (2, 0.1125), (4, 0.209)):
        found = beam_search(from_table(table.log()), K, 3, bos=0, eos=8)
        assert math.exp(found[0].log_p) == pytest.approx(p)


# Length


@pytest.mark.equation("eq:beam-norm")
@pytest.mark.parametrize("alpha", [0, 0.4, 1, 1.5])
def test_the_score_by_which_the_best_is_chosen(alpha):
    """Two hypotheses change places where the formula says so."""
    log_p, T = -3.0, 4
    h = -log_p / T
    score = formula("eq:beam-norm")
    value = log_p / T**alpha
    score.check(
        {
            r"S_\alpha(y)": value, r"P(y \mid x)": math.exp(log_p),
            "T": T, r"\alpha": alpha, "h": h,
        }
    )  # fmt: skip
    ours = Hypothesis(log_p, [0] * T)
    for other, wins in ((value - 1e-6, True), (value + 1e-6, False)):
        for length in (2, 7):
            theirs = Hypothesis(other * length**alpha, [1] * length)
            assert (best([theirs, ours], alpha) is ours) == wins


@pytest.mark.equation("eq:beam-draw")
@pytest.mark.parametrize(("alpha", "T_1", "T_2"), [(0, 3, 4), (0.3, 2, 9)])
def test_where_a_longer_sentence_draws(alpha, T_1, T_2):
    h_1 = 0.7
    h_2 = h_1 * (T_1 / T_2) ** (1 - alpha)
    formula("eq:beam-draw").check(
        {
            "h_1": h_1, "h_2": h_2, "T_1": T_1, "T_2": T_2,
            r"\alpha": alpha,
        }
    )  # fmt: skip
    short = Hypothesis(-h_1 * T_1, [0] * T_1)
    for factor, wins in ((0.999, True), (1.001, False)):
        long = Hypothesis(-factor * h_2 * T_2, [0] * T_2)
        assert (best([short, long], alpha) is long) == wins


@pytest.mark.equation(
    "eq:beam-gnmt", fixed=r"\ell_\alpha = \Bigl(\frac{5 + T}{6}\Bigr)^{\alpha}"
)
def test_the_penalty_of_wu_starts_at_one_and_rises_gently():
    def penalty(T, alpha=0.6):
        return ((5 + T) / 6) ** alpha

    assert penalty(1) == 1
    assert all(penalty(T) < T**0.6 for T in range(2, 50))


@pytest.mark.equation("eq:beam-reward")
def test_a_reward_for_each_token():
    found = exhaustive_search(draw(0), 3, bos=0, eos=3)
    for gamma in (0.3, 0.8):
        for one in found:
            T = len(one.tokens)
            formula("eq:beam-reward").check(
                {
                    r"R_\gamma(y)": one.log_p + gamma * T,
                    r"P(y \mid x)": math.exp(one.log_p),
                    r"\gamma": gamma, "T": T, "h": -one.log_p / T,
                }
            )  # fmt: skip


@pytest.mark.equation("eq:beam-empty")
def test_the_empty_sentence_is_the_likeliest():
    W, epsilon, T_max = 3, 0.1, 4
    row = torch.tensor(
        [(1 - epsilon) / W] * W + [epsilon], dtype=torch.float64
    ).log()
    found = exhaustive_search(
        lambda prefixes: row.expand(len(prefixes), -1), T_max, bos=0, eos=W
    )
    assert found[0].tokens == [W]
    for one in found:
        formula("eq:beam-empty").check(
            {
                "P(y)": math.exp(one.log_p), r"\epsilon": epsilon,
                "W": W, "T": len(one.tokens),
            }
        )  # fmt: skip
    mean = sum(k * epsilon * (1 - epsilon) ** k for k in range(500))
    assert mean == pytest.approx((1 - epsilon) / epsilon)


# A translator


def test_states_are_kept_as_if_read_again():
    torch.manual_seed(0)
    model = Seq2Seq(9, 7, 4, 5).double()
    source, source_len = torch.tensor([[3, 5, 1]]), torch.tensor([3])
    log_p = next_words(model, source, source_len)
    prefixes = torch.tensor([[1]])
    for more in ([4], [2, 6], [0, 2, 3]):
        log_p(prefixes)
        prefixes = torch.cat(
            [
                prefixes[-1:].expand(len(more), -1),
                torch.tensor(more)[:, None],
            ],
            dim=1,
        )
    ours = log_p(prefixes)
    K = len(prefixes)
    with torch.no_grad():
        logits = model(source.expand(K, -1), source_len.expand(K), prefixes)
    theirs = torch.log_softmax(logits[:, -1], dim=1)
    assert torch.allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_width_one_translates_as_the_greedy_decoder():
    torch.manual_seed(1)
    model = Seq2Seq(9, 7, 4, 5).double()
    for k in range(9):
        source, source_len = torch.tensor([[k, 5]]), torch.tensor([2])
        written = greedy(model, source, source_len, 1, 6)[0].tolist()
        eos = 2
        if eos in written:
            written = written[: written.index(eos) + 1]
        log_p = next_words(model, source, source_len)
        found = beam_search(log_p, 1, 6, bos=1, eos=eos)
        assert found[0].tokens == written


# Errors


@pytest.mark.parametrize(("K", "T", "name"), [(0, 3, "K"), (2, 0, "T")])
def test_sizes_must_be_positive(K, T, name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        beam_search(page_model(), K, T, bos=0, eos=7)


def test_a_length_must_be_positive():
    with pytest.raises(ValueError, match="T must be at least 1, got -1"):
        exhaustive_search(page_model(), -1, bos=0, eos=7)


def test_there_must_be_something_to_choose():
    with pytest.raises(ValueError, match="hypotheses must hold at least one"):
        best([])


def test_one_sentence_at_a_time():
    model = Seq2Seq(9, 7, 4, 5)
    with pytest.raises(ValueError, match=r"source must be \(1, S\), got"):
        next_words(model, torch.ones(2, 3).long(), torch.tensor([3, 3]))
