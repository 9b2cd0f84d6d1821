"""The shared helpers of training."""

import math
import random

import numpy as np
import pytest
import torch
from torch import nn

from d2lcode import training


def line(n: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.linspace(-1, 1, n).reshape(-1, 1)
    return x, 3 * x + 1


def test_device_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("D2LCODE_DEVICE", "cpu")
    assert training.get_device() == torch.device("cpu")
    monkeypatch.delenv("D2LCODE_DEVICE")
    found = "cuda" if torch.cuda.is_available() else "cpu"
    assert training.get_device().type == found


@pytest.mark.parametrize("name", ["nowhere", "cuda:99"])
def test_a_device_that_is_not_there(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("D2LCODE_DEVICE", name)
    with pytest.raises(ValueError, match=f"D2LCODE_DEVICE .* got '{name}'"):
        training.get_device()


def test_seed_everything_repeats() -> None:
    def draw() -> tuple[float, float, float]:
        return random.random(), np.random.rand(), torch.rand(1).item()

    training.seed_everything(3)
    first = draw()
    assert draw() != first
    training.seed_everything(3)
    assert draw() == first
    with pytest.raises(ValueError, match="seed must be in .* got -1"):
        training.seed_everything(-1)


def test_accuracy_by_hand() -> None:
    logits = torch.tensor([[2.0, 1.0], [0.0, 1.0], [5.0, 4.0], [1.0, 2.0]])
    assert training.accuracy(logits, torch.tensor([0, 1, 1, 1])) == 0.75
    with pytest.raises(ValueError, match=r"got \(4, 2\) and \(3,\)"):
        training.accuracy(logits, torch.tensor([0, 1, 1]))
    with pytest.raises(ValueError, match="at least one row"):
        training.accuracy(torch.zeros(0, 2), torch.zeros(0))


def test_accuracy_of_what_is_no_prediction() -> None:
    y = torch.tensor([0, 1, 1])
    logits = torch.tensor([[2.0, 1.0], [0.0, 1.0], [0.0, math.nan]])
    with pytest.raises(ValueError, match="logits must be numbers, got NaN"):
        training.accuracy(logits, y)
    with pytest.raises(ValueError, match=r"C at least 2, .* got \(3, 1\)"):
        training.accuracy(logits[:, :1], y)
    logits[2] = torch.tensor([-math.inf, 0.0])  # a class ruled out is fine
    assert training.accuracy(logits, y) == 1


def test_fit_takes_the_steps_of_a_plain_loop() -> None:
    x, y = line()
    batches = [(x[:48], y[:48]), (x[48:], y[48:])]
    model, twin = nn.Linear(1, 1), nn.Linear(1, 1)
    twin.load_state_dict(model.state_dict())
    history = training.fit(
        model,
        batches,
        nn.MSELoss(),
        torch.optim.SGD(model.parameters(), lr=0.1),
        epochs=3,
        max_norm=0.5,
        progress=False,
    )
    losses = []
    for _ in range(3):
        total = 0.0
        for xb, yb in batches:
            loss = ((twin(xb) - yb) ** 2).mean()
            grads = torch.autograd.grad(loss, list(twin.parameters()))
            norm = torch.sqrt(sum((g**2).sum() for g in grads))
            with torch.no_grad():
                for parameter, grad in zip(
                    twin.parameters(), grads, strict=True
                ):
                    parameter -= 0.1 * grad * min(1.0, 0.5 / norm)
            total += loss.item() * len(xb)
        losses.append(total / 64)
    assert history["loss"] == pytest.approx(losses, rel=1e-5)
    for ours, theirs in zip(
        model.parameters(), twin.parameters(), strict=True
    ):
        torch.testing.assert_close(ours, theirs)


def test_fit_measures_in_eval_mode_without_gradients() -> None:
    x, y = line()
    model = nn.Sequential(nn.Linear(1, 1), nn.Dropout(0.5))
    seen = []

    def metric(m: nn.Module) -> float:
        seen.append((m.training, torch.is_grad_enabled()))
        return len(seen)

    history = training.fit(
        model,
        [(x, y)],
        nn.MSELoss(),
        torch.optim.SGD(model.parameters(), lr=0.01),
        epochs=2,
        metrics={"calls": metric},
        progress=False,
    )
    assert seen == [(False, False)] * 2
    assert history["calls"] == [1.0, 2.0]
    assert torch.is_grad_enabled()


def test_fit_refuses_what_cannot_be_trained() -> None:
    x, y = line()
    model = nn.Linear(1, 1)
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = nn.MSELoss()
    with pytest.raises(ValueError, match="epochs must be .* got 0"):
        training.fit(model, [(x, y)], loss, sgd, 0)
    with pytest.raises(ValueError, match='the name "loss"'):
        training.fit(
            model, [(x, y)], loss, sgd, 1, metrics={"loss": lambda m: 0.0}
        )
    generator = iter([(x, y)])
    with pytest.raises(ValueError, match="got nothing in epoch 2"):
        training.fit(model, generator, loss, sgd, 2, progress=False)
    bad = [(x, torch.full_like(y, float("nan")))]
    with pytest.raises(ValueError, match="loss must stay finite, got nan"):
        training.fit(model, bad, loss, sgd, 1, progress=False)


def test_fit_refuses_a_model_or_an_optimizer_that_would_not_move() -> None:
    x, y = line()
    model, other = nn.Linear(1, 1), nn.Linear(1, 1)
    loss = nn.MSELoss()
    sgd = torch.optim.SGD(other.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="optimizer must hold parameters of"):
        training.fit(model, [(x, y)], loss, sgd, 1)
    for still in (nn.Flatten(), model.requires_grad_(False)):
        with pytest.raises(ValueError, match="model must have a parameter"):
            training.fit(still, [(x, y)], loss, sgd, 1)


def test_fit_trains_a_part_of_a_model() -> None:
    x, y = line()
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    model[0].requires_grad_(False)
    before = [p.clone() for p in model.parameters()]
    sgd = torch.optim.SGD(model[1].parameters(), lr=0.1)
    training.fit(model, [(x, y)], nn.MSELoss(), sgd, 1, progress=False)
    moved = [
        not torch.equal(p, old)
        for p, old in zip(model.parameters(), before, strict=True)
    ]
    assert moved == [False, False, True, True]


def test_fit_refuses_a_loss_of_every_row_with_every_other() -> None:
    x, y = line()
    model = nn.Linear(1, 1)
    flat = nn.Sequential(model, nn.Flatten(0))
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)

    def squares(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (y_hat - y).square().mean()

    with pytest.raises(ValueError, match=r"of y, \(64,\), got \(64, 1\)"):
        training.fit(model, [(x, y[:, 0])], squares, sgd, 1, progress=False)
    with pytest.raises(ValueError, match=r"of y, \(64, 1\), got \(64,\)"):
        training.fit(flat, [(x, y)], squares, sgd, 1, progress=False)
    training.fit(flat, [(x, y[:, 0])], squares, sgd, 1, progress=False)


def test_fit_leaves_the_model_in_eval_mode() -> None:
    x, y = line()
    model = nn.Linear(1, 1)
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(model, [(x, y)], nn.MSELoss(), sgd, 1, progress=False)
    assert not model.training
