"""Transfer learning and fine-tuning."""

import copy
from typing import Any

from torch import Tensor, nn


def freeze(module: nn.Module) -> None:
    """Stop the gradients of a module and hold its batch statistics."""
    module.requires_grad_(False)
    module.eval()


class Transfer(nn.Module):
    """A copy of a pretrained body with a new head.

    Shapes: what the body takes -> (B, classes); the body gives (B, D).
    frozen: how many parts of the body, from the input, stay as they are.
    Raises: ValueError if a size is below 1, or frozen is not in 0 ..
        the number of parts.
    """

    def __init__(
        self, body: nn.Sequential, D: int, classes: int, frozen: int = 0
    ) -> None:
        if D < 1 or classes < 1:
            raise ValueError(
                f"D and classes must be at least 1, got {D} and {classes}"
            )
        if not 0 <= frozen <= len(body):
            raise ValueError(
                f"frozen must be in 0 .. {len(body)}, got {frozen}"
            )
        super().__init__()
        self.body = copy.deepcopy(body)
        self.head = nn.Linear(D, classes)
        self.frozen = frozen
        freeze(self.body[:frozen])

    def train(self, mode: bool = True) -> "Transfer":
        super().train(mode)
        self.body[: self.frozen].eval()  # no matter what mode says
        return self

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))  # eq:ft-model


def param_groups(
    model: Transfer, head_rate: float, body_rate: float, decay: float = 1.0
) -> list[dict[str, Any]]:
    """Return groups for an optimizer: the head, then the body from its end.

    decay: each part has this times the rate of the part behind it.
    Raises: ValueError if a rate or decay is not above 0.
    """
    for name, value in (
        ("head_rate", head_rate),
        ("body_rate", body_rate),
        ("decay", decay),
    ):
        if value <= 0:
            raise ValueError(f"{name} must be above 0, got {value}")
    groups: list[dict[str, Any]] = [
        {"params": list(model.head.parameters()), "lr": head_rate}
    ]
    for back, part in enumerate(reversed(model.body)):
        learnable = [p for p in part.parameters() if p.requires_grad]
        if learnable:
            rate = body_rate * decay**back  # eq:ft-decay
            groups.append({"params": learnable, "lr": rate})
    return groups
