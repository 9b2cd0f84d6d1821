"""The lab on English and Chinese sentences, at a small scale."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

from d2lcode import data
from d2lcode.attention.bleu import bleu
from d2lcode.attention.machine_translation import EOS
from d2lcode.data import downloadable
from tests.labs.notebook import printed, run, unpack

LAB = "translation"


def made_up() -> list[tuple[str, str]]:
    """As data.tatoeba: sentences with capitals, marks and no spaces."""
    pairs = []
    for en, zh in data.make_translations(3_000, seed=0):
        sentence = en[0].upper() + en[1:].replace(" .", ".")
        pairs.append((sentence, zh.replace(" ", "")))
    return [*pairs, (pairs[0][0], "完全不同。")]


@pytest.fixture(scope="module")
def lab() -> Iterator[ModuleType]:
    """The lab on sentences made up here, which needs no data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "tatoeba", made_up)
        yield run(LAB, patch)


def test_the_lab_runs_on_the_real_sentences(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    unpack(downloadable.TATOEBA, tmp_path)
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    run(LAB, monkeypatch)
    printed = capsys.readouterr().out
    assert "29,155 pairs, 14,741 of them with at most 7 words" in printed
    assert "hardware" in printed and "processor time" in printed


def test_parts_share_no_english_sentence(lab: ModuleType) -> None:
    learned = {en for en, _ in lab.train_pairs}
    assert not learned & set(lab.test) and not learned & lab.dev
    assert not lab.dev & set(lab.test)
    assert {en for en, _ in lab.dev_pairs} == lab.dev
    for en, references in lab.references.items():
        written = ["".join(zh) for zh in references]
        assert written == [zh for other, zh in lab.pairs if other == en]


def test_pieces_make_the_sentence_again(lab: ModuleType) -> None:
    for pair in lab.train_pairs[:50]:
        en, zh = lab.apart(pair)
        assert en.replace(" ", "").replace("_", " ") == pair[0]
        assert zh.replace(" ", "") == pair[1]
    english = [en for en, _ in lab.train_pairs]
    words = [w for en in english for w in lab.tokenize(en, lab.PIECE)]
    assert set(lab.counts) == set(words)


def test_looking_up_finds_the_sentence_itself(lab: ModuleType) -> None:
    own = (lab.seen @ lab.seen.T).toarray()
    torch.testing.assert_close(
        torch.tensor(own.diagonal()), torch.ones(len(own)).double()
    )
    for i, place in enumerate(lab.nearest):
        assert lab.alike[i, place] == lab.alike[i].max()
        chinese = "".join(lab.made["lookup"][i])
        assert (lab.known[place], chinese) == lab.train_pairs[place]


def test_the_rate_goes_up_and_down(lab: ModuleType) -> None:
    rates = [lab.rate(step, 50, 0.4) for step in range(51)]
    assert rates[0] == rates[50] == 0
    assert rates[5] == max(rates) == 0.4
    assert rates == [*sorted(rates[:6]), *sorted(rates[6:], reverse=True)]


def test_recurrent_networks_are_equally_large(lab: ModuleType) -> None:
    one, other = (
        sum(p.numel() for p in lab.network(name).parameters())
        for name in ("vector", "attention")
    )
    assert one == other


def test_translations_are_the_likeliest_characters(lab: ModuleType) -> None:
    sentences = lab.test[:3]
    bos = lab.text.target[lab.BOS]
    for name in lab.NAMES:
        model = lab.models[name, 0]
        made = lab.translate(name, model, sentences)
        ended = [" ".join(row) for row in made]
        batch = lab.text.batch(
            [
                (lab.apart((en, ""))[0], zh)
                for en, zh in zip(sentences, ended, strict=True)
            ]
        )
        inputs = lab.shift(batch.target, bos)
        with torch.no_grad():
            logits = model(batch.source, batch.source_len, inputs)
        numbers = logits.argmax(dim=2)
        for row, found in zip(made, numbers.tolist(), strict=True):
            told = lab.text.target.decode(found)[: len(row) + 1]
            assert told[: len(row)] == row
            assert len(row) == 30 or told[len(row)] == EOS


def test_scores_are_those_of_bleu(lab: ModuleType) -> None:
    references = [lab.references[en] for en in lab.test]
    for key, made in lab.made.items():
        score = lab.bleu_of(lab.known_rows[key])
        assert score == pytest.approx(bleu(made, references))
    assert lab.interval([float(i) for i in range(1_000)]) == "25.0 to 974.0"


def test_the_notebook_names_its_run() -> None:
    """Hardware, versions, seed and time are of the run that is shown."""
    shown = printed(LAB)
    assert "12,595 pairs to learn from" in shown  # not at this scale
    assert len(re.findall(r"seed \d: loss", shown)) == 9
