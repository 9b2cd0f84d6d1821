"""AlexNet, random crops, and inputs of mean 0 and variance 1."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def alexnet(width: int = 64, classes: int = 1000) -> nn.Sequential:
    """Five convolutions, then three linear layers with dropout.

    Shapes: x (B, 3, 224, 224) -> logits (B, classes).
    Deviation: one column of 64 channels for two of 48, and no local
        response normalization, as in Krizhevsky 2014.
    Raises: ValueError if width or classes is below 1.
    Source: Krizhevsky et al. 2012, section 3; arXiv:1404.5997.
    """
    if width < 1 or classes < 1:
        raise ValueError(
            f"width and classes must be at least 1, got {width} and {classes}"
        )
    w, H = width, 64 * width
    return nn.Sequential(
        nn.Conv2d(3, w, 11, stride=4, padding=2), nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(w, 3 * w, 5, padding=2), nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(3 * w, 6 * w, 3, padding=1), nn.ReLU(),
        nn.Conv2d(6 * w, 4 * w, 3, padding=1), nn.ReLU(),
        nn.Conv2d(4 * w, 4 * w, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(3, stride=2), nn.Flatten(),
        nn.Dropout(0.5), nn.Linear(4 * w * 6 * 6, H), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(H, H), nn.ReLU(),
        nn.Linear(H, classes),
    )  # fmt: skip


def random_crops(x: Tensor, pad: int) -> Tensor:
    """Pad images with zeros; cut a window of the old size at random.

    Each image has a place of its own, (2 pad + 1)^2 of them alike.
    Shapes: x (B, C, h, w) -> (B, C, h, w).
    Raises: ValueError if x has another number of axes, or pad < 0.
    """
    if x.ndim != 4:
        raise ValueError(f"x must be (B, C, h, w), got {tuple(x.shape)}")
    if pad < 0:
        raise ValueError(f"pad must be at least 0, got {pad}")
    h, w = x.shape[2:]
    padded = F.pad(x, (pad, pad, pad, pad))
    places = torch.randint(2 * pad + 1, (len(x), 2)).tolist()
    return torch.stack(
        [
            image[:, i : i + h, j : j + w]
            for image, (i, j) in zip(padded, places, strict=True)
        ]
    )


def normalize(x: Tensor, train: Tensor) -> Tensor:
    """Give each channel the mean 0 and variance 1, on `train`.

    Shapes: x (B, C, h, w), train (N, C, h, w) -> (B, C, h, w).
    Raises: ValueError if the channels differ in number, or one of
        train is constant.
    """
    if x.ndim != 4 or train.ndim != 4 or x.shape[1] != train.shape[1]:
        raise ValueError(
            "x and train must be (B, C, h, w) with the same C, "
            f"got {tuple(x.shape)} and {tuple(train.shape)}"
        )
    mean = train.mean(dim=(0, 2, 3), keepdim=True)  # (1, C, 1, 1)
    std = train.std(dim=(0, 2, 3), correction=0, keepdim=True)
    if not bool((std > 0).all()):
        raise ValueError("train must vary in every channel, got a constant")
    return (x - mean) / std  # eq:alexnet-normalize
