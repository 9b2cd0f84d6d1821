"""Neighbours, analogies and rank correlation against SciPy."""

import ast
import gzip
import math
import re
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor
from torch.nn import functional as F

from book.formula import formula
from d2lcode.data import load_word_vectors
from d2lcode.embeddings.similarity_and_analogy import (
    analogy,
    bootstrap,
    nearest,
    ranks,
    spearman,
)

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
WORDSIM = SHARED / "word_similarity" / "EN-WS-353-ALL.txt"
ANALOGIES = SHARED / "word_analogy" / "questions-words.txt.gz"
PAGE = ROOT / "docs" / "en" / "embeddings" / "similarity_and_analogy.md"
VALUES = st.lists(st.integers(-3, 3), min_size=2, max_size=12)


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def unit(*shape: int) -> Tensor:
    return F.normalize(draw(*shape), dim=-1)


def judged_pairs() -> list[tuple[str, str, float]]:
    """The pairs that the page's code has."""
    match = re.search(
        r'judged = """(.*?)"""', PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert match
    rows = [row.split() for row in match.group(1).split(",")]
    return [(one, two, float(score)) for one, two, score in rows]


# The oracles


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_ranks_are_those_of_scipy(values):
    x = torch.tensor(values)
    assert ranks(x).tolist() == stats.rankdata(values).tolist()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_spearman_is_that_of_scipy(data):
    x = torch.tensor(data.draw(VALUES))
    y = x + torch.randint(4, (len(x),))
    if len(x.unique()) == 1 or len(y.unique()) == 1:
        assert math.isnan(spearman(x, y))
    else:
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y)[0])


@pytest.mark.parametrize("V, D, k", [(5, 3, 1), (20, 4, 7), (6, 2, 6)])
def test_nearest_has_the_largest_cosines(V, D, k):
    query, vectors = draw(D), draw(V, D)
    theirs = F.cosine_similarity(vectors, query[None])
    cosines, rows = nearest(query, vectors, k)
    torch.testing.assert_close(cosines, theirs[rows])
    assert rows.tolist() == theirs.argsort(descending=True)[:k].tolist()


def test_rows_are_left_out_and_lengths_do_not_matter():
    query, vectors = draw(3), draw(8, 3)
    full = nearest(query, vectors, 8)[1].tolist()
    some = nearest(query, vectors, 6, without=full[1:3])[1].tolist()
    assert some == [full[0], *full[3:]]
    lengths = torch.rand(8, 1).double() + 0.1
    assert nearest(7 * query, lengths * vectors, 8)[1].tolist() == full


def test_analogy_is_the_sum_of_three_cosines():
    vectors = draw(30, 4)
    questions = torch.randint(30, (50, 3))
    cosine = F.cosine_similarity(vectors[:, None], vectors[None], dim=2)
    for keep in (True, False):
        found = analogy(vectors, questions, keep)
        for (a, b, c), d in zip(
            questions.tolist(), found.tolist(), strict=True
        ):
            scores = cosine[b] - cosine[a] + cosine[c]
            if not keep:
                scores[[a, b, c]] = -math.inf
                assert d not in (a, b, c)
            assert d == scores.argmax()


def test_bootstrap_draws_pairs_together():
    x = draw(12)
    y = x + 0.5 * draw(12)
    values = bootstrap(x, y, 40, torch.Generator().manual_seed(5))
    generator = torch.Generator().manual_seed(5)
    for value in values.tolist():
        drawn = torch.randint(12, (12,), generator=generator)
        theirs = stats.spearmanr(x[drawn], y[drawn])[0]
        assert value == pytest.approx(theirs)
    same = bootstrap(x, x.exp(), 20, generator)
    assert same.tolist() == pytest.approx([1] * 20)


# The cases worked out by hand


def test_cases_of_the_page():
    x, y, z = torch.tensor([[3.0, 4], [4, 3], [20, 0]]).double()
    assert (x @ y, x @ z) == (24, 60)
    cosines, rows = nearest(x, torch.stack([y, z]), 2)
    assert cosines.tolist() == pytest.approx([0.96, 0.6])
    assert rows.tolist() == [0, 1]
    assert ranks(torch.tensor([5, 6, 6, 9])).tolist() == [1, 2.5, 2.5, 4]
    people, machine = torch.tensor([1, 2, 3, 4]), torch.tensor([2, 1, 3, 4])
    assert spearman(people, machine) == pytest.approx(0.8)


def test_the_drawing_has_the_order_of_the_data():
    words, vectors = load_word_vectors()
    names = [("territory", "surface"), ("cup", "liquid"),
             ("psychology", "mind"), ("car", "automobile")]  # fmt: skip
    scores = {(one, two): score for one, two, score in judged_pairs()}
    people = torch.tensor([scores[pair] for pair in names])
    rows = torch.tensor([[words.index(w) for w in pair] for pair in names])
    machine = F.cosine_similarity(*vectors[rows].unbind(dim=1))
    assert ranks(people).tolist() == [1, 2, 3, 4]
    assert ranks(machine).tolist() == [2, 1, 3, 4]


def test_answers_of_the_questions_on_the_way():
    people, machine = draw(20), draw(20)
    assert spearman(people, 0.5 * machine) == spearman(people, machine)
    vectors = unit(9, 3)
    for a, b, c in [(0, 1, 2), (4, 8, 3)]:
        target = vectors[a] - vectors[b] + vectors[c]
        best = nearest(target, vectors, 1, without=[a, b, c])[1]
        assert analogy(vectors, torch.tensor([[b, a, c]])) == best


def test_short_formula_of_the_exercise():
    for n in (2, 5, 9):
        r, s = torch.randperm(n) + 1.0, torch.randperm(n) + 1.0
        short = 1 - 6 * (r - s).square().sum() / (n * (n * n - 1))
        assert spearman(r, s) == pytest.approx(short.item(), abs=1e-6)


# The equations of the page


@pytest.mark.equation("eq:sim-cosine")
def test_cosine():
    for _ in range(3):
        x, y = draw(4), draw(4)
        formula("eq:sim-cosine").check(
            {r"\cos(x, y)": nearest(x, y[None], 1)[0].item(), "x": x, "y": y}
        )


@pytest.mark.equation("eq:sim-distance")
def test_distance_of_unit_vectors():
    for _ in range(3):
        x, y = unit(4), unit(4)
        formula("eq:sim-distance").check(
            {r"\cos(x, y)": F.cosine_similarity(x, y, dim=0), "x": x, "y": y}
        )


@pytest.mark.equation(
    "eq:sim-3cosadd",
    fixed=r"d^* = \argmax_{d \notin \{a, b, c\}} d \cdot (b - a + c)",
)
def test_the_answer_is_the_best_of_the_others():
    formula("eq:sim-3cosadd").fixed(
        r"d^* = \argmax_{d \notin \{a, b, c\}} d \cdot (b - a + c)"
    )
    vectors = unit(40, 3)
    for question in torch.randint(40, (30, 3)).tolist():
        a, b, c = (vectors[i] for i in question)
        others = [i for i in range(40) if i not in question]
        best = max(others, key=lambda i: float(vectors[i] @ (b - a + c)))
        assert analogy(vectors, torch.tensor([question])) == best


@pytest.mark.equation("eq:sim-ahead")
def test_when_the_answer_beats_c():
    for _ in range(3):
        a, b, c, d = unit(4, 5)
        formula("eq:sim-ahead").check({"a": a, "b": b, "c": c, "d": d})


@pytest.mark.equation("eq:sim-rank")
def test_rank_from_counts():
    x = torch.tensor([5.0, 6, 2, 6, 9, 6, 2])
    formula("eq:sim-rank").check(
        {
            "r": ranks(x),
            "m": [int((x < value).sum()) for value in x],
            "e": [int((x == value).sum()) for value in x],
            "i": range(1, len(x) + 1),
        }
    )


@pytest.mark.equation("eq:sim-spearman")
def test_correlation_of_ranks():
    for n in (4, 9):
        x, y = torch.randint(5, (n,)) + 0.1 * draw(n), torch.arange(n)
        y = y // 2  # with ties
        r, s = ranks(x), ranks(y)
        formula("eq:sim-spearman").check(
            {
                r"\rho": spearman(x, y),
                "r": r,
                "s": s,
                r"\bar r": (n + 1) / 2,
                "n": n,
            }
        )


@pytest.mark.equation("eq:sim-hubs")
def test_places_in_all_lists():
    V, k = 12, 3
    cosines = (unit(V, 4) @ unit(4, V)).fill_diagonal_(-9)
    lists = cosines.topk(k, dim=1).indices
    counts = torch.bincount(lists.flatten(), minlength=V)
    formula("eq:sim-hubs").check({"N": counts, "V": V, "k": k})


# What the chapter claims


def test_ranks_do_not_change_under_increasing_translations():
    x, y = draw(15), draw(15)
    assert spearman(x.exp(), y**3) == pytest.approx(spearman(x, y))
    assert spearman(x, -x) == pytest.approx(-1)


def test_the_page_has_every_eighth_pair_of_wordsim():
    if not WORDSIM.exists():
        pytest.skip("the data are not at hand")
    words, vectors = load_word_vectors()
    number = {word: i for i, word in enumerate(words)}
    pairs = []
    for line in WORDSIM.read_text(encoding="utf-8").splitlines():
        one, two, score = line.lower().split()
        if one in number and two in number and one != two:
            pairs.append((one, two, float(score)))
    assert len(WORDSIM.read_text(encoding="utf-8").splitlines()) == 353
    assert len(pairs) == 254
    assert pairs[7::8] == judged_pairs()
    people = torch.tensor([score for *_, score in pairs])
    rows = torch.tensor([[number[one], number[two]] for one, two, _ in pairs])
    machine = F.cosine_similarity(*vectors.double()[rows].unbind(dim=1))
    assert spearman(people, machine) == pytest.approx(0.59, abs=0.005)
    eighths = [spearman(people[i::8], machine[i::8]) for i in range(7)]
    assert min(eighths) == pytest.approx(0.34, abs=0.005)
    assert max(eighths) == pytest.approx(0.82, abs=0.005)
    generator = torch.Generator().manual_seed(0)
    draws = bootstrap(people, machine, 1000, generator)
    ends = draws.quantile(torch.tensor([0.025, 0.975]).double())
    assert ends.tolist() == pytest.approx([0.51, 0.67], abs=0.01)


def test_the_page_has_all_known_pairs_of_two_sections():
    if not ANALOGIES.exists():
        pytest.skip("the data are not at hand")
    words = set(load_word_vectors().words)
    known: dict[str, set[str]] = {}
    section = ""
    with gzip.open(ANALOGIES, "rt", encoding="utf-8") as file:
        for line in file:
            if line.startswith(":"):
                section = line.split()[1]
                continue
            a, b, c, d = line.lower().split()
            for pair in ((a, b), (c, d)):
                if words.issuperset(pair):
                    known.setdefault(section, set()).add(" ".join(pair))
    match = re.search(
        r"^kinds = (\{.*?\n\})",
        PAGE.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    assert match
    typed = ast.literal_eval(match.group(1))
    for kind, name in (
        ("capital", "capital-common-countries"),
        ("family", "family"),
    ):
        assert set(typed[kind].split(", ")) == known[name]


def test_ties_share_and_a_flat_list_has_no_correlation():
    assert ranks(torch.tensor([2.0, 2.0, 2.0])).tolist() == [2, 2, 2]
    assert math.isnan(spearman(torch.ones(3), torch.arange(3.0)))


def test_half_precision():
    vectors = draw(10, 4)
    full = nearest(vectors[0], vectors, 3)[1]
    half = vectors.bfloat16()
    assert nearest(half[0], half, 3)[0].dtype == torch.bfloat16
    assert analogy(half, torch.tensor([[0, 1, 2]])).shape == (1,)
    assert full[0] == 0


# Errors


@pytest.mark.parametrize("query, vectors", [((3,), (4,)), ((3,), (5, 4))])
def test_query_must_fit(query, vectors):
    with pytest.raises(ValueError, match=r"vectors must be \(V, D\) and qu"):
        nearest(torch.ones(query), torch.ones(vectors), 1)


@pytest.mark.parametrize("k, without", [(0, []), (6, []), (4, [0, 2])])
def test_k_rows_must_be_left(k, without):
    with pytest.raises(ValueError, match=rf"k must be in 1 \.\. \d, got {k}"):
        nearest(torch.ones(3), torch.ones(5, 3), k, without)


@pytest.mark.parametrize("questions", [(3,), (2, 4), (1, 2, 3)])
def test_questions_must_have_three_words(questions):
    with pytest.raises(ValueError, match=r"questions \(N, 3\), got"):
        analogy(torch.ones(5, 2), torch.zeros(questions, dtype=torch.long))


def test_ranks_need_numbers():
    for x in (torch.ones(2, 2), torch.tensor([1.0, math.nan])):
        with pytest.raises(ValueError, match=r"x must be \(n,\) without NaN"):
            ranks(x)


def test_pairs_must_fit():
    for x, y in ((3, 4), (1, 1)):
        with pytest.raises(ValueError, match=r"x and y must be \(n,\), n at"):
            spearman(torch.ones(x), torch.ones(y))


def test_there_must_be_a_draw():
    with pytest.raises(ValueError, match="times must be at least 1, got 0"):
        bootstrap(torch.ones(3), torch.ones(3), 0, torch.Generator())
