"""Long short-term memory: a step, a sequence, and an open forget gate."""

import math

import torch
from torch import Tensor, nn

__all__ = ["LSTM", "LSTMCell", "open_forget_gate_"]


class LSTMCell(nn.Module):
    """One step of a long short-term memory.

    Shapes: x (B, D), h and c (B, H) -> new h and c, (B, H) each.
    Layout: W, U and b hold the blocks i, f, g, o side by side.
    Deviation: nn.LSTM has two biases; b is their sum.
    Raises: ValueError if x is not (B, D), or h or c is not (B, H).
    Source: Gers et al. 2000, doi:10.1162/089976600300015015; the gates
        see h, as in nn.LSTM.
    """

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        if min(D, H) < 1:
            raise ValueError(f"D and H must be at least 1, got {D} and {H}")
        self.W = nn.Parameter(torch.randn(D, 4 * H) / math.sqrt(D))
        self.U = nn.Parameter(torch.randn(H, 4 * H) / math.sqrt(H))
        self.b = nn.Parameter(torch.zeros(4 * H))

    def forward(
        self, x: Tensor, h: Tensor, c: Tensor
    ) -> tuple[Tensor, Tensor]:
        D = len(self.W)
        if x.ndim != 2 or x.shape[1] != D:
            raise ValueError(f"x must be (B, {D}), got {tuple(x.shape)}")
        _check_state(h, c, (x.shape[0], len(self.U)))
        return self.step(x @ self.W + self.b, h, c)

    def step(
        self, from_x: Tensor, h: Tensor, c: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the new h and c, given from_x = x W + b, (B, 4H)."""
        i, f, g, o = (from_x + h @ self.U).chunk(4, dim=1)  # (B, H) each
        i = torch.sigmoid(i)  # eq:lstm-input
        f = torch.sigmoid(f)  # eq:lstm-forget
        g = torch.tanh(g)  # eq:lstm-candidate
        o = torch.sigmoid(o)  # eq:lstm-output
        c = f * c + i * g  # eq:lstm-cell
        h = o * torch.tanh(c)  # eq:lstm-state
        return h, c


class LSTM(nn.Module):
    """A long short-term memory run along a sequence.

    Shapes: x (B, T, D), state (h, c), (B, H) each, or None for zeros
        -> h of all steps (B, T, H), and (h, c) of the last one.
    Raises: ValueError if x is not (B, T, D) with T at least 1, or if
        h or c is not (B, H).
    """

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.cell = LSTMCell(D, H)

    def forward(
        self, x: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        D, H = len(self.cell.W), len(self.cell.U)
        if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != D:
            raise ValueError(
                f"x must be (B, T, {D}), T at least 1, got {tuple(x.shape)}"
            )
        if state is None:
            state = x.new_zeros(x.shape[0], H), x.new_zeros(x.shape[0], H)
        h, c = state
        _check_state(h, c, (x.shape[0], H))
        from_x = x @ self.cell.W + self.cell.b  # (B, T, 4H), all at once
        states = []
        for from_x_t in from_x.unbind(dim=1):  # T times (B, 4H)
            h, c = self.cell.step(from_x_t, h, c)  # (B, H) each
            states.append(h)
        return torch.stack(states, dim=1), (h, c)


def open_forget_gate_(cell: LSTMCell, steps: float) -> None:
    """Set the biases for a memory of about this many steps.

    The input gate closes as the forget gate opens: i starts at 1 - f.
    Raises: ValueError unless cell is an LSTMCell and 1 < steps < inf.
    Source: Tallec and Ollivier 2018, arXiv:1804.11188, for one length
        of memory in place of one for each unit.
    """
    if not isinstance(cell, LSTMCell):
        raise ValueError(
            f"cell must be an LSTMCell, got {type(cell).__name__}"
        )
    if not 1 < steps < math.inf:
        raise ValueError(
            f"steps must be greater than 1 and finite, got {steps}"
        )
    H = len(cell.U)
    with torch.no_grad():
        cell.b[H : 2 * H] = math.log(steps - 1)  # eq:lstm-forget-bias
        cell.b[:H] = -math.log(steps - 1)


def _check_state(h: Tensor, c: Tensor, shape: tuple[int, int]) -> None:
    for name, tensor in (("h", h), ("c", c)):
        if tensor.shape != shape:
            raise ValueError(
                f"{name} must be {shape}, got {tuple(tensor.shape)}"
            )
