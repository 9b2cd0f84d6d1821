"""What the loaders return."""

from typing import NamedTuple

from torch import Tensor


class Images(NamedTuple):
    """Images and their classes.

    Shapes: X (N, C, height, width) float32 in 0..1, y (N,) int64.
    """

    X: Tensor
    y: Tensor


class Table(NamedTuple):
    """Rows of measurements, a target for each, the columns' names.

    Shapes: X (N, D) float32, y (N,) float32, D feature names.
    """

    X: Tensor
    y: Tensor
    feature_names: tuple[str, ...]
