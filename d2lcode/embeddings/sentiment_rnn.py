"""Sentiment with recurrent networks: packing, pooling, a classifier."""

import math

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from d2lcode.recurrent.gru import GRUCell

__all__ = [
    "POOLINGS",
    "BiRNNClassifier",
    "fill_padding",
    "last_states",
    "pack",
    "pool",
]

POOLINGS = ("last", "mean", "max")


def pack(x: Tensor, valid_len: Tensor) -> tuple[Tensor, list[int], Tensor]:
    """Drop the padding: step 1 of all rows, then step 2, and so on.

    Rows are taken by falling length. batch_sizes[t] rows have a step t;
    order[i] is the row that comes i-th.
    Shapes: x (B, T, D), valid_len (B,), integers in 1 .. T
        -> data (sum of valid_len, D), batch_sizes, order (B,).
    Raises: ValueError if x or valid_len is anything else.
    """
    _check_padded(x, valid_len)
    order = valid_len.argsort(descending=True, stable=True)
    x, valid_len = x[order], valid_len[order]
    steps, batch_sizes = [], []
    for t in range(int(valid_len[0])):
        size = int((valid_len > t).sum())  # eq:sentiment-sizes
        steps.append(x[:size, t])
        batch_sizes.append(size)
    return torch.cat(steps), batch_sizes, order


def last_states(cell: GRUCell, data: Tensor, batch_sizes: list[int]) -> Tensor:
    """Run a cell along packed rows; a row that is over keeps its state.

    Shapes: data (N, D) -> (B, H), the longest row first.
    """
    h = data.new_zeros(batch_sizes[0], len(cell.U))  # (B, H)
    for x_t in data.split(batch_sizes):
        size = len(x_t)  # so many rows have this step
        running = cell(x_t, h[:size])
        h = torch.cat([running, h[size:]])  # (B, H)
    return h


def fill_padding(x: Tensor, valid_len: Tensor, value: float) -> Tensor:
    """Put one value wherever a row is over.

    Shapes: x (B, T, D), valid_len (B,), integers in 1 .. T -> (B, T, D).
    Raises: ValueError if x or valid_len is anything else.
    """
    _check_padded(x, valid_len)
    steps = torch.arange(x.shape[1], device=x.device)  # (T,)
    padding = steps >= valid_len[:, None]  # (B, T)
    return x.masked_fill(padding[:, :, None], value)


def pool(states: Tensor, valid_len: Tensor, pooling: str) -> Tensor:
    """Make one vector of the states of each row, whatever its length.

    Shapes: states (B, T, 2H), both directions side by side,
        valid_len (B,) -> (B, 2H).
    Raises: ValueError if pooling is none of POOLINGS, and as
        fill_padding.
    """
    if pooling not in POOLINGS:
        raise ValueError(f"pooling must be one of {POOLINGS}, got {pooling!r}")
    _check_padded(states, valid_len)
    if pooling == "mean":
        total = fill_padding(states, valid_len, 0.0).sum(dim=1)
        return total / valid_len[:, None]  # eq:sentiment-mean
    if pooling == "max":
        filled = fill_padding(states, valid_len, -math.inf)
        return filled.amax(dim=1)  # eq:sentiment-max
    ahead, back = states.chunk(2, dim=2)  # (B, T, H) each
    rows = torch.arange(len(states), device=states.device)
    end = ahead[rows, valid_len - 1]  # (B, H): step valid_len
    return torch.cat([end, back[:, 0]], dim=1)  # eq:sentiment-last


class BiRNNClassifier(nn.Module):
    """Read a text from both ends, pool the states, name its class.

    Shapes: x (B, T) int64, valid_len (B,) -> logits (B, classes).
    Raises: ValueError if pooling is none of POOLINGS, x is not (B, T)
        or valid_len not (B,) integers in 1 .. T.
    """

    def __init__(
        self,
        V: int,
        D: int,
        H: int,
        pooling: str = "last",
        classes: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(
                f"pooling must be one of {POOLINGS}, got {pooling!r}"
            )
        self.pooling = pooling
        self.embedding = nn.Embedding(V, D)
        self.rnn = nn.GRU(D, H, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(2 * H, classes)

    def forward(self, x: Tensor, valid_len: Tensor) -> Tensor:
        if x.ndim != 2:
            raise ValueError(f"x must be (B, T), got {tuple(x.shape)}")
        _check_valid_len(x, valid_len)
        e = self.dropout(self.embedding(x))  # (B, T, D)
        packed = pack_padded_sequence(
            e, valid_len.cpu(), batch_first=True, enforce_sorted=False
        )
        states, _ = self.rnn(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)
        pooled = pool(states, valid_len, self.pooling)  # (B, 2H)
        return self.out(self.dropout(pooled))


def _check_padded(x: Tensor, valid_len: Tensor) -> None:
    if x.ndim != 3:
        raise ValueError(f"x must be (B, T, D), got {tuple(x.shape)}")
    _check_valid_len(x, valid_len)


def _check_valid_len(x: Tensor, valid_len: Tensor) -> None:
    kind = valid_len.dtype
    if (
        valid_len.shape != x.shape[:1]
        or kind.is_floating_point
        or kind == torch.bool
    ):
        raise ValueError(
            f"valid_len must be ({x.shape[0]},) integers, "
            f"got {tuple(valid_len.shape)} {kind}"
        )
    if bool(((valid_len < 1) | (valid_len > x.shape[1])).any()):
        raise ValueError(
            f"valid_len must be in 1 .. {x.shape[1]}, got {valid_len.tolist()}"
        )
