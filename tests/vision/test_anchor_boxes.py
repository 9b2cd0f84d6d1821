"""Boxes, overlaps and anchors, by counting and by the page's formulas."""

import itertools
import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import formula
from d2lcode.vision.anchor_boxes import (
    SCALES,
    box_iou,
    center_to_corner,
    corner_to_center,
    match,
    multibox_prior,
    offset_boxes,
    offset_inverse,
)

PIXELS = st.lists(
    st.tuples(*[st.integers(0, 7)] * 4), min_size=1, max_size=5
)  # two ends along x, two along y


def boxes(n: int, seed: int = 0) -> Tensor:
    """Random boxes with sides of at least 0.1."""
    g = torch.Generator().manual_seed(seed)
    corner = torch.rand(n, 2, generator=g, dtype=torch.float64)
    sides = torch.rand(n, 2, generator=g, dtype=torch.float64) + 0.1
    return torch.cat((corner, corner + sides), -1)


def pixels(box: list[int]) -> set[tuple[int, int]]:
    x1, y1, x2, y2 = box
    return set(itertools.product(range(x1, x2), range(y1, y2)))


def named(prime: str, box: Tensor) -> dict[str, Tensor]:
    names = ("x_1", "y_1", "x_2", "y_2")
    return {n + prime: value for n, value in zip(names, box, strict=True)}


def sides(prime: str, box: Tensor) -> dict[str, Tensor]:
    names = ("x", "y", "w", "h")
    return {n + prime: value for n, value in zip(names, box, strict=True)}


# Two forms


@pytest.mark.equation("eq:box-center")
@pytest.mark.equation("eq:box-corner")
def test_two_forms_of_a_box() -> None:
    for box in boxes(3):
        center = corner_to_center(box)
        formula("eq:box-center").check({**named("", box), **sides("", center)})
        back = center_to_corner(center)
        torch.testing.assert_close(back, box)
        formula("eq:box-corner").check(
            {**named("", back), **sides("", center)}
        )
    shaped = corner_to_center(boxes(6).reshape(2, 3, 4))
    torch.testing.assert_close(
        shaped.flatten(0, 1), corner_to_center(boxes(6))
    )


# Overlap


@settings(max_examples=60, deadline=None)
@given(PIXELS, PIXELS)
def test_overlap_by_counting_pixels(
    first: list[tuple[int, ...]], second: list[tuple[int, ...]]
) -> None:
    """Also for boxes without area, that touch, or lie in one another."""
    a, b = (
        [[min(x), min(y), max(x), max(y)]
         for x, y in ((box[:2], box[2:]) for box in many)]
        for many in (first, second)
    )  # fmt: skip
    iou = box_iou(torch.tensor(a), torch.tensor(b))
    assert iou.shape == (len(a), len(b))
    for i, j in itertools.product(range(len(a)), range(len(b))):
        either = len(pixels(a[i]) | pixels(b[j]))
        both = len(pixels(a[i]) & pixels(b[j]))
        assert iou[i, j].item() == pytest.approx(both / max(either, 1))


@pytest.mark.equation("eq:box-overlap")
@pytest.mark.equation("eq:box-iou")
def test_overlap_by_the_formulas() -> None:
    apart = torch.tensor([[0.2, 0.3, 0.6, 0.9], [0.7, 0.1, 1.2, 0.5],
                          [0.1, 0.95, 0.9, 1.3], [0.65, 0.92, 1.0, 1.1]],
                         dtype=torch.float64)  # fmt: skip
    for a, b in [*itertools.combinations(apart, 2), *zip(
        boxes(4), boxes(4, seed=1), strict=True
    )]:  # fmt: skip
        J = box_iou(a[None], b[None]).item()
        areas = [((c[2] - c[0]) * (c[3] - c[1])).item() for c in (a, b)]
        # J = O / (A + A' - O), solved for O
        common = J * sum(areas) / (1 + J)
        formula("eq:box-overlap").check(
            {"O": common, **named("", a), **named("'", b)}, absolute=1e-12
        )
        wide = max(0, min(a[2], b[2]) - max(a[0], b[0]))
        high = max(0, min(a[3], b[3]) - max(a[1], b[1]))
        formula("eq:box-iou").check(
            {"J": J, "O": wide * high, "A": areas[0], "A'": areas[1]},
            absolute=1e-12,
        )


@pytest.mark.equation("eq:iou-shift")
@pytest.mark.parametrize("d", [0.15, 1 / 3, 0.6])
def test_overlap_of_a_shifted_box(d: float) -> None:
    box = torch.tensor([[0.2, 0.1, 0.7, 0.4]], dtype=torch.float64)
    shift = torch.tensor([0.5 * d, 0, 0.5 * d, 0], dtype=torch.float64)
    J = box_iou(box, box + shift).item()
    formula("eq:iou-shift").check({"J": J, "d": d})


def test_overlap_does_not_know_the_unit() -> None:
    a, b = boxes(5), boxes(4, seed=1)
    unit = torch.tensor([300.0, 200, 300, 200], dtype=torch.float64)
    torch.testing.assert_close(box_iou(unit * a, unit * b), box_iou(a, b))
    torch.testing.assert_close(
        offset_boxes(unit * a[:4], unit * b), offset_boxes(a[:4], b)
    )


def test_overlap_has_a_gradient_also_for_empty_boxes() -> None:
    a = torch.tensor([[0.0, 0, 0, 0], [0, 0, 2, 1]], requires_grad=True)
    box_iou(a, torch.tensor([[1.0, 1, 1, 1], [1, 0, 3, 1]])).sum().backward()
    assert a.grad is not None and a.grad.isfinite().all()
    assert a.grad[1].abs().sum() > 0


# Anchors


@pytest.mark.equation("eq:anchor-sides")
def test_sides_of_anchors() -> None:
    sizes, ratios = [0.3, 0.45], [1.0, 2.5, 0.4]
    made = corner_to_center(multibox_prior(1, 1, sizes, ratios).double())
    pairs = itertools.product(sizes, ratios)
    for (s, r), (_, _, w, h) in zip(pairs, made, strict=True):
        formula("eq:anchor-sides").check(
            {"s": s, "r": r, "w": w, "h": h}, tolerance=1e-6
        )


def test_places_of_anchors_by_enumeration() -> None:
    made = corner_to_center(multibox_prior(2, 3, [0.2, 0.4], [1.0, 4.0]))
    wanted = [
        [(j + 0.5) / 3, (i + 0.5) / 2, s * math.sqrt(r), s / math.sqrt(r)]
        for i in range(2)
        for j in range(3)
        for s in (0.2, 0.4)
        for r in (1.0, 4.0)
    ]
    torch.testing.assert_close(made, torch.tensor(wanted))


# Matching


def greedy(iou: Tensor, threshold: float) -> list[int]:
    """By sorting all pairs, in plain Python."""
    owner = []
    for row in iou.tolist():
        best = max(range(len(row)), key=row.__getitem__)
        owner.append(best if row[best] >= threshold else -1)
    rows, columns = set(), set()
    pairs = itertools.product(range(iou.shape[0]), range(iou.shape[1]))
    for i, j in sorted(pairs, key=lambda p: -iou[p].item()):
        if i not in rows and j not in columns:
            owner[i] = j
            rows.add(i)
            columns.add(j)
    return owner


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(1, 5), st.integers(0, 999))
def test_matching_by_enumeration(N: int, M: int, seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    iou = torch.rand(N, M, generator=g)
    before = iou.clone()
    owner = match(iou, 0.6)
    assert owner.tolist() == greedy(iou, 0.6)
    assert torch.equal(iou, before)
    assert len(set(owner.tolist()) - {-1}) == min(N, M)  # none is left out


@pytest.mark.equation("eq:box-match")
@pytest.mark.parametrize("threshold", [0.37, 0.6])
def test_matching_of_the_anchors_that_are_left(threshold: float) -> None:
    torch.manual_seed(0)
    first = torch.eye(3).double()  # these are taken by the objects
    left = 1.6 * threshold * torch.rand(9, 3, dtype=torch.float64)
    left[0, 1], left[0, [0, 2]] = threshold, threshold / 2  # just enough
    owner = match(torch.cat((first, left)), threshold)
    assert owner[:3].tolist() == [0, 1, 2]
    formula("eq:box-match").check(
        {
            "m": owner[3:] + 1,
            "J": left,
            r"\tau": threshold,
            "i": range(1, 10),
            "j": range(1, 4),
        }
    )


def test_matching_without_objects() -> None:
    assert match(torch.zeros(3, 0)).tolist() == [-1, -1, -1]
    assert match(torch.zeros(0, 2)).tolist() == []


def test_matching_of_the_text() -> None:
    table = [[0.72, 0.55], [0.61, 0.10], [0.05, 0.31], [0.20, 0.02]]
    assert match(torch.tensor(table)).tolist() == [0, 0, 1, -1]
    assert match(torch.tensor([[0.9, 0.8], [0.7, 0.1]])).tolist() == [0, 1]


# Offsets


@pytest.mark.equation("eq:box-offset")
@pytest.mark.equation("eq:box-inverse")
def test_offsets_and_back() -> None:
    anchors, objects = boxes(5), boxes(5, seed=1)
    t = offset_boxes(anchors, objects)
    back = offset_inverse(anchors, t)
    torch.testing.assert_close(back, objects)
    torch.testing.assert_close(offset_boxes(anchors, back), t)
    a, b = corner_to_center(anchors), corner_to_center(back)
    for i in range(5):
        values = {
            **{f"t_{n}": v for n, v in zip("xywh", t[i], strict=True)},
            **sides("", a[i]),
            **sides("'", b[i]),
        }
        formula("eq:box-offset").check(values)
        formula("eq:box-inverse").check(values)


def test_offsets_of_the_text() -> None:
    anchor = center_to_corner(torch.tensor([0.5, 0.5, 0.4, 0.2]))
    box = center_to_corner(torch.tensor([0.54, 0.49, 0.5, 0.18]))
    t = offset_boxes(anchor, box)
    torch.testing.assert_close(
        t, torch.tensor([1, -0.5, 1.12, -0.53]), atol=5e-3, rtol=0
    )
    assert SCALES == (0.1, 0.1, 0.2, 0.2)
    raw = t * torch.tensor(SCALES)
    torch.testing.assert_close(
        raw, torch.tensor([0.1, -0.05, 0.22, -0.11]), atol=5e-3, rtol=0
    )


def test_zero_offsets_are_the_anchor_itself() -> None:
    anchors = boxes(3).reshape(3, 1, 4)
    torch.testing.assert_close(
        offset_inverse(anchors, torch.zeros(3, 1, 4)), anchors
    )


# Numbers of the page


def test_numbers_of_the_page() -> None:
    def iou(a: list[float], b: list[float]) -> float:
        return box_iou(torch.tensor([a]), torch.tensor([b])).item()

    assert corner_to_center(torch.tensor([1.0, 1, 5, 4])).tolist() == [
        3, 2.5, 4, 3
    ]  # fmt: skip
    assert iou([1, 1, 5, 4], [3, 2, 7, 6]) == pytest.approx(1 / 6)
    # check yourself
    assert iou([0, 0, 2, 2], [1, 0, 3, 2]) == pytest.approx(1 / 3)
    # nested squares, and exercise 2
    for q in (2.0, 3.0):
        u = math.sqrt(q)
        small, large = [-0.5, -0.5, 0.5, 0.5], [-q / 2] * 2 + [q / 2] * 2
        between = [-u / 2, -u / 2, u / 2, u / 2]
        assert iou(small, between) == pytest.approx(1 / q)
        assert iou(large, between) == pytest.approx(1 / q)
    half = torch.tensor(300.0).half()
    assert (half * half).isinf()


def test_answer_of_the_question_on_the_way() -> None:
    """One size on a finer map covers small squares best."""
    torch.manual_seed(0)
    corner = 0.9 * torch.rand(500, 2)
    objects = torch.cat((corner, corner + 0.1), -1)
    shares = [
        (box_iou(anchors, objects).amax(0) >= 0.5).double().mean()
        for anchors in (
            multibox_prior(8, 8, [0.1, 0.15, 0.25], [1.0]),
            multibox_prior(8, 8, [0.1], [1.0, 2.5, 0.4]),
            multibox_prior(14, 14, [0.1], [1.0]),
        )
    ]
    assert shares[2] > 1.1 * max(shares[:2])


def test_types_are_kept() -> None:
    for dtype in (torch.float64, torch.bfloat16):
        a = boxes(2).to(dtype)
        assert box_iou(a, a).dtype == dtype
        assert offset_inverse(a, offset_boxes(a, a)).dtype == dtype


# Errors


@pytest.mark.parametrize(
    "function, name",
    [
        (corner_to_center, "boxes"),
        (center_to_corner, "boxes"),
        (lambda wrong: offset_boxes(wrong, boxes(2)), "anchors"),
        (lambda wrong: offset_boxes(boxes(2), wrong), "boxes"),
        (lambda wrong: offset_inverse(wrong, boxes(2)), "anchors"),
        (lambda wrong: offset_inverse(boxes(2), wrong), "offsets"),
    ],
)
@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_boxes_are_four_numbers(
    function: Callable[[Tensor], Tensor], name: str, shape: tuple[int, ...]
) -> None:
    message = rf"{name} must be \(..., 4\), got \("
    with pytest.raises(ValueError, match=message):
        function(torch.zeros(shape))


def test_overlap_wants_two_lists_of_corners() -> None:
    for a, b, name in ((boxes(1)[0], boxes(1), "a"),
                       (boxes(1), torch.zeros(2, 3), "b")):  # fmt: skip
        with pytest.raises(ValueError, match=rf"{name} must be \(N, 4\), got"):
            box_iou(a, b)
    for center in ([0.5, 0.5, 0.2, 0.9], [0.5, 0.5, 0.9, 0.2]):
        with pytest.raises(ValueError, match="b must be corners .* centre"):
            box_iou(boxes(1), torch.tensor([center]))


def test_sides_must_be_positive() -> None:
    flat = torch.tensor([[0.2, 0.2, 0.4, 0.2]])
    with pytest.raises(ValueError, match="boxes must be corners with x1 < x2"):
        offset_boxes(torch.tensor([[0.0, 0, 1, 1]]), flat)
    for function in (offset_boxes, offset_inverse):
        with pytest.raises(ValueError, match="anchors must be corners with"):
            function(flat, torch.tensor([[0.0, 0, 1, 1]]))


@pytest.mark.parametrize(
    "name, value", [("rows", 0), ("columns", -1), ("sizes", []),
                    ("sizes", [0.2, 0.0]), ("ratios", [-1.0])],
)  # fmt: skip
def test_anchors_need_positive_numbers(name: str, value: object) -> None:
    good = {"rows": 1, "columns": 1, "sizes": [0.2], "ratios": [1.0]}
    with pytest.raises(ValueError, match=f"{name} must be positive, got "):
        multibox_prior(**{**good, name: value})  # type: ignore[arg-type]


def test_matching_wants_a_matrix() -> None:
    with pytest.raises(ValueError, match=r"iou must be \(N, M\), got \(3,\)"):
        match(torch.zeros(3))
