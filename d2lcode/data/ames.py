"""The houses of Ames, Iowa, in the format of a contest."""

import io
import re

import pandas as pd

from d2lcode.data.download import Folder, RemoteFile, fetch

AMES_HOUSING = RemoteFile(
    "ames_housing",
    "AmesHousing.txt",
    "6cfe6cb525ba437de428653a1040e2aed7d696640bf75203786a6d7a0e67cfcc",
    (
        (
            "https://raw.githubusercontent.com/rasbt/machine-learning-book/"
            "35ab3774e8e249c43a98209d8efd94c060102003/ch09/AmesHousing.txt"
        ),
        "http://jse.amstat.org/v19n3/decock/AmesHousing.txt",
    ),
)

SPLITS = ("train", "test", "prices")


def ames_housing(
    split: str = "train", folder: Folder | None = None
) -> pd.DataFrame:
    """Return houses that were sold in Ames from 2006 to 2010.

    A row is a sale, with its number `Id`; NaN stands for a cell "NA",
    which in a column of words often means that there is none.

    split: "train" (1,465 odd Ids, 79 columns about the house, and its
        SalePrice in dollars), "test" (1,465 even Ids, no prices), or
        "prices" (the prices of "test": Id, SalePrice). `folder`: where
        downloads are kept (0.9 MB), see `fetch`.

    Deviation: columns are named and ordered as in the contest "House
        Prices: Advanced Regression Techniques"; the split is not its.
    Raises: ValueError for another split; what `fetch` raises.
    Source: Dean De Cock, "Ames, Iowa: Alternative to the Boston Housing
        Data as an End of Semester Regression Project", 2011,
        doi:10.1080/10691898.2011.11889627.
    """
    if split not in SPLITS:
        raise ValueError(f"split must be one of {SPLITS}, got {split!r}")
    text = fetch(AMES_HOUSING, folder).read_text(encoding="ascii")
    return pd.read_csv(
        io.StringIO(contest_files(text)[split]),
        keep_default_na=False,
        na_values=["NA"],
    )


def contest_files(text: str) -> dict[str, str]:
    """Turn the published table into the three files of a contest.

    The parcel's number is dropped, the columns lose spaces and slashes,
    `Order` is called `Id`, cells lose white space around them, empty
    ones are "NA", and MSSubClass loses its leading zeros.

    Raises: ValueError if the text lacks one of the columns named here.
    """
    table = pd.read_csv(
        io.StringIO(text), sep="\t", dtype=str, keep_default_na=False
    )
    names = {name: re.sub("[ /]", "", name) for name in table}
    table = table.rename(columns=names).rename(columns={"Order": "Id"})
    for name in ("Id", "PID", "MSSubClass", "SalePrice"):
        if name not in table:
            raise ValueError(
                f"text must have the column {name}, got {list(table)}"
            )
    table = table.drop(columns="PID")
    for name in table:
        table[name] = table[name].str.strip().replace("", "NA")
    table["MSSubClass"] = table["MSSubClass"].str.lstrip("0")
    odd = table["Id"].astype(int) % 2 == 1
    files = {
        "train": table[odd],
        "test": table[~odd].drop(columns="SalePrice"),
        "prices": table.loc[~odd, ["Id", "SalePrice"]],
    }
    return {
        name: rows.to_csv(index=False, lineterminator="\n")
        for name, rows in files.items()
    }
