"""What every training loop in the book shares: device, seeds, `fit`."""

import os
import random
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

Loss = Callable[[Tensor, Tensor], Tensor]
Metric = Callable[[nn.Module], float]


def get_device() -> torch.device:
    """Return the device to compute on.

    The environment variable `D2LCODE_DEVICE` decides ("cpu", "cuda",
    "cuda:1", ...); without it, CUDA where there is one, else the CPU.

    Raises: ValueError if the variable names a device that is not there.
    """
    name = os.environ.get("D2LCODE_DEVICE", "")
    if not name:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            "D2LCODE_DEVICE must name a device of this machine "
            f"such as 'cpu' or 'cuda', got {name!r}"
        ) from error
    return device


def seed_everything(seed: int = 0) -> None:
    """Seed Python's, NumPy's and PyTorch's global random generators.

    Raises: ValueError if seed is not in 0 .. 2**32 - 1 (NumPy's range).
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be in 0 .. 2**32 - 1, got {seed}")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def accuracy(logits: Tensor, y: Tensor) -> float:
    """Return the share of rows whose largest logit is at the label.

    Shapes: logits (B, C), C at least 2, y (B,) -> a number in 0 .. 1.
    Raises: ValueError if the shapes do not fit, the batch is empty, or
        a logit is NaN.
    """
    if logits.ndim != 2 or logits.shape[1] < 2 or y.shape != logits.shape[:1]:
        raise ValueError(
            "logits must be (B, C) with C at least 2, and y (B,), "
            f"got {tuple(logits.shape)} and {tuple(y.shape)}"
        )
    if len(y) == 0:
        raise ValueError("logits must hold at least one row, got none")
    if bool(logits.isnan().any()):
        raise ValueError("logits must be numbers, got NaN")
    return (logits.argmax(dim=1) == y).double().mean().item()


def _refuse_a_lost_axis(y_hat: Tensor, y: Tensor) -> None:
    """Refuse (B, 1) against (B,): a difference of the two is (B, B)."""
    if y_hat.shape == (*y.shape, 1) or y.shape == (*y_hat.shape, 1):
        raise ValueError(
            f"model(x) must have the shape of y, {tuple(y.shape)}, got "
            f"{tuple(y_hat.shape)}: the loss would pair every row with every "
            "other"
        )


def fit(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    loss: Loss,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    *,
    metrics: Mapping[str, Metric] | None = None,
    max_norm: float | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train `model` and return what happened, epoch by epoch.

    `batches` is gone through once an epoch and yields (x, y); both are
    moved to the model's device. `loss(model(x), y)` is the mean over
    the batch. `metrics` are called with the model after each epoch, in
    eval mode and without gradients. `max_norm` clips the norm of the
    whole gradient. The progress bar goes to stderr, if a terminal. The
    model is left in eval mode.

    Returns: {"loss": mean training loss of each epoch, name: values}.
    Raises: ValueError for epochs < 1, a metric named "loss", a model
        without trainable parameters, an optimizer that holds none of
        them, predictions (..., 1) for targets (...) or the reverse, an
        iterable that is empty (or used up: pass a list or DataLoader,
        not a generator), or a loss that is not finite.
    """
    metrics = metrics or {}
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}")
    if "loss" in metrics:
        raise ValueError('metrics must not use the name "loss"')
    trainable = [p for p in model.parameters() if p.requires_grad]
    if not trainable:
        raise ValueError(
            "model must have a parameter that requires a gradient, got none"
        )
    stepped = {id(p) for g in optimizer.param_groups for p in g["params"]}
    if not any(id(p) in stepped for p in trainable):
        raise ValueError(
            "optimizer must hold parameters of model, got only others"
        )
    device = trainable[0].device
    history: dict[str, list[float]] = {name: [] for name in ["loss", *metrics]}
    bar = tqdm(range(epochs), disable=None if progress else True)
    for epoch in bar:
        model.train()
        total, count = 0.0, 0
        for x, y in batches:
            x, y = x.to(device), y.to(device)
            y_hat = model(x)
            if isinstance(y_hat, Tensor):
                _refuse_a_lost_axis(y_hat, y)
            batch_loss = loss(y_hat, y)
            optimizer.zero_grad()
            batch_loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            total += batch_loss.item() * len(x)
            count += len(x)
        if count == 0:
            raise ValueError(
                f"batches must yield (x, y) in every epoch, "
                f"got nothing in epoch {epoch + 1}"
            )
        if not np.isfinite(total):
            raise ValueError(
                f"loss must stay finite, got {total / count} in epoch "
                f"{epoch + 1}: lower the learning rate or clip gradients"
            )
        history["loss"].append(total / count)
        model.eval()
        with torch.no_grad():
            for name, metric in metrics.items():
                history[name].append(float(metric(model)))
        bar.set_postfix({name: f"{v[-1]:.4g}" for name, v in history.items()})
    return history
