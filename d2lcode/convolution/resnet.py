"""Residual networks: the block, and the network of eighteen layers."""

import torch
from torch import Tensor, nn

__all__ = ["Residual", "conv_norm", "resnet18"]


def conv_norm(C_in: int, C_out: int, k: int, stride: int) -> list[nn.Module]:
    """Return a k x k convolution without bias, and its batch norm.

    Shapes: (B, C_in, h, w) -> (B, C_out, h / stride, w / stride), rounded up.
    Raises: ValueError if a number is below 1 or k is even.
    """
    _check_sizes(C_in=C_in, C_out=C_out, k=k, stride=stride)
    if k % 2 == 0:
        raise ValueError(f"k must be odd, got {k}")
    conv = nn.Conv2d(C_in, C_out, k, stride=stride, padding=k // 2, bias=False)
    return [conv, nn.BatchNorm2d(C_out)]


class Residual(nn.Module):
    """Two 3 x 3 convolutions, and a shortcut past them.

    Shapes: (B, C_in, h, w) -> (B, C_out, h / stride, w / stride), rounded up.
    Raises: ValueError if a number is below 1 or x has another shape.
    Source: He et al. 2016, arXiv:1512.03385, figure 2, shortcuts B.
    """

    def __init__(self, C_in: int, C_out: int, stride: int = 1) -> None:
        super().__init__()
        self.C_in = C_in
        self.branch = nn.Sequential(
            *conv_norm(C_in, C_out, 3, stride),
            nn.ReLU(),
            *conv_norm(C_out, C_out, 3, 1),
        )
        self.shortcut = nn.Sequential()  # empty: passes x on
        if stride != 1 or C_in != C_out:
            self.shortcut = nn.Sequential(*conv_norm(C_in, C_out, 1, stride))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.C_in:
            raise ValueError(
                f"x must be (B, {self.C_in}, h, w), got {tuple(x.shape)}"
            )
        return torch.relu(self.shortcut(x) + self.branch(x))  # eq:res-block


def resnet18(C_in: int = 3, classes: int = 1000) -> nn.Sequential:
    """Return the residual network of eighteen layers.

    Shapes: (B, C_in, 224, 224) -> (B, classes); other sizes work, too.
    Raises: ValueError if a number is below 1.
    Source: He et al. 2016, arXiv:1512.03385, table 1.
    """
    _check_sizes(C_in=C_in, classes=classes)
    stem = nn.Sequential(
        *conv_norm(C_in, 64, 7, 2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    )
    stages: list[nn.Module] = []
    for before, C, stride in (
        (64, 64, 1),
        (64, 128, 2),
        (128, 256, 2),
        (256, 512, 2),
    ):
        blocks = Residual(before, C, stride), Residual(C, C)
        stages.append(nn.Sequential(*blocks))
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes)
    )
    return nn.Sequential(stem, *stages, head)


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
