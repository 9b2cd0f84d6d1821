"""Hyperparameter search: draws, random search, successive halving."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

Settings = Mapping[str, float]


class Trial(NamedTuple):
    """Settings, and the loss that training with them ended at."""

    settings: Settings
    loss: float


class Rung(NamedTuple):
    """One round of successive halving, its trials best first."""

    epochs: int
    trials: list[Trial]


def log_uniform(
    low: float, high: float, n: int, generator: torch.Generator
) -> Tensor:
    """Draw numbers that are as often in any decade as in any other.

    Shapes: -> (n,) float64, low <= each < high.
    Raises: ValueError unless 0 < low < high.
    """
    if not 0 < low < high < math.inf:
        raise ValueError(f"need 0 < low < high, got {low} and {high}")
    u = torch.rand(n, generator=generator, dtype=torch.float64)
    return low * (high / low) ** u  # eq:search-log


def by_loss(trial: Trial) -> float:
    """Return what to sort by: a loss that is no number comes last."""
    return math.inf if math.isnan(trial.loss) else trial.loss


def _check_candidates(candidates: Sequence[Settings]) -> None:
    """Raise ValueError if there are none."""
    if not candidates:
        raise ValueError("candidates must hold at least one, got none")


def random_search(
    train: Callable[[Settings], float], candidates: Sequence[Settings]
) -> list[Trial]:
    """Train with each of the settings drawn; return trials, best first.

    `train` returns the loss on the validation set. A loss of NaN, from
    a training that broke, counts as infinite.
    Raises: ValueError if there are no candidates.
    """
    _check_candidates(candidates)
    trials = [Trial(settings, train(settings)) for settings in candidates]
    return sorted(trials, key=by_loss)


def successive_halving(
    train: Callable[[Settings, int], float],
    candidates: Sequence[Settings],
    epochs: int,
    factor: int = 2,
) -> list[Rung]:
    """Train all a little; the best 1 / factor of them factor times longer.

    `train(settings, epochs)` trains anew and returns the loss on the
    validation set.
    Returns: a rung for each round; the last holds one trial.
    Raises: ValueError if there are no candidates, epochs < 1 or
        factor < 2.
    Source: Jamieson and Talwalkar 2016, Algorithm 1 (there in equal
        shares of a given budget).
    """
    _check_candidates(candidates)
    if epochs < 1 or factor < 2:
        raise ValueError(
            "epochs must be at least 1 and factor at least 2, "
            f"got {epochs} and {factor}"
        )
    rungs = []
    while True:
        trials = [
            Trial(settings, train(settings, epochs)) for settings in candidates
        ]
        trials.sort(key=by_loss)
        rungs.append(Rung(epochs, trials))
        if len(trials) == 1:
            return rungs
        kept = max(1, len(trials) // factor)
        candidates = [trial.settings for trial in trials[:kept]]
        epochs *= factor


def importance(values: Tensor, losses: Tensor, groups: int = 4) -> float:
    """Return the share of the losses' variance that a setting explains.

    The trials are sorted by its value and cut into groups of nearly
    equal size.
    Shapes: values (n,), losses (n,) -> a number in 0..1.
    Raises: ValueError if the shapes differ, or unless 2 <= groups <= n;
        if all losses are equal.
    """
    if values.shape != losses.shape or values.ndim != 1:
        raise ValueError(
            "values and losses must both be (n,), got "
            f"{tuple(values.shape)} and {tuple(losses.shape)}"
        )
    if not 2 <= groups <= len(losses):
        raise ValueError(f"groups must be in 2..{len(losses)}, got {groups}")
    if losses.max() == losses.min():
        raise ValueError(f"losses must differ, got only {losses[0].item()}")
    mean = losses.mean()
    between = torch.zeros_like(mean)
    for group in losses[values.argsort()].tensor_split(groups):
        between += len(group) * (group.mean() - mean) ** 2
    return (between / ((losses - mean) ** 2).sum()).item()  # eq:search-share
