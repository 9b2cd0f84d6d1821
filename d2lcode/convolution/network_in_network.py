"""Network in network: small networks at every pixel, and no linear head."""

from torch import nn


def nin_block(
    C_in: int, widths: tuple[int, ...], k: int, stride: int = 1,
    padding: int = 0,
) -> nn.Sequential:  # fmt: skip
    """A convolution of side k, then 1 x 1 convolutions; ReLU after each.

    Shapes: x (B, C_in, h, w) -> (B, widths[-1], new h, new w).
    Raises: ValueError if widths is empty, or a size is below 1.
    Source: Lin et al. 2014, section 3.1, equation 2.
    """
    if not widths or min(C_in, k, stride, *widths) < 1:
        raise ValueError(
            "C_in, widths, k and stride must be at least 1, "
            f"got {C_in}, {tuple(widths)}, {k} and {stride}"
        )
    C = widths[0]
    layers = [nn.Conv2d(C_in, C, k, stride, padding), nn.ReLU()]
    for C_out in widths[1:]:  # eq:nin-mlp
        layers += [nn.Conv2d(C, C_out, kernel_size=1), nn.ReLU()]
        C = C_out
    return nn.Sequential(*layers)


def nin(
    C_in: int = 3,
    widths: tuple[tuple[int, ...], ...] = (
        (192, 160, 96), (192, 192, 192), (192, 192),
    ),
    sides: tuple[int, ...] = (5, 5, 3), classes: int = 10, p: float = 0.5,
) -> nn.Sequential:  # fmt: skip
    """Blocks with pooling in between, one map per class, their means.

    Shapes: x (B, C_in, h, w), any h and w -> logits (B, classes).
    Deviation: no ReLU after the last layer.
    Raises: ValueError if widths and sides differ in number, or as
        nin_block.
    Source: Lin et al. 2014, arXiv:1312.4400, section 3.
    """
    if not widths or len(widths) != len(sides):
        raise ValueError(
            "widths and sides must have an entry for each block, "
            f"got {len(widths)} and {len(sides)}"
        )
    layers: list[nn.Module] = []
    for i in range(len(widths)):
        if i > 0:  # a half, rounded up
            layers += [nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout(p)]
        layers += nin_block(C_in, widths[i], sides[i], padding=sides[i] // 2)
        C_in = widths[i][-1]
    layers += [nn.Conv2d(C_in, classes, kernel_size=1)]  # no ReLU
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]  # eq:nin-gap
    return nn.Sequential(*layers)
