"""Sampling sequences: one long text becomes batches of windows."""

import torch
from torch import Tensor

__all__ = ["seq_data_random", "seq_data_sequential"]


def _check(
    tokens: Tensor, B: int, T: int, offset: int | None, least: int
) -> None:
    if tokens.ndim != 1:
        raise ValueError(f"tokens must be (N,), got {tuple(tokens.shape)}")
    if min(B, T) < 1:
        raise ValueError(f"B and T must be at least 1, got {B} and {T}")
    if offset is not None and not 0 <= offset < T:
        raise ValueError(f"offset must be in 0 .. {T - 1}, got {offset}")
    front = T - 1 if offset is None else offset
    if len(tokens) < front + least + 1:
        raise ValueError(
            f"tokens must hold at least {front + least + 1} numbers, "
            f"got {len(tokens)}"
        )


def seq_data_random(
    tokens: Tensor, B: int, T: int, offset: int | None = None
) -> list[tuple[Tensor, Tensor]]:
    """Cut a sequence into windows and deal them out in random order.

    Shapes: tokens (N,) -> pairs x, y, each (B, T); the last pair has
        fewer rows where B does not divide the number of windows.
    offset: tokens skipped in front, 0 .. T - 1; None draws one.
    Raises: ValueError if tokens is not (N,) or holds no window, B or T
        is below 1, or offset is not in 0 .. T - 1.
    """
    _check(tokens, B, T, offset, least=T)
    k = int(torch.randint(T, ())) if offset is None else offset
    M = (len(tokens) - 1 - k) // T  # eq:sampling-count
    x = tokens[k : k + M * T].reshape(M, T)  # eq:sampling-window
    y = tokens[k + 1 : k + M * T + 1].reshape(M, T)
    order = torch.randperm(M)  # (M,)
    return [(x[rows], y[rows]) for rows in order.split(B)]


def seq_data_sequential(
    tokens: Tensor, B: int, T: int, offset: int | None = None
) -> list[tuple[Tensor, Tensor]]:
    """Cut a sequence into B long rows and read them side by side.

    Row b of each batch goes on where row b of the batch before ended.

    Shapes: tokens (N,) -> pairs x, y, each (B, T); the last pair has
        fewer steps where T does not divide the length of the rows.
    offset: tokens skipped in front, 0 .. T - 1; None draws one.
    Raises: ValueError if tokens is not (N,) or too short for B rows, B
        or T is below 1, or offset is not in 0 .. T - 1.
    """
    _check(tokens, B, T, offset, least=B)
    k = int(torch.randint(T, ())) if offset is None else offset
    L = (len(tokens) - 1 - k) // B  # eq:sampling-length
    x = tokens[k : k + B * L].reshape(B, L)  # eq:sampling-rows
    y = tokens[k + 1 : k + B * L + 1].reshape(B, L)
    return list(zip(x.split(T, dim=1), y.split(T, dim=1), strict=True))
