"""Real handwritten digits, each at a random place of a larger field."""

import torch

from d2lcode.data.bundled import load_digits
from d2lcode.data.containers import Images

SIDE = 8  # of an image of load_digits()


def make_scattered_digits(size: int = 16, *, seed: int) -> Images:
    """Return the 1,797 bundled digits, each somewhere on an empty field.

    Image i shows digit i of `load_digits()` as it is, around it zeros.
    Each place where it fits is as probable as any other.

    Shapes: X (1797, 1, size, size) float32 in 0..1, y (1797,) int64.
    Raises: ValueError if size is below 8, the side of a digit.
    """
    if size < SIDE:
        raise ValueError(f"size must be at least {SIDE}, got {size}")
    generator = torch.Generator().manual_seed(seed)
    digits, y = load_digits()
    X = torch.zeros(len(digits), 1, size, size, dtype=torch.float32)
    places = torch.randint(size - SIDE + 1, (len(y), 2), generator=generator)
    for image, digit, (row, column) in zip(
        X, digits, places.tolist(), strict=True
    ):
        image[:, row : row + SIDE, column : column + SIDE] = digit
    return Images(X, y)
