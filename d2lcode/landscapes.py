"""Three losses on which the book compares optimizers, drawn one way.

A valley, a saddle, and a small network on the bundled digits.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from d2lcode import data, plotting, training

Landscape = Callable[[Tensor], Tensor]
MakeOptimizer = Callable[[Iterable[Tensor]], Optimizer]

CURVATURES = (1.0, 20.0)
"""Of the valley, along its two axes."""

VALLEY_START = (-5.0, 1.0)
SADDLE_START = (1.5, 0.01)


def valley(theta: Tensor) -> Tensor:
    """Return half of theta_1**2 + 20 theta_2**2: long, steep across.

    Shapes: theta (..., 2) -> (...).
    """
    curvatures = theta.new_tensor(CURVATURES)
    return (curvatures * theta**2).sum(dim=-1) / 2


def saddle(theta: Tensor) -> Tensor:
    """Return half of theta_1**2 - theta_2**2 + theta_2**4 / 2.

    The saddle lies at (0, 0), the minima, of value -1/4, at (0, -1) and
    (0, 1).
    Shapes: theta (..., 2) -> (...).
    """
    first, second = theta[..., 0], theta[..., 1]
    return (first**2 - second**2 + second**4 / 2) / 2


def walk(
    landscape: Landscape,
    start: tuple[float, float],
    make_optimizer: MakeOptimizer,
    steps: int,
) -> Tensor:
    """Return the points that an optimizer goes through, in float64.

    Returns: (steps + 1, 2), the start first.
    """
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make_optimizer([theta])
    points = [theta.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        landscape(theta).backward()
        optimizer.step()
        points.append(theta.detach().clone())
    return torch.stack(points)


def draw(
    ax: Axes,
    landscape: Landscape,
    walks: Mapping[str, Tensor],
    *,
    x: tuple[float, float] = (-6, 6),
    y: tuple[float, float] = (-2, 2),
) -> None:
    """Draw contours of a landscape, and walks over it, each named.

    A ring marks the common start, a dot every step. Of walks that leave
    the axes only the part within is seen.
    Shapes: each walk (steps + 1, 2).
    """
    across = torch.linspace(*x, 201, dtype=torch.float64)
    up = torch.linspace(*y, 201, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(across, up, indexing="xy"), dim=-1)
    heights = landscape(grid)  # (201, 201)
    # the squares of even steps lie closer together where it is flat
    lowest, highest = heights.min(), heights.max()
    shares = torch.linspace(0.05, 0.9, 9)
    levels = lowest + (highest - lowest) * shares**2
    ax.contour(
        across, up, heights, levels.tolist(),
        colors=plotting.INK, linewidths=0.6, alpha=0.6, linestyles="solid",
    )  # fmt: skip
    for name, points in walks.items():
        ax.plot(*points.T, ".-", label=name, linewidth=1.2, markersize=4)
        ax.plot(*points[0], "o", color=plotting.INK, fillstyle="none")
    ax.set(xlim=x, ylim=y, xlabel="θ₁", ylabel="θ₂")
    ax.grid(visible=False)


class DigitsRun(NamedTuple):
    """What came of a training of the small network on the digits."""

    losses: list[float]
    """Over all training images, before the first epoch and after each."""
    model: nn.Module


def digits_split() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the digits as rows, to train on and to validate with.

    Shapes: X (1200, 64), y (1200,), X_valid (597, 64), y_valid (597,);
        X in 0..1, float64, on the book's device.
    """
    digits = data.load_digits()
    device = training.get_device()
    X = digits.X.flatten(start_dim=1).double().to(device)
    y = digits.y.to(device)
    shuffled = torch.randperm(
        len(y), generator=torch.Generator().manual_seed(0)
    ).to(device)
    train, valid = shuffled[:1200], shuffled[1200:]
    return X[train], y[train], X[valid], y[valid]


def small_network(seed: int) -> nn.Sequential:
    """Return the network for digits: 64 inputs, 32 ReLUs, 10 scores.

    It has PyTorch's default first weights, drawn from the seed, float64.
    """
    training.seed_everything(seed)
    return nn.Sequential(
        nn.Linear(64, 32, dtype=torch.float64),
        nn.ReLU(),
        nn.Linear(32, 10, dtype=torch.float64),
    ).to(training.get_device())


def train_on_digits(
    make_optimizer: MakeOptimizer,
    *,
    seed: int,
    epochs: int = 5,
    batch_size: int = 50,
    rate: Callable[[int], float] | None = None,
) -> DigitsRun:
    """Train the small network on cross-entropy; return its losses.

    The seed draws the first weights and the order of the images.
    `rate(t)`, where given, is the learning rate of step t = 0, 1, ...
    Raises: ValueError if epochs or batch_size is below 1.
    """
    if epochs < 1 or batch_size < 1:
        raise ValueError(
            "epochs and batch_size must be at least 1, "
            f"got {epochs} and {batch_size}"
        )
    X, y, _, _ = digits_split()
    model = small_network(seed)
    optimizer = make_optimizer(model.parameters())
    step = 0

    def whole_loss() -> float:
        with torch.no_grad():
            return F.cross_entropy(model(X), y).item()

    losses = [whole_loss()]
    for _ in range(epochs):
        order = torch.randperm(len(y)).to(y.device)
        for batch in order.split(batch_size):
            if rate is not None:
                for group in optimizer.param_groups:
                    group["lr"] = rate(step)
            optimizer.zero_grad()
            F.cross_entropy(model(X[batch]), y[batch]).backward()
            optimizer.step()
            step += 1
        losses.append(whole_loss())
    return DigitsRun(losses, model)
