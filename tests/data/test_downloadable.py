"""The downloadable data sets: entries, readers, the real files."""

import gzip
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import torch

from d2lcode import data
from d2lcode.data import RemoteFile, downloadable

SHARED = Path(__file__).parents[3] / "shared" / "data"
REMOTE_FILES = [
    *downloadable.FASHION_MNIST["train"],
    *downloadable.FASHION_MNIST["test"],
    *downloadable.MOVIE_REVIEWS,
    downloadable.TANG_POEMS,
    downloadable.TATOEBA,
    downloadable.TIME_MACHINE,
]
PACKED = (*downloadable.MOVIE_REVIEWS, downloadable.TATOEBA)
"""Those that the folder of real files holds in another form."""


@pytest.fixture(scope="module")
def real_files() -> Iterator[None]:
    """Let D2LCODE_DATA name the folder with the real files, or skip."""
    folder = Path(os.environ.get("D2LCODE_DATA") or SHARED)
    rest = [r for r in REMOTE_FILES if r not in PACKED]
    if not all(remote.path_in(folder).is_file() for remote in rest):
        pytest.skip(f"needs the real files in {folder}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("D2LCODE_DATA", str(folder))
        yield


@pytest.mark.parametrize("remote", REMOTE_FILES, ids=str)
def test_entry_is_well_formed(remote: RemoteFile) -> None:
    assert re.fullmatch("[0-9a-f]{64}", remote.sha256)
    assert len(set(remote.urls)) == len(remote.urls)
    for url in remote.urls:
        assert re.match("https?://", url)
    if remote is downloadable.TANG_POEMS:  # its one source names it 唐诗三百首
        assert unquote(remote.urls[0]).endswith("/全唐诗/唐诗三百首.json")
    elif remote in downloadable.MOVIE_REVIEWS:  # no second source is known
        assert remote.urls[0].endswith("/rt-polaritydata/" + remote.file)
    elif remote is downloadable.TATOEBA:  # nor is one here
        assert remote.urls[0].endswith("/" + remote.file)
    else:
        assert len(remote.urls) >= 2
        assert all(url.endswith("/" + remote.file) for url in remote.urls)


@pytest.mark.parametrize("remote", REMOTE_FILES, ids=str)
def test_entry_agrees_with_the_manifest(remote: RemoteFile) -> None:
    manifest = SHARED / "MANIFEST.md"
    if not manifest.is_file():
        pytest.skip(f"needs {manifest}")
    row = re.search(
        rf"^\| {remote.name} \| `{remote.file}(?:\.gz)?` .*$",
        manifest.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert row
    assert f"`{remote.sha256}`" in row[0]
    packed = remote in PACKED
    original = f"`{remote.sha256}`" if packed else "same"
    assert f"| {remote.urls[0]} | {original} |" in row[0]


@pytest.mark.usefixtures("real_files")
def test_training_images_are_the_published_ones() -> None:
    X, y = data.fashion_mnist()
    assert X.shape == (60_000, 1, 28, 28)
    assert (X.dtype, y.dtype) == (torch.float32, torch.int64)
    assert (X.min().item(), X.max().item()) == (0, 1)
    assert X.mean().item() == pytest.approx(0.2860, abs=5e-5)
    assert X.std().item() == pytest.approx(0.3530, abs=5e-5)
    assert y.bincount().tolist() == [6_000] * 10
    assert data.FASHION_MNIST_CLASSES[y[0]] == "Ankle boot"


@pytest.mark.usefixtures("real_files")
def test_test_images_are_the_published_ones() -> None:
    X, y = data.fashion_mnist("test")
    assert X.shape == (10_000, 1, 28, 28)
    assert y.bincount().tolist() == [1_000] * 10
    trousers = X[y == 1].mean(dim=(0, 1))  # (28, 28)
    assert trousers[24, 14] < 0.5 * trousers[24, 11]  # between the legs


@pytest.mark.usefixtures("real_files")
def test_time_machine_is_the_whole_novel() -> None:
    text = data.time_machine()
    assert len(text) == 178_887
    assert text.isascii()
    assert len(text.splitlines()) == 643
    assert len(text.split()) == 32_306
    assert text.startswith("The Time Machine, by H. G. Wells [1898]\n")


@pytest.mark.usefixtures("real_files")
def test_tang_poems_are_the_whole_anthology() -> None:
    poems = data.tang_poems()
    assert len(poems) == 366
    assert len(set(poems)) == 353
    assert "白日依山盡，黃河入海流。\n欲窮千里目，更上一層樓。" in poems
    text = "".join(poems)
    assert not set(text) & set("[]")
    strange = {c for c in text if not "\u4e00" <= c <= "\u9fff"}
    assert strange == set("，。？！\n㔩㸌")


def test_movie_reviews_are_all_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for remote in downloadable.MOVIE_REVIEWS:
        packed = SHARED / remote.name / f"{remote.file}.gz"
        if not packed.is_file():
            pytest.skip(f"needs {packed}")
        path = remote.path_in(tmp_path)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.decompress(packed.read_bytes()))
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    texts, y = data.movie_reviews()
    assert len(texts) == len(set(texts)) == 10_662
    assert y.dtype == torch.int64
    assert y.tolist() == [0] * 5_331 + [1] * 5_331
    assert texts[0] == "simplistic , silly and tedious ."
    assert "effective but too-tepid biopic" in texts[5_331:]
    lengths = [len(text.split()) for text in texts]
    assert (min(lengths), max(lengths)) == (1, 59)
    assert all(text == " ".join(text.split()) for text in texts)


def test_tatoeba_is_the_whole_selection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = downloadable.TATOEBA
    packed = SHARED / remote.name / f"{remote.file}.gz"
    if not packed.is_file():
        pytest.skip(f"needs {packed}")
    path = remote.path_in(tmp_path)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    pairs = data.tatoeba()
    assert len(pairs) == 29_155
    assert pairs[:2] == [("Hi.", "嗨。"), ("Hi.", "你好。")]
    assert len({english for english, _ in pairs}) == 27_661
    assert all(english and chinese for english, chinese in pairs)
    sizes = [len(english) for english, _ in pairs]
    assert sizes[0] == min(sizes) and max(sizes) == 163


def test_splits_are_read_from_their_own_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(file: str, content: bytes) -> RemoteFile:
        packed = gzip.compress(content)
        sha256 = hashlib.sha256(packed).hexdigest()
        remote = RemoteFile("fashion_mnist", file, sha256, ())
        path = remote.path_in(tmp_path)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(packed)
        return remote

    for number, split in enumerate(["train", "test"], start=1):
        sizes = b"".join(bytes([0, 0, 0, n]) for n in (number, 28, 28))
        pixels = bytes([51 * number]) * (number * 28 * 28)
        labels = bytes([number] * number)
        entry = (
            put(f"{split}-images", bytes([0, 0, 8, 3]) + sizes + pixels),
            put(f"{split}-labels", bytes([0, 0, 8, 1]) + sizes[:4] + labels),
        )
        monkeypatch.setitem(downloadable.FASHION_MNIST, split, entry)
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    for number, split in enumerate(["train", "test"], start=1):
        X, y = data.fashion_mnist(split)
        torch.testing.assert_close(
            X, torch.full((number, 1, 28, 28), 0.2 * number)
        )
        assert y.tolist() == [number] * number


@pytest.mark.parametrize("split", ["valid", "Train", ""])
def test_another_split_is_refused(split: str) -> None:
    message = f"split must be one of .'train', 'test'., got '{split}'"
    with pytest.raises(ValueError, match=message):
        data.fashion_mnist(split)
