"""Multi-task learning: one trunk, a head for each task, and their weights."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = [
    "LearnedWeights",
    "MultiTaskNet",
    "cut_out",
    "equal_pull",
    "place_loss",
]


class MultiTaskNet(nn.Module):
    """One trunk for all tasks, and a linear head for each.

    trunk: any network from x to features (B, H).
    sizes: how many numbers each task asks for, D_1, D_2, ...
    Shapes: x -> a list of (B, D_k).
    Raises: ValueError if H or a size is below 1, or there is no task.
    """

    def __init__(self, trunk: nn.Module, H: int, sizes: Sequence[int]) -> None:
        super().__init__()
        if H < 1 or not sizes or min(sizes) < 1:
            raise ValueError(
                "H and sizes must be at least 1, and there must be a task, "
                f"got {H} and {tuple(sizes)}"
            )
        self.trunk = trunk
        self.heads = nn.ModuleList(nn.Linear(H, size) for size in sizes)

    def forward(self, x: Tensor) -> list[Tensor]:
        h = self.trunk(x)  # (B, H)
        return [head(h) for head in self.heads]  # eq:mtl-heads


def place_loss(found: Tensor, places: Tensor) -> Tensor:
    """Return the mean squared distance.

    Shapes: found, places (B, 2) -> ().
    Raises: ValueError if the shapes differ.
    """
    if found.shape != places.shape:
        raise ValueError(
            "found and places must have one shape, got "
            f"{tuple(found.shape)} and {tuple(places.shape)}"
        )
    return (found - places).square().sum(dim=1).mean()  # eq:mtl-place


def equal_pull(losses: Sequence[Tensor], h: Tensor) -> Tensor:
    """Return weights by which all losses pull equally at the features.

    losses: numbers that were computed from h.
    Shapes: h (B, H), the end of the trunk -> (K,), their mean is 1.
    Raises: ValueError if a loss has no gradient at h.
    Source: Chen et al. 2018, arXiv:1711.02257, of which it keeps one
        idea: gradients of equal norm.
    """
    pulls = []
    for loss in losses:
        (gradient,) = torch.autograd.grad(loss, h, retain_graph=True)
        pulls.append(gradient.norm())
    pull = torch.stack(pulls)  # (K,)
    if not pull.all():
        raise ValueError(f"no gradient may be 0, got norms {pull.tolist()}")
    return len(pull) / pull / (1 / pull).sum()  # eq:mtl-equal


class LearnedWeights(nn.Module):
    """Weights exp(-s) that are trained with the network.

    Shapes: losses (K,) -> ().
    Deviation: without the halves of the paper, which differ by task.
    Raises: ValueError if tasks is below 1.
    Source: Kendall, Gal and Cipolla 2018, arXiv:1705.07115.
    """

    def __init__(self, tasks: int) -> None:
        super().__init__()
        if tasks < 1:
            raise ValueError(f"tasks must be at least 1, got {tasks}")
        self.s = nn.Parameter(torch.zeros(tasks))

    def forward(self, losses: Tensor) -> Tensor:
        return (torch.exp(-self.s) * losses + self.s).sum()  # eq:mtl-learned


def cut_out(images: Tensor, places: Tensor, side: int) -> Tensor:
    """Cut a square out of each image.

    places: its upper left corner, row and column; rounded, and moved
        into the image where the square would leave it.
    Shapes: images (B, C, h, w), places (B, 2) -> (B, C, side, side).
    Raises: ValueError if places is not (B, 2), or side does not fit.
    """
    h, w = images.shape[2:]
    if places.shape != (len(images), 2):
        raise ValueError(
            f"places must be ({len(images)}, 2), got {tuple(places.shape)}"
        )
    if not 1 <= side <= min(h, w):
        raise ValueError(f"side must be in 1..{min(h, w)}, got {side}")
    rows = places[:, 0].round().long().clamp(0, h - side).tolist()
    columns = places[:, 1].round().long().clamp(0, w - side).tolist()
    squares = [
        image[:, r : r + side, c : c + side]
        for image, r, c in zip(images, rows, columns, strict=True)
    ]
    return torch.stack(squares)
