"""The losses on which optimizers are compared."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch import Tensor
from torch.func import hessian

from d2lcode import landscapes


def sgd(parameters: object) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)  # type: ignore[arg-type]


def test_the_valley_has_its_curvatures_everywhere() -> None:
    torch.testing.assert_close(
        hessian(landscapes.valley)(torch.tensor([3.0, -2.0])),
        torch.tensor([[1.0, 0.0], [0.0, 20.0]]),
    )
    assert landscapes.valley(torch.zeros(2)) == 0


@pytest.mark.parametrize(
    ("point", "value", "curvatures"),
    [((0, 0), 0, (1, -1)), ((0, 1), -0.25, (1, 2)), ((0, -1), -0.25, (1, 2))],
)
def test_where_the_saddle_is_level(
    point: tuple[float, float], value: float, curvatures: tuple[float, float]
) -> None:
    theta = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    height = landscapes.saddle(theta)
    height.backward()
    assert height.item() == value
    assert theta.grad is not None and theta.grad.tolist() == [0, 0]
    torch.testing.assert_close(
        hessian(landscapes.saddle)(theta.detach()),
        torch.diag(torch.tensor(curvatures, dtype=torch.float64)),
    )


def test_a_walk_is_gradient_descent_from_its_start() -> None:
    points = landscapes.walk(
        landscapes.valley, landscapes.VALLEY_START, sgd, steps=3
    )
    steps = torch.arange(4, dtype=torch.float64)
    expected = torch.stack([-5 * 0.9**steps, (1 - 0.1 * 20) ** steps], dim=1)
    torch.testing.assert_close(points, expected)


def test_walks_are_drawn_over_the_landscape_they_are_on() -> None:
    _, ax = plt.subplots()
    points = torch.tensor([[1.5, 0.01], [1.2, 0.02], [0.9, 0.04]])
    landscapes.draw(
        ax, landscapes.saddle, {"a walk": points}, x=(-2, 2), y=(-1, 1)
    )
    line, ring = ax.lines
    torch.testing.assert_close(Tensor(line.get_xydata()), points)
    assert line.get_label() == "a walk"
    torch.testing.assert_close(Tensor(ring.get_xydata()), points[:1])
    contours = ax.collections[0]
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):  # type: ignore[attr-defined]
        heights = landscapes.saddle(Tensor(path.vertices))
        assert heights.numpy() == pytest.approx(level, abs=0.01)
    plt.close()


def test_digits_are_split_without_overlap() -> None:
    X, y, X_valid, y_valid = landscapes.digits_split()
    assert X.shape == (1200, 64) and X_valid.shape == (597, 64)
    assert len(y) == 1200 and len(y_valid) == 597
    assert X.min() == 0 and X.max() == 1
    apart = torch.cdist(X_valid, X).min()
    assert apart > 0.1


def test_a_run_on_the_digits_learns_and_repeats() -> None:
    run = landscapes.train_on_digits(sgd, seed=1, epochs=3)
    assert len(run.losses) == 4
    assert run.losses == sorted(run.losses, reverse=True)
    again = landscapes.train_on_digits(sgd, seed=1, epochs=3)
    assert again.losses == run.losses
    other = landscapes.train_on_digits(sgd, seed=2, epochs=3)
    assert other.losses[0] != run.losses[0]


def test_losses_are_those_of_the_model_on_all_training_images() -> None:
    run = landscapes.train_on_digits(sgd, seed=0, epochs=1)
    X, y, _, _ = landscapes.digits_split()
    loss = torch.nn.functional.cross_entropy(run.model(X), y)
    assert run.losses[-1] == pytest.approx(loss.item())


def test_the_rate_is_set_before_each_step() -> None:
    asked = []

    def rate(step: int) -> float:
        asked.append(step)
        return 0.1 if step < 12 else 0.0

    run = landscapes.train_on_digits(
        sgd, seed=0, epochs=2, batch_size=100, rate=rate
    )
    assert asked == list(range(24))
    assert run.losses[1] == pytest.approx(run.losses[2])
    plain = landscapes.train_on_digits(sgd, seed=0, epochs=1, batch_size=100)
    assert run.losses[1] == pytest.approx(plain.losses[1])


@pytest.mark.parametrize(("epochs", "batch_size"), [(0, 50), (1, 0)])
def test_a_run_of_nothing_is_refused(epochs: int, batch_size: int) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        landscapes.train_on_digits(
            sgd, seed=0, epochs=epochs, batch_size=batch_size
        )
