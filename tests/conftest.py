"""What every test gets: one thread, fixed seeds, no display, no clock."""

import matplotlib
import pytest
import torch
from hypothesis import HealthCheck, settings

from d2lcode.training import seed_everything

matplotlib.use("agg")
torch.set_num_threads(1)
# How long an example takes says how busy the machine is, no more.
settings.register_profile(
    "book", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("book")


@pytest.fixture(autouse=True)
def seeded() -> None:
    seed_everything(0)
