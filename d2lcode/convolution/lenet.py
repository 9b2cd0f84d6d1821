"""LeNet, and what goes through a network layer by layer."""

from typing import NamedTuple

from torch import Tensor, nn


class Row(NamedTuple):
    """A layer, its output for one image, its parameters, its work."""

    name: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


class LeNet(nn.Module):
    """Two convolutions with pooling, then three linear layers.

    Shapes: x (B, 1, size, size) -> logits (B, classes).
    Deviation: pooling has no weights, every channel of the second
        convolution sees all six, and the output is a linear layer.
    Raises: ValueError if size is below 12, or x has another shape.
    Source: LeCun et al. 1998, section II, LeNet-5.
    """

    def __init__(
        self, size: int = 28, activation: type[nn.Module] = nn.Sigmoid,
        pool: type[nn.Module] = nn.AvgPool2d, classes: int = 10,
    ) -> None:  # fmt: skip
        super().__init__()
        if size < 12:
            raise ValueError(f"size must be at least 12, got {size}")
        self.size = size
        side = (size // 2 - 4) // 2  # eq:lenet-stage, twice
        self.layers = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),
            activation(),
            pool(2),
            nn.Conv2d(6, 16, kernel_size=5),
            activation(),
            pool(2),
            nn.Flatten(),
            nn.Linear(16 * side * side, 120),
            activation(),
            nn.Linear(120, 84),
            activation(),
            nn.Linear(84, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1:] != (1, self.size, self.size):
            raise ValueError(
                f"x must be (B, 1, {self.size}, {self.size}), "
                f"got {tuple(x.shape)}"
            )
        return self.layers(x)


def summary(layers: nn.Sequential, x: Tensor) -> list[Row]:
    """Send x through the layers; return what each made and costs.

    A number that a convolution or linear layer puts out takes as many
    multiply-adds as its unit has weights; other layers count as free.
    Shapes: x (B, C, h, w); the shapes in the rows are without B.
    """
    rows = []
    for layer in layers:
        x = layer(x)
        parameters = sum(p.numel() for p in layer.parameters())
        weights = 0  # of one unit: k * k * C, or D
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            weights = layer.weight[0].numel()
        work = x[0].numel() * weights  # eq:lenet-work
        name = type(layer).__name__
        rows.append(Row(name, tuple(x.shape[1:]), parameters, work))
    return rows
