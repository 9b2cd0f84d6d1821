"""VGG: blocks of 3 x 3 convolutions, and networks built of them."""

from collections.abc import Sequence

from torch import nn

# for each block the number of its convolutions and their channels
VGG = {
    11: ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512)),
    13: ((2, 64), (2, 128), (2, 256), (2, 512), (2, 512)),
    16: ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)),
    19: ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512)),
}


def vgg_block(n: int, C_in: int, C_out: int, k: int = 3) -> nn.Sequential:
    """n convolutions with ReLU that keep the side, then pooling.

    Shapes: (B, C_in, h, w) -> (B, C_out, h / 2, w / 2), rounded down.
    Raises: ValueError if a number is below 1 or k is even.
    """
    _check_sizes(n=n, C_in=C_in, C_out=C_out, k=k)
    if k % 2 == 0:
        raise ValueError(f"k must be odd, got {k}")
    layers: list[nn.Module] = []
    for C in [C_in] + [C_out] * (n - 1):
        layers += [nn.Conv2d(C, C_out, k, padding=k // 2), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def vgg(
    arch: Sequence[tuple[int, int]], C_in: int = 3, side: int = 224,
    H: int = 4096, classes: int = 1000, dropout: float = 0.5, k: int = 3,
) -> nn.Sequential:  # fmt: skip
    """Blocks of `arch`, pairs (convolutions, channels), then a linear head.

    The head has two hidden layers of H units, and dropout behind each.
    Shapes: x (B, C_in, side, side) -> logits (B, classes).
    Raises: ValueError if arch is empty, a number is below 1, k is even,
        or side is below 2 ** len(arch).
    Source: Simonyan and Zisserman 2015, arXiv:1409.1556, table 1.
    """
    _check_sizes(C_in=C_in, side=side, H=H, classes=classes)
    if len(arch) == 0:
        raise ValueError("arch must have at least one block, got none")
    if side < 2 ** len(arch):
        raise ValueError(
            f"side must be at least {2 ** len(arch)} for {len(arch)} blocks, "
            f"got {side}"
        )
    layers: list[nn.Module] = []
    for n, C_out in arch:
        layers += vgg_block(n, C_in, C_out, k)
        C_in, side = C_out, side // 2
    return nn.Sequential(
        *layers, nn.Flatten(),
        nn.Linear(C_in * side * side, H), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(H, H), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(H, classes),
    )  # fmt: skip


def he_(model: nn.Module) -> nn.Module:
    """Draw all weights anew with variance 2 / fan-in, biases 0; in place.

    For models of convolutions and linear layers; the other layers stay.
    Source: He et al. 2015, arXiv:1502.01852, section 2.2.
    """
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
