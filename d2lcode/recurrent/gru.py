"""Gated recurrent units: a step, a sequence, and a long memory."""

import math

import torch
from torch import Tensor, nn

__all__ = ["GRU", "GRUCell", "chrono_"]


class GRUCell(nn.Module):
    """One step of a gated recurrent unit.

    Shapes: x (B, D), h (B, H) -> new h (B, H).
    Layout: W, U, b and c hold the blocks r, z, n side by side.
    Deviation: the reset gate acts after the product with U, as in
        nn.GRUCell; in the published paper it acts before.
    Raises: ValueError if x is not (B, D) or h is not (B, H).
    Source: Cho et al. 2014, arXiv:1406.1078, equations 5 to 8.
    """

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        if min(D, H) < 1:
            raise ValueError(f"D and H must be at least 1, got {D} and {H}")
        self.W = nn.Parameter(torch.randn(D, 3 * H) / math.sqrt(D))
        self.U = nn.Parameter(torch.randn(H, 3 * H) / math.sqrt(H))
        self.b = nn.Parameter(torch.zeros(3 * H))
        self.c = nn.Parameter(torch.zeros(3 * H))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        D, H = len(self.W), len(self.U)
        if x.ndim != 2 or x.shape[1] != D:
            raise ValueError(f"x must be (B, {D}), got {tuple(x.shape)}")
        if h.shape != (x.shape[0], H):
            raise ValueError(
                f"h must be {(x.shape[0], H)}, got {tuple(h.shape)}"
            )
        return self.step(x @ self.W + self.b, h)

    def step(self, from_x: Tensor, h: Tensor) -> Tensor:
        """Return the new h, given from_x = x W + b: (B, 3H), (B, H)."""
        x_r, x_z, x_n = from_x.chunk(3, dim=1)  # (B, H) each
        h_r, h_z, h_n = (h @ self.U + self.c).chunk(3, dim=1)  # (B, H) each
        r = torch.sigmoid(x_r + h_r)  # eq:gru-reset
        z = torch.sigmoid(x_z + h_z)  # eq:gru-update
        n = torch.tanh(x_n + r * h_n)  # eq:gru-candidate
        return torch.lerp(n, h, z)  # eq:gru-state


class GRU(nn.Module):
    """A gated recurrent unit run along a sequence.

    Shapes: x (B, T, D), h (B, H) or None for zeros
        -> the states of all steps (B, T, H) and the last one (B, H).
    Raises: ValueError if x is not (B, T, D) with T at least 1, or if
        h is not (B, H).
    """

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.cell = GRUCell(D, H)

    def forward(
        self, x: Tensor, h: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        H = len(self.cell.U)
        if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != len(self.cell.W):
            raise ValueError(
                f"x must be (B, T, {len(self.cell.W)}), T at least 1, "
                f"got {tuple(x.shape)}"
            )
        if h is None:
            h = x.new_zeros(x.shape[0], H)
        if h.shape != (x.shape[0], H):
            raise ValueError(
                f"h must be {(x.shape[0], H)}, got {tuple(h.shape)}"
            )
        from_x = x @ self.cell.W + self.cell.b  # (B, T, 3H), all at once
        states = []
        for from_x_t in from_x.unbind(dim=1):  # T times (B, 3H)
            h = self.cell.step(from_x_t, h)  # (B, H)
            states.append(h)
        return torch.stack(states, dim=1), h  # (B, T, H), (B, H)


def chrono_(cell: GRUCell, T_max: float) -> None:
    """Give unit j a memory of about T_j steps, uniform in 2 .. T_max.

    Sets the update gate's biases in place.
    Raises: ValueError unless cell is a GRUCell and 2 < T_max < inf.
    Source: Tallec and Ollivier 2018, arXiv:1804.11188; they draw an
        LSTM's forget biases as log(uniform(1, T_max - 1)).
    """
    if not isinstance(cell, GRUCell):
        raise ValueError(f"cell must be a GRUCell, got {type(cell).__name__}")
    if not 2 < T_max < math.inf:
        raise ValueError(
            f"T_max must be greater than 2 and finite, got {T_max}"
        )
    H = len(cell.U)
    T = torch.empty(H).uniform_(2, T_max)  # (H,), drawn on the CPU
    with torch.no_grad():
        cell.b[H : 2 * H] = torch.log(T - 1)  # eq:gru-chrono
        cell.c[H : 2 * H] = 0
