"""Image augmentation."""

import torch
from torch import Tensor
from torch.distributions import Beta
from torch.nn import functional as F


def random_flip(x: Tensor, p: float = 0.5) -> Tensor:
    """Mirror each image left to right with probability p.

    Shapes: (B, C, h, w) -> the same.
    Raises: ValueError if x has another shape or p is not in 0 .. 1.
    """
    _check_images(x)
    if not 0 <= p <= 1:
        raise ValueError(f"p must be in 0 .. 1, got {p}")
    mirrored = x.flip(-1)  # eq:aug-flip
    chosen = torch.rand(len(x), 1, 1, 1).to(x.device) < p
    return torch.where(chosen, mirrored, x)


def random_crop(x: Tensor, size: int, padding: int = 0) -> Tensor:
    """Cut a square at a random place out of each image.

    Shapes: (B, C, h, w) -> (B, C, size, size).
    padding: zeros that are put around the images first.
    Raises: ValueError if x has another shape, padding is below 0, or
        size is below 1 or does not fit into the padded image.
    """
    _check_images(x)
    if padding < 0:
        raise ValueError(f"padding must be at least 0, got {padding}")
    room = min(x.shape[-2:]) + 2 * padding
    if not 1 <= size <= room:
        raise ValueError(f"size must be in 1 .. {room}, got {size}")
    padded = F.pad(x, (padding, padding, padding, padding))
    B, _, h, w = padded.shape
    u = torch.randint(h - size + 1, (B, 1))  # first row of each square
    v = torch.randint(w - size + 1, (B, 1))  # first column
    rows = (u + torch.arange(size))[:, :, None].to(x.device)  # (B, size, 1)
    columns = (v + torch.arange(size))[:, None, :].to(x.device)
    image = torch.arange(B)[:, None, None].to(x.device)  # (B, 1, 1)
    pixels = padded.permute(0, 2, 3, 1)  # (B, h, w, C)
    cut = pixels[image, rows, columns]  # (B, size, size, C), eq:aug-crop
    return cut.permute(0, 3, 1, 2)


def blend(x: Tensor, other: Tensor | float, a: Tensor | float) -> Tensor:
    """Go from `other` (a = 0) to x (a = 1), or beyond (a > 1)."""
    return (a * x + (1 - a) * other).clamp(0, 1)  # eq:aug-blend


def gray(x: Tensor) -> Tensor:
    """Return how bright each pixel looks.

    Shapes: (B, 3, h, w) red, green, blue -> (B, 1, h, w).
    Raises: ValueError if x has another shape.
    Source: ITU-R Recommendation BT.601, the luma Y'.
    """
    if x.ndim != 4 or x.shape[1] != 3:
        raise ValueError(f"x must be (B, 3, h, w), got {tuple(x.shape)}")
    red, green, blue = x.split(1, dim=1)  # (B, 1, h, w) each
    return 0.299 * red + 0.587 * green + 0.114 * blue  # eq:aug-gray


def color_jitter(
    x: Tensor,
    brightness: float = 0.0,
    contrast: float = 0.0,
    saturation: float = 0.0,
) -> Tensor:
    """Change light and colour of each image at random.

    Shapes: (B, 1 or 3, h, w) in 0 .. 1 -> the same.
    brightness, contrast, saturation: s draws a from 1 - s .. 1 + s.
    Raises: ValueError if x has another shape, or an s is not in 0 .. 1.
    """
    _check_images(x)
    if x.shape[1] not in (1, 3):
        raise ValueError(f"x must have 1 or 3 channels, got {x.shape[1]}")
    _check_strengths(
        brightness=brightness, contrast=contrast, saturation=saturation
    )

    def draw(s: float) -> Tensor:
        return (1 - s + 2 * s * torch.rand(len(x), 1, 1, 1)).to(x)

    x = blend(x, 0.0, draw(brightness))
    light = gray(x) if x.shape[1] == 3 else x
    x = blend(x, light.mean(dim=(2, 3), keepdim=True), draw(contrast))
    light = gray(x) if x.shape[1] == 3 else x
    return blend(x, light, draw(saturation))


def mixup(x: Tensor, y: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """Mix each image, and its label, with one of the same batch.

    Shapes: x (B, C, h, w), y (B, classes) shares -> the same.
    Deviation: a weight of its own for each image; in the paper's code
        one for the batch.
    Raises: ValueError if x or y has another shape, or alpha is not
        above 0.
    Source: Zhang et al. 2018, arXiv:1710.09412, section 2.
    """
    _check_images(x)
    if y.ndim != 2 or len(y) != len(x):
        raise ValueError(
            f"y must be ({len(x)}, classes), got {tuple(y.shape)}"
        )
    if alpha <= 0:
        raise ValueError(f"alpha must be above 0, got {alpha}")
    share = Beta(alpha, alpha).sample((len(x), 1)).to(y)  # (B, 1)
    other = torch.randperm(len(x)).to(x.device)
    part = share[:, :, None, None].to(x)  # (B, 1, 1, 1)
    mixed = part * x + (1 - part) * x[other]  # eq:aug-mix
    return mixed, share * y + (1 - share) * y[other]


def _check_images(x: Tensor) -> None:
    if x.ndim != 4:
        raise ValueError(f"x must be (B, C, h, w), got {tuple(x.shape)}")


def _check_strengths(**strengths: float) -> None:
    for name, strength in strengths.items():
        if not 0 <= strength <= 1:
            raise ValueError(f"{name} must be in 0 .. 1, got {strength}")
