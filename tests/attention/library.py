"""What several chapters are held against."""

import torch
from torch import nn

from d2lcode.recurrent.gru import GRU


def library_gru(ours: GRU) -> nn.GRU:
    """Return PyTorch's GRU, float64, with the weights of ours."""
    cell = ours.cell
    D, H = cell.W.shape[0], cell.U.shape[0]
    gru = nn.GRU(D, H, batch_first=True).double()
    with torch.no_grad():
        for theirs, own in zip(
            gru.parameters(), (cell.W.T, cell.U.T, cell.b, cell.c), strict=True
        ):
            theirs.copy_(own)
    return gru
