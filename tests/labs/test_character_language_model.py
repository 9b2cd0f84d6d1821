"""The lab on character language models, at a small scale."""

import itertools
import math
import random
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from d2lcode import data
from d2lcode.data import downloadable
from tests.labs.notebook import given, printed, run

LAB = "character_language_model"


@pytest.fixture(scope="module")
def lab() -> Iterator[ModuleType]:
    """The lab on texts made up here, which needs no data."""
    rng = random.Random(0)
    words = ["the", "time", "machine", "went", "away.\n\n", "Tea"]
    verses = ["".join(rng.choices("春風秋月花山水人", k=5)) for _ in range(80)]
    poems = [f"{a}，{b}。" for a, b in itertools.pairwise(verses)]
    with pytest.MonkeyPatch.context() as patch:
        novel = " ".join(rng.choices(words, k=1_500))
        patch.setattr(data, "time_machine", lambda: novel)
        patch.setattr(data, "tang_poems", lambda: [*poems, poems[0]])
        yield run(LAB, patch)


def test_the_lab_runs_on_the_real_texts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = given()
    for remote in (downloadable.TIME_MACHINE, downloadable.TANG_POEMS):
        if not remote.path_in(folder).is_file():
            pytest.skip(f"needs {remote} in {folder}")
    monkeypatch.setenv("D2LCODE_DATA", str(folder))
    lab = run(LAB, monkeypatch)
    printed = capsys.readouterr().out
    assert "328 of 366 poems are kept" in printed
    for name in lab.texts:
        for model in (*lab.ORDERS, "GRU"):
            assert 1 < lab.perplexity(lab.loss[name, model]) < 2_000
    assert "hardware" in printed and "processor time" in printed


def test_no_line_of_a_poem_is_in_two_parts(lab: ModuleType) -> None:
    poems = lab.poems
    lines = [line for poem in poems for line in poem.split("\n") if line]
    assert len(lines) == len(set(lines))


def test_rare_characters_are_one(lab: ModuleType) -> None:
    made = lab.corpus("aabbcdd", "abc", "xyd")
    assert made.characters == ["□", "a", "b", "d"]
    assert made.train.tolist() == [1, 1, 2, 2, 0, 3, 3]
    assert made.valid.tolist() == [1, 2, 0]
    assert made.test.tolist() == [0, 0, 3]


def test_parts_are_eight_one_and_one_tenth(lab: ModuleType) -> None:
    made = lab.split(list("ab" * 50))
    sizes = [len(part) for part in (made.train, made.valid, made.test)]
    assert sizes == [80, 10, 10]


@pytest.mark.parametrize("k", [0.5, 3])
def test_ngrams_are_the_formula(lab: ModuleType, k: float) -> None:
    text = [0, 1, 2, 0, 1, 1, 2, 0, 2, 1]
    model = lab.NGram(torch.tensor(text), 3, 4)

    def p(c: int, h: list[int]) -> float:
        """Count in the text itself, as the formula says."""
        shorter = p(c, h[1:]) if h else 1 / 4
        places = [
            i for i in range(len(h), len(text)) if text[i - len(h) : i] == h
        ]
        seen = sum(text[i] == c for i in places)
        return (seen + k * shorter) / (len(places) + k)

    for h in ([], [0], [1, 2], [3, 3], [0, 2]):
        found = [model.probability(c, tuple(h), k) for c in range(4)]
        np.testing.assert_allclose(found, [p(c, h) for c in range(4)])
        assert math.isclose(sum(found), 1)
    losses = model.losses(torch.tensor([1, 2, 0, 3]), 2, k)
    expected = [-math.log(p(c, [h])) for h, c in ((1, 2), (2, 0), (0, 3))]
    np.testing.assert_allclose(losses, expected, rtol=1e-6)


def test_streams_are_pieces_of_the_text(lab: ModuleType) -> None:
    pairs = list(lab.streams(torch.arange(301), 2))
    x, y = (torch.cat(parts, dim=1) for parts in zip(*pairs, strict=True))
    assert torch.equal(x, torch.arange(300).view(2, 150))
    assert torch.equal(y, x + 1)
    assert {len(x[0]) for x, _ in pairs} == {lab.STEPS, 150 % lab.STEPS}


def test_losses_are_of_one_reading(lab: ModuleType) -> None:
    """The state is carried from one window to the next."""
    model = lab.LanguageModel(7, 3, 5, 0.4).eval()
    text = torch.randint(7, (2 * lab.STEPS + 10,))
    with torch.no_grad():
        logits, h = model(text[None, :-1])
    assert logits.shape == (1, len(text) - 1, 7) and h.shape == (1, 5)
    expected = F.cross_entropy(logits[0], text[1:], reduction="none")
    torch.testing.assert_close(lab.losses(model, text), expected)


def test_training_keeps_the_best_weights(lab: ModuleType) -> None:
    """On letters drawn at random, which can only be overfitted."""
    text = lab.split(random.Random(0).choices("abcdefgh", k=1_000))
    torch.manual_seed(0)
    model = lab.LanguageModel(len(text.characters), 8, 32, 0.0)
    found = lab.train(text, model, B=4, lr=5e-2, epochs=12)["validation"]
    assert min(found) < 0.95 * found[-1]
    kept = lab.perplexity(lab.losses(model, text.valid, B=8))
    assert math.isclose(kept, min(found), rel_tol=1e-5)


def test_training_learns(lab: ModuleType) -> None:
    text = lab.split(list("abc" * 400))
    model = lab.LanguageModel(len(text.characters), 8, 16, 0.0)
    lab.train(text, model, B=4, lr=2e-2, epochs=20)
    assert lab.perplexity(lab.losses(model, text.test)) < 1.2


def test_samples_hold_no_rare_character(lab: ModuleType) -> None:
    for temperature in (0.01, 1.0):
        drawn = lab.sample("The Time Machine", 50, temperature)
        assert len(drawn) == 50 and "□" not in drawn
    cold = [lab.sample("The Time Machine", 30, 1e-4) for _ in range(2)]
    assert cold[0] == cold[1]
    drawn = lab.sample_ngram("Tang poems", 50, 5)
    assert len(drawn) == 50 and "□" not in drawn


@pytest.mark.parametrize(
    ("drawn", "couplets", "copied"),
    [
        ("床前明月光，疑是地上霜。\n舉頭", "100%", "50%"),
        ("床前明月光，疑是地霜。\n舉頭", "0%", "0%"),
        ("床前明月，疑是地上。\n舉頭", "0%", "0%"),
        ("一二三四五六七，一二三四五六七？\n\n一二，三。\n", "50%", "0%"),
    ],
)
def test_couplets_are_counted(
    lab: ModuleType, drawn: str, couplets: str, copied: str
) -> None:
    assert lab.check(drawn, "疑是地上霜").split() == [couplets, copied]


def test_endings_are_read_off_the_verses(lab: ModuleType) -> None:
    model, text = lab.models["Tang poems"], lab.texts["Tang poems"]
    characters = [text.characters[i] for i in text.test]
    places = [
        i
        for i in range(len(characters) - 5)
        if (i == 0 or characters[i - 1] in "，。\n")
        and characters[i + 5] in "，。\n"
        and not {*characters[i : i + 5]} & {*"，。\n"}
    ]
    assert len(places) > 10
    with torch.no_grad():
        logits = model.cpu()(text.test[None])[0][0].double().numpy()
    for found, n in zip(
        lab.endings("Tang poems", 0.5), (3, 4, 5), strict=True
    ):
        shares = []
        for place in places:
            odds = dict(
                zip(
                    text.characters[1:],
                    np.exp(logits[place + n - 1, 1:] / 0.5),
                    strict=True,
                )
            )
            marks = sum(odds.get(mark, 0) for mark in "，。？！\n")
            shares.append(marks / sum(odds.values()))
        assert math.isclose(found, np.mean(shares), rel_tol=1e-4)


def test_the_mean_of_two_models_is_of_probabilities(lab: ModuleType) -> None:
    name = "Tang poems"
    both = [lab.loss[name, m] for m in (lab.best_order[name], "GRU")]
    mean = (both[0].neg().exp() + both[1].neg().exp()) / 2
    torch.testing.assert_close(lab.half, -mean.log())


def test_the_notebook_names_its_run() -> None:
    """Hardware, versions, seed and time are of the run that is shown."""
    shown = printed(LAB)
    assert " 143,110 of text" in shown  # not at the scale of the tests
