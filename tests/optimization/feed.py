"""What the tests of every optimizer do: feed it gradients."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

Make = Callable[[Iterable[Tensor]], torch.optim.Optimizer]


def feed(make: Make, found: list[Tensor], idle: int = -1) -> list[Tensor]:
    """Feed gradients to two parameters; the second misses step `idle`.

    Returns: the places of the first, and at the end that of the second.
    """
    first = torch.ones_like(found[0]).requires_grad_()
    second = (2 * torch.ones_like(found[0])).requires_grad_()
    optimizer = make([first, second])
    places = [first.detach().clone()]
    for t, g in enumerate(found):
        first.grad = g.clone()
        second.grad = None if t == idle else -2 * g
        optimizer.step()
        places.append(first.detach().clone())
    return [*places, second.detach()]
