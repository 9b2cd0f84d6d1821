"""Tokens, vocabulary, byte-pair encoding and the cuts of a sentence."""

import doctest
import itertools
import json
import logging
import math
import random
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from book.formula import entries, formula
from book.layout import ROOT
from d2lcode import data
from d2lcode.recurrent.text_preprocessing import (
    PIECE,
    Vocab,
    bpe_count,
    bpe_encode,
    bpe_merge,
    bpe_train,
    segment,
    tokenize,
)

TOY = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
WORDS = st.dictionaries(
    st.text("abc", min_size=1, max_size=8), st.integers(1, 9), min_size=1
)
COUNTS = {"研究": 35029, "研究生": 1816, "生命": 6986, "命": 11603}
TOTAL = 60101967
PAGES = [
    ROOT / "docs" / language / "recurrent/text_preprocessing.md"
    for language in ("en", "zh")
]


def learned_and_new() -> tuple[str, str]:
    """The page's two texts: the last description is the new one."""
    lines = data.load_descriptions().splitlines(keepends=True)
    split = next(i for i, line in enumerate(lines) if "20 newsgroups" in line)
    return "".join(lines[:split]), "".join(lines[split:])


# Tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("dataset; Dataset.", ["dataset", ";", "Dataset", "."]),
        ("it's 0.16%", ["it's", "0.16", "%"]),
        ("Fisher’s 800,000 hand-written", ["Fisher’s", "800,000",
                                           "hand-written"]),
        ("(naïve)", ["(", "naïve", ")"]),
        ("a - b, c", ["a", "-", "b", ",", "c"]),
        ("load_files", ["load_files"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_mark_inside_a_word_stays(text, tokens):
    assert tokenize(text) == tokens


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_words_leave_out_nothing_but_spaces(text):
    assert "".join(tokenize(text)) == re.sub(r"\s", "", text)


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_pieces_joined_are_the_text(text):
    assert "".join(tokenize(text, PIECE)) == text


# The vocabulary


def test_numbers_by_falling_count_then_by_alphabet():
    """The example of the page and of its drawing."""
    words = ["the", "cat", "sat", "on", "the", "mat"]
    vocab = Vocab(words)
    assert vocab.tokens == ["<unk>", "the", "cat", "mat", "on", "sat"]
    assert vocab.encode(words) == [1, 2, 5, 4, 1, 3]
    assert vocab.encode(["the", "cat", "sat", "on", "the", "dog"]) == [
        1,
        2,
        5,
        4,
        1,
        0,
    ]
    assert vocab["cat"] == 2 and vocab["dog"] == 0
    assert vocab.decode([1, 0, 3]) == ["the", "<unk>", "mat"]
    assert vocab.counts["the"] == 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("abcdefgh")), st.integers(1, 4))
def test_what_is_kept_comes_back(tokens, min_count):
    vocab = Vocab(tokens, min_count)
    counts = [vocab.counts[t] for t in vocab.tokens[1:]]
    assert counts == sorted(counts, reverse=True)
    assert len(vocab) == 1 + sum(
        c >= min_count for c in Counter(tokens).values()
    )
    for token, back in zip(
        tokens, vocab.decode(vocab.encode(tokens)), strict=True
    ):
        assert back == (token if tokens.count(token) >= min_count else "<unk>")


@pytest.mark.parametrize("min_count", [0, -1])
def test_min_count_is_at_least_1(min_count):
    message = f"min_count must be at least 1, got {min_count}"
    with pytest.raises(ValueError, match=message):
        Vocab("abc", min_count)


@pytest.mark.equation("eq:text-new")
def test_words_that_occur_once_are_new_to_the_rest():
    """Each token is taken out in turn and looked up in the others."""
    words = [*"xabcdaeafgc"]  # the first one occurs once
    new = sum(
        word not in words[:i] + words[i + 1 :] for i, word in enumerate(words)
    )
    vocab = Vocab(words)
    formula("eq:text-new").check(
        {
            r"p_{\text{new}}": new / len(words),
            "c(w_t)": entries("t", [vocab.counts[w] for w in words]),
            "N": len(words),
            "n_1": sum(c == 1 for c in vocab.counts.values()),
        }
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("abcdefgh"), min_size=1))
def test_min_count_2_makes_unknown_what_occurs_once(words):
    vocab = Vocab(words, min_count=2)
    once = sum(c == 1 for c in Counter(words).values())
    assert vocab.encode(words).count(0) == once


def test_the_estimate_holds_for_a_shuffled_text():
    words = tokenize(data.load_descriptions().lower())
    new, once = [], []
    for seed in range(20):
        shuffled = words.copy()
        random.Random(seed).shuffle(shuffled)
        vocab = Vocab(shuffled[:1200])
        new.append(vocab.encode(shuffled[1200:1600]).count(0) / 400)
        once.append(sum(c == 1 for c in vocab.counts.values()) / 1200)
    assert sum(new) == pytest.approx(sum(once), rel=0.1)


# Byte-pair encoding


def test_merges_of_the_drawing():
    assert bpe_train(TOY, 4) == [
        ("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w"),
    ]  # fmt: skip
    assert bpe_encode("lowest", bpe_train(TOY, 4)) == ["low", "est"]


@pytest.mark.parametrize(
    ("pieces", "merged"),
    [
        ("ab", ["ab"]),
        ("aab", ["a", "ab"]),
        ("abab", ["ab", "ab"]),
        ("ba", ["b", "a"]),
        ("", []),
    ],
)
def test_merging_walks_from_left_to_right(pieces, merged):
    assert bpe_merge(pieces, ("a", "b")) == merged


def test_equal_pieces_do_not_overlap():
    assert bpe_merge("aaaaa", ("a", "a")) == ["aa", "aa", "a"]


@pytest.mark.equation("eq:text-pair")
@pytest.mark.parametrize("done", range(6))
def test_the_most_frequent_pair_is_next(done):
    merges = bpe_train(TOY, 8)
    cuts = {word: bpe_encode(word, merges[:done]) for word in TOY}
    pairs = sorted({p for cut in cuts.values() for p in pairs_of(cut)})
    # only the ties are left to the code: drop the later of two equals
    total = {p: sum(TOY[w] * pairs_of(cuts[w]).count(p) for w in TOY)
             for p in pairs}  # fmt: skip
    best = max(total.values())
    rivals = [p for p in pairs if total[p] < best or p == merges[done]]
    assert bpe_count(cuts, TOY) == total
    number = {p: k for k, p in enumerate(rivals, start=1)}
    formula("eq:text-pair").check(
        {
            "p^*": number[merges[done]],
            "p": range(1, len(rivals) + 1),
            "w": range(1, len(TOY) + 1),
            "c(w)": entries("w", list(TOY.values())),
            "f_w(p)": entries(
                "w p",
                {
                    (i, k): pairs_of(cuts[word]).count(pair)
                    for i, word in enumerate(TOY, start=1)
                    for pair, k in number.items()
                },
            ),
        }
    )


def pairs_of(pieces):
    return list(itertools.pairwise(pieces))


@pytest.mark.equation("eq:text-length")
def test_a_merge_makes_the_text_shorter_and_the_list_longer():
    merges = bpe_train(TOY, 6)

    def lengths(k):
        cuts = {word: bpe_encode(word, merges[:k]) for word in TOY}
        return sum(count * len(cuts[word]) for word, count in TOY.items())

    replaced = []
    for k, pair in enumerate(merges):
        cuts = {word: bpe_encode(word, merges[:k]) for word in TOY}
        replaced.append(bpe_count(cuts, TOY)[pair])
    characters = set("".join(TOY))
    known = characters | {a + b for a, b in merges}
    assert len(known) == 11 - 1 + len(merges)
    formula("eq:text-length").check(
        {
            "V": {0: len(characters), 6: len(known)},
            "N": {0: lengths(0), 6: lengths(6)},
            "m": replaced,
            "k": 6,
        }
    )


def library(counts, merges):
    """What tokenizers learns from the same words."""
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    split = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.pre_tokenizer = split
    characters = len(set("".join(counts)))
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=characters + merges, show_progress=False
    )
    words = (word for word in counts for _ in range(counts[word]))
    tokenizer.train_from_iterator(words, trainer)
    learned = json.loads(tokenizer.to_str())["model"]["merges"]
    return tokenizer, [tuple(pair) for pair in learned]


@settings(max_examples=30, deadline=None)
@given(WORDS, st.integers(0, 12))
def test_pairs_and_pieces_are_those_of_tokenizers(counts, merges):
    tokenizer, theirs = library(counts, merges)
    ours = bpe_train(counts, merges)
    assert ours == theirs
    for word in counts:
        assert bpe_encode(word, ours) == tokenizer.encode(word).tokens


@settings(max_examples=30, deadline=None)
@given(WORDS, st.text("abcd", max_size=12))
def test_pieces_of_any_word_joined_are_the_word(counts, word):
    assert "".join(bpe_encode(word, bpe_train(counts, 9))) == word


def test_no_pair_is_left():
    assert bpe_train({"ab": 1}, 5) == [("a", "b")]
    assert bpe_train({}, 5) == []


def test_merges_and_counts_must_be_possible():
    with pytest.raises(ValueError, match="merges must be at least 0, got -1"):
        bpe_train(TOY, -1)
    with pytest.raises(ValueError, match="counts must be positive"):
        bpe_train({"a": 0}, 1)


# Chinese


def all_cuts(sentence):
    """Each way to cut or not to cut at each place."""
    places = range(1, len(sentence))
    for k in range(len(sentence)):
        for chosen in itertools.combinations(places, k):
            ends = [0, *chosen, len(sentence)]
            yield [sentence[i:j] for i, j in itertools.pairwise(ends)]


def score(words, counts, total):
    shares = [counts.get(w, int(len(w) == 1)) / total for w in words]
    return sum(math.log(s) if s else -math.inf for s in shares)


@pytest.mark.equation("eq:text-cuts")
@pytest.mark.parametrize("T", [1, 2, 5, 7])
def test_each_place_is_cut_or_not(T):
    cuts = list(all_cuts("abcdefg"[:T]))
    assert len({tuple(cut) for cut in cuts}) == len(cuts)
    name = {
        r"\text{number of cuts}": len(cuts),
        r"\text{切法总数}": len(cuts),
    }
    formula("eq:text-cuts").check({**name, "T": T})


@pytest.mark.equation("eq:text-best")
@pytest.mark.parametrize("sentence", ["研究生命", "生命研究生"])
def test_the_best_cut_ends_in_its_best_last_word(sentence):
    T = len(sentence)
    s = {0: 0.0}
    for j in range(1, T + 1):
        best = segment(sentence[:j], COUNTS, TOTAL)
        s[j] = score(best, COUNTS, TOTAL)
    count = {
        (i, j): COUNTS.get(sentence[i:j], int(j - i == 1)) or 1e-300
        for i in range(T)
        for j in range(i + 1, T + 1)
    }
    formula("eq:text-best").check(
        {
            "s": s,
            "c(w_{ij})": entries("i j", count),
            "N": TOTAL,
            "i": range(T),
            "j": range(1, T + 1),
        }
    )


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3), st.integers(1, 99)
    ),
    st.text("abcd", max_size=8),
)
def test_no_cut_is_better(counts, sentence):
    found = segment(sentence, counts, 1000)
    assert "".join(found) == sentence
    best = max(
        (score(cut, counts, 1000) for cut in all_cuts(sentence)), default=0
    )
    assert score(found, counts, 1000) == pytest.approx(best)


def test_the_two_cuts_of_the_page():
    ours = [
        score(words, COUNTS, TOTAL) for words in (["研究", "生命"],
                                                  ["研究生", "命"])
    ]  # fmt: skip
    assert ours == pytest.approx([-16.51, -18.96], abs=0.01)
    assert segment("研究生命", COUNTS, TOTAL) == ["研究", "生命"]


def test_sentences_are_cut_as_by_jieba():
    jieba = pytest.importorskip("jieba")
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    counts = {w: c for w, c in jieba.dt.FREQ.items() if c}
    for sentence in (
        "研究生命的起源", "南京市长江大桥", "乒乓球拍卖完了", "我爱自然语言",
        "北京大学生前来应聘", "结婚的和尚未结婚的", "数据集包含三类植物",
    ):  # fmt: skip
        theirs = jieba.lcut(sentence, HMM=False)
        assert segment(sentence, counts, jieba.dt.total) == theirs


def test_counts_on_the_page_are_those_of_jieba():
    jieba = pytest.importorskip("jieba")
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    page = PAGES[0].read_text(encoding="utf-8")
    shown = re.findall(r'"([一-龥]+)": (\d+)', page)
    assert len(shown) == 12
    assert {w: jieba.dt.FREQ[w] for w, _ in shown} == {
        w: int(c) for w, c in shown
    }
    assert jieba.dt.total == TOTAL
    assert f"N = {TOTAL}" in page


def test_total_is_at_least_1():
    with pytest.raises(ValueError, match="total must be at least 1, got 0"):
        segment("研究", COUNTS, 0)


# What other libraries give: the sessions that the pages show


def sessions(page):
    text = page.read_text(encoding="utf-8")
    found = re.findall(
        r"not-output-->\n\n```text\n(>>> .*?)```", text, re.DOTALL
    )
    assert len(found) == 3
    return found


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
@pytest.mark.parametrize(
    ("k", "modules"),
    [(0, ["tokenizers"]), (1, ["jieba"]), (2, ["nltk", "spacy"])],
)
def test_libraries_answer_as_shown(page, k, modules):
    for module in modules:
        pytest.importorskip(module)
    old, _ = learned_and_new()
    session = sessions(page)[k]
    test = doctest.DocTestParser().get_doctest(
        session, {"PIECE": PIECE, "old": old}, page.name, str(page), 0
    )
    assert len(test.examples) >= 3
    found = doctest.DocTestRunner(verbose=False).run(test)
    assert found.failed == 0


def test_the_library_learns_the_same_pairs_from_the_text():
    tokenizers = pytest.importorskip("tokenizers")
    old, _ = learned_and_new()
    counts = Counter(tokenize(old, PIECE))
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split(
        tokenizers.Regex(PIECE), "isolated"
    )
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=len(set(old)) + 30, show_progress=False
    )
    tokenizer.train_from_iterator([old], trainer)
    learned = json.loads(tokenizer.to_str())["model"]["merges"]
    assert bpe_train(counts, 30) == [tuple(pair) for pair in learned]


def test_answer_of_the_question_on_the_way():
    """250 of 1,000 tokens occur once: 25 of the next 100 are new."""
    assert 100 * 250 / 1000 == 25
    words = [f"once{i}" for i in range(250)]
    words += [f"five{i}" for i in range(150)] * 5
    vocab = Vocab(words)
    assert (len(words), len(vocab) - 1) == (1000, 400)
    assert sum(c == 1 for c in vocab.counts.values()) == 250
