"""Two ways to cut a sequence: by enumeration, and the page's formulas."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import entries, formula
from d2lcode.recurrent.sequence_sampling import (
    seq_data_random,
    seq_data_sequential,
)

BOTH = [seq_data_random, seq_data_sequential]
CUTS = st.tuples(
    st.integers(1, 5), st.integers(1, 6), st.integers(0, 30)
)  # B, T, and tokens more than the least


def rows_in_order(batches: list) -> tuple[Tensor, Tensor]:
    """All windows of random sampling, back in the order of the text."""
    x = torch.cat([x for x, _ in batches])
    y = torch.cat([y for _, y in batches])
    order = x[:, 0].argsort()
    return x[order], y[order]


def long_rows(batches: list) -> tuple[Tensor, Tensor]:
    """The rows of sequential sampling, put together again."""
    return (
        torch.cat([x for x, _ in batches], dim=1),
        torch.cat([y for _, y in batches], dim=1),
    )


def times_read(sample, N: int, B: int, T: int, part: int) -> list[int]:
    """How often each token is read (0) or asked (1) over all offsets."""
    count = torch.zeros(N, dtype=torch.long)
    for k in range(T):
        for batch in sample(torch.arange(N), B, T, k):
            count += torch.bincount(batch[part].flatten(), minlength=N)
    return count.tolist()


# The oracle: unfold for windows, PyTorch's example for rows


@settings(max_examples=40, deadline=None)
@given(CUTS)
def test_random_windows_are_those_of_unfold(cut):
    B, T, more = cut
    tokens = torch.arange(2 * T + more)
    for k in range(T):
        batches = seq_data_random(tokens, B, T, k)
        windows = tokens[k:].unfold(0, T + 1, T)
        x, y = rows_in_order(batches)
        assert torch.equal(x, windows[:, :-1])
        assert torch.equal(y, windows[:, 1:])
        assert [len(x) for x, _ in batches[:-1]] == [B] * (len(batches) - 1)
        assert 1 <= len(batches[-1][0]) <= B


@settings(max_examples=40, deadline=None)
@given(CUTS)
def test_sequential_rows_are_those_of_batchify(cut):
    """`batchify` and `get_batch` of pytorch/examples, time first."""
    B, T, more = cut
    tokens = torch.arange(T + B + more)
    for k in range(T):
        source = tokens[k:-1]
        n = len(source) // B
        columns = source[: n * B].view(B, -1).t()  # (n, B)
        batches = seq_data_sequential(tokens, B, T, k)
        for j, (x, y) in enumerate(batches):
            assert torch.equal(x, columns[j * T : (j + 1) * T].t())
            assert torch.equal(y, x + 1)
        assert sum(x.shape[1] for x, _ in batches) == n


# The promise, by enumeration


@pytest.mark.equation("eq:sampling-share")
@pytest.mark.parametrize("N, B, T", [(35, 2, 5), (12, 3, 4), (8, 1, 4)])
def test_each_token_is_read_as_often_as_promised(N, B, T):
    read = times_read(seq_data_random, N, B, T, 0)
    formula("eq:sampling-share").check(
        {
            "a_p": entries("p", [n / T for n in read]),
            "p": range(1, N + 1),
            "N": N,
            "T": T,
        }
    )
    asked = times_read(seq_data_random, N, B, T, 1)
    assert asked == [0, *read[:-1]]


@pytest.mark.parametrize("N, B, T", [(35, 2, 5), (30, 4, 3), (50, 7, 4)])
def test_sequential_sampling_loses_only_the_ends(N, B, T):
    read = times_read(seq_data_sequential, N, B, T, 0)
    inner = read[T - 1 : N - B]
    assert inner == [T] * len(inner)
    assert read[: T - 1] == list(range(1, T))
    assert read[-1] == 0
    asked = times_read(seq_data_sequential, N, B, T, 1)
    assert asked == [0, *read[:-1]]


@pytest.mark.parametrize("sample", BOTH)
@pytest.mark.parametrize("offset", [0, 3])
def test_no_token_is_read_twice_in_an_epoch(sample, offset):
    x = torch.cat([x.flatten() for x, _ in sample(torch.arange(35), 3, 5)])
    assert len(x.unique()) == len(x)
    x = torch.cat(
        [x.flatten() for x, _ in sample(torch.arange(35), 3, 5, offset)]
    )
    assert x.min() == offset


# The equations of the page


@pytest.mark.equation("eq:sampling-window")
@pytest.mark.equation("eq:sampling-count")
@pytest.mark.parametrize("N, T, k", [(22, 4, 2), (24, 4, 3), (35, 5, 3)])
def test_windows(N, T, k):
    u = torch.randint(1000, (N,)).sort().values + torch.arange(N)
    x, y = rows_in_order(seq_data_random(u, 2, T, k))
    M = len(x)
    formula("eq:sampling-window").check(
        {
            "x_{i,t}": entries("i t", x),
            "y_{i,t}": entries("i t", y),
            "u": u,
            "i": range(1, M + 1),
            "t": range(1, T + 1),
            "k": k,
            "T": T,
        }
    )
    formula("eq:sampling-count").check({"M": M, "N": N, "k": k, "T": T})


@pytest.mark.equation("eq:sampling-rows")
@pytest.mark.equation("eq:sampling-length")
@pytest.mark.parametrize("N, B, k", [(23, 4, 2), (24, 3, 1), (35, 2, 3)])
def test_rows(N, B, k):
    u = torch.randint(1000, (N,))
    x, y = long_rows(seq_data_sequential(u, B, 4, k))
    L = x.shape[1]
    formula("eq:sampling-rows").check(
        {
            "x_{b,s}": entries("b s", x),
            "y_{b,s}": entries("b s", y),
            "u": u,
            "b": range(1, B + 1),
            "s": range(1, L + 1),
            "k": k,
            "L": L,
        }
    )
    formula("eq:sampling-length").check({"L": L, "N": N, "k": k, "B": B})


@pytest.mark.equation("eq:sampling-context")
@pytest.mark.parametrize("T", [1, 4, 7])
def test_inner_tokens_stand_once_at_each_step(T):
    N = 4 * T + 3
    steps: dict[int, list[int]] = {token: [] for token in range(N)}
    for k in range(T):
        for x, _ in seq_data_random(torch.arange(N), 2, T, k):
            for row in x.tolist():
                for t, token in enumerate(row, start=1):
                    steps[token].append(t)
    for token in range(T - 1, N - T):
        assert sorted(steps[token]) == list(range(1, T + 1))
    formula("eq:sampling-context").check(
        {r"\bar c": sum(steps[2 * T]) / T, "T": T}
    )


def test_windows_that_start_anywhere_miss_a_third():
    N, T = 100_000, 10
    starts = torch.randint(N - T, (N // T,))
    read = (starts[:, None] + torch.arange(T)).flatten()
    count = torch.bincount(read, minlength=N)[T:-T]
    share = (1 - T / (N - T)) ** (N / T)
    assert share == pytest.approx(1 / math.e, rel=2e-3)
    assert (count == 0).double().mean().item() == pytest.approx(
        share, abs=0.03
    )


# What the chapter claims


def go_on(batches: list) -> Tensor:
    """Which rows begin where the batch before ended: (batches - 1, B)."""
    return torch.stack(
        [
            x[:, 0] == y_before[:, -1]
            for (_, y_before), (x, _) in itertools.pairwise(batches)
        ]
    )


def test_rows_go_on_in_sequential_sampling_alone():
    tokens = torch.arange(81)
    assert go_on(seq_data_sequential(tokens, 4, 5, 0)).all()
    torch.manual_seed(0)
    assert go_on(seq_data_random(tokens, 4, 5, 0)).double().mean() < 0.3


def test_cutting_both_ends_of_pieces_loses_one_step_in_five():
    pieces = torch.arange(35).view(7, 5)
    assert not set(pieces[:, 1:].flatten().tolist()) & set(range(0, 35, 5))
    asked = times_read(seq_data_random, 35, 2, 5, 1)
    assert min(asked[5:-5]) == 5


@pytest.mark.parametrize("sample", BOTH)
def test_offsets_are_drawn_evenly_and_the_order_is_random(sample):
    torch.manual_seed(0)
    first = [
        min(x.min().item() for x, _ in sample(torch.arange(40), 2, 4))
        for _ in range(400)
    ]
    counts = torch.bincount(torch.tensor(first), minlength=4)
    assert len(counts) == 4 and counts.min() > 70  # 100 ± 3.5 sigma


def test_the_order_of_windows_is_uniform():
    torch.manual_seed(0)
    orders = [
        tuple(
            x[0, 0].item() for x, _ in seq_data_random(torch.arange(4), 1, 1)
        )
        for _ in range(600)
    ]
    assert len(set(orders)) == 6
    assert min(orders.count(order) for order in set(orders)) > 60


def test_a_sequence_of_vectors_is_refused_and_devices_are_kept():
    x, y = seq_data_random(torch.arange(9, dtype=torch.int32), 2, 3, 0)[0]
    assert x.dtype == y.dtype == torch.int32


def test_answers_of_the_questions_on_the_way():
    assert (
        len(rows_in_order(seq_data_random(torch.arange(100), 1, 10, 7))[0])
        == 9
    )
    for T in (4, 8):
        x, _ = long_rows(seq_data_sequential(torch.arange(100), 3, T, 0))
        assert x.shape[1] == 33
    read = {p: min(p, 1000 - p, 20) / 20 for p in (5, 500, 990, 1000)}
    assert read == {5: 0.25, 500: 1, 990: 0.5, 1000: 0}
    count = times_read(seq_data_random, 1000, 8, 20, 0)
    assert [count[p - 1] for p in read] == [5, 20, 10, 0]


# Errors


@pytest.mark.parametrize("sample", BOTH)
class TestErrors:
    def test_tokens_must_be_a_sequence(self, sample):
        with pytest.raises(ValueError, match=r"tokens must be \(N,\), got \("):
            sample(torch.zeros(4, 5), 2, 2)

    @pytest.mark.parametrize("B, T", [(0, 3), (3, 0), (-1, 2)])
    def test_sizes_must_be_positive(self, sample, B, T):
        message = f"B and T must be at least 1, got {B} and {T}"
        with pytest.raises(ValueError, match=message):
            sample(torch.arange(20), B, T)

    @pytest.mark.parametrize("offset", [-1, 3])
    def test_the_offset_is_less_than_a_window(self, sample, offset):
        message = rf"offset must be in 0 \.\. 2, got {offset}"
        with pytest.raises(ValueError, match=message):
            sample(torch.arange(20), 2, 3, offset)


def test_too_few_tokens():
    """A window needs T + 1 tokens, B rows need B + 1, and the offset."""
    assert len(seq_data_random(torch.arange(8), 9, 5, 2)) == 1
    with pytest.raises(ValueError, match="at least 8 numbers, got 7"):
        seq_data_random(torch.arange(7), 9, 5, 2)
    assert len(seq_data_sequential(torch.arange(7), 4, 5, 2)) == 1
    with pytest.raises(ValueError, match="at least 7 numbers, got 6"):
        seq_data_sequential(torch.arange(6), 4, 5, 2)
    with pytest.raises(ValueError, match="at least 10 numbers, got 9"):
        seq_data_random(torch.arange(9), 2, 5)
