"""Convolution over several channels, and what it costs."""

import torch
from torch import Tensor, nn


def conv2d_multi(X: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """Slide C_out kernels, each as deep as the images, over a batch.

    Shapes: X (B, C_in, n_h, n_w), W (C_out, C_in, k_h, k_w), b (C_out,)
        -> (B, C_out, m_h, m_w) with m_h = n_h - k_h + 1, m_w likewise.
    Raises: ValueError if the shapes do not belong together or the
        kernels do not fit into the images.
    """
    if W.ndim != 4 or W.numel() == 0:
        raise ValueError(
            f"W must be (C_out, C_in, k_h, k_w), got {tuple(W.shape)}"
        )
    if X.ndim != 4 or X.shape[1] != W.shape[1]:
        raise ValueError(
            f"X must be (B, {W.shape[1]}, n_h, n_w), got {tuple(X.shape)}"
        )
    if X.shape[2] < W.shape[2] or X.shape[3] < W.shape[3]:
        raise ValueError(
            f"X must be at least as large as the kernels, "
            f"{tuple(W.shape[2:])}, got {tuple(X.shape[2:])}"
        )
    if b.shape != W.shape[:1]:
        raise ValueError(f"b must be ({len(W)},), got {tuple(b.shape)}")
    k_h, k_w = W.shape[2:]
    windows = X.unfold(2, k_h, 1).unfold(3, k_w, 1)
    Y = torch.einsum("bcijuv,ocuv->boij", windows, W)  # (B, C_out, m_h, m_w)
    return Y + b[:, None, None]  # eq:chan-conv


def conv_cost(
    C_in: int, C_out: int, k: int, m_h: int, m_w: int
) -> tuple[int, int]:
    """Return the parameters and multiply-adds of a convolution.

    For kernels of k x k weights, one image, and m_h x m_w outputs in
    each channel. Adding the bias is not counted.
    Raises: ValueError if a number is below 1.
    """
    sizes = {"C_in": C_in, "C_out": C_out, "k": k, "m_h": m_h, "m_w": m_w}
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    parameters = C_out * (C_in * k * k + 1)  # eq:chan-parameters
    work = C_out * m_h * m_w * C_in * k * k  # eq:chan-work
    return parameters, work


def measured_cost(model: nn.Module, X: Tensor) -> list[tuple[int, int]]:
    """Count the same as the model runs, for each nn.Conv2d in it.

    Shapes: X as the model wants it, samples first.
    """
    counts = []

    def count(layer: nn.Conv2d, _: tuple[Tensor, ...], Y: Tensor) -> None:
        parameters = sum(p.numel() for p in layer.parameters())
        each = layer.weight[0].numel()  # products in one output
        counts.append((parameters, Y[0].numel() * each))

    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    hooks = [layer.register_forward_hook(count) for layer in convolutions]
    model(X)
    for hook in hooks:
        hook.remove()
    return counts
