"""What every test gets: one thread, fixed seeds, no display."""

import matplotlib
import pytest
import torch

from d2lcode.training import seed_everything

matplotlib.use("agg")
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeded() -> None:
    seed_everything(0)
