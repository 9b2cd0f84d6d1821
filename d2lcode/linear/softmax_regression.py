"""Softmax regression: probabilities of classes, cross-entropy, metrics."""

import torch
from torch import Tensor, nn


def subtract_max(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Split each row into its largest entry and a rest of at most 0.

    Shapes: logits (..., C) -> rest (..., C), largest (..., 1); they add
        up to the logits. No gradient flows through `largest`.
    Raises: ValueError if logits are not floating point or empty, or if
        the largest entry of a row is not finite.
    """
    if not logits.is_floating_point() or 0 in (logits.ndim, logits.numel()):
        raise ValueError(
            "logits must be (..., C) floating point and not empty, "
            f"got {tuple(logits.shape)} {logits.dtype}"
        )
    largest = logits.detach().amax(dim=-1, keepdim=True)  # (..., 1)
    if not largest.isfinite().all():
        raise ValueError(
            "logits must have a finite largest entry in every row, "
            f"got {largest[~largest.isfinite()][0].item()}"
        )
    return logits - largest, largest


def log_sum_exp(logits: Tensor) -> Tensor:
    """Return the logarithm of the sum of the exponentials of each row.

    Shapes: logits (..., C) -> (...).
    Deviation: torch.logsumexp allows a row of -inf only, +inf, and NaN.
    Raises: ValueError as subtract_max.
    """
    rest, largest = subtract_max(logits)
    return largest.squeeze(-1) + rest.exp().sum(dim=-1).log()  # eq:softmax-lse


def softmax(logits: Tensor) -> Tensor:
    """Return probabilities: in each row, from 0 to 1 with the sum 1.

    Shapes: logits (..., C) -> (..., C).
    Deviation: F.softmax works along any `dim`, and returns NaN where
        this function raises.
    Raises: ValueError as subtract_max.
    """
    rest, _ = subtract_max(logits)
    powers = rest.exp()
    return powers / powers.sum(dim=-1, keepdim=True)  # eq:softmax-definition


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """Return the mean of -log of the probability given to the label.

    Shapes: logits (B, C), y (B,) int64 in 0 .. C - 1 -> (), in nats.
    Deviation: F.cross_entropy also takes probabilities, class weights
        and further axes, and skips labels of -100.
    Raises: ValueError if logits or y has another shape, if y is not
        int64 or not in 0 .. C - 1, and as subtract_max.
    """
    if logits.ndim != 2 or y.shape != logits.shape[:1]:
        raise ValueError(
            "logits must be (B, C) and y (B,), "
            f"got {tuple(logits.shape)} and {tuple(y.shape)}"
        )
    rest, _ = subtract_max(logits)  # no probability changes
    C = logits.shape[1]
    if y.dtype != torch.int64 or y.min() < 0 or y.max() >= C:
        raise ValueError(
            f"y must be torch.int64 in 0 .. {C - 1}, "
            f"got {y.dtype} in {y.min().item()} .. {y.max().item()}"
        )
    rows = torch.arange(len(y), device=y.device)
    at_label = rest[rows, y]  # (B,): in row i the entry y[i]
    log_sum = rest.exp().sum(dim=1).log()  # (B,), eq:softmax-lse
    return (log_sum - at_label).mean()  # eq:softmax-loss


class SoftmaxRegression(nn.Module):
    """One score for each class, linear in the inputs.

    Shapes: X (B, D) -> logits (B, C).
    Raises: ValueError if D < 1 or C < 2, or if X is not (B, D).
    """

    def __init__(self, D: int, C: int) -> None:
        super().__init__()
        if D < 1 or C < 2:
            raise ValueError(
                f"D must be at least 1 and C at least 2, got {D} and {C}"
            )
        self.W = nn.Parameter(torch.zeros(D, C))
        self.b = nn.Parameter(torch.zeros(C))

    def forward(self, X: Tensor) -> Tensor:
        if X.ndim != 2 or X.shape[1] != len(self.W):
            raise ValueError(
                f"X must be (B, {len(self.W)}), got {tuple(X.shape)}"
            )
        return X @ self.W + self.b  # eq:softmax-model


def confusion_matrix(y: Tensor, y_hat: Tensor, C: int) -> Tensor:
    """Count how often class i (row) was called class j (column).

    Shapes: y (B,), y_hat (B,), integers in 0 .. C - 1 -> (C, C) int64.
    Raises: ValueError if one of them is anything else, or empty.
    """
    if y.ndim != 1 or y_hat.shape != y.shape or len(y) == 0:
        raise ValueError(
            "y and y_hat must be (B,) with B at least 1, "
            f"got {tuple(y.shape)} and {tuple(y_hat.shape)}"
        )
    if not y.dtype == y_hat.dtype == torch.int64:
        raise ValueError(
            f"y and y_hat must be torch.int64, got {y.dtype} and {y_hat.dtype}"
        )
    if min(y.min(), y_hat.min()) < 0 or max(y.max(), y_hat.max()) >= C:
        raise ValueError(
            f"y and y_hat must be in 0 .. {C - 1}, got y in "
            f"{y.min().item()} .. {y.max().item()} and y_hat in "
            f"{y_hat.min().item()} .. {y_hat.max().item()}"
        )
    pairs = C * y + y_hat  # the pair (i, j) becomes the number C i + j
    return torch.bincount(pairs, minlength=C * C).reshape(C, C)


def calibration(
    p: Tensor, y: Tensor, bins: int = 10
) -> tuple[Tensor, Tensor, Tensor]:
    """Sort rows by confidence, their largest probability, into bins.

    Bin m of M holds the confidences in (m/M, (m+1)/M], m = 0 .. M - 1.

    Shapes: p (B, C), rows sum to 1; y (B,) -> (bins,) each: the number
        of rows, their mean confidence, their accuracy; NaN if no rows.
    Raises: ValueError for shapes that do not fit, no rows, bins < 1, or
        rows that are no probabilities.
    """
    if p.ndim != 2 or y.shape != p.shape[:1] or len(y) == 0 or bins < 1:
        raise ValueError(
            "p must be (B, C) and y (B,) with B and bins at least 1, "
            f"got {tuple(p.shape)}, {tuple(y.shape)} and {bins}"
        )
    sums = p.sum(dim=1)
    if p.min() < 0 or not torch.allclose(sums, torch.ones_like(sums)):
        raise ValueError(
            "p must hold probabilities that sum to 1 in each row, "
            f"got entries from {p.min().item():.3g}, "
            f"sums from {sums.min().item():.3g} to {sums.max().item():.3g}"
        )
    confidence, y_hat = p.double().clamp(max=1).max(dim=1)  # (B,) each
    right = (y_hat == y).double()
    count, mean, accuracy = right.new_zeros(3, bins)
    for m in range(bins):
        inside = (m / bins < confidence) & (confidence <= (m + 1) / bins)
        count[m] = inside.sum()
        mean[m] = confidence[inside].mean()  # NaN if there is none
        accuracy[m] = right[inside].mean()
    return count, mean, accuracy


def calibration_error(p: Tensor, y: Tensor, bins: int = 10) -> float:
    """Return the mean gap of confidence and accuracy, weighted by count.

    Shapes: p (B, C), y (B,) -> a number in 0 .. 1.
    Raises: ValueError as calibration.
    Source: Guo et al. 2017, arXiv:1706.04599, equation 3.
    """
    count, confidence, accuracy = calibration(p, y, bins)
    gap = (accuracy - confidence).abs()  # (bins,), NaN in an empty bin
    return (count * gap).nansum().item() / len(y)  # eq:softmax-calibration
