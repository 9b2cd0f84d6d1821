"""The lab on the houses of Ames, at a small scale."""

import gzip
import math
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import torch

from d2lcode import data
from d2lcode.data import ames
from tests.labs.notebook import given, printed, run

LAB = "house_prices"

GRADES = ["Po", "Fa", "TA", "Gd", "Ex"]
FINISH = ["Unf", "Rec", "GLQ"]
WORDS = {
    **dict.fromkeys(["ExterQual", "ExterCond", "HeatingQC"], GRADES),
    **dict.fromkeys(["KitchenQual", "FireplaceQu", "PoolQC"], GRADES),
    **dict.fromkeys(["BsmtQual", "BsmtCond"], GRADES),
    **dict.fromkeys(["GarageQual", "GarageCond"], GRADES),
    **dict.fromkeys(["BsmtFinType1", "BsmtFinType2"], FINISH),
    "BsmtExposure": ["No", "Mn", "Av", "Gd"],
    "GarageFinish": ["Unf", "RFn", "Fin"],
    "PavedDrive": ["N", "P", "Y"],
    "LandSlope": ["Sev", "Mod", "Gtl"],
    "LotShape": ["IR1", "Reg"],
    "Functional": ["Sal", "Min1", "Typ"],
    "GarageType": ["Attchd", "Detchd"],
    "MasVnrType": ["None", "Stone"],
    "RoofMatl": ["CompShg", "WdShake"],
    "Neighborhood": ["NAmes", "OldTown", "Gilbert"],
    "SaleType": ["WD", "New"],
    "SaleCondition": ["Normal", "Abnorml", "Partial"],
}
NUMBERS = {
    "MSSubClass": (20, 60),
    "MoSold": (1, 12),
    "YrSold": (2006, 2010),
    "YearBuilt": (1900, 2005),
    "YearRemodAdd": (1950, 2010),
    "GarageYrBlt": (1900, 2005),
    "OverallQual": (1, 10),
    "OverallCond": (1, 10),
    "GrLivArea": (500, 3000),
    "LotArea": (2000, 20_000),
    "LotFrontage": (20, 120),
    **dict.fromkeys(["1stFlrSF", "2ndFlrSF", "TotalBsmtSF"], (100, 1000)),
    **dict.fromkeys(["BsmtFinSF1", "BsmtFinSF2", "BsmtUnfSF"], (0, 500)),
    **dict.fromkeys(["MasVnrArea", "GarageArea"], (0, 500)),
    **dict.fromkeys(["FullBath", "HalfBath", "GarageCars"], (0, 3)),
    **dict.fromkeys(["BsmtFullBath", "BsmtHalfBath"], (0, 2)),
}
HOLES = ["LotFrontage", "GarageYrBlt", "MasVnrArea", "PoolQC", "GarageType"]


def houses() -> pd.DataFrame:
    """Made up: 130 rows with the columns that the lab names."""
    rng, n = np.random.default_rng(0), 130
    table = pd.DataFrame({"Id": np.arange(1, n + 1)})
    for name, (low, high) in NUMBERS.items():
        table[name] = rng.integers(low, high + 1, n)
    for name, words in WORDS.items():
        table[name] = rng.choice(words, n).astype(object)
    for name in HOLES:
        table[name] = table[name].mask(rng.random(n) < 0.3)
    table.loc[[0, 1, 2], "GrLivArea"] = [5000, 4500, 4200]
    table.loc[2, "GarageYrBlt"] = 2207
    table.loc[3, "RoofMatl"] = "Roll"  # only the test file has it
    log = 7 + 0.6 * np.log(table["GrLivArea"]) + 0.08 * table["OverallQual"]
    log += 0.1 * rng.normal(size=n)
    return table.assign(SalePrice=np.exp(log).round().astype(int))


def made_up(split: str) -> pd.DataFrame:
    """As data.ames_housing."""
    table = houses()
    rows = table[(table["Id"] % 2 == 1) == (split == "train")]
    rows = rows.reset_index(drop=True)
    if split == "prices":
        return rows[["Id", "SalePrice"]]
    return rows if split == "train" else rows.drop(columns="SalePrice")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The lab on houses made up here, which needs no data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "ames_housing", made_up)
        sent = tmp_path_factory.mktemp("sent")
        patch.setattr("tempfile.mkdtemp", lambda: str(sent))
        yield run(LAB, patch)


def test_the_lab_runs_on_the_first_real_houses(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    folder = given()
    packed = folder / "ames_housing" / "AmesHousing.txt.gz"
    if not packed.is_file():
        pytest.skip(f"needs {packed}")
    path = ames.AMES_HOUSING.path_in(tmp_path)
    path.parent.mkdir()
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    monkeypatch.setenv("D2LCODE_DATA", str(tmp_path))
    whole = {split: data.ames_housing(split) for split in ames.SPLITS}
    monkeypatch.setattr(
        data, "ames_housing", lambda split: whole[split].iloc[600:800].copy()
    )
    monkeypatch.setattr("tempfile.mkdtemp", lambda: str(tmp_path))
    lab = run(LAB, monkeypatch)
    assert len(lab.NUMBERS) == 34 and len(lab.WORDS) == 45
    assert lab.log_rmse(lab.sale, lab.secret) < 0.3
    assert "hardware" in capsys.readouterr().out


def test_the_submission_is_in_the_format(lab: ModuleType) -> None:
    sent = pd.read_csv(lab.file)
    assert lab.file.name == "submission.csv"
    assert list(sent.columns) == ["Id", "SalePrice"]
    assert sent["Id"].tolist() == list(range(2, 131, 2))
    assert (sent["SalePrice"] > 0).all()
    mean = sum(lab.fitted[name].log() for name in lab.MEMBERS) / 4
    np.testing.assert_allclose(sent["SalePrice"], mean.exp(), rtol=1e-6)


def test_codes_are_words_and_no_price_is_a_feature(lab: ModuleType) -> None:
    assert {"MSSubClass", "MoSold"} <= set(lab.WORDS)
    for names in (lab.NUMBERS, lab.WORDS, lab.sums, lab.words):
        assert not {"Id", "SalePrice"} & set(names)
    assert "SalePrice" not in lab.train
    assert set(lab.sums) & set(lab.words) == set()


def test_orders_and_repairs_by_hand(lab: ModuleType) -> None:
    table = houses().iloc[:3].copy()
    table["ExterQual"] = ["Po", "Ex", None]
    table["Functional"] = ["Sal", "Typ", "Min1"]
    table["MasVnrArea"] = [math.nan, 5.0, math.nan]
    made = lab.with_orders(table)
    assert made["ExterQual"].tolist() == [1, 5, 0]
    assert made["Functional"].tolist() == [1, 8, 7]
    assert made["MasVnrArea"].tolist() == [0, 5, 0]
    assert math.isnan(made["GarageYrBlt"].iloc[2])  # of 2207
    alone = pd.concat([lab.with_orders(table[i : i + 1]) for i in range(3)])
    pd.testing.assert_frame_equal(made, alone, check_dtype=False)


def test_sums_by_hand(lab: ModuleType) -> None:
    row = lab.with_orders(houses().iloc[[5]])
    made, old = lab.with_sums(row).iloc[0], row.iloc[0]
    floors = old["TotalBsmtSF"] + old["1stFlrSF"] + old["2ndFlrSF"]
    assert made["logFloors"] == pytest.approx(math.log(floors))
    assert made["Age"] == old["YrSold"] - old["YearBuilt"]
    half = 0.5 * (old["HalfBath"] + old["BsmtHalfBath"])
    assert made["Baths"] == old["FullBath"] + old["BsmtFullBath"] + half
    times = old["OverallQual"] * math.log(old["GrLivArea"])
    assert made["QualityTimesArea"] == pytest.approx(times)


def test_giants_are_predicted_and_not_learned(lab: ModuleType) -> None:
    table, y = lab.summed[0], lab.y.clone()
    linear = lab.linear_model(0.01)
    predictions = []
    for price in (1.0, 1e9):
        y[torch.tensor(lab.giant.to_numpy())] = price
        pipeline = lab.WithoutGiants(lab.sums, lab.words, linear)
        pipeline.fit(table, y)
        predictions.append(pipeline.predict(table))
    assert lab.giant.sum() == 2
    assert torch.equal(*predictions)


def test_sklearn_pipelines_learn_the_logarithm(lab: ModuleType) -> None:
    constant = lab.log_rmse(
        torch.full_like(lab.y, lab.y.log().mean().exp()), lab.y
    )
    for make in (lab.ridge_baseline, lab.trees_baseline):
        pipeline = make()
        pipeline.fit(lab.train, lab.y)
        made = pipeline.predict(lab.train)
        assert (made > 0).all()
        assert lab.log_rmse(made, lab.y) < 0.8 * constant


def test_members_and_shares(lab: ModuleType) -> None:
    assert sum(lab.shares.values()) == pytest.approx(1)
    assert min(lab.shares.values()) >= 0
    assert lab.alone - lab.spread == pytest.approx(lab.together)
    assert lab.log_rmse(lab.folds["equal shares"], lab.y) == pytest.approx(
        math.sqrt(lab.together)
    )
    for name in lab.folds:
        assert lab.folds[name].isfinite().all()
        assert lab.fitted[name].shape == (len(lab.test),)


def test_the_notebook_names_its_run() -> None:
    """Hardware, versions, seed and time are of the run that is shown."""
    shown = printed(LAB)
    assert "1465 houses with prices" in shown  # not at the tests' scale
