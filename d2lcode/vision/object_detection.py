"""A small single-shot detector: network, loss, suppression, precision."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from d2lcode.vision.anchor_boxes import (
    box_iou,
    match,
    multibox_prior,
    offset_boxes,
    offset_inverse,
)

__all__ = [
    "SIZES", "Found", "Head", "TinySSD", "average_precision",
    "class_precision", "detect", "detection_loss", "halve", "make_shapes",
    "mark_hits", "nms", "targets",
]  # fmt: skip

Found = tuple[Tensor, Tensor, Tensor]
"""Of an image: boxes (n, 4), scores (n,), labels (n,)."""

SIZES = ((0.22, 0.3), (0.42, 0.54))


def halve(C_in: int, C_out: int) -> nn.Sequential:
    """Return a convolution with stride 2, its batch norm and a ReLU.

    Shapes: (B, C_in, h, w) -> (B, C_out, h / 2, w / 2), rounded up.
    """
    conv = nn.Conv2d(C_in, C_out, 3, stride=2, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(C_out), nn.ReLU())


class Head(nn.Module):
    """Answer for the anchors of one map, with a convolution.

    Shapes: (B, width, h, w) -> anchors (n, 4), (B, n, classes + 5).
    """

    def __init__(
        self, width: int, classes: int, sizes: Sequence[float],
        ratios: Sequence[float],
    ) -> None:  # fmt: skip
        super().__init__()
        self.sizes, self.ratios = sizes, ratios
        out = len(sizes) * len(ratios) * (classes + 5)
        self.conv = nn.Conv2d(width, out, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        rows, columns = x.shape[2:]
        anchors = multibox_prior(rows, columns, self.sizes, self.ratios)
        out = self.conv(x).permute(0, 2, 3, 1)  # (B, h, w, out)
        return anchors.to(x), out.reshape(len(x), len(anchors), -1)


class TinySSD(nn.Module):
    """Say for every anchor of several maps what it is, and its offsets.

    widths: channels after each halving; the last of these are the maps.
    sizes: for each map the sizes of its anchors; all have all ratios.
    Shapes: (B, channels, h, w) -> anchors (N, 4), scores (B, N,
    classes + 1), the background first, offsets (B, N, 4).
    Raises: ValueError if there are more maps than widths, or none.
    Source: Liu et al. 2016, arXiv:1512.02325, much smaller.
    """

    def __init__(
        self, channels: int, classes: int,
        widths: Sequence[int] = (16, 32, 32),
        sizes: Sequence[Sequence[float]] = SIZES,
        ratios: Sequence[float] = (1.0,),
    ) -> None:  # fmt: skip
        super().__init__()
        if not 0 < len(sizes) <= len(widths):
            raise ValueError(
                f"sizes must be of 1 to {len(widths)} maps, got {len(sizes)}"
            )
        self.classes = classes
        self.body, self.heads = nn.ModuleList(), nn.ModuleList()
        for before, width in zip((channels, *widths), widths, strict=False):
            self.body.append(halve(before, width))
        for width, some in zip(widths[-len(sizes) :], sizes, strict=True):
            self.heads.append(Head(width, classes, some, ratios))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        anchors, outputs = [], []
        without = len(self.body) - len(self.heads)
        for i, layer in enumerate(self.body):
            x = layer(x)
            if i >= without:  # a map
                some, out = self.heads[i - without](x)
                anchors.append(some)
                outputs.append(out)
        joined = torch.cat(outputs, dim=1)  # (B, N, classes + 5)
        return torch.cat(anchors), joined[..., :-4], joined[..., -4:]


def targets(
    anchors: Tensor, boxes: Sequence[Tensor], labels: Sequence[Tensor]
) -> tuple[Tensor, Tensor]:
    """Say what every anchor should answer, image by image.

    Shapes: anchors (N, 4), for each image boxes (M, 4) and labels (M,)
    -> classes (B, N), 0 for the background; offsets (B, N, 4).
    """
    offsets = anchors.new_zeros(len(boxes), len(anchors), 4)
    classes = torch.zeros_like(offsets[..., 0], dtype=torch.long)
    for i, (truth, names) in enumerate(zip(boxes, labels, strict=True)):
        iou = box_iou(anchors, truth).round(decimals=6)  # ties are ties
        owner = match(iou)
        used = owner >= 0
        classes[i, used] = names[owner[used]] + 1
        offsets[i, used] = offset_boxes(anchors[used], truth[owner[used]])
    return classes, offsets


def detection_loss(
    scores: Tensor, predicted: Tensor, classes: Tensor, offsets: Tensor,
    negatives: float = 3,
) -> Tensor:  # fmt: skip
    """Loss of the classes, with hard negatives, and of the offsets.

    Shapes: scores (B, N, C + 1), predicted and offsets (B, N, 4),
    classes (B, N), 0 for the background -> ().
    Raises: ValueError if scores and classes do not fit.
    Source: Liu et al. 2016, arXiv:1512.02325, equations 1 and 2.
    """
    if scores.shape[:-1] != classes.shape:
        raise ValueError(
            f"scores must be {(*classes.shape, 'C + 1')}, "
            f"got {tuple(scores.shape)}"
        )
    positive = classes > 0  # (B, N)
    surprise = F.cross_entropy(
        scores.transpose(1, 2), classes, reduction="none"
    )  # (B, N)
    hardness = surprise.detach().masked_fill(positive, -1)
    rank = hardness.argsort(dim=1, descending=True).argsort(dim=1)
    wanted = negatives * positive.sum(dim=1, keepdim=True)
    hard = ~positive & (rank < wanted)  # eq:ssd-hard
    error = F.smooth_l1_loss(predicted, offsets, reduction="none").sum(-1)
    total = surprise[positive | hard].sum() + error[positive].sum()
    return total / positive.sum().clamp(min=1)  # eq:ssd-loss


def nms(boxes: Tensor, scores: Tensor, threshold: float = 0.45) -> Tensor:
    """Keep the best box, drop what overlaps it, and so on.

    Shapes: boxes (n, 4), corners, scores (n,) -> indices of the kept
    boxes, the best first.
    Raises: ValueError if boxes and scores are not of one length.
    """
    if boxes.shape[:1] != scores.shape:
        raise ValueError(
            f"scores must be {tuple(boxes.shape[:1])}, "
            f"got {tuple(scores.shape)}"
        )
    iou = box_iou(boxes, boxes)
    kept: list[int] = []
    for i in scores.argsort(descending=True, stable=True).tolist():
        if not (iou[i, kept] > threshold).any():  # eq:ssd-nms
            kept.append(i)
    return torch.tensor(kept, dtype=torch.long, device=boxes.device)


def detect(
    model: TinySSD, images: Tensor, cut: float = 0.05, threshold: float = 0.45
) -> list[Found]:
    """Return boxes, scores and labels of what is found in each image."""
    with torch.no_grad():
        anchors, scores, offsets = model(images)
    shares = scores.softmax(dim=-1)[..., 1:]  # (B, N, classes)
    found = []
    for p, t in zip(shares, offsets, strict=True):
        boxes, parts = offset_inverse(anchors, t), []
        for label in range(model.classes):
            likely = (p[:, label] > cut).nonzero()[:, 0]
            best = nms(boxes[likely], p[likely, label], threshold)
            keep = likely[best]
            names = torch.full_like(keep, label)
            parts.append((boxes[keep], p[keep, label], names))
        b, s, names = (torch.cat(part) for part in zip(*parts, strict=True))
        found.append((b, s, names))
    return found


def mark_hits(boxes: Tensor, truth: Tensor, threshold: float = 0.5) -> Tensor:
    """Mark the boxes that find an object which no better one has found.

    Shapes: boxes (n, 4), the best first, truth (M, 4) -> (n,), 1 or 0.
    Source: Everingham et al. 2010, section 4.2.
    """
    hits = torch.zeros(len(boxes), device=boxes.device)
    if len(truth) == 0:
        return hits
    taken = set()
    iou = box_iou(boxes, truth)
    for i, j in enumerate(iou.argmax(dim=1).tolist()):
        if iou[i, j] >= threshold and j not in taken:
            hits[i] = 1
            taken.add(j)
    return hits


def average_precision(hits: Tensor, objects: int) -> float:
    """Mean of the best precision that each object can still be found at.

    Shapes: hits (m,), 1 or 0, of all images, sorted by falling score.
    Raises: ValueError if there are no objects.
    Source: Everingham et al. 2010, section 4.2, at all recalls.
    """
    if objects < 1:
        raise ValueError(f"objects must be at least 1, got {objects}")
    ranks = torch.arange(1, len(hits) + 1, device=hits.device)
    precision = hits.cumsum(0) / ranks  # eq:ap-precision
    best = total = 0.0
    for k in range(len(hits) - 1, -1, -1):  # from the last to the first
        best = max(best, precision[k].item())
        total += hits[k].item() * best
    return total / objects  # eq:ap-mean


def class_precision(
    found: Sequence[Found],
    boxes: Sequence[Tensor],
    labels: Sequence[Tensor],
    label: int,
) -> float:
    """Average precision of one class over all images."""
    scores, hits, objects = [], [], 0
    for (b, s, names), truth, true in zip(found, boxes, labels, strict=True):
        mine = (names == label).nonzero()[:, 0]
        mine = mine[s[mine].argsort(descending=True)]
        wanted = truth[true == label]
        scores.append(s[mine])
        hits.append(mark_hits(b[mine], wanted))
        objects += len(wanted)
    order = torch.cat(scores).argsort(descending=True)
    return average_precision(torch.cat(hits)[order], objects)


def make_shapes(
    n: int, side: int = 32, seed: int = 0
) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """Return noisy images with squares, rings and crosses on them.

    Two rings of five have a cross inside.
    Shapes: images (n, 1, side, side), and for each image boxes (M, 4),
    corners in units of the image, and labels (M,): 0, 1, 2.
    Raises: ValueError if n or side is not positive.
    """
    for name, number in (("n", n), ("side", side)):
        if number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}")
    g = torch.Generator().manual_seed(seed)
    images = 0.25 * torch.randn(n, 1, side, side, generator=g)
    boxes, labels = [], []
    for image in images[:, 0]:
        placed: list[list[float]] = []  # x, y, size, label
        count = int(torch.randint(1, 4, (), generator=g))
        while count:
            a, b, c, d, e = torch.rand(5, generator=g).tolist()
            size = 0.2 + 0.3 * a
            x, y = size / 2 + (1 - size) * b, size / 2 + (1 - size) * c
            if any(
                max(abs(x - p[0]), abs(y - p[1])) < (size + p[2]) / 2
                for p in placed
            ):
                continue  # it would touch another one
            placed.append([x, y, size, int(3 * d)])
            if int(3 * d) == 1 and e < 0.4:
                placed.append([x, y, size - 3 / 32, 2])
            count -= 1
        made = torch.tensor(placed)
        middle, half = made[:, :2], made[:, 2:3] / 2
        for x, y, size, label in placed:
            image += _mask(side, x, y, size, int(label))
        boxes.append(torch.cat((middle - half, middle + half), dim=1))
        labels.append(made[:, 3].long())
    return images, boxes, labels


def _mask(side: int, x: float, y: float, size: float, label: int) -> Tensor:
    """1 where the shape is: a square, a ring or a cross."""
    ticks = (torch.arange(side) + 0.5) / side
    right, down = (ticks - x).abs()[None], (ticks - y).abs()[:, None]
    far, near = torch.maximum(right, down), torch.minimum(right, down)
    radius = (right**2 + down**2).sqrt()
    if label == 0:
        return (far < size / 2).float()
    if label == 1:
        ring = (radius < size / 2) & (radius > size / 2 - 1.5 / 32)
        return ring.float()
    return ((far < size / 2) & (near < 1.1 / 32)).float()
