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


class Texts(NamedTuple):
    """Texts and their classes.

    Shapes: N texts, words and marks apart by spaces, y (N,) int64.
    """

    texts: list[str]
    y: Tensor


class WordVectors(NamedTuple):
    """Words and a vector for each.

    Shapes: V different words, vectors (V, D) float32.
    """

    words: list[str]
    vectors: Tensor
