"""Deep and bidirectional recurrent networks, made of the book's GRU."""

import torch
from torch import Tensor, nn

from d2lcode.recurrent.gru import GRU

__all__ = ["BiRNN", "DeepRNN", "reverse"]


def reverse(x: Tensor, valid_len: Tensor) -> Tensor:
    """Turn the first valid_len steps of each row round.

    The padding behind them stays where it is.
    Shapes: x (B, T, D), valid_len (B,), integers in 1 .. T
        -> (B, T, D).
    Raises: ValueError if x or valid_len is anything else.
    """
    _check_valid_len(x, valid_len)
    rows = []
    for row, n in zip(x, valid_len.tolist(), strict=True):  # row (T, D)
        rows.append(torch.cat([row[:n].flip(0), row[n:]]))
    return torch.stack(rows)  # (B, T, D)


class BiRNN(nn.Module):
    """Two GRUs over one sequence, the second from its end to its start.

    Shapes: x (B, T, D), valid_len (B,), or None where no row is padded
        -> states (B, T, 2H), 0 at the padding, and the last state of
        each direction (2, B, H).
    Raises: ValueError if D or H is below 1, or if x is not (B, T, D)
        with T at least 1 or valid_len not (B,) integers in 1 .. T.
    Source: Schuster and Paliwal 1997, doi:10.1109/78.650093.
    """

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.ahead, self.back = GRU(D, H), GRU(D, H)

    def forward(
        self, x: Tensor, valid_len: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        _check_input(x, len(self.ahead.cell.W))
        B, T, _ = x.shape
        if valid_len is None:
            valid_len = torch.full((B,), T, device=x.device)
        ahead = self.ahead(x)[0]  # (B, T, H): eq:bi-ahead
        back = self.back(reverse(x, valid_len))[0]  # (B, T, H)
        back = reverse(back, valid_len)  # (B, T, H): eq:bi-back
        states = torch.cat([ahead, back], dim=2)  # (B, T, 2H): eq:bi-state
        padding = torch.arange(T, device=x.device) >= valid_len[:, None]
        states = states.masked_fill(padding[:, :, None], 0.0)
        end = ahead[torch.arange(B), valid_len - 1]  # (B, H): step valid_len
        start = back[:, 0]  # (B, H): step 1
        return states, torch.stack([end, start])


class DeepRNN(nn.Module):
    """L recurrent layers; each reads the states of the one below.

    Shapes: x (B, T, D) -> states of the top layer (B, T, H), and the
        last states of all layers (L, B, H). With both directions
        (B, T, 2H) and (2L, B, H).
    Raises: ValueError if D, H or L is below 1, or if x is not
        (B, T, D) with T at least 1.
    Source: Graves et al. 2013, arXiv:1303.5778, without the links that
        skip layers.
    """

    def __init__(
        self, D: int, H: int, L: int, bidirectional: bool = False
    ) -> None:
        super().__init__()
        if L < 1:
            raise ValueError(f"L must be at least 1, got {L}")
        kind, width = (BiRNN, 2 * H) if bidirectional else (GRU, H)
        inputs = [D] + [width] * (L - 1)
        self.layers = nn.ModuleList(kind(n, H) for n in inputs)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        lasts = []
        for layer in self.layers:
            x, last = layer(x)  # eq:deep-state: its states are read next
            lasts.append(last.reshape(-1, x.shape[0], last.shape[-1]))
        return x, torch.cat(lasts)


def _check_input(x: Tensor, D: int) -> None:
    if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != D:
        raise ValueError(
            f"x must be (B, T, {D}), T at least 1, got {tuple(x.shape)}"
        )


def _check_valid_len(x: Tensor, valid_len: Tensor) -> None:
    if x.ndim != 3:
        raise ValueError(f"x must be (B, T, D), got {tuple(x.shape)}")
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
