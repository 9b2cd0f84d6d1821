"""The lab on photographs of clothes, at a small scale."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

from d2lcode import data
from d2lcode.convolution import lenet
from tests.labs import clothes
from tests.labs.notebook import printed, run

LAB = "fashion_mnist"


@pytest.fixture(scope="module")
def lab() -> Iterator[ModuleType]:
    """The lab on digits, which needs no data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "fashion_mnist", clothes.made_up)
        yield run(LAB, patch)


def test_the_lab_runs_on_the_real_images(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    clothes.use_the_real_ones(monkeypatch, tmp_path)
    lab = run(LAB, monkeypatch)
    shown = capsys.readouterr().out
    assert "60,000 images to learn from, 10,000 to test on" in shown
    assert "hardware" in shown and "processor time" in shown
    assert lab.looked_up > 0.5


def test_the_parts_share_no_image(lab: ModuleType) -> None:
    assert not set(lab.train.tolist()) & set(lab.dev.tolist())
    for rows, X, y in (
        (lab.train, lab.X, lab.y),
        (lab.dev, lab.X_dev, lab.y_dev),
    ):
        assert torch.equal(y, lab.given.y[rows])
        torch.testing.assert_close(
            X * lab.std + lab.mean, lab.given.X[rows], atol=1e-6, rtol=0
        )
    assert torch.equal(lab.y_test, lab.asked.y[: lab.N_TEST])
    assert lab.X.mean().abs() < 1e-5 and abs(lab.X.std() - 1) < 1e-5
    assert lab.X_test.mean().abs() > 1e-5  # not by its own mean


def test_all_networks_cost_about_as_much_as_lenet(lab: ModuleType) -> None:
    rows = lenet.summary(lab.LeNet().layers, torch.zeros(1, 1, 28, 28))
    paid = sum(row.multiply_adds for row in rows)
    assert lab.prices["LeNet"] == paid == 416_520
    for name in lab.NAMES:
        assert abs(lab.prices[name] / paid - 1) < 0.04
    for name, places in (
        ("GoogLeNet", {0: 28 * 28, 2: 14 * 14, 4: 7 * 7, 5: 7 * 7, 8: 1}),
        ("ResNet", {0: 14 * 14, 3: 14 * 14, 4: 7 * 7, 7: 1}),
    ):
        model = lab.network(name)
        weights = {
            i: sum(p.numel() for p in model[i].parameters() if p.ndim > 1)
            for i in places
        }
        assert lab.prices[name] == sum(places[i] * weights[i] for i in places)


def test_every_kind_of_layer_is_in_its_network(lab: ModuleType) -> None:
    kinds = {
        name: [type(m).__name__ for m in lab.network(name).modules()]
        for name in lab.NAMES
    }
    assert kinds["LeNet"].count("Linear") == kinds["VGG"].count("Linear") == 3
    assert "Linear" not in kinds["NiN"]
    assert kinds["GoogLeNet"].count("Inception") == 3
    assert kinds["ResNet"].count("Residual") == 2
    for name, found in kinds.items():
        assert ("BatchNorm2d" in found) == (name == "ResNet")
        means = name in {"NiN", "GoogLeNet", "ResNet"}
        assert ("AdaptiveAvgPool2d" in found) == means
        assert "Sigmoid" not in found
        model = lab.network(name)
        assert not any(
            m.p for m in model.modules() if isinstance(m, nn.Dropout)
        )


def test_the_nearest_is_at_the_smallest_distance(lab: ModuleType) -> None:
    far = torch.cdist(lab.X_test.flatten(1), lab.X.flatten(1))
    assert torch.equal(lab.nearest(lab.X_test), lab.y[far.argmin(dim=1)])
    assert torch.equal(lab.nearest(lab.X), lab.y)


def test_the_rate_rises_once_and_ends_at_zero(lab: ModuleType) -> None:
    rates = [lab.rate(step, 40, 0.3) for step in range(41)]
    assert rates[0] == rates[40] == 0 and rates[4] == max(rates) == 0.3
    assert rates[2] == pytest.approx(0.15) == rates[22]


def test_a_network_learns_from_its_seed(lab: ModuleType) -> None:
    runs = [lab.fit("LeNet", seed, 0.01, 2)[0] for seed in (0, 0, 1)]
    one, again, other = (lab.logits(m, lab.X_dev) for m in runs)
    torch.testing.assert_close(one, again)
    assert not torch.allclose(one, other)
    model, _ = lab.fit("softmax", 0, 0.01, 20)
    fitted = lab.logits(model, lab.X).argmax(dim=1) == lab.y
    assert fitted.double().mean() > 0.9 and not model.training


def test_the_rate_with_the_smallest_loss_is_taken(lab: ModuleType) -> None:
    losses = {}
    for peak in lab.PEAKS:
        model, _ = lab.fit("softmax", lab.SEED, peak, 1)
        logits = lab.logits(model, lab.X_dev)
        losses[peak] = nn.functional.cross_entropy(logits, lab.y_dev).item()
    assert lab.peaks["softmax"] == min(losses, key=lambda peak: losses[peak])
    assert set(lab.peaks) == {"softmax", *lab.NAMES}


def test_shares_are_counted_by_class(lab: ModuleType) -> None:
    table = lab.confusion(lab.y_test)
    assert torch.equal(table, torch.eye(10).double())
    moved = lab.y_test.clone()
    threes = (moved == 3).nonzero()[:, 0]
    moved[threes[0]] = 8
    table = lab.confusion(moved)
    assert table[3, 8] == pytest.approx(1 / len(threes))
    assert table[3, 3] == pytest.approx(1 - 1 / len(threes))
    torch.testing.assert_close(table.sum(dim=1), torch.ones(10).double())


def test_the_table_is_of_the_answers(lab: ModuleType) -> None:
    for name in lab.prices:
        rows = lab.over_seeds(lab.hits, name)
        assert rows.shape == (lab.SEEDS, lab.N_TEST)
        first, second = (lab.models[name, seed] for seed in (0, 1))
        start = (next(model.parameters()) for model in (first, second))
        assert not torch.equal(*start)
        for seed, row in enumerate(rows):
            model = lab.models[name, seed]
            logits = lab.logits(model, lab.X_test)
            right = lab.training.accuracy(logits, lab.y_test)
            assert row.mean().item() == pytest.approx(right)
    assert lab.told.shape == (5 * lab.SEEDS, lab.N_TEST)
    assert not (lab.told[:, lab.never] == lab.y_test[lab.never]).any()


def test_the_notebook_names_its_run() -> None:
    """Hardware, versions, date, seed and time are of the run shown."""
    shown = printed(LAB, "date")
    assert "10,000 to learn from, 5,000 to choose by" in shown
    assert len(re.findall(r"seed \d: learned", shown)) == 18
