"""What the labs on Fashion-MNIST are tested with."""

from pathlib import Path

import pytest
from torch.nn import functional as F

from d2lcode import data
from d2lcode.data import downloadable
from d2lcode.data.containers import Images
from tests.labs.notebook import unpack


def made_up(split: str) -> Images:
    """As data.fashion_mnist: digits of 28 x 28 pixels."""
    X, y = data.load_digits()
    X = F.pad(F.interpolate(X, scale_factor=3), (2, 2, 2, 2))
    half = slice(None, 900) if split == "train" else slice(900, None)
    return Images(X[half], y[half])


def use_the_real_ones(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a lab find the real images, or skip the test without them."""
    for files in downloadable.FASHION_MNIST.values():
        for remote in files:
            unpack(remote, folder)
    patch.setenv("D2LCODE_DATA", str(folder))
