"""Batch normalization: the layer, and its way back by hand."""

import torch
from torch import Tensor, nn

__all__ = [
    "BatchNorm",
    "batch_norm",
    "batch_norm_backward",
    "batch_statistics",
]


def batch_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and variance of each channel.

    Shapes: x (N, C) -> (C,), (C,).
    Raises: ValueError if x is not (N, C) with N at least 1.
    """
    _check_rows(x)
    mu = x.mean(dim=0)
    var = (x - mu).square().mean(dim=0)
    return mu, var  # eq:bn-statistics


def batch_norm(
    x: Tensor, mean: Tensor, var: Tensor, gamma: Tensor, beta: Tensor,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Normalize each channel by mean and var, then scale and shift.

    Shapes: x (N, C), all others (C,) -> (N, C).
    Raises: ValueError if a shape is another or eps is negative.
    Source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1.
    """
    _check_rows(x)
    _check_channels(x, mean=mean, var=var, gamma=gamma, beta=beta)
    _check_eps(eps)
    x_hat = (x - mean) / torch.sqrt(var + eps)
    return gamma * x_hat + beta  # eq:bn-output


def batch_norm_backward(
    g: Tensor, x: Tensor, gamma: Tensor, eps: float = 1e-5
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients for x, gamma and beta, given g for the output.

    Shapes: g (N, C), x (N, C), gamma (C,) -> (N, C), (C,), (C,).
    Raises: ValueError if a shape is another or eps is negative.
    """
    _check_rows(x)
    if g.shape != x.shape:
        raise ValueError(f"g must be {tuple(x.shape)}, got {tuple(g.shape)}")
    _check_channels(x, gamma=gamma)
    _check_eps(eps)
    mu, var = batch_statistics(x)
    s = torch.sqrt(var + eps)  # (C,)
    x_hat = (x - mu) / s  # (N, C)
    of_gamma = (g * x_hat).sum(dim=0)  # eq:bn-parameters
    of_beta = g.sum(dim=0)  # eq:bn-parameters
    N = len(x)
    inner = g - of_beta / N - x_hat * of_gamma / N  # (N, C)
    return gamma / s * inner, of_gamma, of_beta  # eq:bn-backward


class BatchNorm(nn.Module):
    """Batch normalization of C channels, with running statistics.

    Shapes: x (B, C) or (B, C, ...) -> the same.
    Deviation: alpha is PyTorch's momentum, the weight of the new batch;
        the batches are not counted.
    Raises: ValueError if C is below 1, alpha not in 0 .. 1, eps negative,
        x of another shape, or, in training, one number for each channel.
    Source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 2.
    """

    mean: Tensor
    var: Tensor

    def __init__(self, C: int, alpha: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        if C < 1:
            raise ValueError(f"C must be at least 1, got {C}")
        if not 0 <= alpha <= 1:
            raise ValueError(f"alpha must be in 0 .. 1, got {alpha}")
        _check_eps(eps)
        self.alpha, self.eps = alpha, eps
        self.gamma = nn.Parameter(torch.ones(C))
        self.beta = nn.Parameter(torch.zeros(C))
        self.register_buffer("mean", torch.zeros(C))  # saved, not trained
        self.register_buffer("var", torch.ones(C))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim < 2 or x.shape[1] != len(self.gamma):
            raise ValueError(
                f"x must be (B, {len(self.gamma)}, ...), got {tuple(x.shape)}"
            )
        last = x.movedim(1, -1)  # (..., C)
        rows = last.flatten(0, -2)  # (N, C): one row for each place
        mean, var = self.mean, self.var
        if self.training:
            mean, var = batch_statistics(rows)
            self.update(mean.detach(), var.detach(), len(rows))
        y = batch_norm(rows, mean, var, self.gamma, self.beta, self.eps)
        return y.reshape(last.shape).movedim(-1, 1)

    def update(self, mean: Tensor, var: Tensor, N: int) -> None:
        """Move the running statistics towards those of a batch."""
        if N < 2:
            raise ValueError(
                "x must hold at least 2 numbers for each channel in training,"
                f" got {N}"
            )
        a, unbiased = self.alpha, var * N / (N - 1)
        self.mean.copy_((1 - a) * self.mean + a * mean)  # eq:bn-running
        self.var.copy_((1 - a) * self.var + a * unbiased)  # eq:bn-running


def _check_rows(x: Tensor) -> None:
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"x must be (N, C), N > 0, got {tuple(x.shape)}")


def _check_channels(x: Tensor, **vectors: Tensor) -> None:
    for name, vector in vectors.items():
        if vector.shape != x.shape[1:]:
            raise ValueError(
                f"{name} must be ({x.shape[1]},), got {tuple(vector.shape)}"
            )


def _check_eps(eps: float) -> None:
    if not 0 <= eps < float("inf"):
        raise ValueError(f"eps must be at least 0 and finite, got {eps}")
