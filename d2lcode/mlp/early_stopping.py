"""Early stopping: the rule, and what it does to a quadratic loss."""

import math
from copy import deepcopy

import torch
from torch import Tensor, nn


class EarlyStopping:
    """Keep the weights with the smallest loss; say when to stop.

    Time to stop: `patience` updates in a row without a loss that is more
    than `min_delta` below the best so far.
    Raises: ValueError if patience < 1 or min_delta is negative.
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        if patience < 1:
            raise ValueError(f"patience must be at least 1, got {patience}")
        if not 0 <= min_delta < math.inf:
            raise ValueError(f"min_delta must be in [0, inf), got {min_delta}")
        self.patience, self.min_delta = patience, min_delta
        self.epoch = self.best_epoch = 0
        self.best_loss = math.inf
        self.best_weights: dict[str, Tensor] = {}

    def update(self, model: nn.Module, loss: float | Tensor) -> bool:
        """Note the loss after one more epoch; True means: stop now.

        Raises: ValueError if loss is not a number (NaN).
        """
        loss = loss.item() if isinstance(loss, Tensor) else loss
        if math.isnan(loss):
            raise ValueError(f"loss must be a number, got {loss}")
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:  # eq:early-rule
            self.best_epoch, self.best_loss = self.epoch, loss
            self.best_weights = deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience  # eq:early-rule

    def restore(self, model: nn.Module) -> None:
        """Put the best weights back; ValueError if no loss was noted."""
        if not self.best_weights:
            raise ValueError("restore needs an update with a finite loss")
        model.load_state_dict(self.best_weights)


def _check_descent(
    curvature: Tensor, learning_rate: float, steps: int
) -> None:
    """Raise ValueError unless 0 < rate * curvature <= 1 and steps >= 1."""
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    product = learning_rate * curvature
    if not ((product > 0) & (product <= 1)).all():
        raise ValueError(
            "learning_rate * curvature must be in (0, 1], "
            f"got {product.min().item()} to {product.max().item()}"
        )


def descent_share(
    curvature: Tensor, learning_rate: float, steps: int
) -> Tensor:
    """Return how much of the minimum gradient descent from 0 has found.

    Shapes: curvature (D,) -> (D,), in 0..1: one share a direction.
    Raises: ValueError unless rate * curvature is in (0, 1], steps >= 1.
    """
    _check_descent(curvature, learning_rate, steps)
    return 1 - (1 - learning_rate * curvature) ** steps  # eq:early-share


def matching_decay(
    curvature: Tensor, learning_rate: float, steps: int
) -> Tensor:
    """Return the weight decay that leaves the same share, per direction.

    Shapes: curvature (D,) -> (D,), >= 0.
    Raises: ValueError as descent_share.
    """
    share = descent_share(curvature, learning_rate, steps)
    return curvature * (1 - share) / share  # eq:early-decay


def expected_error(
    share: Tensor, curvature: Tensor, w: Tensor, noise: float, B: int
) -> Tensor:
    """Return the mean excess loss of a fit that keeps a share of each w.

    Shapes: share, curvature, w (D,) -> (); noise is the targets' standard
    deviation, B the number of training rows.
    Raises: ValueError if shapes differ, noise < 0 or B < 1.
    """
    if not share.shape == curvature.shape == w.shape:
        raise ValueError(
            "share, curvature and w must have one shape, "
            f"got {[tuple(v.shape) for v in (share, curvature, w)]}"
        )
    if not 0 <= noise < math.inf or B < 1:
        raise ValueError(
            f"noise must be >= 0 and finite, B >= 1, got {noise} and {B}"
        )
    unfinished = curvature * ((1 - share) * w) ** 2
    fitted_noise = share**2 * noise**2 / B
    return torch.sum(unfinished + fitted_noise) / 2  # eq:early-error
