"""DCGAN: transposed convolution, and two networks that are built of it."""

from itertools import pairwise

import torch
from torch import Tensor, nn


def conv_transpose2d(
    X: Tensor, K: Tensor, padding: int = 0, stride: int = 1
) -> Tensor:
    """Stamp the kernel onto the output, once for each input pixel.

    Shapes: X (B, C, h, w), K (C, C_out, k_h, k_w) -> (B, C_out, H, W) with
        H = stride * (h - 1) + k_h - 2 * padding, and W likewise.
    Raises: ValueError if X or K has another shape, if padding is
        negative or stride below 1, or if no output is left.
    """
    _check_stamps(X, K, padding, stride)
    h, w = X.shape[2:]
    k_h, k_w = K.shape[2:]
    H, W = stride * (h - 1) + k_h, stride * (w - 1) + k_w  # eq:dcgan-size
    Y = X.new_zeros(len(X), K.shape[1], H, W)
    for a in range(k_h):
        for b in range(k_w):
            rows = slice(a, a + stride * (h - 1) + 1, stride)
            columns = slice(b, b + stride * (w - 1) + 1, stride)
            part = torch.einsum("bchw,cd->bdhw", X, K[:, :, a, b])
            Y[:, :, rows, columns] += part  # eq:dcgan-stamp
    return Y[:, :, padding : H - padding, padding : W - padding]


def overlaps(n: int, k: int, stride: int) -> Tensor:
    """Count the stamps on each place of a row.

    Shapes: -> (stride * (n - 1) + k,), for n stamps of k places.
    Raises: ValueError if a number is below 1.
    """
    _check_sizes(n=n, k=k, stride=stride)
    ones, stamp = torch.ones(1, 1, 1, n), torch.ones(1, 1, 1, k)
    row = conv_transpose2d(ones, stamp, stride=stride)
    return row.flatten().long()  # eq:dcgan-overlap


def up(C_in: int, C_out: int) -> list[nn.Module]:
    """Twice as high and wide, for the generator.

    Shapes: (B, C_in, h, w) -> (B, C_out, 2 h, 2 w).
    Raises: ValueError if a number is below 1.
    """
    _check_sizes(C_in=C_in, C_out=C_out)
    conv = nn.ConvTranspose2d(C_in, C_out, 4, stride=2, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(C_out), nn.ReLU()]


def down(C_in: int, C_out: int) -> list[nn.Module]:
    """Half as high and wide, for the discriminator.

    Shapes: (B, C_in, h, w) -> (B, C_out, h / 2, w / 2), rounded down.
    Raises: ValueError if a number is below 1.
    """
    _check_sizes(C_in=C_in, C_out=C_out)
    conv = nn.Conv2d(C_in, C_out, 4, stride=2, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(C_out), nn.LeakyReLU(0.2)]


def stages(size: int, width: int) -> tuple[int, list[int]]:
    """Halve size down to 4 .. 7; width channels, then twice as many ...

    Returns: the smallest side, and the channels, of the largest map first.
    Raises: ValueError if a number is below 1, or if size is not a
        number from 4 to 7 doubled at least once.
    """
    _check_sizes(size=size, width=width)
    side = size
    channels: list[int] = []
    while side >= 8 and side % 2 == 0:
        channels.append(width * 2 ** len(channels))
        side //= 2
    if not channels or side >= 8:
        raise ValueError(
            "size must be a number from 4 to 7, doubled at least once, "
            f"got {size}"
        )
    return side, channels


class Generator(nn.Module):
    """From noise to images.

    Shapes: z (B, D) -> (B, C, size, size), entries from -1 to 1.
    Raises: ValueError if a number is below 1, if size does not fit (as
        in stages), or if z is not (B, D).
    Source: Radford et al. 2016, arXiv:1511.06434, figure 1.
    """

    def __init__(
        self, D: int = 100, C: int = 3, size: int = 64, width: int = 64
    ) -> None:
        super().__init__()
        _check_sizes(D=D, C=C)
        self.D = D
        side, channels = stages(size, width)
        last = channels[-1]
        first = nn.ConvTranspose2d(D, last, side, bias=False)
        layers = [first, nn.BatchNorm2d(last), nn.ReLU()]
        for before, after in pairwise(reversed(channels)):
            layers += up(before, after)
        image = nn.ConvTranspose2d(width, C, 4, stride=2, padding=1)
        self.layers = nn.Sequential(*layers, image, nn.Tanh())
        draw_weights(self)

    def forward(self, z: Tensor) -> Tensor:
        if z.ndim != 2 or z.shape[1] != self.D:
            raise ValueError(f"z must be (B, {self.D}), got {tuple(z.shape)}")
        return self.layers(z[:, :, None, None])  # (B, C, size, size)


class Discriminator(nn.Module):
    """From images to logits.

    Shapes: x (B, C, size, size) -> (B, 1).
    Raises: ValueError if a number is below 1, if size does not fit (as
        in stages), or if x has another shape.
    Source: Radford et al. 2016, arXiv:1511.06434, section 3.
    """

    def __init__(self, C: int = 3, size: int = 64, width: int = 64) -> None:
        super().__init__()
        _check_sizes(C=C)
        self.shape = C, size, size
        side, channels = stages(size, width)
        first = nn.Conv2d(C, width, 4, stride=2, padding=1)
        layers: list[nn.Module] = [first, nn.LeakyReLU(0.2)]
        for before, after in pairwise(channels):
            layers += down(before, after)
        last = nn.Conv2d(channels[-1], 1, side)
        self.layers = nn.Sequential(*layers, last, nn.Flatten())
        draw_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1:] != self.shape:
            raise ValueError(
                f"x must be (B, {self.shape[0]}, {self.shape[1]}, "
                f"{self.shape[2]}), got {tuple(x.shape)}"
            )
        return self.layers(x)  # (B, 1)


def draw_weights(network: nn.Module) -> None:
    """Draw kernels from N(0, 0.02^2), scales of batch norm around 1.

    Source: Radford et al. 2016, arXiv:1511.06434, section 4.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, mean=0.0, std=0.02)
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, mean=1.0, std=0.02)


def _check_stamps(X: Tensor, K: Tensor, padding: int, stride: int) -> None:
    if X.ndim != 4:
        raise ValueError(f"X must be (B, C, h, w), got {tuple(X.shape)}")
    if K.ndim != 4 or K.shape[0] != X.shape[1]:
        raise ValueError(
            f"K must be ({X.shape[1]}, C_out, k_h, k_w), got {tuple(K.shape)}"
        )
    _check_sizes(stride=stride)
    if padding < 0:
        raise ValueError(f"padding must be at least 0, got {padding}")
    for n, k in zip(X.shape[2:], K.shape[2:], strict=True):
        if stride * (n - 1) + k - 2 * padding < 1:
            raise ValueError(
                f"padding must leave an output, got {padding} for "
                f"{n} pixels, k = {k}, stride {stride}"
            )


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
