"""The lab that tunes five optimizers by one budget, at a small scale."""

import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from d2lcode import data
from d2lcode.data.containers import Images
from d2lcode.optimization import hyperparameter_search
from tests.labs import clothes
from tests.labs.notebook import printed, run

LAB = "optimizers"
METHODS = ["SGD", "momentum", "RMSProp", "Adam", "AdamW"]


def made_up(split: str) -> Images:
    """The test images can be had only once all that chooses is done."""
    if split == "test":
        known = vars(sys.modules["lab"])
        assert set(known["across"]) == set(known["trials"]) == set(METHODS)
        assert "usual" in known and "X_test" not in known
    return clothes.made_up(split)


@pytest.fixture(scope="module")
def searches() -> list[int]:
    """How many settings each random search of the lab was given."""
    return []


@pytest.fixture(scope="module")
def lab(searches: list[int]) -> Iterator[ModuleType]:
    """The lab on digits, which needs no data."""
    chapter = hyperparameter_search.random_search

    def counted(train, candidates):  # type: ignore[no-untyped-def]
        searches.append(len(candidates))
        return chapter(train, candidates)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "fashion_mnist", made_up)
        patch.setattr(hyperparameter_search, "random_search", counted)
        yield run(LAB, patch)


def test_the_lab_runs_on_the_real_images(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    clothes.use_the_real_ones(monkeypatch, tmp_path)
    lab = run(LAB, monkeypatch)
    shown = capsys.readouterr().out
    assert "200 images to learn from, 100 to choose by" in shown
    assert "hardware" in shown and "processor time" in shown
    best = min(found[0].loss for found in lab.trials.values())
    assert best < 0.8 * lab.GUESSING


def test_the_parts_share_no_image(lab: ModuleType) -> None:
    assert not set(lab.train.tolist()) & set(lab.dev.tolist())
    for rows, X, y in (
        (lab.train, lab.X, lab.y),
        (lab.dev, lab.X_dev, lab.y_dev),
    ):
        pixels = lab.given.X[rows].flatten(1)
        torch.testing.assert_close(
            X * lab.std + lab.mean, pixels, atol=1e-6, rtol=0
        )
        assert torch.equal(y, lab.given.y[rows])
    assert lab.X.mean().abs() < 1e-5 and abs(lab.X.std() - 1) < 1e-5
    assert lab.X_test.mean().abs() > 1e-5  # not by its own mean


def test_each_method_is_the_books_own(lab: ModuleType) -> None:
    """One step from one place, against PyTorch's optimizers."""
    betas = (0.7, 0.9)
    optim = torch.optim
    twins = {
        "SGD": ({}, lambda p: optim.SGD(p, 0.1)),
        "momentum": ({"1 - β": 0.4}, lambda p: optim.SGD(p, 0.1, 0.6)),
        "RMSProp": ({"1 - α": 0.2}, lambda p: optim.RMSprop(p, 0.1, 0.8)),
        "Adam": (
            {"1 - β₁": 0.3, "1 - β₂": 0.1},
            lambda p: optim.Adam(p, 0.1, betas),
        ),
        "AdamW": (
            {"1 - β₁": 0.3, "1 - β₂": 0.1, "λ": 0.5},
            lambda p: optim.AdamW(p, 0.1, betas, weight_decay=0.5),
        ),
    }
    assert list(twins) == METHODS
    for method, (settings, theirs) in twins.items():
        assert set(lab.MIDDLE[method]) == {"rate", *settings}
        start = torch.tensor([1.0, -2.0], dtype=torch.float64)
        ours, other = start.clone(), start.clone()
        moved = lab.optimizer(method, [ours], {"rate": 0.1, **settings})
        twin = theirs([other])
        assert type(moved).__module__.startswith("d2lcode.optimization.")
        for gradient in ([1.0, 3.0], [-2.0, 0.5]):
            ours.grad = other.grad = start.new_tensor(gradient)
            moved.step()
            twin.step()
        torch.testing.assert_close(ours, other)


def test_all_have_the_same_budget(
    lab: ModuleType, searches: list[int]
) -> None:
    assert list(lab.MIDDLE) == list(lab.trials) == METHODS
    assert searches == [lab.TRIALS] * len(METHODS)
    for method in METHODS:
        tried = [trial.settings for trial in lab.trials[method]]
        assert len(tried) == lab.TRIALS
        assert all(settings in tried for settings in lab.candidates[method])


def test_draws_lie_in_ranges_of_one_width(lab: ModuleType) -> None:
    for method, drawn in lab.candidates.items():
        for name, middle in lab.MIDDLE[method].items():
            low, high = lab.limits(method, name)
            decades = 2 if name.startswith("1 -") else 4
            assert math.log10(high / low) == pytest.approx(decades)
            assert math.sqrt(low * high) == pytest.approx(middle)
            values = [settings[name] for settings in drawn]
            assert all(low <= value < high for value in values)
            assert len(set(values)) == lab.TRIALS


def test_draws_have_the_same_luck(lab: ModuleType) -> None:
    """The i-th rate of each method lies at the same place of its range."""
    for method in METHODS:
        low, high = lab.limits(method, "rate")
        places = [
            math.log(settings["rate"] / low) / math.log(high / low)
            for settings in lab.candidates[method]
        ]
        generator = torch.Generator().manual_seed(lab.SEED)
        u = torch.rand(lab.TRIALS, generator=generator, dtype=torch.float64)
        assert places == pytest.approx(u.tolist())
    pairs = zip(lab.candidates["Adam"], lab.candidates["AdamW"], strict=True)
    assert all(adam.items() <= adamw.items() for adam, adamw in pairs)


def test_the_best_trial_is_chosen(lab: ModuleType) -> None:
    for method, found in lab.trials.items():
        losses = [trial.loss for trial in found]
        assert losses == sorted(losses)
        assert lab.chosen[method] == found[0].settings
        for trial in (found[0], found[-1]):
            model, _ = lab.fit(method, trial.settings, lab.SEED)
            loss = lab.loss_on(model, lab.X_dev, lab.y_dev)
            assert trial.loss == pytest.approx(loss, rel=1e-4)


def test_a_broken_training_counts_as_guessing(lab: ModuleType) -> None:
    class Scores(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images[:, :10]

    X, y = torch.zeros(4, 784), torch.tensor([0, 1, 2, 3])
    assert lab.loss_on(Scores(), X, y) == pytest.approx(math.log(10))
    for broken in (math.nan, math.inf):
        worse = X.clone()
        worse[:, 9] = broken
        assert lab.loss_on(Scores(), worse, y) == lab.GUESSING
    worse = X.clone()
    worse[:, 9] = 50.0
    assert lab.loss_on(Scores(), worse, y) == lab.GUESSING
    X[range(4), y] = 9.0
    assert lab.loss_on(Scores(), X, y) == pytest.approx(
        math.log(1 + 9 * math.exp(-9.0)), rel=1e-3
    )


def test_training_follows_its_seed_and_its_schedule(
    lab: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"rate": 0.3}
    (one, watched), (again, seen), (other, _) = (
        lab.fit("SGD", settings, seed, watch)
        for seed, watch in ((7, True), (7, False), (8, True))
    )
    weights = [m[0].weight.detach() for m in (one, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.allclose(weights[0], weights[2])
    assert seen == [] and len(watched) == lab.STEPS // lab.EVERY + 1
    assert watched[-1] == pytest.approx(lab.loss_on(one, lab.X, lab.y))
    rates = []

    class Watched(lab.Momentum):  # type: ignore[misc, name-defined]
        def step(self) -> None:
            rates.append(self.param_groups[0]["lr"])
            super().step()

    monkeypatch.setattr(lab, "Momentum", Watched)
    lab.fit("SGD", settings, 7)
    assert rates[0] == 0.3 and len(rates) == lab.STEPS
    half = lab.STEPS // 2
    assert rates[half] == pytest.approx(0.15) and rates[-1] < 0.05


def test_the_best_of_k_is_over_orders_of_the_same_trials(
    lab: ModuleType,
) -> None:
    for row in lab.orders[:5]:
        assert row.sort().values.tolist() == list(range(lab.TRIALS))
    for method, best in lab.best_of.items():
        in_order = []
        for settings in lab.candidates[method]:
            (loss,) = (
                trial.loss
                for trial in lab.trials[method]
                if trial.settings == settings
            )
            in_order.append(loss)
        for row in (0, 500, 999):
            tried = [in_order[i] for i in lab.orders[row]]
            for k in range(lab.TRIALS):
                expected = min(tried[: k + 1])
                assert best[row, k].item() == pytest.approx(expected)
        lowest = torch.full((1000,), min(in_order))
        torch.testing.assert_close(best[:, -1], lowest)
    firsts = Counter(lab.first[:, -1].tolist())
    ends = [found[0].loss for found in lab.trials.values()]
    assert firsts == {ends.index(min(ends)): 1000}


def test_new_seeds_train_with_what_was_chosen(lab: ModuleType) -> None:
    assert lab.SEED not in lab.SEEDS
    assert set(lab.models) == set(lab.fresh) == set(lab.usual)
    assert set(lab.models) == {(m, s) for m in METHODS for s in lab.SEEDS}
    for method in METHODS:
        seed = lab.SEEDS[0]
        for settings, losses in (
            (lab.chosen[method], lab.fresh),
            (lab.MIDDLE[method], lab.usual),
        ):
            model, _ = lab.fit(method, settings, seed)
            loss = lab.loss_on(model, lab.X_dev, lab.y_dev)
            assert losses[method, seed] == pytest.approx(loss, rel=1e-4)


def test_sensitivity_changes_the_rate_alone(lab: ModuleType) -> None:
    for method, losses in lab.across.items():
        assert losses.shape == (len(lab.FACTORS), len(lab.SEEDS[:3]))
        for i in (0, -1):
            rate = lab.FACTORS[i] * lab.MIDDLE[method]["rate"]
            settings = {**lab.chosen[method], "rate": rate}
            model, _ = lab.fit(method, settings, lab.SEEDS[1])
            loss = lab.loss_on(model, lab.X_dev, lab.y_dev)
            assert losses[i, 1].item() == pytest.approx(loss, rel=1e-4)
        assert math.log10(lab.FACTORS[-1] / lab.FACTORS[0]) == 4
        low, high = lab.limits(method, "rate")
        assert all(
            low <= rate <= high * (1 + 1e-9) for rate in lab.wide[method]
        )


def test_the_table_is_of_the_answers(lab: ModuleType) -> None:
    assert torch.equal(lab.y_test, lab.asked.y[: lab.N_TEST])
    for (method, seed), model in lab.models.items():
        with torch.no_grad():
            logits = model(lab.X_test)
        right = lab.training.accuracy(logits, lab.y_test)
        hits = lab.hits[method, seed]
        assert hits.mean().item() == pytest.approx(right)
        loss = F.cross_entropy(logits, lab.y_test).item()
        assert lab.test_losses[method, seed] == pytest.approx(loss)
        row = lab.over_seeds(lab.hits, method)[lab.SEEDS.index(seed)]
        assert torch.equal(row, hits)
    shares = [lab.over_seeds(lab.hits, m).mean() for m in lab.ranked]
    assert shares == sorted(shares, reverse=True)


def test_the_notebook_names_its_run() -> None:
    """Hardware, versions, date, seeds and time are of the run shown."""
    shown = printed(LAB, "date")
    assert "10,000 images to learn from, 5,000 to choose by" in shown
    assert "10,000 test images" in shown
    assert len(re.findall(r"; seeds ±", shown)) == 10
