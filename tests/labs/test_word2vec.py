"""The lab on word vectors, at a small scale."""

import gzip
import random
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch.nn import functional as F

from d2lcode import data
from d2lcode.data import RemoteFile
from d2lcode.embeddings.negative_sampling import sgns_loss
from tests.labs.notebook import ROOT, given, printed, run

pytest.importorskip("gensim")

LAB = "word2vec"

PAIRS = ["sun moon", "sun star", "cat dog", "cat horse", "bread rice"]
"""Words that always stand together, a pair or more of them."""

SIMILARITIES = "sun\tmoon\t9\nsun\tcat\t1\nCat\tdog\t8\nbread\tmoon\t0.5\n"
ANALOGIES = ": kin\nsun moon cat dog\nsun moon cat king\n: none\na b c d\n"


def sentences() -> str:
    """A row of words that go together, one after the other."""
    rng = random.Random(0)
    groups = [["sun", "moon", "star"], ["cat", "dog", "horse"]]
    groups.append(["bread", "rice", "soup"])
    rows = []
    for _ in range(900):
        group = rng.choice(groups)
        rows.append(" ".join(rng.choices(group, k=rng.randint(2, 12))))
    return "\n".join(["= Sun =", *rows, "", "A rare-word."])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The lab on sentences made up here, which needs no data."""
    folder = tmp_path_factory.mktemp("texts")

    def fetch(remote: RemoteFile) -> Path:
        path = remote.path_in(folder)
        path.parent.mkdir(exist_ok=True)
        if remote.file.endswith(".gz"):
            path.write_bytes(gzip.compress(sentences().encode()))
        else:
            analogies = remote.name == "word_analogy"
            path.write_text(ANALOGIES if analogies else SIMILARITIES)
        return path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "fetch", fetch)
        yield run(LAB, patch)


def test_the_lab_runs_on_the_real_text(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    folder = given()
    packed = folder / "word_analogy" / "questions-words.txt.gz"
    plain = folder / "word_analogy" / "questions-words.txt"
    for name in ("wiki_en_2018", "word_similarity"):
        if not (folder / name).is_dir():
            pytest.skip(f"needs {name} in {folder}")
        (tmp_path / name).symlink_to(folder / name)
    if not (packed.is_file() or plain.is_file()):
        pytest.skip(f"needs {plain}")
    (tmp_path / "word_analogy").mkdir()
    (tmp_path / "word_analogy" / "questions-words.txt").write_bytes(
        plain.read_bytes()
        if plain.is_file()
        else gzip.decompress(packed.read_bytes())
    )
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    lab = run(LAB, monkeypatch)
    printed = capsys.readouterr().out
    assert "34,637 words in 913 sentences" in printed
    assert sum(n for _, n in lab.found["ours"].values()) == sum(
        n for _, n in lab.found["gensim"].values()
    )


def test_without_the_text_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="D2LCODE_DATA must name a"):
        run(LAB, monkeypatch)
    monkeypatch.delenv("D2LCODE_DATA")
    cache = str(tmp_path / "cache")
    monkeypatch.setattr("pooch.os_cache", lambda name: cache)
    with pytest.raises(data.DownloadError, match="let D2LCODE_DATA name a"):
        run(LAB, monkeypatch)


def text_of(lab: ModuleType) -> tuple[torch.Tensor, torch.Tensor]:
    """Three sentences of words 0 to 19."""
    sizes = torch.tensor([40, 3, 27])
    line = torch.arange(3).repeat_interleave(sizes)
    rng = torch.Generator().manual_seed(0)
    return torch.randint(20, (70,), generator=rng), line


def test_blocks_show_every_window_once(lab: ModuleType) -> None:
    """Against a loop over the words, with the same draws of reaches."""
    text, line = text_of(lab)
    keep = torch.ones(20)
    rng = torch.Generator().manual_seed(1)
    steps = list(lab.blocks(text, line, keep, rng))
    rng = torch.Generator().manual_seed(1)
    torch.rand(len(text), generator=rng)  # who stays
    reach = torch.randint(1, lab.WINDOW + 1, (len(text),), generator=rng)
    expected = [
        (i, j)
        for i in range(70)
        for j in range(70)
        if i != j and abs(i - j) <= reach[i] and line[i] == line[j]
    ]
    found = []
    centres, around, seen = (
        torch.cat(parts) for parts in zip(*steps, strict=True)
    )
    for b, s, o in seen.nonzero().tolist():
        i, j = b * lab.S + s, b * lab.S + o - lab.WINDOW
        assert centres[b, s] == text[i] and around[b, o] == text[j]
        found.append((i, j))
    assert found == expected


def test_blocks_thin_out_the_text(lab: ModuleType) -> None:
    text = torch.zeros(20_000, dtype=torch.long)
    line = torch.arange(20_000) // 100
    rng = torch.Generator().manual_seed(0)
    steps = lab.blocks(text, line, torch.tensor([0.3]), rng)
    count = sum(centres.numel() for centres, _, _ in steps)
    assert count == pytest.approx(6_000, rel=0.05)


def test_shared_draws_have_the_loss_of_own_draws_on_average(
    lab: ModuleType,
) -> None:
    text, line = text_of(lab)
    rng = torch.Generator().manual_seed(0)
    _, around, seen = next(lab.blocks(text, line, torch.ones(20), rng))
    q = torch.rand(20, generator=rng).double()
    q /= q.sum()
    scores = torch.randn(len(around), lab.S, 20, generator=rng).double()
    own = lab.K * seen.sum(dim=2).double()  # (B, S): draws of each centre
    losses = -F.logsigmoid(-scores) @ q  # (B, S): of one draw
    total = 0.0
    runs = 400
    for _ in range(runs):
        drawn = torch.multinomial(q, lab.R, replacement=True, generator=rng)
        weight = (own / lab.R)[:, :, None].expand(-1, -1, lab.R)
        total += sgns_loss(
            scores[:, :, drawn], torch.zeros_like(weight), weight
        ).item()
    assert total / runs == pytest.approx((own * losses).sum().item(), rel=0.02)


def test_words_of_a_group_are_neighbours(lab: ModuleType) -> None:
    for learn in (lab.learn, lab.gensim_learn):
        words, made = learn(lab.sentences, 0)
        assert len(words) == 9 and made.shape == (9, lab.D)
        assert "rare" not in words
    texts = lab.sentences * 6  # ours, long enough to learn from
    words, made = lab.learn(texts, 0)
    cosine = F.normalize(made, dim=1) @ F.normalize(made, dim=1).T
    place = {word: i for i, word in enumerate(words)}
    for pair in PAIRS:
        a, b = pair.split()
        assert cosine[place[a], place[b]] > cosine.mean()


def test_a_seed_decides(lab: ModuleType) -> None:
    first, second = (lab.learn(lab.sentences, 3)[1] for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, lab.learn(lab.sentences, 4)[1])


def test_measures_by_hand(lab: ModuleType) -> None:
    words = ["sun", "moon", "cat", "dog", "king"]
    vectors = torch.tensor(
        [[1.0, 0, 0], [1, 0.5, 0], [0, 0, 1], [0, 0.5, 1], [0, -1, 0]]
    )
    # three pairs have both words: 9, 1 and 8, in the order of the cosines
    remote = lab.SIMILARITY["MEN"]
    assert lab.rank_correlation(words, vectors, remote) == pytest.approx(
        0.866, abs=1e-3
    )
    found = lab.analogies(words, vectors)
    assert found == {"kin": (1, 2), "none": (0, 0)}
    assert lab.measure(words, vectors)["analogies"] == 0.5


def test_word2vec_of_gensim_leaves_hits_out(lab: ModuleType) -> None:
    """With two words, all that gensim may draw for a pair is the other.

    With hits the score of the pair could not exceed log(1 / (5 / 2)).
    """
    model = lab.gensim.models.Word2Vec(
        [["a", "b"]] * 200, sg=1, negative=5, window=1, min_count=1,
        sample=0, vector_size=4, epochs=30, seed=0, workers=1,
    )  # fmt: skip
    scores = model.wv.vectors @ model.syn1neg.T
    a, b = model.wv.key_to_index["a"], model.wv.key_to_index["b"]
    assert scores[a, b] > 0 and scores[b, a] > 0


def test_defaults_of_gensim_are_those_of_the_chapter(lab: ModuleType) -> None:
    model = lab.gensim.models.Word2Vec()
    for page in ("en", "zh"):
        path = ROOT / f"docs/{page}/embeddings/negative_sampling.md"
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"`(\w+)=([\d.e-]+)`", text)
        named = dict(reversed(found))  # the first of a name counts
        names = {"vector_size", "window", "negative", "ns_exponent", "sample"}
        names |= {"alpha", "min_alpha", "epochs", "min_count", "sg"}
        assert set(named) == names
        for name, value in named.items():
            assert getattr(model, name) == float(value), name


def test_the_notebook_names_its_run() -> None:
    """Hardware, versions, seeds and time are of the run that is shown."""
    shown = printed(LAB, "gensim")
    assert "8,625,009 words" in shown  # not at the scale of the tests
    ratios = re.findall(r"gensim's = ([\d.]+)", shown)
    assert len(ratios) == 4
    assert all(float(ratio) < 2 for ratio in ratios)
