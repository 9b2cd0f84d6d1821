"""Shapes and strides: where a tensor's numbers lie, and who shares them."""

import math
from collections.abc import Sequence


def _check_sizes(name: str, sizes: Sequence[int]) -> None:
    """Raise ValueError if a size of the shape called `name` is negative."""
    if any(n < 0 for n in sizes):
        raise ValueError(f"{name} must have sizes >= 0, got {tuple(sizes)}")


def _check_as_many(
    name: str, values: Sequence[int], other: str, sizes: Sequence[int]
) -> None:
    """Raise ValueError unless `values` has one number for each size."""
    if len(values) != len(sizes):
        raise ValueError(
            f"{name} must have {len(sizes)} numbers as {other}, "
            f"got {tuple(values)}"
        )


def address(
    index: Sequence[int], stride: Sequence[int], offset: int = 0
) -> int:
    """Return the place in the storage of the element at `index`.

    Units: elements, as in PyTorch; NumPy's strides count bytes.
    Raises: ValueError if index and stride differ in length, or if an
        entry of index is negative.
    """
    _check_as_many("index", index, "stride", stride)
    if any(i < 0 for i in index):
        raise ValueError(f"index must not be negative, got {tuple(index)}")
    steps = zip(index, stride, strict=True)
    return offset + sum(i * s for i, s in steps)  # eq:tensor-address


def contiguous_stride(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the strides of rows one after another, as `torch.empty` has.

    Raises: ValueError if a size is negative.
    """
    _check_sizes("shape", shape)
    stride, step = [], 1
    for n in reversed(shape):
        stride.append(step)
        step *= max(n, 1)  # eq:tensor-contiguous
    return tuple(reversed(stride))


def merge(
    shape: Sequence[int], stride: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the runs of a tensor as pairs (size, stride), in order.

    Raises: ValueError if a size is negative, or if shape and stride
        differ in length.
    """
    _check_sizes("shape", shape)
    _check_as_many("stride", stride, "shape", shape)
    runs: list[tuple[int, int]] = []
    for n, s in zip(shape, stride, strict=True):
        if n == 1:
            continue  # its index is always 0: the stride never counts
        if runs and runs[-1][1] == n * s:  # eq:tensor-merge
            runs[-1] = runs[-1][0] * n, s
        else:
            runs.append((n, s))
    return runs


def view_stride(
    shape: Sequence[int], stride: Sequence[int], new_shape: Sequence[int]
) -> tuple[int, ...] | None:
    """Return the strides of `new_shape` on the same storage, if any.

    Deviation: Tensor.view may give a size of 1, and an empty tensor,
        other strides, which never count; a size -1 is not filled in.
    Raises: ValueError if a size is negative, if stride has another
        length than shape, or for another number of elements.
    """
    _check_sizes("new_shape", new_shape)
    runs = merge(shape, stride)
    if math.prod(new_shape) != math.prod(shape):
        raise ValueError(
            f"new_shape must have {math.prod(shape)} elements as shape, "
            f"got {tuple(new_shape)}"
        )
    if 0 in shape:
        return contiguous_stride(new_shape)  # no element, no address
    new_stride, left, step = [], 1, 1
    for m in reversed(new_shape):
        if left == 1 and m > 1:
            left, step = runs.pop()
        if left % m:
            return None  # eq:tensor-view: m crosses the end of a run
        new_stride.append(step)
        left, step = left // m, step * m  # eq:tensor-split
    return tuple(reversed(new_stride))


def can_view(
    shape: Sequence[int], stride: Sequence[int], new_shape: Sequence[int]
) -> bool:
    """Return whether a reshape to `new_shape` can keep the storage.

    Raises: ValueError as `view_stride`.
    """
    return view_stride(shape, stride, new_shape) is not None


def broadcast_shape(*shapes: Sequence[int]) -> tuple[int, ...]:
    """Return the shape in which tensors of these shapes meet.

    Raises: ValueError if a size is negative, or if two sizes of one
        dimension differ and neither is 1.
    """
    result: list[int] = []  # from the last dimension to the first
    for shape in shapes:
        _check_sizes("shapes", shape)
        result += [1] * (len(shape) - len(result))
        for k, n in enumerate(reversed(shape)):
            if result[k] == 1:
                result[k] = n  # eq:tensor-broadcast
            elif n not in (1, result[k]):
                raise ValueError(
                    "shapes must agree or be 1 in each dimension, got "
                    f"{result[k]} and {n} in dimension {-1 - k}"
                )
    return tuple(reversed(result))


def broadcast_stride(
    shape: Sequence[int], stride: Sequence[int], new_shape: Sequence[int]
) -> tuple[int, ...]:
    """Return the strides that show a tensor in a larger shape.

    Raises: ValueError if a size is negative, if stride has another
        length than shape, or if shape does not broadcast to new_shape.
    """
    _check_as_many("stride", stride, "shape", shape)
    if broadcast_shape(shape, new_shape) != tuple(new_shape):
        raise ValueError(
            f"new_shape must be one to which {tuple(shape)} broadcasts, "
            f"got {tuple(new_shape)}"
        )
    added = len(new_shape) - len(shape)
    sizes = [1] * added + list(shape)
    steps = [0] * added + list(stride)
    return tuple(
        s if n == m else 0  # eq:tensor-expand
        for n, s, m in zip(sizes, steps, new_shape, strict=True)
    )
