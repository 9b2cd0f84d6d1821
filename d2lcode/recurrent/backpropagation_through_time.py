"""Backpropagation through time: a recurrent network's gradient by hand."""

import torch
from torch import Tensor

__all__ = ["bptt", "hidden_states"]


def hidden_states(
    x: Tensor, h: Tensor, W: Tensor, U: Tensor, b: Tensor
) -> Tensor:
    """Run a plain recurrent network and keep every state.

    Shapes: x (B, T, D), h (B, H), W (D, H), U (H, H), b (H,)
        -> the states 0 to T (B, T + 1, H), the first of them h.
    Raises: ValueError for other shapes.
    """
    _check_run(x, h, W, U, b)
    kept = [h]
    for x_t in x.unbind(dim=1):  # T times (B, D)
        h = torch.tanh(x_t @ W + h @ U + b)  # eq:bptt-state
        kept.append(h)
    return torch.stack(kept, dim=1)  # (B, T + 1, H)


def bptt(
    x: Tensor, h: Tensor, e: Tensor, U: Tensor, cut: int | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients by W, U and b of a plain recurrent network.

    e holds the derivative of the loss by each state, as far as it acts
    directly and not through a later state. With `cut`, nothing flows
    back over the steps cut, 2 cut, ...: truncated backpropagation.

    Shapes: x (B, T, D), h (B, T + 1, H) as hidden_states returns it,
        e (B, T, H), U (H, H) -> (D, H), (H, H), (H,).
    Raises: ValueError for other shapes or a cut below 1.
    Source: Werbos 1990, doi:10.1109/5.58337.
    """
    _check_back(x, h, e, U, cut)
    W_grad = x.new_zeros(x.shape[2], len(U))
    U_grad, b_grad = torch.zeros_like(U), x.new_zeros(len(U))
    from_later = torch.zeros_like(h[:, 0])  # (B, H)
    for t in range(x.shape[1], 0, -1):  # T, ..., 1
        delta = e[:, t - 1] + from_later  # eq:bptt-delta
        g = delta * (1 - h[:, t] ** 2)  # eq:bptt-inner
        W_grad += x[:, t - 1].T @ g  # eq:bptt-weights
        U_grad += h[:, t - 1].T @ g
        b_grad += g.sum(dim=0)
        from_later = g @ U.T
        if cut is not None and (t - 1) % cut == 0:
            from_later = torch.zeros_like(from_later)
    return W_grad, U_grad, b_grad


def _check_run(x: Tensor, h: Tensor, W: Tensor, U: Tensor, b: Tensor) -> None:
    if x.ndim != 3 or x.shape[1] < 1:
        raise ValueError(
            f"x must be (B, T, D), T at least 1, got {tuple(x.shape)}"
        )
    B, _, D = x.shape
    if U.ndim != 2 or U.shape[0] != U.shape[1]:
        raise ValueError(f"U must be (H, H), got {tuple(U.shape)}")
    H = len(U)
    wanted = {"h": (h, (B, H)), "W": (W, (D, H)), "b": (b, (H,))}
    for name, (tensor, shape) in wanted.items():
        if tensor.shape != shape:
            raise ValueError(
                f"{name} must be {shape}, got {tuple(tensor.shape)}"
            )


def _check_back(
    x: Tensor, h: Tensor, e: Tensor, U: Tensor, cut: int | None
) -> None:
    if x.ndim != 3 or x.shape[1] < 1:
        raise ValueError(
            f"x must be (B, T, D), T at least 1, got {tuple(x.shape)}"
        )
    if U.ndim != 2 or U.shape[0] != U.shape[1]:
        raise ValueError(f"U must be (H, H), got {tuple(U.shape)}")
    B, T, H = x.shape[0], x.shape[1], len(U)
    for name, tensor, steps in (("h", h, T + 1), ("e", e, T)):
        if tensor.shape != (B, steps, H):
            raise ValueError(
                f"{name} must be {(B, steps, H)}, got {tuple(tensor.shape)}"
            )
    if cut is not None and cut < 1:
        raise ValueError(f"cut must be at least 1 or None, got {cut}")
