"""Tensors: oracles, equations, errors, what the page claims."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import FormulaError, formula
from d2lcode.foundations.tensors import (
    address,
    broadcast_shape,
    broadcast_stride,
    can_view,
    contiguous_stride,
    merge,
    view_stride,
)

PAGE = Path(__file__).parents[2] / "docs" / "en" / "foundations" / "tensors.md"

Shape = tuple[int, ...]

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def indices(shape: Sequence[int]) -> Iterator[Shape]:
    """All indices of a shape in reading order."""
    return itertools.product(*map(range, shape))


def places(shape: Sequence[int], stride: Sequence[int]) -> list[int]:
    """The addresses of a tensor's elements in reading order."""
    return [
        sum(i * s for i, s in zip(index, stride, strict=True))
        for index in indices(shape)
    ]


def shapes_of(numel: int, most: int) -> list[Shape]:
    """All shapes of `numel` elements with at most `most` dimensions."""
    if numel == 0:
        sizes: list[int] = [0, 1, 2]
    else:
        sizes = [m for m in range(1, numel + 1) if numel % m == 0]
    return [
        shape
        for d in range(most + 1)
        for shape in itertools.product(sizes, repeat=d)
        if math.prod(shape) == numel
    ]


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    """A tensor that holds its own addresses, made by what users do."""
    shape = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))
    x = torch.arange(math.prod(shape)).reshape(shape)
    for _ in range(draw(st.integers(0, 3))):
        change = draw(st.sampled_from(["permute", "slice", "expand", "none"]))
        dimension = draw(st.integers(0, x.ndim - 1))
        if change == "permute":
            x = x.permute(draw(st.permutations(range(x.ndim))))
        elif change == "slice":
            first = draw(st.integers(0, x.shape[dimension]))
            step = draw(st.integers(1, 3))
            cut = slice(first, draw(st.integers(first, 4)), step)
            x = x[(slice(None),) * dimension + (cut,)]
        elif change == "expand":
            x = x.unsqueeze(dimension)
            sizes = list(x.shape)
            sizes[dimension] = draw(st.integers(0, 3))
            x = x.expand(sizes)
        else:
            x = x.unsqueeze(dimension)
    return x


def torch_can_view(x: Tensor, shape: Shape) -> bool:
    try:
        x.view(shape)
    except RuntimeError:
        return False
    return True


def agrees_with_view(x: Tensor, shape: Shape) -> bool:
    """Hold can_view and view_stride against Tensor.view."""
    stride = view_stride(x.shape, x.stride(), shape)
    expected = torch_can_view(x, shape)
    assert (stride is not None) == expected, (x.shape, x.stride(), shape)
    assert can_view(x.shape, x.stride(), shape) is expected
    if stride is None:
        return False
    ours = x.as_strided(shape, stride, x.storage_offset())
    theirs = x.view(shape)
    assert torch.equal(ours, theirs)
    if x.numel():
        for n, s, t in zip(shape, stride, theirs.stride(), strict=True):
            assert n == 1 or s == t
    return True


# --- The equations -------------------------------------------------------


@pytest.mark.equation("eq:tensor-matmul")
def test_matmul() -> None:
    A = torch.randn(3, 4, dtype=torch.float64)
    W = torch.randn(4, 2, dtype=torch.float64)
    C = A @ W
    assert C.shape == (3, 2)
    formula("eq:tensor-matmul").check(
        {"C": C, "A": A, "W": W, "D": 4, "i": range(1, 4), "j": range(1, 3)},
        asides=[r"C \text{} (B, H)"],
    )


@pytest.mark.equation("eq:tensor-address")
@pytest.mark.parametrize(
    ("shape", "stride", "offset"),
    [((3,), (4,), 2), ((2, 3), (5, 3), 1), ((2, 2, 2), (0, 6, 1), 5)],
)
def test_address(shape: Shape, stride: Shape, offset: int) -> None:
    """Each index of a tensor, its place told by what stands there."""
    x = torch.as_strided(torch.arange(100), shape, stride, offset)
    place = formula("eq:tensor-address")
    for index in indices(shape):
        found = address(index, stride, offset)
        assert found == x[index].item()
        names = {"o": offset, "i": index, "s": stride, "n": shape}
        d = len(shape)
        place.check(names | {"d": d, "k": range(1, d + 1)}, results=[found])


@settings(max_examples=50, deadline=None)
@given(
    shape=st.lists(st.integers(1, 4), max_size=4),
    data=st.data(),
    offset=st.integers(0, 5),
)
def test_address_equals_numpy_and_torch(
    shape: list[int], data: st.DataObject, offset: int
) -> None:
    strides = st.lists(
        st.integers(0, 6), min_size=len(shape), max_size=len(shape)
    )
    stride = data.draw(strides)
    storage = np.arange(100)
    x = torch.as_strided(torch.from_numpy(storage), shape, stride, offset)
    y = np.lib.stride_tricks.as_strided(
        storage[offset:], shape, [s * storage.itemsize for s in stride]
    )
    for index in indices(shape):
        found = address(index, stride, offset)
        assert x[index].item() == y[index] == storage[found]


@pytest.mark.equation("eq:tensor-contiguous")
def test_contiguous_formula() -> None:
    strides = formula("eq:tensor-contiguous")
    for n in [(2, 3, 4), (3, 0, 2), (5, 1, 3), (4, 2), (3, 2, 5, 2)]:
        names = {"n": n, "s": contiguous_stride(n)}
        strides.check(names | {"d": len(n), "k": range(1, len(n) + 1)})


@settings(max_examples=50, deadline=None)
@given(shape=shapes)
def test_contiguous_stride(shape: Shape) -> None:
    stride = contiguous_stride(shape)
    assert stride == torch.empty(shape).stride()
    if 0 not in shape:
        array = np.empty(shape, dtype=np.int8)
        used = [k for k, n in enumerate(shape) if n > 1]
        assert [stride[k] for k in used] == [array.strides[k] for k in used]
        for number, index in enumerate(indices(shape)):
            assert address(index, stride) == number


def slices(k: int) -> Iterator[tuple[Tensor, Tensor, int, int, int]]:
    """Every slice a:b:c of one dimension k, with the tensor it is of."""
    x = torch.arange(63)[3:].reshape(10, 6)[::2]  # (5, 6), strides (12, 1)
    n = x.shape[k]
    for a, c in itertools.product(range(n + 1), range(1, 8)):
        for b in range(a, n + 1):
            yield x, x[a:b:c] if k == 0 else x[:, a:b:c], a, b, c


@pytest.mark.equation("eq:tensor-slice")
@pytest.mark.parametrize("k", [0, 1])
def test_slice_formula(k: int) -> None:
    """Offset, size and stride: the torch that reads is the code here."""
    new = formula("eq:tensor-slice")
    for x, y, a, b, c in itertools.islice(slices(k), 0, None, 7):
        old = {"o": x.storage_offset(), "s_k": x.stride(k)}
        found = {"o'": y.storage_offset(), "s_k'": y.stride(k)}
        new.check(old | found | {"n_k'": y.shape[k], "a": a, "b": b, "c": c})


@pytest.mark.parametrize("k", [0, 1])
def test_slice(k: int) -> None:
    for x, y, a, _, c in slices(k):
        for index in indices(y.shape):
            old = list(index)
            old[k] = a + c * index[k]
            assert y[index] == x[tuple(old)]
    x = next(slices(k))[0]
    for i in range(x.shape[k]):
        y = x[i] if k == 0 else x[:, i]
        assert y.storage_offset() == x.storage_offset() + i * x.stride(k)
        assert y.shape == (x.shape[1 - k],)


@pytest.mark.equation("eq:tensor-merge")
def test_merge_formula() -> None:
    """The formula holds exactly where all dimensions are one run."""
    one_run = formula("eq:tensor-merge")
    for n, s in [((2, 3), (15, 5)), ((4, 3), (0, 0)), ((2, 3, 4), (24, 8, 2))]:
        assert len(merge(n, s)) == 1
        one_run.check({"n": n, "s": s, "k": range(1, len(n))})
    # The other size, the other way round, the first two not one run.
    for n, s in [((3, 2), (3, 1)), ((2, 3), (5, 15)), ((2, 3, 4), (9, 8, 2))]:
        assert len(merge(n, s)) > 1
        with pytest.raises(AssertionError):
            one_run.check({"n": n, "s": s, "k": range(1, len(n))})


def test_merge_condition() -> None:
    """Two dimensions are one run exactly if their addresses are."""
    strides = range(13)
    merged = 0
    for n, m, s, t in itertools.product((2, 3, 4), (2, 3), strides, strides):
        addresses = np.array(places((n, m), (s, t)))
        steps = np.diff(addresses)
        is_one = bool((steps == steps[0]).all())
        expected = [(n * m, t)] if is_one else [(n, s), (m, t)]
        assert merge((n, m), (s, t)) == expected
        assert not is_one or steps[0] == t
        merged += is_one
    assert merged > 20


@pytest.mark.equation("eq:tensor-split")
@pytest.mark.parametrize("S", [2, 7])
@pytest.mark.parametrize("m", [(2, 3, 4), (3, 1, 5), (6,), (2, 2, 3, 2)])
def test_split(m: Shape, S: int) -> None:
    t = view_stride((math.prod(m),), (S,), m)
    assert t is not None
    q = len(m)
    formula("eq:tensor-split").check(
        {"t": t, "S": S, "m": m, "q": q, "j": range(1, q + 1)}
    )
    assert places(m, t) == [S * p for p in range(math.prod(m))]


def groups(q: int, r: int) -> Iterator[list[range]]:
    """All ways to cut the dimensions 1 to q into r groups, in order."""
    for cut in itertools.combinations_with_replacement(range(q + 1), r - 1):
        ends = itertools.pairwise((0, *cut, q))
        yield [range(first + 1, last + 1) for first, last in ends]


@pytest.mark.equation("eq:tensor-view")
def test_view_formula() -> None:
    """A view exists exactly if some cut of its sizes fills the runs."""
    shape, stride = (4, 2, 3), (1, 12, 4)
    N = [size for size, _ in merge(shape, stride)]
    r, filled = len(N), formula("eq:tensor-view")
    for m in [(4, 6), (2, 2, 6), (4, 2, 3), (6, 4), (3, 8), (2, 3, 4)]:
        fits = 0
        for G in groups(len(m), r):
            names = {"m": m, "G": [list(g) for g in G], "N": N}
            try:
                filled.check(names | {"r": r, "j": range(1, r + 1)})
            except AssertionError:
                continue
            fits += 1
        assert fits == can_view(shape, stride, m)


@cache
def fills(m: Shape, N: Shape) -> bool:
    """Whether the sizes m, cut into groups, have the products N."""
    return any(
        tuple(math.prod(m[k - 1] for k in group) for group in cut) == N
        for cut in groups(len(m), len(N))
    )


def test_view_condition() -> None:
    """The groups, by trying all cuts; and a view, by its addresses.

    Strides of a view, if there are any, are the addresses of its first
    steps: there is one candidate, and it is right or there is no view.
    """
    seen = {True: 0, False: 0}
    for shape in itertools.product((1, 2, 3, 4), (1, 2, 3), (2, 3)):
        targets = shapes_of(math.prod(shape), 3)
        for stride in itertools.product((0, 1, 3, 6), (1, 2, 3), (0, 1, 2)):
            old = places(shape, stride)
            sizes = tuple(N for N, _ in merge(shape, stride)) or (1,)
            for target in targets:
                steps = [
                    math.prod(target[k + 1 :]) for k in range(len(target))
                ]
                candidate = [
                    old[step] if m > 1 else 0
                    for m, step in zip(target, steps, strict=True)
                ]
                exists = places(target, candidate) == old
                assert fills(target, sizes) == exists
                assert can_view(shape, stride, target) is exists
                seen[exists] += 1
    assert min(seen.values()) > 1000


@pytest.mark.equation("eq:tensor-broadcast")
def test_broadcast_formula() -> None:
    """Sizes of 0 and 1 among them; where no case applies, an error."""
    meet = formula("eq:tensor-broadcast")
    for a, b in [
        ((3, 1, 5, 1), (1, 4, 5, 1)),
        ((1, 0, 2), (7, 1, 2)),
        ((1, 3, 1), (4, 3, 0)),
    ]:
        c, k = broadcast_shape(a, b), range(1, len(a) + 1)
        meet.check({"a": a, "b": b, "c": c, "k": k})
    a, b = (3, 1, 2), (1, 4, 5)
    with pytest.raises(ValueError, match="shapes must agree"):
        broadcast_shape(a, b)
    for last in (2, 5):
        c = (3, 4, last)
        with pytest.raises(FormulaError, match="no case applies"):
            meet.check({"a": a, "b": b, "c": c, "k": range(1, 4)})


def test_broadcast_shape() -> None:
    """All pairs of small shapes: NumPy, PyTorch, and the other order."""
    small = [
        s for d in range(4) for s in itertools.product((0, 1, 3), repeat=d)
    ]
    small += [(2,), (2, 1), (4, 2)]
    fits = 0
    for a, b in itertools.product(small, repeat=2):
        try:
            expected = np.broadcast_shapes(a, b)
        except ValueError:
            with pytest.raises(ValueError, match="shapes must agree or be 1"):
                broadcast_shape(a, b)
            with pytest.raises(RuntimeError):
                torch.broadcast_shapes(a, b)
            continue
        fits += 1
        assert broadcast_shape(a, b) == expected
        assert broadcast_shape(b, a) == torch.broadcast_shapes(a, b)
    assert fits > 300


@pytest.mark.equation("eq:tensor-expand")
@pytest.mark.parametrize(
    ("a", "s", "c"),
    [
        ((3, 1, 5), (4, 9, 1), (3, 7, 5)),
        ((1, 2, 1), (6, 3, 2), (4, 2, 1)),
        ((1, 1), (5, 2), (0, 1)),
    ],
)
def test_expand_formula(a: Shape, s: Shape, c: Shape) -> None:
    names = {"a": a, "s": s, "c": c, "s'": broadcast_stride(a, s, c)}
    formula("eq:tensor-expand").check(names | {"k": range(1, len(a) + 1)})


@settings(max_examples=80, deadline=None)
@given(c=shapes, data=st.data())
def test_broadcast_stride(c: Shape, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(c)))
    a = tuple(n if data.draw(st.booleans()) else 1 for n in c[len(c) - kept :])
    x = np.arange(math.prod(a), dtype=np.int8).reshape(a)
    ours = broadcast_stride(a, x.strides, c)
    padded = (1,) * (len(c) - len(a)) + a
    larger = np.broadcast_to(x, c)
    for index in indices(c):
        inside = [
            0 if n == 1 else i for n, i in zip(padded, index, strict=True)
        ]
        place = address(index, ours)
        assert x.flat[place] == x[tuple(inside[len(c) - len(a) :])]
        assert x.flat[place] == larger[index]
    theirs = torch.from_numpy(x).expand(c).stride()
    for n, s, t in zip(c, ours, theirs, strict=True):
        assert n == 1 or s == t or 0 in a


@pytest.mark.equation("eq:tensor-pairs")
@pytest.mark.parametrize("n", [2, 3, 9])
def test_pairs(n: int) -> None:
    """Both sides from the page; the mean over all pairs from PyTorch."""
    y = torch.randn(n, dtype=torch.float64)
    formula("eq:tensor-pairs").check({"y": y, r"\bar y": y.mean(), "n": n})
    broadcast = (y.reshape(n, 1) - y).square().mean().item()
    assert broadcast == pytest.approx(
        2 * y.var(correction=0).item(), rel=1e-12
    )


# --- The oracles ---------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(x=tensors())
def test_can_view_of_what_users_make(x: Tensor) -> None:
    for shape in shapes_of(x.numel(), 3):
        agrees_with_view(x, shape)
        share = x.reshape(shape).data_ptr() == x.data_ptr()
        if x.numel():
            assert share == can_view(x.shape, x.stride(), shape)
    assert view_stride(x.shape, x.stride(), x.shape) is not None


@settings(max_examples=100, deadline=None)
@given(shape=shapes, data=st.data())
def test_can_view_of_any_strides(shape: Shape, data: st.DataObject) -> None:
    """Strides that no user makes, sizes of 0 and 1 among them."""
    strides = st.sampled_from([0, 1, 2, 3, 4, 6, 8, 12])
    stride = [data.draw(strides) for _ in shape]
    x = torch.arange(200).as_strided(shape, stride, 3)
    for target in shapes_of(x.numel(), 2):
        agrees_with_view(x, target)
    order = data.draw(st.permutations(shape))
    agrees_with_view(x, tuple(order))


@settings(max_examples=20, deadline=None)
@given(some=st.lists(shapes, max_size=4))
def test_broadcast_shape_of_many(some: list[Shape]) -> None:
    try:
        expected = torch.broadcast_shapes(*some)
    except RuntimeError:
        with pytest.raises(ValueError, match="shapes must agree"):
            broadcast_shape(*some)
    else:
        assert broadcast_shape(*some) == tuple(expected)


@settings(max_examples=50, deadline=None)
@given(x=tensors())
def test_runs_read_the_same_addresses(x: Tensor) -> None:
    """Merging changes no address, and leaves nothing to merge."""
    runs = merge(x.shape, x.stride())
    if x.numel():
        sizes = [N for N, _ in runs]
        stride = [S for _, S in runs]
        assert places(sizes, stride) == places(x.shape, x.stride())
        assert all(N > 1 for N in sizes)
    for (_, S), (M, T) in itertools.pairwise(runs):
        assert M * T != S
    contiguous = (
        0 in x.shape or not runs or (len(runs) == 1 and runs[0][1] == 1)
    )
    assert contiguous == x.is_contiguous()


# --- Worked by hand ------------------------------------------------------


def test_by_hand() -> None:
    """Exercise 1, and the transposed table of the opening."""
    assert contiguous_stride((2, 3, 4)) == (12, 4, 1)
    assert address((1, 2, 3), (12, 4, 1)) == 23
    assert address((1, 0, 2), (4, 1, 3), offset=10) == 20
    assert merge((4, 2, 3), (1, 12, 4)) == [(4, 1), (6, 4)]
    assert view_stride((4, 2, 3), (1, 12, 4), (4, 6)) == (1, 4)
    assert view_stride((4, 2, 3), (1, 12, 4), (24,)) is None
    assert view_stride((4, 3), (1, 4), (2, 2, 3)) == (2, 1, 4)
    assert not can_view((4, 3), (1, 4), (12,))
    assert not can_view((4, 3), (1, 4), (3, 4))
    assert can_view((12,), (1,), (3, 4))


def test_edges() -> None:
    assert contiguous_stride(()) == ()
    assert contiguous_stride((2, 0, 3)) == (3, 3, 1)
    assert address((), ()) == 0
    assert broadcast_shape() == ()
    assert broadcast_shape((), (3,)) == (3,)
    assert merge((), ()) == []
    assert view_stride((), (), (1, 1)) == (1, 1)
    assert view_stride((3, 1), (2, 7), (3,)) == (2,)
    assert can_view((0, 3), (1, 5), (7, 0))
    assert broadcast_stride((1,), (5,), (1,)) == (5,)
    assert broadcast_stride((), (), (2, 3)) == (0, 0)
    assert contiguous_stride(torch.Size([2, 3])) == (3, 1)


# --- What the page claims ------------------------------------------------


def table(heading: str) -> list[list[str]]:
    """The rows of the page's first table behind `heading`."""
    text = PAGE.read_text(encoding="utf-8")
    lines = text[text.index(heading) :].splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("|"))
    rows = itertools.takewhile(lambda s: s.startswith("|"), lines[first:])
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        for row in rows
    ][2:]


def test_what_shares_and_what_copies() -> None:
    """Each line of the page's table, run as it stands there."""
    rows = table("{#table}")
    assert len(rows) == 16
    for code, storage, _ in rows:
        x = torch.arange(12).reshape(3, 4)
        before = x.clone()
        y = eval(code.strip("`"), {"torch": torch, "x": x})
        base, other = x.untyped_storage(), y.untyped_storage()
        share = base.data_ptr() == other.data_ptr()
        assert {"shared": True, "copied": False}[storage] == share, code
        changed = not torch.equal(x, before)
        assert changed == ("add_" in code)
        y[(0,) * y.ndim] = 99
        assert bool((x == 99).any()) == share, code


def test_answers_of_the_questions_on_the_way() -> None:
    """Where x.T[2, 1] lies, and the shape of a broadcast sum."""
    x = torch.arange(6).reshape(2, 3)
    assert x.T[2, 1] == address((2, 1), x.T.stride()) == 5
    assert x[1, 0] == 3
    assert broadcast_shape((5, 1, 3), (4, 3)) == (5, 4, 3)


def test_ways_to_create() -> None:
    x = torch.ones(4, 5, dtype=torch.int16)
    made = [
        eval(code, {"torch": torch, "x": x})
        for row in table("{#tensor}")
        for code in re.findall(r"`([^`]+)`", row[0])
    ]
    lists, zeros, ones, full, even, line, uniform, normal, like = made
    assert lists.tolist() == [[1, 2], [3, 4]]
    assert lists.dtype == torch.float32
    for filled, value in ((zeros, 0), (ones, 1), (full, 7)):
        assert filled.shape == (2, 3) and bool((filled == value).all())
    assert even.tolist() == [0, 2, 4, 6, 8]
    assert line.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert bool(((uniform >= 0) & (uniform < 1)).all())
    assert uniform.shape == normal.shape == (2, 3)
    assert like.shape == (4, 5) and like.dtype == torch.int16


def test_dtypes() -> None:
    integers, floats = torch.tensor([1, 2]), torch.tensor([1.0, 2.0])
    assert integers.dtype == torch.int64
    assert floats.dtype == torch.float32
    assert (integers > 1).dtype == torch.bool
    assert (integers + floats).dtype == torch.float32
    exact, rounded = 2.0**24, 2.0**24 + 1  # 24 and 25 binary digits
    assert torch.tensor(exact).item() == exact
    assert torch.tensor(rounded).item() != rounded


def test_no_negative_strides() -> None:
    with pytest.raises(ValueError, match="step must be greater than zero"):
        torch.arange(3)[::-1]
    with pytest.raises(RuntimeError, match="[Nn]egative strides"):
        torch.arange(3).as_strided((3,), (-1,), 2)


def test_the_reshaped_transpose_is_a_copy() -> None:
    """The Fix: the storage is kept, then it is not."""
    a = torch.arange(12)
    b = a.reshape(3, 4)
    assert b.data_ptr() == a.data_ptr()
    c = b.T.reshape(12)
    assert c.data_ptr() != a.data_ptr()
    c[:] = 2
    assert a.tolist() == list(range(12))


def test_eight_ways_to_cut_twelve() -> None:
    ways = [s for s in shapes_of(12, 3) if 1 not in s]
    assert len(ways) == 8
    assert len([s for s in shapes_of(24, 4) if 1 not in s]) == 20


# --- The errors ----------------------------------------------------------


def test_negative_sizes() -> None:
    message = r"must have sizes >= 0, got \(2, -1\)"
    with pytest.raises(ValueError, match=f"^shape {message}"):
        contiguous_stride((2, -1))
    with pytest.raises(ValueError, match=f"^shape {message}"):
        merge((2, -1), (1, 1))
    with pytest.raises(ValueError, match=f"^new_shape {message}"):
        view_stride((2,), (1,), (2, -1))
    with pytest.raises(ValueError, match=f"^new_shape {message}"):
        can_view((2,), (1,), (2, -1))
    with pytest.raises(ValueError, match=f"^shapes {message}"):
        broadcast_shape((1,), (2, -1))
    with pytest.raises(ValueError, match=f"^shapes {message}"):
        broadcast_stride((2,), (1,), (2, -1))


def test_lengths() -> None:
    message = r"^stride must have 2 numbers as shape, got \(1,\)"
    with pytest.raises(ValueError, match=message):
        merge((2, 3), (1,))
    with pytest.raises(ValueError, match=message):
        can_view((2, 3), (1,), (6,))
    with pytest.raises(ValueError, match=message):
        broadcast_stride((2, 3), (1,), (2, 3))
    message = r"^index must have 2 numbers as stride, got \(1, 2, 3\)"
    with pytest.raises(ValueError, match=message):
        address((1, 2, 3), (4, 1))


def test_negative_index() -> None:
    message = r"^index must not be negative, got \(0, -1\)"
    with pytest.raises(ValueError, match=message):
        address((0, -1), (4, 1))


def test_number_of_elements() -> None:
    message = r"^new_shape must have 6 elements as shape, got \(4, 2\)"
    with pytest.raises(ValueError, match=message):
        view_stride((2, 3), (3, 1), (4, 2))
    with pytest.raises(ValueError, match=message):
        can_view((2, 3), (3, 1), (4, 2))
    with pytest.raises(ValueError, match=r"6 elements as shape, got \(3,\)"):
        view_stride((2, 3), (3, 1), (3,))


def test_shapes_that_do_not_fit() -> None:
    message = (
        r"^shapes must agree or be 1 in each dimension, "
        r"got 4 and 5 in dimension -1"
    )
    with pytest.raises(ValueError, match=message):
        broadcast_shape((5, 4), (5,))
    with pytest.raises(ValueError, match=r"got 0 and 2 in dimension -2"):
        broadcast_shape((0, 3), (1, 1), (2, 3))
    message = r"^new_shape must be one to which \(3,\) broadcasts, got \(1,\)"
    with pytest.raises(ValueError, match=message):
        broadcast_stride((3,), (1,), (1,))
    with pytest.raises(ValueError, match="shapes must agree"):
        broadcast_stride((3,), (1,), (2,))
