"""The lab on real film reviews, at a small scale."""

import itertools
import math
import random
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

from d2lcode import data
from d2lcode.data import downloadable
from d2lcode.data.containers import Texts
from tests.labs.notebook import printed, run, unpack

LAB = "sentiment"


def made_up() -> Texts:
    """As data.movie_reviews: the first half of the texts is class 0."""
    texts, y = data.make_reviews(400, seed=0)
    order = y.argsort(stable=True)
    return Texts([texts[i] for i in order.tolist()], y[order])


@pytest.fixture(scope="module")
def lab() -> Iterator[ModuleType]:
    """The lab on reviews made up here, which needs no data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "movie_reviews", made_up)
        yield run(LAB, patch)


def test_the_lab_runs_on_the_real_sentences(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    for remote in downloadable.MOVIE_REVIEWS:
        unpack(remote, tmp_path)
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    lab = run(LAB, monkeypatch)
    printed = capsys.readouterr().out
    assert "words: 1 to 59, on average 21.0; 10,662 texts differ" in printed
    assert all(0.3 < lab.share("counting", f.test) < 0.8 for f in lab.folds)
    assert "hardware" in printed and "processor time" in printed


def test_folds_do_not_overlap(lab: ModuleType) -> None:
    whole = [lab.Fold(k) for k in range(lab.FOLDS)]
    tested = [i for fold in whole for i in fold.test]
    assert sorted(tested) == sorted(lab.order)
    for fold in whole:
        parts = [*fold.train, *fold.dev, *fold.test]
        assert sorted(parts) == sorted(lab.order)
        assert len(fold.test) == 30 and len(fold.dev) == 27


def test_the_vocabulary_is_of_the_training_part(lab: ModuleType) -> None:
    for fold in lab.folds:
        words = [w for i in fold.train for w in lab.texts[i].split()]
        for word in fold.vocab.tokens[1:]:
            assert words.count(word) >= 2
        assert set(fold.vocab.counts) == set(words)
        i = fold.test[0]
        numbers = [fold.vocab[w] for w in lab.texts[i].split()]
        assert fold.rows[i].tolist() == numbers


def test_batches_hold_every_text_once(lab: ModuleType) -> None:
    fold = lab.folds[0]
    random.seed(0)
    for shuffle in (True, False):
        seen = []
        for x, valid_len, target in lab.batches(fold, fold.train, shuffle):
            assert len(x) == len(valid_len) == len(target) <= 50
            rows = zip(x, valid_len.tolist(), strict=True)
            seen += [tuple(row[:n].tolist()) for row, n in rows]
        expected = [tuple(fold.rows[i].tolist()) for i in fold.train]
        assert sorted(seen) == sorted(expected)
        if not shuffle:
            assert seen == expected


def test_hits_are_in_the_order_of_the_texts(lab: ModuleType) -> None:
    model, fold = lab.cnns[0], lab.folds[0]
    found = lab.hits(model, fold, fold.test)
    for i, hit in zip(fold.test, found, strict=True):
        row = fold.rows[i]
        logits = model(row[None], torch.tensor([len(row)]))
        assert hit == (logits.argmax().item() == lab.y[i].item())
        assert lab.right["TextCNN"][i] == hit


def test_training_stops_and_keeps_the_best(lab: ModuleType) -> None:
    fold = lab.folds[0]
    torch.manual_seed(0)
    random.seed(0)
    model = lab.start(lab.TextCNN(len(fold.vocab), 16, 8))
    history = lab.train(model, fold, lr=5e-3, epochs=12)
    dev = [value for value, _ in history]
    assert all(b > a for a, b in itertools.pairwise(dev[:-1]))
    kept = lab.mean(lab.hits(model, fold, fold.dev))
    assert math.isclose(kept, max(dev))
    assert len(dev) == 12 or dev[-1] <= max(dev[:-1])


def test_standard_error_by_hand(lab: ModuleType) -> None:
    values = [1.0, 0.0, 0.0, 1.0, 1.0]
    variance = (3 * 0.4**2 + 2 * 0.6**2) / 4
    expected = math.sqrt(variance / 5)
    assert lab.standard_error(values) == pytest.approx(expected)


def test_random_vectors_touch_only_new_words(lab: ModuleType) -> None:
    model, fold = lab.cnns[0], lab.folds[0]
    before = lab.hits(model, fold, fold.test)
    weight, rows = model.embedding.weight.clone(), dict(fold.rows)
    changed = lab.with_test_words(model, fold)
    assert lab.hits(model, fold, fold.test) == before  # all is put back
    assert torch.equal(model.embedding.weight, weight)
    assert fold.rows.keys() == rows.keys()
    seen = set(fold.vocab.counts)
    for i, a, b in zip(fold.test, before, changed, strict=True):
        if set(lab.texts[i].split()) <= seen:
            assert a == b


def test_the_notebook_names_its_run() -> None:
    """Hardware, versions, seed and time are of the run that is shown."""
    shown = printed(LAB)
    assert "8,635 sentences to learn from" in shown  # not at this scale
    assert len(re.findall(r"^fold \d: dev", shown, re.MULTILINE)) == 15
