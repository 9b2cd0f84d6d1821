"""The detector's parts, by brute force and by the page's formulas."""

import copy
import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score
from torch import Tensor
from torch.nn import functional as F

from book.formula import each, formula
from d2lcode.vision.anchor_boxes import box_iou, offset_boxes
from d2lcode.vision.object_detection import (
    TinySSD,
    average_precision,
    class_precision,
    detect,
    detection_loss,
    make_shapes,
    mark_hits,
    nms,
    targets,
)


def some_boxes(n: int, seed: int = 0) -> Tensor:
    """Boxes of about one size, so that many of them overlap."""
    g = torch.Generator().manual_seed(seed)
    corner = torch.rand(n, 2, generator=g, dtype=torch.float64)
    sides = 0.4 + 0.2 * torch.rand(n, 2, generator=g, dtype=torch.float64)
    return torch.cat((corner, corner + sides), -1)


# The network


@pytest.mark.equation("eq:ssd-count")
@pytest.mark.parametrize(
    "side, widths, sizes, ratios",
    [
        (32, (16, 32, 32), ((0.22, 0.3), (0.42, 0.54)), (1.0,)),
        (41, (4, 5, 6, 7), ((0.2,), (0.4, 0.6), (0.8,)), (1.0, 2.0)),
    ],
)
def test_anchors_of_all_maps(
    side: int,
    widths: tuple[int, ...],
    sizes: tuple[tuple[float, ...], ...],
    ratios: tuple[float, ...],
) -> None:
    torch.manual_seed(0)
    model = TinySSD(2, 5, widths, sizes, ratios)
    anchors, scores, offsets = model(torch.randn(3, 2, side, side + 7))
    N = len(anchors)
    assert scores.shape == (3, N, 6) and offsets.shape == (3, N, 4)
    maps, rows, columns = [], side, side + 7
    for _ in widths:  # halved, rounded up
        rows, columns = -(-rows // 2), -(-columns // 2)
        maps.append((rows, columns))
    maps = maps[-len(sizes) :]
    formula("eq:ssd-count").check(
        {
            "N": N,
            "L": len(sizes),
            "k": [len(some) * len(ratios) for some in sizes],
            "a": [rows for rows, _ in maps],
            "b": [columns for _, columns in maps],
        }
    )


def test_outputs_stand_beside_their_anchors() -> None:
    """A change at one place moves only the anchors around it."""
    torch.manual_seed(0)
    model = TinySSD(1, 2, (4,), ((0.1, 0.2),), (1.0, 2.0)).eval()
    x = torch.randn(1, 1, 32, 32)
    anchors, scores, offsets = model(x)
    changed = x.clone()
    changed[0, 0, 4, 26] += 5
    _, other, moved = model(changed)
    for before, after in ((scores, other), (offsets, moved)):
        which = ((before - after).abs().sum(-1)[0] > 1e-6).nonzero()[:, 0]
        middle = (anchors[which, :2] + anchors[which, 2:]) / 2 * 32
        assert 4 <= len(which) <= 36
        assert (middle - torch.tensor([26.5, 4.5])).abs().max() < 5


def test_state_and_types() -> None:
    torch.manual_seed(0)
    model = TinySSD(1, 3).double().eval()
    x = torch.randn(2, 1, 32, 32, dtype=torch.float64)
    twin = copy.deepcopy(model)
    twin.load_state_dict(model.state_dict())
    for ours, theirs in zip(model(x), twin(x), strict=True):
        assert ours.dtype == torch.float64 and torch.equal(ours, theirs)


# Targets and loss


def test_targets() -> None:
    anchors = some_boxes(12)
    boxes = [anchors[[3, 7]] + 0.01, torch.zeros(0, 4).double()]
    labels = [torch.tensor([2, 0]), torch.tensor([], dtype=torch.long)]
    classes, offsets = targets(anchors, boxes, labels)
    assert classes[0, 3] == 3 and classes[0, 7] == 1
    assert (classes[1] == 0).all() and (offsets[1] == 0).all()
    torch.testing.assert_close(
        offsets[0, 3], offset_boxes(anchors[3], boxes[0][0])
    )
    assert (offsets[0, classes[0] == 0] == 0).all()


def one_image(N: int = 14, C: int = 3) -> tuple[Tensor, ...]:
    torch.manual_seed(1)
    scores = torch.randn(1, N, C + 1, dtype=torch.float64)
    predicted = 2 * torch.randn(1, N, 4, dtype=torch.float64)
    offsets = torch.randn(1, N, 4, dtype=torch.float64)
    classes = torch.zeros(1, N, dtype=torch.long)
    classes[0, [2, 5, 11]] = torch.tensor([3, 1, 2])
    return scores, predicted, classes, offsets


def hardest(scores: Tensor, classes: Tensor, count: int) -> set[int]:
    """The background anchors that say background with the least share."""
    share = scores[0].softmax(-1)[:, 0]
    background = (classes[0] == 0).nonzero()[:, 0].tolist()
    return set(sorted(background, key=lambda i: share[i].item())[:count])


@pytest.mark.equation("eq:ssd-smooth")
def test_error_of_an_offset() -> None:
    classes = torch.tensor([[1]])
    scores = torch.tensor([[[-40.0, 40.0]]]).double()
    wanted = torch.tensor([[[0.5, -1, 2, 0]]]).double()

    def loss(u: float) -> float:
        predicted = wanted.clone()
        predicted[0, 0, 2] += u
        return detection_loss(scores, predicted, classes, wanted).item()

    formula("eq:ssd-smooth").check(
        {"f": loss, "u": each([0.3, -0.7, 1.6, -2.5])}
    )


@pytest.mark.equation("eq:ssd-hard")
@pytest.mark.parametrize("positives", [1, 3, 5])
def test_number_of_hard_negatives(positives: int) -> None:
    """Those that have a gradient."""
    scores, predicted, classes, offsets = one_image()
    classes[0] = 0
    classes[0, -positives:] = 1
    scores.requires_grad_()
    detection_loss(scores, predicted, classes, offsets).backward()
    assert scores.grad is not None
    used = scores.grad[0].abs().sum(-1) > 0
    assert used[-positives:].all()
    hard = set((used & (classes[0] == 0)).nonzero()[:, 0].tolist())
    assert hard == hardest(scores.detach(), classes, 3 * positives)
    formula("eq:ssd-hard").check(
        {
            "v": [float(i in hard) for i in range(14)],
            "n": positives,
            "N": 14,
        }
    )


@pytest.mark.equation("eq:ssd-loss")
def test_loss_of_an_image() -> None:
    scores, predicted, classes, offsets = one_image()
    loss = detection_loss(scores, predicted, classes, offsets)
    share = scores[0].softmax(-1)[torch.arange(14), classes[0]]
    hard = hardest(scores, classes, 9)
    formula("eq:ssd-loss").check(
        {
            r"\L": loss,
            "N": 14,
            "n": 3,
            "p": share,
            "u": (classes[0] > 0).double(),
            "v": [float(i in hard) for i in range(14)],
            r"\hat t": predicted[0],
            "t": offsets[0],
            "f": lambda u: u * u / 2 if abs(u) < 1 else abs(u) - 0.5,
        }
    )


def test_loss_with_all_negatives_is_the_librarys() -> None:
    scores, predicted, classes, offsets = one_image()
    ours = detection_loss(scores, predicted, classes, offsets, math.inf)
    used = classes > 0
    theirs = F.cross_entropy(scores[0], classes[0], reduction="sum")
    theirs = theirs + F.huber_loss(
        predicted[used], offsets[used], reduction="sum"
    )
    torch.testing.assert_close(ours, theirs / 3)


def test_negatives_are_chosen_image_by_image() -> None:
    """Two images have the sum of both, divided by all their positives."""
    scores, predicted, classes, offsets = one_image()
    other = classes.clone()
    other[0, [0, 2]] = torch.tensor([2, 0])
    first = detection_loss(scores, predicted, classes, offsets)
    second = detection_loss(2 * scores, predicted, other, offsets)
    both = detection_loss(
        torch.cat((scores, 2 * scores)), predicted.expand(2, -1, -1),
        torch.cat((classes, other)), offsets.expand(2, -1, -1),
    )  # fmt: skip
    torch.testing.assert_close(both, (first + second) / 2)
    empty = detection_loss(scores, predicted, 0 * classes, offsets)
    assert empty.item() == 0


# Suppression


@pytest.mark.equation("eq:ssd-nms")
@pytest.mark.parametrize("seed", [0, 3])
def test_suppression_by_the_formula(seed: int) -> None:
    boxes, threshold = some_boxes(9, seed), 0.3
    scores = torch.linspace(0.9, 0.1, 9)
    kept = set(nms(boxes, scores, threshold).tolist())
    q = [float(i in kept) for i in range(9)]
    iou = box_iou(boxes, boxes)
    assert 2 < len(kept) < 8
    formula("eq:ssd-nms").check(
        {
            "q": q,
            "J": iou.tril() + 5 * torch.ones(9, 9).triu(1),  # j < i counts
            r"\tau": threshold,
            "i": range(2, 10),
            "j": range(1, 10),
        }
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 7), st.integers(0, 999), st.sampled_from([0.2, 0.5]))
def test_suppression_by_trying_all_choices(
    n: int, seed: int, threshold: float
) -> None:
    boxes = some_boxes(n, seed)
    g = torch.Generator().manual_seed(seed)
    scores = torch.rand(n, generator=g)
    iou = box_iou(boxes, boxes)
    obey = [
        {i for i in range(n) if choice[i]}
        for choice in itertools.product([0, 1], repeat=n)
        if all(
            choice[i] == all(
                not (choice[j] and scores[j] > scores[i]
                     and iou[i, j] > threshold)
                for j in range(n)
            )
            for i in range(n)
        )
    ]  # fmt: skip
    kept = nms(boxes, scores, threshold)
    assert obey == [set(kept.tolist())]
    assert torch.equal(scores[kept], scores[kept].sort(descending=True)[0])
    again = nms(boxes[kept], scores[kept], threshold)  # idempotent
    assert again.tolist() == list(range(len(kept)))


class Fixed(TinySSD):
    """A model that says what it is told."""

    def __init__(self, *said: Tensor) -> None:
        super().__init__(1, 2)
        self.said = said

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.said[0], self.said[1], self.said[2]


def test_detections_do_not_compete_across_classes() -> None:
    anchors = torch.tensor(
        [[0.1, 0.1, 0.5, 0.5], [0.12, 0.1, 0.52, 0.5], [0.1, 0.1, 0.5, 0.52]]
    )
    shares = torch.tensor(
        [[0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.38, 0.02, 0.6]]
    )
    model = Fixed(anchors, shares.log()[None], torch.zeros(1, 3, 4))
    ((boxes, scores, labels),) = detect(model, torch.zeros(1), cut=0.05)
    assert labels.tolist() == [0, 1]
    torch.testing.assert_close(scores, torch.tensor([0.8, 0.6]))
    torch.testing.assert_close(boxes, anchors[[0, 2]])
    ((_, scores, _),) = detect(model, torch.zeros(1), threshold=0.99)
    assert len(scores) == 5  # the third says 0.02 for the first class


# Average precision


def test_hits_by_hand() -> None:
    truth = torch.tensor([[0.0, 0, 2, 2], [4, 0, 6, 2]])
    boxes = torch.tensor(
        [
            [0.0, 0, 2, 2.2],  # finds the first
            [0.1, 0, 2, 2],  # the first again: a miss
            [4, 0, 6, 3.5],  # finds the second, IoU 0.57
            [4, 0, 6, 5],  # overlaps too little
        ]
    )
    assert mark_hits(boxes, truth).tolist() == [1, 0, 1, 0]
    assert mark_hits(boxes, truth, 0.6).tolist() == [1, 0, 0, 0]
    assert mark_hits(boxes, truth[:0]).tolist() == [0] * 4
    assert mark_hits(boxes[:0], truth).tolist() == []


HITS = st.lists(st.integers(0, 1), max_size=12)


@settings(max_examples=60, deadline=None)
@given(HITS, st.integers(0, 3))
def test_average_precision_object_by_object(
    hits: list[int], missed: int
) -> None:
    objects = sum(hits) + missed + (not any(hits) and not missed)
    total = 0.0
    for wanted in range(1, objects + 1):
        total += max(
            (
                sum(hits[:k]) / k
                for k in range(1, len(hits) + 1)
                if sum(hits[:k]) >= wanted
            ),
            default=0.0,
        )
    ours = average_precision(torch.tensor(hits).float(), objects)
    assert ours == pytest.approx(total / objects)


@pytest.mark.equation("eq:ap-precision")
@pytest.mark.equation("eq:ap-mean")
def test_average_precision_by_the_formulas() -> None:
    hits, M = [1, 0, 1, 1, 0, 0, 1], 6
    m = len(hits)
    precisions = [sum(hits[:k]) / k for k in range(1, m + 1)]
    formula("eq:ap-precision").check(
        {
            "P": precisions,
            "R": [sum(hits[:k]) / M for k in range(1, m + 1)],
            "h": hits,
            "M": M,
            "k": range(1, m + 1),
        }
    )
    formula("eq:ap-mean").check(
        {
            r"\operatorname{AP}": average_precision(
                torch.tensor(hits).float(), M
            ),
            "M": M,
            "m": m,
            "h": hits,
            "P": precisions,
            "j": range(1, m + 1),
        },
        tolerance=1e-6,
    )


def test_average_precision_and_scikit_learns() -> None:
    """Equal where precision only falls; ours is never below."""
    for hits in ([1, 1, 0, 1, 0, 0], [0, 1, 1, 0, 1, 1], [1, 1, 1]):
        scores = [1 - 0.1 * k for k in range(len(hits))]
        theirs = average_precision_score(hits, scores)
        ours = average_precision(torch.tensor(hits).float(), sum(hits))
        assert ours >= theirs - 1e-6
        if hits[0]:
            assert ours == pytest.approx(theirs)
        else:
            assert ours > theirs + 0.05


def test_precision_of_a_class_over_images() -> None:
    """Detections of all images are sorted together."""
    truth = [some_boxes(2), some_boxes(2, 1)]
    labels = [torch.tensor([0, 1]), torch.tensor([0, 0])]
    found = [
        (truth[0][[1, 0]], torch.tensor([0.9, 0.3]), torch.tensor([0, 0])),
        (truth[1], torch.tensor([0.4, 0.6]), torch.tensor([0, 1])),
    ]  # class 0: a miss at 0.9, hits at 0.4 and 0.3; three objects
    value = class_precision(found, truth, labels, 0)
    assert value == pytest.approx((2 / 3 + 2 / 3) / 3)
    assert class_precision(found, truth, labels, 1) == 0


# The shapes


def test_shapes_fill_their_boxes() -> None:
    images, boxes, labels = make_shapes(40, side=64, seed=3)
    again = make_shapes(40, side=64, seed=3)
    assert torch.equal(images, again[0])
    assert images.shape == (40, 1, 64, 64)
    seen, inside = set(), 0
    for image, some, names in zip(images[:, 0], boxes, labels, strict=True):
        assert (some >= 0).all() and (some <= 1).all()
        assert some.dtype == torch.float32 and len(some) == len(names)
        seen |= set(names.tolist())
        pixels = (64 * some).round().int().tolist()
        for (x1, y1, x2, y2), name in zip(pixels, names.tolist(), strict=True):
            patch = image[y1:y2, x1:x2]
            if name == 0:
                assert 0.8 < patch.mean() < 1.2
            elif name == 2:  # the bars reach all four sides
                middle = patch[:, (x2 - x1) // 2]
                assert middle.mean() > 0.6
                assert patch[(y2 - y1) // 2].mean() > 0.6
        iou = box_iou(some, some)
        inside += int(((iou > 0.2) & (iou < 1)).sum()) // 2
        for i, j in (((iou > 0) & (iou < 1)).nonzero()).tolist():
            assert {int(names[i]), int(names[j])} == {1, 2}
    assert seen == {0, 1, 2} and inside > 2


# Numbers of the page, and errors


def test_numbers_of_the_page() -> None:
    hits = torch.tensor([1.0, 0, 1, 1, 0])
    assert average_precision(hits, 4) == pytest.approx(0.625)
    assert average_precision(torch.tensor([0.0, 1, 1]), 2) == pytest.approx(
        2 / 3
    )
    x = torch.tensor([0.0, 0.25, 0.5])
    chain = torch.stack((x, 0 * x, x + 1, 0 * x + 1), dim=1)
    torch.testing.assert_close(
        box_iou(chain, chain)[0], torch.tensor([1, 0.6, 1 / 3])
    )


def test_answers_of_the_questions_on_the_way() -> None:
    good = torch.ones(20)
    double = torch.tensor([1.0, 0]).repeat(20)
    assert average_precision(good, 20) == 1
    assert 0.5 < average_precision(double, 20) < 0.6
    # a low precision at the end hardly hurts
    late = torch.cat((torch.ones(19), torch.zeros(40), torch.ones(1)))
    assert late.mean() < 0.4 and average_precision(late, 20) > 0.95
    assert average_precision(late[:19], 20) < average_precision(late, 20)


@pytest.mark.parametrize("maps", [0, 3])
def test_maps_must_fit(maps: int) -> None:
    with pytest.raises(ValueError, match=rf"sizes must be .* got {maps}"):
        TinySSD(1, 2, (4, 4), [[0.2]] * maps)


def test_loss_wants_scores_of_every_anchor() -> None:
    scores, predicted, classes, offsets = one_image()
    with pytest.raises(ValueError, match="scores must be"):
        detection_loss(scores[:, 1:], predicted, classes, offsets)


def test_suppression_wants_a_score_for_every_box() -> None:
    with pytest.raises(ValueError, match=r"scores must be \(3,\), got \(2,\)"):
        nms(some_boxes(3), torch.ones(2))


def test_precision_wants_objects() -> None:
    with pytest.raises(ValueError, match="objects must be at least 1, got 0"):
        average_precision(torch.ones(2), 0)


@pytest.mark.parametrize("name", ["n", "side"])
def test_shapes_want_positive_numbers(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        make_shapes(**{"n": 1, name: 0})
