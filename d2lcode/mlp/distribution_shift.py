"""Distribution shift: weights, a detector, and label-shift correction."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Return the mean of values, each counted by its weight.

    Shapes: values (B,), weights (B,), >= 0 with a positive sum -> ().
    Raises: ValueError if shapes differ, or as effective_size.
    """
    if values.shape != weights.shape:
        raise ValueError(
            "values must have the shape of weights, "
            f"got {tuple(values.shape)} and {tuple(weights.shape)}"
        )
    _check_weights("weights", weights)
    return weights @ values / weights.sum()  # eq:shift-estimate


def effective_size(weights: Tensor) -> float:
    """Return how many equal weights would give a mean as steady.

    Shapes: weights (B,), >= 0 with a positive sum -> a number in 1 .. B.
    Raises: ValueError if weights are anything else.
    """
    _check_weights("weights", weights)
    size = weights.sum() ** 2 / (weights @ weights)  # eq:shift-estimate
    return size.item()


def _check_weights(name: str, weights: Tensor) -> None:
    """Raise ValueError unless weights are >= 0, finite, and not all 0."""
    if weights.ndim != 1 or not weights.is_floating_point():
        raise ValueError(
            f"{name} must be (B,) floating point, "
            f"got {tuple(weights.shape)} {weights.dtype}"
        )
    finite = bool(weights.isfinite().all())
    if not finite or (weights < 0).any() or not weights.sum() > 0:
        raise ValueError(
            f"{name} must be finite, >= 0 and not all 0, "
            f"got {weights.tolist()}"
        )


def _check_rows(name: str, X: Tensor, D: int | None = None) -> None:
    """Raise ValueError unless X is (B, D), floating point, B >= 1."""
    columns = X.shape[1] if X.ndim == 2 else -1
    if columns < 1 or D not in (None, columns) or not X.is_floating_point():
        raise ValueError(
            f"{name} must be (B, {D or 'D'}) floating point, "
            f"got {tuple(X.shape)} {X.dtype}"
        )
    if len(X) == 0:
        raise ValueError(f"{name} must have at least one row, got none")


def log_ratio(theta: Tensor, X: Tensor) -> Tensor:
    """Return what the discriminator takes log q(x) / p(x) to be.

    Shapes: theta (D + 1,), X (B, D) -> (B,).
    Raises: ValueError if theta or X has another shape, or X is empty.
    """
    if theta.ndim != 1 or len(theta) < 2:
        raise ValueError(f"theta must be (D + 1,), got {tuple(theta.shape)}")
    _check_rows("X", X, len(theta) - 1)
    return X @ theta[:-1] + theta[-1]


def importance_weights(theta: Tensor, X: Tensor) -> Tensor:
    """Return w(x) = q(x) / p(x) as the discriminator sees it.

    Shapes: theta (D + 1,), X (B, D) -> (B,), positive.
    Raises: ValueError as log_ratio.
    """
    return log_ratio(theta, X).exp()  # eq:shift-discriminator


def fit_discriminator(
    source: Tensor, target: Tensor, penalty: float = 0.01
) -> Tensor:
    """Fit log q(x) / p(x) = x @ theta[:-1] + theta[-1] to both samples.

    Shapes: source (B, D) from p, target (M, D) from q -> theta (D + 1,).
    Raises: ValueError if the columns differ, a table is empty, or the
        penalty on theta[:-1] is not positive.
    """
    _check_rows("source", source)
    _check_rows("target", target, source.shape[1])
    if not 0 < penalty < math.inf:
        raise ValueError(f"penalty must be > 0 and finite, got {penalty}")
    theta = source.new_zeros(source.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [theta], max_iter=500, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        of_source = F.softplus(log_ratio(theta, source)).mean()
        of_target = F.softplus(-log_ratio(theta, target)).mean()
        total = of_source + of_target  # eq:shift-discriminator
        total = total + penalty / 2 * theta[:-1].square().sum()
        total.backward()
        return total

    optimizer.step(loss)
    return theta.detach()


def shift_score(theta: Tensor, source: Tensor, target: Tensor) -> float:
    """Return by how many standard errors theta tells the samples apart.

    Without a shift: mean 0, standard deviation at most 1, provided that
    theta was not fitted on these.

    Shapes: theta (D + 1,), source (B, D), target (M, D) -> a number.
    Raises: ValueError if a table is empty or has another shape.
    Source: Lopez-Paz and Oquab 2017, arXiv:1610.06545, for B = M.
    """
    _check_rows("source", source)
    _check_rows("target", target, source.shape[1])
    source_right = (log_ratio(theta, source) <= 0).double().mean()
    target_right = (log_ratio(theta, target) > 0).double().mean()
    accuracy = (source_right + target_right) / 2
    error = math.sqrt(1 / len(source) + 1 / len(target)) / 4
    return (accuracy.item() - 0.5) / error  # eq:shift-score


def label_shift_weights(counts: Tensor, predicted: Tensor) -> Tensor:
    """Return q(y) / p(y) of each class, without labels from q.

    counts[i, j]: held-out source samples of class i that were called j;
    predicted[j]: target samples that were called j. Negative solutions
    become 0; then the source mean of the weights is made 1.

    Shapes: counts (C, C), predicted (C,), >= 0 -> (C,) float64.
    Raises: ValueError for other shapes, negative entries, or no rows;
        if counts has no inverse.
    Source: Lipton, Wang and Smola 2018, arXiv:1802.03916.
    """
    C = len(predicted) if predicted.ndim == 1 else -1
    if C < 1 or counts.shape != (C, C):
        raise ValueError(
            "counts must be (C, C) and predicted (C,), "
            f"got {tuple(counts.shape)} and {tuple(predicted.shape)}"
        )
    _check_weights("predicted", predicted.double())
    _check_weights("counts", counts.double().flatten())
    joint = counts.double() / counts.sum()  # of true and predicted class
    if torch.linalg.matrix_rank(joint) < C:
        raise ValueError("counts must have an inverse, got a singular matrix")
    shares = predicted.double() / predicted.sum()
    weights = torch.linalg.solve(joint.T, shares)  # eq:shift-confusion
    weights = weights.clamp(min=0)
    return weights / (joint.sum(dim=1) @ weights)
