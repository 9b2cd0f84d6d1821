"""GoogLeNet: kernels of several sizes side by side, and their cost."""

import torch
from torch import Tensor, nn

# channels of each module: 1 x 1, then 3 x 3 and 5 x 5, each after its
# bottleneck, then pooling
TABLE: dict[str, tuple[int, ...]] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def convolution(C_in: int, C_out: int, k: int) -> nn.Sequential:
    """A k x k convolution that keeps the side, and ReLU.

    Shapes: (B, C_in, h, w) -> (B, C_out, h, w), k odd.
    """
    layer = nn.Conv2d(C_in, C_out, k, padding=k // 2)
    return nn.Sequential(layer, nn.ReLU())


class Inception(nn.Module):
    """Four branches side by side, their channels one after the other.

    A width r3, r5 or cp of 0 leaves that 1 x 1 convolution out.
    Shapes: x (B, C, h, w) -> (B, c1 + c3 + c5 + cp, h, w); C for cp = 0.
    Raises: ValueError if C, c1, c3 or c5 is below 1, r3, r5 or cp
        below 0, or x has another shape.
    Source: Szegedy et al. 2015, arXiv:1409.4842, figure 2.
    """

    def __init__(
        self, C: int, c1: int, r3: int, c3: int, r5: int, c5: int, cp: int
    ) -> None:
        super().__init__()
        _check_widths(C, c1, r3, c3, r5, c5, cp)
        self.C = C
        self.one = convolution(C, c1, 1)
        self.three = convolution(r3 or C, c3, 3)
        self.five = convolution(r5 or C, c5, 5)
        self.pool = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1))
        if r3:
            self.three.insert(0, convolution(C, r3, 1))
        if r5:
            self.five.insert(0, convolution(C, r5, 1))
        if cp:
            self.pool.append(convolution(C, cp, 1))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.C:
            raise ValueError(
                f"x must be (B, {self.C}, h, w), got {tuple(x.shape)}"
            )
        branches = self.one(x), self.three(x), self.five(x), self.pool(x)
        return torch.cat(branches, dim=1)  # eq:inception-concat


def inception_cost(
    C: int, c1: int, r3: int, c3: int, r5: int, c5: int, cp: int, places: int
) -> tuple[int, int]:
    """Return the parameters and multiply-adds of an inception module.

    For one image with that many places, h w. A width r3, r5 or cp of
    0 leaves that 1 x 1 convolution out.
    Raises: ValueError as Inception, or if places is below 1.
    """
    _check_widths(C, c1, r3, c3, r5, c5, cp)
    if places < 1:
        raise ValueError(f"places must be at least 1, got {places}")
    weights = C * (c1 + r3 + r5 + cp)  # the 1 x 1 convolutions
    weights += 9 * (r3 or C) * c3 + 25 * (r5 or C) * c5
    biases = c1 + r3 + c3 + r5 + c5 + cp
    return weights + biases, weights * places  # eq:inception-work


def googlenet(C_in: int = 3, classes: int = 1000) -> nn.Sequential:
    """The network of nine inception modules, without auxiliary heads.

    Shapes: x (B, C_in, 224, 224) -> (B, classes); other sizes work, too.
    Deviation: no local response normalization.
    Raises: ValueError if C_in or classes is below 1.
    Source: Szegedy et al. 2015, arXiv:1409.4842, table 1.
    """
    _check_sizes(C_in=C_in, classes=classes)
    layers = [
        nn.Conv2d(C_in, 64, 7, stride=2, padding=3), nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
        convolution(64, 64, 1), convolution(64, 192, 3),
        nn.MaxPool2d(3, stride=2, padding=1),
    ]  # fmt: skip
    C = 192
    for name, (c1, r3, c3, r5, c5, cp) in TABLE.items():
        layers.append(Inception(C, c1, r3, c3, r5, c5, cp))
        C = c1 + c3 + c5 + cp  # eq:inception-channels
        if name in ("3b", "4e"):
            layers.append(nn.MaxPool2d(3, stride=2, padding=1))
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Dropout(0.4), nn.Linear(C, classes),
    )  # fmt: skip


def small_googlenet(
    C_in: int = 1, classes: int = 10, width: int = 1
) -> nn.Sequential:
    """Two inception modules, for images of about 16 to 32 pixels a side.

    Shapes: x (B, C_in, h, w) -> (B, classes).
    Raises: ValueError if C_in, classes or width is below 1.
    """
    _check_sizes(C_in=C_in, classes=classes, width=width)
    n = width
    return nn.Sequential(
        convolution(C_in, 8 * n, 3),
        nn.MaxPool2d(3, stride=2, padding=1),
        Inception(8 * n, 4 * n, 4 * n, 8 * n, n, 2 * n, 2 * n),
        nn.MaxPool2d(3, stride=2, padding=1),
        Inception(16 * n, 6 * n, 6 * n, 12 * n, n, 3 * n, 3 * n),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24 * n, classes),
    )  # fmt: skip


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def _check_widths(
    C: int, c1: int, r3: int, c3: int, r5: int, c5: int, cp: int
) -> None:
    _check_sizes(C=C, c1=c1, c3=c3, c5=c5)
    for name, size in (("r3", r3), ("r5", r5), ("cp", cp)):
        if size < 0:
            raise ValueError(f"{name} must be at least 0, got {size}")
