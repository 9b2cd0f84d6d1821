"""Parallel text: padding, masks, means over words, buckets."""

import itertools
import math
import random
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from book.formula import entries, formula
from d2lcode import data
from d2lcode.attention.machine_translation import (
    BOS,
    EOS,
    PAD,
    ParallelText,
    buckets,
    masked_mean,
    pad,
    valid_mask,
    words,
)

PAIRS = data.make_translations(300, seed=0)
ROWS = st.lists(
    st.lists(st.integers(0, 9), min_size=1, max_size=7), min_size=1, max_size=6
)


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(-1, 12))
def test_padding_agrees_with_pytorch(rows: list[list[int]], fill: int) -> None:
    ours, valid_len = pad(rows, fill)
    theirs = pad_sequence(
        [torch.tensor(row) for row in rows],
        batch_first=True,
        padding_value=fill,
    )
    assert torch.equal(ours, theirs) and ours.dtype == torch.int64
    assert valid_len.tolist() == [len(row) for row in rows]


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_a_masked_mean_is_the_mean_of_what_is_packed(
    rows: list[list[int]],
) -> None:
    padded, valid_len = pad(rows, 99)
    packed = pack_padded_sequence(
        padded.double(), valid_len, batch_first=True, enforce_sorted=False
    )
    mask = valid_mask(valid_len, padded.shape[1])
    mean = masked_mean(padded.double(), mask)
    torch.testing.assert_close(mean, packed.data.mean())
    assert mean.item() == pytest.approx(
        sum(map(sum, rows)) / sum(map(len, rows))
    )


@pytest.mark.equation("eq:mt-pad")
@pytest.mark.equation("eq:mt-mask")
@pytest.mark.equation("eq:mt-share")
@pytest.mark.equation("eq:mt-mean")
def test_a_batch_is_what_the_formulas_say() -> None:
    rows = [[5, 3, 8], [7], [2, 9, 4, 6], [1, 1]]
    padded, valid_len = pad(rows, 99)
    B, T = padded.shape
    mask = valid_mask(valid_len, T)
    u = torch.full((B, T), -5)  # what stands behind the end must not matter
    for b, row in enumerate(rows):
        u[b, : len(row)] = torch.tensor(row)
    places = {"b": range(1, B + 1), "t": range(1, T + 1)}
    lengths = {r"\ell_b": entries("b", valid_len)}
    m = {"m_{b,t}": entries("b t", mask.int())}
    formula("eq:mt-pad").check(
        {
            r"\tilde u_{b,t}": entries("b t", padded),
            "u_{b,t}": entries("b t", u),
            "p": 99,
            **m,
            **places,
        }
    )
    formula("eq:mt-mask").check(m | lengths | places)
    sizes = {"B": B, "T": T}
    share = (~mask).double().mean()
    formula("eq:mt-share").check({"s": share} | lengths | sizes)
    a = torch.randn(B, T, dtype=torch.double)
    formula("eq:mt-mean").check(
        {r"\bar a": masked_mean(a, mask), "a_{b,t}": entries("b t", a)}
        | m
        | sizes
    )


def test_batches_by_hand() -> None:
    padded, valid_len = pad([[5, 3], [7], [2, 9, 4]], 0)
    assert padded.tolist() == [[5, 3, 0], [7, 0, 0], [2, 9, 4]]
    mask = valid_mask(valid_len, 3)
    assert mask.int().tolist() == [[1, 1, 0], [1, 0, 0], [1, 1, 1]]
    hits = torch.tensor([[0.0, 1, 1], [1, 0, 1]])  # the table of the page
    mask = valid_mask(torch.tensor([1, 3]), 3)
    assert masked_mean(hits, mask).item() == 0.5
    assert hits.mean().item() == pytest.approx(4 / 6)


@pytest.mark.equation("eq:mt-sorted")
@pytest.mark.parametrize("B", [1, 2, 3, 6])
def test_no_division_into_full_batches_beats_sorting(B: int) -> None:
    rng = random.Random(B)
    for _ in range(5):
        lengths = sorted((rng.randint(1, 9) for _ in range(6)), reverse=True)
        dealt = buckets([(n, n) for n in lengths], B, seed=0)
        ours = sum(max(lengths[i] for i in batch) for batch in dealt)
        least = min(
            sum(max(order[i : i + B]) for i in range(0, 6, B))
            for order in set(itertools.permutations(lengths))
        )
        assert ours == least
        formula("eq:mt-sorted").check(
            {"C": least, r"\ell": lengths, "M": 6 // B, "B": B}
        )


@pytest.mark.equation(
    "eq:mt-chain",
    fixed=r"P(y_1, \dots, y_T \mid x)"
    r" = \prod_{t=1}^{T} P(y_t \mid y_1, \dots, y_{t-1}, x)",
)
def test_probabilities_multiply_along_a_sequence() -> None:
    """Any joint probability of three words is the product of the three."""
    joint = torch.rand(3, 3, 3, dtype=torch.double)
    joint /= joint.sum()
    first = joint.sum(dim=(1, 2))
    second = joint.sum(dim=2) / first[:, None]
    third = joint / joint.sum(dim=2, keepdim=True)
    product = first[:, None, None] * second[:, :, None] * third
    torch.testing.assert_close(product, joint)


def test_every_pair_is_dealt_out_once_and_order_changes() -> None:
    lengths = [(len(en.split()), len(zh.split())) for en, zh in PAIRS]
    dealt = [buckets(lengths, 7, seed=seed) for seed in (0, 0, 1)]
    for batches in dealt:
        assert sorted(itertools.chain(*batches)) == list(range(300))
        assert all(len(batch) == 7 for batch in batches if len(batch) != 6)
    assert dealt[0] == dealt[1] != dealt[2]
    together = [{frozenset(batch) for batch in batches} for batches in dealt]
    assert together[0] != together[2]
    firsts = [lengths[batch[0]] for batch in dealt[0]]
    assert firsts != sorted(firsts)


def test_parallel_text_goes_to_numbers_and_back() -> None:
    text = ParallelText(PAIRS)
    for vocab in (text.source, text.target):
        assert all(vocab[token] > 0 for token in (PAD, BOS, EOS))
    seen = 0
    for batch in text.batches(32, seed=0):
        assert batch.source.shape == (
            len(batch.source_len), max(batch.source_len),
        )  # fmt: skip
        assert batch.target.shape == (
            len(batch.target_len), max(batch.target_len),
        )  # fmt: skip
        for row, n in zip(batch.target, batch.target_len, strict=True):
            assert row[n - 1] == text.target[EOS]
            assert (row[n:] == text.target[PAD]).all()
        seen += len(batch.source)
    assert seen == len(PAIRS)
    batch = text.batch(PAIRS)
    for b, (_, zh) in enumerate(PAIRS):
        assert words(batch.target[b].tolist(), text.target) == zh
        english = batch.source[b, : batch.source_len[b] - 1].tolist()
        assert " ".join(text.source.decode(english)) == PAIRS[b][0]


def test_a_sentence_too_long_is_cut_and_ended() -> None:
    text = ParallelText([("a b c d", "e f g"), ("a", "e")], longest=2)
    batch = text.batch([("a b c d", "e f g")])
    names = text.source.decode(batch.source[0].tolist())
    assert names == ["a", "b", EOS]
    assert words(batch.target[0].tolist(), text.target) == "e f"


def test_rare_words_are_unknown_but_never_the_special_ones() -> None:
    text = ParallelText([("a b", "e e"), ("a c", "e")], min_count=2)
    assert text.source["b"] == 0 == text.source["c"] != text.source["a"]
    assert all(text.target[token] for token in (PAD, BOS, EOS))
    assert words([text.target["e"], 0], text.target) == "e <unk>"


def test_padding_may_hold_nan() -> None:
    values = torch.tensor([[1.0, math.nan]], requires_grad=True)
    mean = masked_mean(values, torch.tensor([[True, False]]))
    mean.backward()
    assert mean.item() == 1
    assert values.grad is not None and values.grad.tolist() == [[1, 0]]


def test_answers_of_the_questions_on_the_way() -> None:
    padded, valid_len = pad([[1] * n for n in (2, 4, 4, 10)], 0)
    assert 1 - valid_len.sum().item() / padded.numel() == 0.5
    values = torch.rand(4, 10)
    mask = valid_mask(valid_len, 10)
    mask[3] = False
    torch.testing.assert_close(
        masked_mean(values, mask), masked_mean(values[:3, :4], mask[:3, :4])
    )


# Errors


@pytest.mark.parametrize("rows", [[], [[]], [[1], []]])
def test_rows_must_hold_numbers(rows: list[list[int]]) -> None:
    message = "rows must be at least one, none of them empty, got lengths"
    with pytest.raises(ValueError, match=message):
        pad(rows, 0)


@pytest.mark.parametrize(
    ("valid_len", "got"),
    [
        (torch.tensor([[1]]), r"\(B,\) integers, got \(1, 1\) torch.int64"),
        (torch.tensor([1.0]), r"\(B,\) integers, got \(1,\) torch.float32"),
        (torch.tensor([True]), r"\(B,\) integers, got \(1,\) torch.bool"),
        (torch.tensor([1, 4]), r"in 0 \.\. 3, got \[1, 4\]"),
        (torch.tensor([-1]), r"in 0 \.\. 3, got \[-1\]"),
    ],
)
def test_valid_lengths_must_fit(valid_len: torch.Tensor, got: str) -> None:
    with pytest.raises(ValueError, match="valid_len must be " + got):
        valid_mask(valid_len, 3)


def test_a_mask_must_fit_and_leave_a_word() -> None:
    values = torch.ones(2, 3)
    message = r"mask must be \(2, 3\) and boolean, got"
    with pytest.raises(ValueError, match=message):
        masked_mean(values, torch.ones(2, 1, dtype=torch.bool))
    with pytest.raises(ValueError, match=message):
        masked_mean(values, torch.ones(2, 3))
    with pytest.raises(ValueError, match="mask must leave a word, got none"):
        masked_mean(values, torch.zeros(2, 3, dtype=torch.bool))


def test_sizes_must_be_positive() -> None:
    with pytest.raises(ValueError, match="B must be at least 1, got 0"):
        buckets([(1, 1)], 0, seed=0)
    with pytest.raises(ValueError, match="longest must be at least 1, got 0"):
        ParallelText(PAIRS, longest=0)
    message = re.escape("pairs must hold at least one, got none")
    with pytest.raises(ValueError, match=message):
        ParallelText([])
