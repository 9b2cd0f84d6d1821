"""The lab on three translators, at a small scale."""

import re
from collections.abc import Iterator
from types import ModuleType

import pytest
import torch
from torch import Tensor

from d2lcode.attention import transformer
from d2lcode.attention.bleu import bleu
from d2lcode.attention.machine_translation import BOS, words
from tests.labs.notebook import printed, run

LAB = "translators"
NAMES = ("one vector", "attention", "Transformer")


@pytest.fixture(scope="module")
def lab() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        yield run(LAB, patch)
    torch.set_default_dtype(torch.float32)


def lengths(pairs: list[tuple[str, str]]) -> set[int]:
    return {len(en.split()) for en, _ in pairs}


def test_the_parts_share_no_sentence(lab: ModuleType) -> None:
    parts = (lab.train, lab.dev, lab.test, lab.long)
    sentences = [en for part in parts for en, _ in part]
    assert len(set(sentences)) == len(sentences)
    more = {en for en, _ in lab.more}
    assert len(more) == len(lab.more) > 2 * len(lab.train)
    assert lab.more[: len(lab.train)] == lab.train
    for part in parts[1:]:
        assert not more & {en for en, _ in part}
    for part in (lab.train, lab.dev, lab.test, lab.more):
        assert lengths(part) <= set(range(4, 13))
    assert lengths(lab.long) == {13, 14, 15, 16}


def test_all_have_about_as_many_parameters(lab: ModuleType) -> None:
    sizes = [
        sum(p.numel() for p in lab.network(name, lab.few).parameters())
        for name in NAMES
    ]
    assert lab.NAMES == NAMES
    assert max(sizes) < 1.02 * min(sizes)


def test_a_sentence_is_translated_as_if_alone(lab: ModuleType) -> None:
    for name in NAMES:
        model, asked = lab.models[name, 1], [lab.long[0], *lab.test[:4]]
        together = lab.translate(model, lab.few, asked)
        for pair, made in zip(asked, together, strict=True):
            # one batch may write for longer than the other
            (alone,) = lab.translate(model, lab.few, [pair])
            shorter = min(len(alone.split()), len(made.split()))
            assert alone.split()[:shorter] == made.split()[:shorter]


def test_the_transformers_cache_changes_nothing(lab: ModuleType) -> None:
    model, batch = lab.models["Transformer", 0], lab.few.batch(lab.test[:5])
    made = transformer.greedy(
        model,
        batch.source.to(lab.device),
        batch.source_len.to(lab.device),
        lab.few.target[BOS],
        batch.target.shape[1] + 10,
    )
    found = [words(row, lab.few.target) for row in made.tolist()]
    assert found == lab.translate(model, lab.few, lab.test[:5])


def test_rates_are_chosen_by_other_sentences(lab: ModuleType) -> None:
    shown = printed(LAB)
    for name in NAMES:
        ((tried, taken),) = re.findall(
            rf"{name} +BLEU (.*); taken (.*)", shown
        )
        scores = dict(re.findall(r"([\d.]+): (\d+)", tried))
        assert int(scores[taken]) == max(map(int, scores.values()))
        # as the cell has it, once more
        found = [
            sum(
                lab.score(
                    lab.fit(name, s, rate, 2, [lab.dev])[1][-1][0], lab.dev
                )
                for s in lab.SEARCH
            )
            for rate in lab.RATES
        ]
        assert lab.rates[name] == lab.RATES[found.index(max(found))]
    assert not set(lab.SEARCH) & set(lab.SEEDS)


def test_training_follows_its_seed(lab: ModuleType) -> None:
    for name in ("attention", "Transformer"):
        runs = [
            lab.fit(name, seed, lab.rates[name], 1, [lab.test[:9]])
            for seed in (0, 0, 1)
        ]
        weights = [model.state_dict() for model, _, _ in runs]
        key = next(iter(weights[0]))
        assert torch.equal(weights[0][key], weights[1][key])
        assert not torch.allclose(weights[0][key], weights[2][key])
        # the first pass of the run shown
        assert runs[0][1][0][0] == lab.made[name, 0][0][0][:9]


def test_the_tables_are_of_the_translations(lab: ModuleType) -> None:
    answers = [zh for _, zh in lab.test]
    for name in NAMES:
        assert lab.bleus[name].shape == (len(lab.SEEDS), lab.EPOCHS)
        for seed in lab.SEEDS:
            last = lab.made[name, seed][-1][0]
            share = sum(
                m == zh for m, zh in zip(last, answers, strict=True)
            ) / len(answers)
            assert lab.shares[name][seed, -1].item() == pytest.approx(share)
            assert lab.hits[name][seed].mean().item() == pytest.approx(share)
            score = bleu(
                [m.split() for m in last], [[zh.split()] for zh in answers]
            )
            assert lab.bleus[name][seed, -1].item() == pytest.approx(score)


def test_the_scores_on_made_up_answers(lab: ModuleType) -> None:
    pairs = lab.test[:4]
    made = [zh for _, zh in pairs]
    assert lab.score(made, pairs) == pytest.approx(100)
    made[1] += " 。"
    hits: Tensor = lab.right(made, pairs)
    assert hits.tolist() == [1, 0, 1, 1]
    assert lab.share(made, pairs) == 0.75


def test_the_notebook_names_its_run() -> None:
    shown = printed(LAB)
    assert "3200 pairs to learn from, 500 to choose rates by" in shown
    assert "400 to test on" in shown and "12800 pairs" in shown
    assert len(re.findall(r"seeds ± .*, sentences ±", shown)) == 3
