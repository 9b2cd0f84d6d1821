"""BLEU against sacreBLEU and NLTK, the page's formulas, and by hand."""

import doctest
import itertools
import math
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from book.formula import entries, formula
from book.layout import ROOT
from d2lcode.attention.bleu import (
    bleu,
    bootstrap,
    ngrams,
    precisions,
    score,
    sentence_bleu,
    statistics,
)

LIBRARY = {"none": "none", "exp": "exp", "add-one": "add-k"}
SENTENCE = st.lists(st.sampled_from("abcd"), max_size=9)
TEXTS = st.integers(1, 3).flatmap(  # references of each sentence
    lambda R: st.lists(
        st.tuples(SENTENCE, st.lists(SENTENCE, min_size=R, max_size=R)),
        min_size=1, max_size=5,
    )
)  # fmt: skip
REFERENCES = [
    ["the", "teacher", "gave", "the", "student", "a", "book", "yesterday"],
    ["a", "book", "was", "given", "to", "the", "student", "yesterday"],
]
PAGES = [
    ROOT / "docs" / language / "attention/bleu.md" for language in ("en", "zh")
]


def draw(rng: random.Random, least: int = 0) -> list[str]:
    return [rng.choice("abcde") for _ in range(rng.randint(least, 12))]


def unzip(text):
    """Candidates, references of each, and both as sacreBLEU wants them."""
    candidates, references = (list(part) for part in zip(*text, strict=True))
    strings = [" ".join(words) for words in candidates]
    streams = [
        [" ".join(words) for words in stream]
        for stream in zip(*references, strict=True)
    ]
    return candidates, references, strings, streams


# The oracles


@pytest.mark.parametrize("smoothing", LIBRARY)
@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_texts_and_sentences_are_scored_as_by_sacrebleu(smoothing, text):
    """To the last digit: the same numbers, not close ones."""
    metrics = pytest.importorskip("sacrebleu.metrics")
    candidates, references, strings, streams = unzip(text)
    kind = {"tokenize": "none", "smooth_method": LIBRARY[smoothing]}
    whole = metrics.BLEU(**kind).corpus_score(strings, streams)
    assert bleu(candidates, references, smoothing) == whole.score
    alone = metrics.BLEU(**kind, effective_order=True)
    for words, several, string in zip(
        candidates, references, strings, strict=True
    ):
        theirs = alone.sentence_score(string, [" ".join(r) for r in several])
        assert sentence_bleu(words, several, smoothing) == theirs.score


@pytest.mark.parametrize("smoothing", LIBRARY)
def test_long_texts_are_scored_as_by_sacrebleu(smoothing):
    metrics = pytest.importorskip("sacrebleu.metrics")
    kind = {"tokenize": "none", "smooth_method": LIBRARY[smoothing]}
    metric = metrics.BLEU(**kind)
    rng, above = random.Random(0), 0
    for _ in range(40):
        R = rng.randint(1, 3)
        text = [
            (draw(rng), [draw(rng) for _ in range(R)])
            for _ in range(rng.randint(1, 30))
        ]
        candidates, references, strings, streams = unzip(text)
        theirs = metric.corpus_score(strings, streams).score
        assert bleu(candidates, references, smoothing) == theirs
        above += theirs > 1
    assert above > 8


@pytest.mark.parametrize(("smoothing", "method"), [("none", 0), ("exp", 3)])
def test_texts_are_scored_as_by_nltk(smoothing, method):
    """Sentences of at least four words: for others NLTK counts one more."""
    nltk = pytest.importorskip("nltk.translate.bleu_score")
    smooth = getattr(nltk.SmoothingFunction(), f"method{method}")
    rng, above = random.Random(1), 0
    for _ in range(40):
        candidates = [draw(rng, 4) for _ in range(rng.randint(1, 8))]
        references = [
            [draw(rng, 4) for _ in range(rng.randint(1, 3))]
            for _ in candidates
        ]
        rows = [
            statistics(c, several)
            for c, several in zip(candidates, references, strict=True)
        ]
        if not all(sum(row[n] for row in rows) for n in range(4)):
            if smoothing == "none":
                continue  # NLTK warns, and puts a tiny number for 0
            if not any(sum(row[n] for row in rows) for n in range(4)):
                continue
        theirs = nltk.corpus_bleu(
            references, candidates, smoothing_function=smooth
        )
        ours = bleu(candidates, references, smoothing)
        assert ours == pytest.approx(100 * theirs, rel=1e-12)
        above += ours > 1
    assert above > 8


def test_nltk_counts_a_window_where_there_is_none():
    nltk = pytest.importorskip("nltk.translate.bleu_score")
    candidates, references = [list("abcdef"), list("abc")], [
        [list("abcdef")], [list("abc")],
    ]  # fmt: skip
    assert bleu(candidates, references) == pytest.approx(100)
    theirs = nltk.corpus_bleu(references, candidates)
    assert theirs == pytest.approx((3 / 4) ** 0.25)


# By hand


def test_the_candidates_of_the_page():
    rows = {
        "yesterday the teacher gave the student a book": (
            [8, 6, 5, 4, 8, 7, 6, 5, 8, 8],
            100 * (6 / 7 * 5 / 6 * 4 / 5) ** 0.25,
        ),
        "a book yesterday gave the student the teacher": (
            [8, 5, 2, 0, 8, 7, 6, 5, 8, 8],
            0,
        ),
        "the teacher gave the student": (
            [5, 4, 3, 2, 5, 4, 3, 2, 5, 8],
            100 * math.exp(-0.6),
        ),
        "the the the the the the the the": (
            [2, 0, 0, 0, 8, 7, 6, 5, 8, 8],
            0,
        ),
    }
    for text, (row, value) in rows.items():
        assert statistics(text.split(), REFERENCES[:1]) == row
        assert score(row, "none") == pytest.approx(value)


def test_counts_of_the_drawing():
    words = ["the", "the", "the", "a", "book", "a", "book", "gave"]
    assert statistics(words, REFERENCES)[:1] == [5]
    kept = {("the",): 2, ("a",): 1, ("book",): 1, ("gave",): 1}
    limit = ngrams(REFERENCES[0], 1) | ngrams(REFERENCES[1], 1)
    assert dict(ngrams(words, 1) & limit) == kept


def test_the_two_sentences_of_the_drawing():
    ten, four = list("abcdefghij"), list("abcd")
    assert statistics(ten, [ten]) == [10, 9, 8, 7, 10, 9, 8, 7, 10, 10]
    assert statistics(list("xyaz"), [four]) == [1, 0, 0, 0, 4, 3, 2, 1, 4, 4]
    value = bleu([ten, list("xyaz")], [[ten], [four]])
    product = 11 / 14 * 9 / 12 * 8 / 10 * 7 / 8
    assert value == pytest.approx(100 * product**0.25)
    assert value == pytest.approx(80.1, abs=0.05)


def test_answers_of_the_questions_on_the_way():
    row = statistics(["the", "cat", "the", "cat"], [["the", "cat", "sat"]])
    assert row[:2] == [2, 1]


def test_the_exercise_by_hand():
    candidate = ["the", "cat", "sat", "on", "the", "red", "mat"]
    whole = ["the", "old", "cat", "sat", "on", "the", "red", "mat"]
    value = sentence_bleu(candidate, [whole])
    assert value == pytest.approx(100 * 0.5**0.25 * math.exp(-1 / 7))


# The equations of the page


@pytest.mark.equation("eq:bleu-clip")
@pytest.mark.parametrize("n", [1, 2, 3])
def test_matches_are_clipped_at_the_largest_count(n):
    """Two sentences; each is counted by loops, window by window."""
    rng = random.Random(n)
    texts = [draw(rng, 8) for _ in range(2)]
    several = [[draw(rng, 8) for _ in range(2)] for _ in texts]
    windows = sorted({
        tuple(words[i : i + n])
        for words in texts for i in range(len(words) - n + 1)
    })  # fmt: skip

    def count(words, g):
        places = range(len(words) - n + 1)
        return sum(tuple(words[i : i + n]) == windows[g - 1] for i in places)

    formula("eq:bleu-clip").check(
        {
            "m_{in}": entries("i", [
                statistics(c, r)[n - 1]
                for c, r in zip(texts, several, strict=True)
            ]),
            "a_i(g)": entries("i g", lambda i, g: count(texts[i - 1], g)),
            "b_{ik}(g)": entries(
                "i k g", lambda i, k, g: count(several[i - 1][k - 1], g)
            ),
            "g": range(1, len(windows) + 1),
            "k": range(1, 3),
            "i": range(1, 3),
        }
    )  # fmt: skip


def some_rows():
    rng = random.Random(5)
    references = [draw(rng, 7) for _ in range(4)]
    texts = [
        [rng.choice("abcde") if rng.random() < 0.2 else w for w in words]
        for words in references
    ]
    rows = [statistics(c, [r]) for c, r in zip(texts, references, strict=True)]
    return texts, references, rows


@pytest.mark.equation("eq:bleu-precision")
@pytest.mark.equation("eq:bleu-weights")
@pytest.mark.equation("eq:bleu-score")
def test_counts_are_added_up_and_divided_once():
    texts, references, rows = some_rows()
    matches = [row[:4] for row in rows]
    windows = [row[4:8] for row in rows]
    total = [sum(column) for column in zip(*rows, strict=True)]
    shares = [p / 100 for p in precisions(total[:4], total[4:8], "none")]
    for label in ("eq:bleu-precision", "eq:bleu-weights"):
        formula(label).check(
            {
                "p": shares, "m": matches, "w": windows,
                "S": len(rows), "n": range(1, 5),
            }
        )  # fmt: skip
    assert total[8] == total[9]
    longer = [*total[:9], 1.3 * total[9]]
    for row in (total, longer):
        formula("eq:bleu-score").check(
            {
                r"\operatorname{BLEU}": score(row, "none"),
                r"\beta": math.exp(min(0, 1 - row[9] / row[8])),
                "p": shares,
            }
        )
    whole = bleu(texts, [[r] for r in references], "none")
    assert whole == score(total, "none")


@pytest.mark.equation("eq:bleu-brevity")
@pytest.mark.parametrize(("c", "r"), [(5, 8), (7, 7), (9, 4), (10, 11)])
def test_a_short_text_is_punished(c, r):
    """All windows match, so that the penalty is all there is."""
    matches = [max(c - n, 0) for n in range(4)]
    formula("eq:bleu-brevity").check(
        {
            r"\beta": score([*matches, *matches, c, r]) / 100,
            "r": r,
            "c": c,
        }
    )


@pytest.mark.equation("eq:bleu-exp")
def test_half_a_match_then_a_quarter():
    """p_1 has matches, then z = 1, 2 and 3."""
    shares = precisions([3, 0, 0, 0], [7, 6, 5, 4], "exp")
    assert shares[0] == 100 * 3 / 7
    for n, z in ((2, 1), (3, 2), (4, 3)):
        formula("eq:bleu-exp").check(
            {
                "p_n": shares[n - 1] / 100,
                "w_n": 8 - n,
                "z": z,
                "m_n": 0,
            }
        )
    skipped = precisions([0, 3, 0, 1], [7, 6, 5, 4], "exp")
    assert skipped == [100 / 14, 50.0, 100 / 20, 25.0]


@pytest.mark.equation("eq:bleu-add-one")
def test_one_match_and_one_window_more():
    matches, windows = [5, 3, 0, 1], [9, 8, 7, 6]
    shares = precisions(matches, windows, "add-one")
    assert shares[0] == 100 * 5 / 9
    formula("eq:bleu-add-one").check(
        {
            "p": [share / 100 for share in shares],
            "m": matches,
            "w": windows,
            "n": range(2, 5),
        },
        asides=[r"\text{} n = 2, 3, 4"],
    )


@pytest.mark.equation("eq:bleu-errors")
@pytest.mark.parametrize("q", [0.1, 0.35])
def test_a_window_is_right_if_all_its_words_are(q):
    """All patterns of errors in seven words, each by its probability."""
    words = list(range(7))  # all different; a wrong one is found nowhere
    total = [0.0] * 10
    for wrong in itertools.product((True, False), repeat=7):
        text = [-1 if w else i for i, w in enumerate(wrong)]
        row = statistics(text, [words])
        chance = q ** sum(wrong) * (1 - q) ** (7 - sum(wrong))
        total = [t + chance * x for t, x in zip(total, row, strict=True)]
    shares = [p / 100 for p in precisions(total[:4], total[4:8], "none")]
    formula("eq:bleu-errors").check(
        {
            r"\E[p_n]": entries("n", shares),
            r"\operatorname{BLEU}": score(total, "none"),
            "q": q,
            "n": range(1, 5),
        },
        approximately=1e-9,
    )


def test_wrong_words_cost_as_much_as_the_page_says():
    rng, q = random.Random(0), 0.1
    references = [list(range(i, i + 25)) for i in range(0, 20_000, 25)]
    texts = [
        [-1 if rng.random() < q else w for w in words] for words in references
    ]
    value = bleu(texts, [[words] for words in references])
    assert value == pytest.approx(100 * 0.9**2.5, rel=0.03)


# What the chapter claims


@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_properties(text):
    candidates, references, _, _ = unzip(text)
    value = bleu(candidates, references)
    assert 0 <= value <= 100 + 1e-9
    rows = [
        statistics(c, r) for c, r in zip(candidates, references, strict=True)
    ]
    for row, words in zip(rows, candidates, strict=True):
        assert all(m <= w for m, w in zip(row[:4], row[4:8], strict=True))
        assert row[4] == row[8] == len(words)
    backwards = bleu(candidates[::-1], references[::-1])
    assert backwards == pytest.approx(value)
    names = dict(zip("abcd", [3, (1, 2), "x", None], strict=True))
    renamed = bleu(
        [[names[w] for w in c] for c in candidates],
        [[[names[w] for w in r] for r in several] for several in references],
    )
    assert renamed == value


@settings(max_examples=25, deadline=None)
@given(SENTENCE, st.lists(SENTENCE, min_size=1, max_size=2), SENTENCE)
def test_another_reference_only_adds_matches(candidate, references, more):
    one = statistics(candidate, references)
    two = statistics(candidate, [*references, more])
    assert all(a <= b for a, b in zip(one[:4], two[:4], strict=True))
    assert one[4:9] == two[4:9]


@pytest.mark.parametrize(
    ("c", "lengths", "r"),
    [(5, (4, 6), 4), (5, (6, 4), 4), (5, (9, 6), 6), (0, (3, 2), 2)],
)
def test_the_closest_length_and_of_two_the_shorter(c, lengths, r):
    references = [["a"] * length for length in lengths]
    assert statistics(["a"] * c, references)[-1] == r


def test_a_text_is_100_if_it_is_its_reference():
    texts = [draw(random.Random(seed), 4) for seed in range(5)]
    assert bleu(texts, [[t] for t in texts]) == pytest.approx(100)
    doubled = [t + t for t in texts]
    assert bleu(doubled, [[t] for t in texts]) < 60


def test_windows_can_be_longer_or_shorter():
    words = list("abcdefgh")
    assert statistics(words, [words], 2) == [8, 7, 8, 7, 8, 8]
    assert score(statistics(words, [words], 6)) == pytest.approx(100)


def test_too_short_for_four_words():
    words = list("abc")
    row = statistics(words, [words])
    assert row == [3, 2, 1, 0, 3, 2, 1, 0, 3, 3]
    assert score(row) == 0
    assert score(row, effective_order=True) == pytest.approx(100)
    assert sentence_bleu(words, [words]) == pytest.approx(100)
    assert sentence_bleu([], [words]) == 0
    assert score(statistics(list("xyzu"), [list("abcd")])) == 0


def test_the_bootstrap_draws_sentences():
    """Two kinds of sentences: each draw is a mixture of the two."""
    good = [8, 7, 6, 5, 8, 7, 6, 5, 8, 8]
    bad = [4, 0, 0, 0, 8, 7, 6, 5, 8, 8]
    rows = [good, bad] * 10
    mixtures = {
        score([k * g + (20 - k) * b for g, b in zip(good, bad, strict=True)])
        for k in range(21)
    }
    drawn = bootstrap(rows, 400, seed=3)
    assert len(drawn) == 400 and set(drawn) <= mixtures
    assert len(set(drawn)) > 8
    assert drawn == bootstrap(rows, 400, seed=3)
    assert drawn != bootstrap(rows, 400, seed=4)
    whole = score([sum(c) for c in zip(*rows, strict=True)])
    assert sum(drawn) / 400 == pytest.approx(whole, rel=0.03)


# Errors


def test_words_must_be_lists():
    message = "candidate must be a list of words, got 'a b'"
    with pytest.raises(ValueError, match=message):
        statistics("a b", [["a"]])
    with pytest.raises(ValueError, match="each reference must be a list of"):
        statistics(["a"], ["a b"])
    with pytest.raises(ValueError, match="references must hold at least one"):
        statistics(["a"], "a b")
    with pytest.raises(ValueError, match="references must hold at least one"):
        statistics(["a"], [])


@pytest.mark.parametrize("n", [0, -1])
def test_windows_must_hold_a_word(n):
    with pytest.raises(ValueError, match=f"n must be at least 1, got {n}"):
        ngrams(["a"], n)
    with pytest.raises(ValueError, match=f"N must be at least 1, got {n}"):
        statistics(["a"], [["a"]], n)


@pytest.mark.parametrize("total", [[], [1, 1], [1, 1, 1], [1] * 9])
def test_statistics_must_be_even(total):
    message = rf"total must hold 2N \+ 2 numbers, got {len(total)}"
    with pytest.raises(ValueError, match=message):
        score(total)


def test_smoothing_must_be_known():
    with pytest.raises(ValueError, match="smoothing must be one of .* 'eps'"):
        bleu([["a"]], [[["a"]]], "eps")


@pytest.mark.parametrize("references", [[], [[["a"]], [["b"]]]])
def test_candidates_and_references_must_be_as_many(references):
    with pytest.raises(ValueError, match="candidates and references must be"):
        bleu([["a"]] if references else [], references)


def test_there_must_be_something_to_draw():
    with pytest.raises(ValueError, match="rows must hold a sentence"):
        bootstrap([], 5)
    with pytest.raises(ValueError, match="times be at least 1, got 1 and 0"):
        bootstrap([[1, 1, 1, 1]], 0)


# What the libraries give: the sessions that the pages show


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
@pytest.mark.parametrize(
    ("k", "modules"), [(0, ["sacrebleu", "nltk"]), (1, ["sacrebleu"])]
)
def test_libraries_answer_as_shown(page, k, modules):
    for module in modules:
        pytest.importorskip(module)
    text = page.read_text(encoding="utf-8")
    found = re.findall(
        r"not-output-->\n\n```text\n(>>> .*?)```", text, re.DOTALL
    )
    assert len(found) == 2
    test = doctest.DocTestParser().get_doctest(
        found[k], {"bleu": bleu}, page.name, str(page), 0
    )
    assert len(test.examples) >= 5
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
