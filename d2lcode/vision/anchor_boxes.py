"""Bounding boxes, how far they overlap, and anchors that become boxes."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = [
    "SCALES",
    "box_iou",
    "center_to_corner",
    "corner_to_center",
    "match",
    "multibox_prior",
    "offset_boxes",
    "offset_inverse",
]

SCALES = (0.1, 0.1, 0.2, 0.2)
"""What the four offsets are divided by, so that they are about 1."""


def corner_to_center(boxes: Tensor) -> Tensor:
    """Turn two corners into the centre, the width and the height.

    Shapes: (..., 4) -> (..., 4).
    Raises: ValueError if the last dimension is not 4.
    """
    _check_fours(boxes=boxes)
    x1, y1, x2, y2 = boxes.unbind(-1)
    parts = (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1  # eq:box-center
    return torch.stack(parts, -1)


def center_to_corner(boxes: Tensor) -> Tensor:
    """Turn the centre, the width and the height into two corners.

    Shapes: (..., 4) -> (..., 4).
    Raises: ValueError if the last dimension is not 4.
    """
    _check_fours(boxes=boxes)
    x, y, w, h = boxes.unbind(-1)
    parts = x - w / 2, y - h / 2, x + w / 2, y + h / 2  # eq:box-corner
    return torch.stack(parts, -1)


def box_iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of every box of a with every one of b.

    Shapes: (N, 4) and (M, 4), corners in the same units -> (N, M).
    Deviation: where both boxes are empty, 0 / 0 counts as 0.
    Raises: ValueError for another shape, or corners in the wrong order.
    """
    _check_boxes(a=a, b=b)
    low = torch.maximum(a[:, None, :2], b[:, :2])  # (N, M, 2)
    high = torch.minimum(a[:, None, 2:], b[:, 2:])  # (N, M, 2)
    overlap = (high - low).clamp(min=0).prod(-1)  # (N, M) eq:box-overlap
    area_a = (a[:, 2:] - a[:, :2]).prod(-1)  # (N,)
    area_b = (b[:, 2:] - b[:, :2]).prod(-1)  # (M,)
    union = area_a[:, None] + area_b - overlap  # (N, M)
    return overlap / (union + (union == 0))  # eq:box-iou


def multibox_prior(
    rows: int, columns: int, sizes: Sequence[float], ratios: Sequence[float]
) -> Tensor:
    """Return the anchors of a map: every size with every ratio.

    Shapes: (rows * columns * len(sizes) * len(ratios), 4), corners in
    units of the image; place by place, size by size, ratio by ratio.
    Raises: ValueError if a number is not positive, or a list is empty.
    Source: Liu et al. 2016, arXiv:1512.02325, section 2.2.
    """
    _check_positive(rows=[rows], columns=[columns], sizes=sizes, ratios=ratios)
    x = (torch.arange(columns) + 0.5) / columns
    y = (torch.arange(rows) + 0.5) / rows
    s, r = torch.tensor(sizes), torch.tensor(ratios)
    w = (s[:, None] * r.sqrt()).flatten()  # (k,) eq:anchor-sides
    h = (s[:, None] / r.sqrt()).flatten()  # (k,)
    grid = torch.cartesian_prod(y, x).flip(-1)  # (rows * columns, 2)
    centers = grid.repeat_interleave(len(w), dim=0)
    sides = torch.stack((w, h), -1).repeat(rows * columns, 1)
    return center_to_corner(torch.cat((centers, sides), -1))


def match(iou: Tensor, threshold: float = 0.5) -> Tensor:
    """Give every anchor the number of its object, or -1: background.

    Shapes: iou (N, M), anchors by objects -> (N,).
    Raises: ValueError if iou is not a matrix.
    Source: Liu et al. 2016, arXiv:1512.02325, section 2.2.
    """
    if iou.ndim != 2:
        raise ValueError(f"iou must be (N, M), got {tuple(iou.shape)}")
    N, M = iou.shape
    objects = torch.full((N,), -1, device=iou.device)
    if M == 0:
        return objects
    best, column = iou.max(dim=1)
    objects[best >= threshold] = column[best >= threshold]  # eq:box-match
    left = iou.clone()
    for _ in range(min(N, M)):  # each object takes one anchor
        i, j = divmod(int(left.argmax()), M)
        objects[i] = j
        left[i] = -1
        left[:, j] = -1
    return objects


def offset_boxes(anchors: Tensor, boxes: Tensor) -> Tensor:
    """Say by four numbers how each anchor becomes its box.

    Shapes: (..., 4) and (..., 4), corners -> (..., 4).
    Raises: ValueError for another shape, or sides that are not positive.
    Source: Girshick et al. 2014, arXiv:1311.2524, appendix C.
    """
    _check_sides(anchors=anchors, boxes=boxes)
    a, b = corner_to_center(anchors), corner_to_center(boxes)
    shift = (b[..., :2] - a[..., :2]) / a[..., 2:]
    stretch = (b[..., 2:] / a[..., 2:]).log()
    t = torch.cat((shift, stretch), -1)
    return t / a.new_tensor(SCALES)  # eq:box-offset


def offset_inverse(anchors: Tensor, offsets: Tensor) -> Tensor:
    """Move and stretch each anchor by its four numbers.

    Shapes: (..., 4), corners, and (..., 4) -> (..., 4), corners.
    Raises: ValueError for another shape, or sides that are not positive.
    """
    _check_sides(anchors=anchors)
    _check_fours(offsets=offsets)
    a = corner_to_center(anchors)
    t = offsets * a.new_tensor(SCALES)
    center = a[..., :2] + t[..., :2] * a[..., 2:]  # eq:box-inverse
    sides = a[..., 2:] * t[..., 2:].exp()
    return center_to_corner(torch.cat((center, sides), -1))


def _check_fours(**tensors: Tensor) -> None:
    for name, tensor in tensors.items():
        if tensor.ndim == 0 or tensor.shape[-1] != 4:
            raise ValueError(
                f"{name} must be (..., 4), got {tuple(tensor.shape)}"
            )


def _check_boxes(**tensors: Tensor) -> None:
    for name, boxes in tensors.items():
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise ValueError(
                f"{name} must be (N, 4), got {tuple(boxes.shape)}"
            )
        if (boxes[:, 2:] < boxes[:, :2]).any():
            raise ValueError(
                f"{name} must be corners with x1 <= x2 and y1 <= y2; "
                "is it in centre form?"
            )


def _check_sides(**tensors: Tensor) -> None:
    _check_fours(**tensors)
    for name, boxes in tensors.items():
        if not (boxes[..., 2:] > boxes[..., :2]).all():
            raise ValueError(f"{name} must be corners with x1 < x2, y1 < y2")


def _check_positive(**numbers: Sequence[float]) -> None:
    for name, values in numbers.items():
        if not values or not all(value > 0 for value in values):
            raise ValueError(f"{name} must be positive, got {list(values)}")
