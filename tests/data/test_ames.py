"""The houses of Ames: the recipe, the download, the given files."""

import gzip
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from d2lcode import data
from d2lcode.data import RemoteFile, ames

SHARED = Path(__file__).parents[3] / "shared" / "data"
TABLE = (
    "Order\tPID\tMS SubClass\tYear Remod/Add\tAlley\tLot Frontage\t"
    "Sale Type\tSalePrice\n"
    "1\t0526\t020\t1960\tNA\t141\tWD \t215000\n"
    "2\t0527\t120\t1961\t\t\tWD \t105000\n"
    "3\t0528\t060\t1958\tPave\t80\tNew\t172000\n"
)
FILES = {
    "train": (
        "Id,MSSubClass,YearRemodAdd,Alley,LotFrontage,SaleType,SalePrice\n"
        "1,20,1960,NA,141,WD,215000\n"
        "3,60,1958,Pave,80,New,172000\n"
    ),
    "test": (
        "Id,MSSubClass,YearRemodAdd,Alley,LotFrontage,SaleType\n"
        "2,120,1961,NA,NA,WD\n"
    ),
    "prices": "Id,SalePrice\n2,105000\n",
}


def given(file: str) -> bytes:
    """A file of the given data, unpacked, or skip."""
    folder = Path(os.environ.get("D2LCODE_DATA") or SHARED) / "ames_housing"
    path = folder / f"{file}.gz"
    if not path.is_file():
        pytest.skip(f"needs {path}")
    return gzip.decompress(path.read_bytes())


@pytest.fixture
def real_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let D2LCODE_DATA name a folder with the real file, unpacked."""
    content = given("AmesHousing.txt")
    path = ames.AMES_HOUSING.path_in(tmp_path)
    path.parent.mkdir()
    path.write_bytes(content)
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A server of TABLE in place of the real mirrors; its folder."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "AmesHousing.txt").write_text(TABLE, encoding="ascii")

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        remote = RemoteFile(
            "ames_housing",
            "AmesHousing.txt",
            hashlib.sha256(TABLE.encode()).hexdigest(),
            (f"http://127.0.0.1:{running.server_port}/AmesHousing.txt",),
        )
        monkeypatch.setattr(ames, "AMES_HOUSING", remote)
        monkeypatch.delenv("D2LCODE_DATA", raising=False)
        yield folder
        running.shutdown()
        thread.join()


def test_recipe_by_hand() -> None:
    assert ames.contest_files(TABLE) == FILES


@pytest.mark.parametrize(
    "column", ["Order", "PID", "MS SubClass", "SalePrice"]
)
def test_a_table_without_its_columns_is_refused(column: str) -> None:
    lost = TABLE.replace(column, "Other", 1)
    name = {"Order": "Id"}.get(column, column.replace(" ", ""))
    with pytest.raises(ValueError, match=f"text must have the column {name},"):
        ames.contest_files(lost)


def test_download_is_cached_and_read(server: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    train = data.ames_housing(folder=cache)
    assert (cache / "ames_housing" / "AmesHousing.txt").is_file()
    (server / "AmesHousing.txt").unlink()
    assert list(train.columns) == FILES["train"].split("\n")[0].split(",")
    assert train["Id"].tolist() == [1, 3]
    assert train["MSSubClass"].tolist() == [20, 60]
    assert train["Alley"].isna().tolist() == [True, False]
    assert train["SaleType"].tolist() == ["WD", "New"]
    test = data.ames_housing("test", cache)
    assert test["Id"].tolist() == [2] and "SalePrice" not in test
    assert test["LotFrontage"].isna().all()
    prices = data.ames_housing("prices", cache)
    assert prices.to_dict("list") == {"Id": [2], "SalePrice": [105_000]}


def test_another_file_is_refused(server: Path, tmp_path: Path) -> None:
    (server / "AmesHousing.txt").write_text(TABLE + "4", encoding="ascii")
    with pytest.raises(
        data.DownloadError, match="no mirror gave ames_housing"
    ):
        data.ames_housing(folder=tmp_path / "cache")


@pytest.mark.parametrize("split", ["valid", "Train", ""])
def test_another_split_is_refused(split: str) -> None:
    message = (
        f"split must be one of .'train', 'test', 'prices'., got '{split}'"
    )
    with pytest.raises(ValueError, match=message):
        data.ames_housing(split)


def test_entry_agrees_with_the_manifest() -> None:
    manifest = SHARED / "MANIFEST.md"
    if not manifest.is_file():
        pytest.skip(f"needs {manifest}")
    row = re.search(
        r"^\| ames_housing \| `AmesHousing.txt.gz` .*$",
        manifest.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert row
    remote = ames.AMES_HOUSING
    assert row[0].endswith(f"| {remote.urls[0]} | `{remote.sha256}` |")
    assert len(set(remote.urls)) == 2
    for url in remote.urls:
        assert re.match(rf"https?://.*/{remote.file}\Z", url)


@pytest.mark.parametrize(
    "split, file",
    [("train", "train"), ("test", "test"), ("prices", "test_prices")],
)
def test_recipe_makes_the_given_files(split: str, file: str) -> None:
    text = given("AmesHousing.txt").decode("ascii")
    assert ames.contest_files(text)[split].encode() == given(f"{file}.csv")


@pytest.mark.usefixtures("real_folder")
def test_the_real_houses() -> None:
    train, test, prices = map(data.ames_housing, ames.SPLITS)
    assert (train.shape, test.shape) == ((1465, 81), (1465, 80))
    assert train["Id"].tolist() == list(range(1, 2931, 2))
    assert test["Id"].tolist() == list(range(2, 2931, 2))
    assert prices["Id"].equals(test["Id"])
    assert train["SalePrice"].min() == 34_900
    assert prices["SalePrice"].min() == 12_789
    numbers = train.select_dtypes("number").columns
    assert len(numbers) == 38  # Id, MSSubClass and SalePrice among them
    assert train["Alley"].isna().mean() > 0.9  # there is none
    assert "None" in set(train["MasVnrType"])  # is a word
    assert not pd.isna(train["MasVnrType"]).all()
