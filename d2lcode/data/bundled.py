"""Real data sets that come with scikit-learn: no network, no waiting."""

import re
from importlib import resources

import torch
from sklearn import datasets
from torch import Tensor

from d2lcode.data.containers import Images, Table

PHOTOS = ("china", "flower")

# those whose text is the same in scikit-learn 1.7 and in 1.9
DESCRIPTIONS = (
    "breast_cancer",
    "covtype",
    "diabetes",
    "digits",
    "iris",
    "kddcup99",
    "lfw",
    "linnerud",
    "olivetti_faces",
    "rcv1",
    "species_distributions",
    "twenty_newsgroups",
)


def load_digits() -> Images:
    """Return handwritten digits, 174 to 183 of each class 0..9.

    A pixel is the share of ink in a 4 x 4 block of a 32 x 32 scan.

    Shapes: X (1797, 1, 8, 8) float32 in 0..1 (multiples of 1/16),
        y (1797,) int64.
    Source: Alpaydin and Kaynak, "Optical Recognition of Handwritten
        Digits", UCI Machine Learning Repository, 1998 (its test part).
    """
    digits = datasets.load_digits()
    X = torch.tensor(digits.images, dtype=torch.float32) / 16
    y = torch.tensor(digits.target, dtype=torch.int64)
    return Images(X.unsqueeze(1), y)


def load_diabetes(*, scaled: bool = True) -> Table:
    """Return 442 patients and how far their diabetes went in a year.

    scaled: each column minus its mean, divided by its standard
        deviation times sqrt(442), so that its squares sum to 1 (its
        standard deviation is 0.048, not 1). All 442 rows took part in
        that, rows held out for a test, too; `scaled=False` gives the
        raw columns: age in years, sex 1 or 2, body mass index, average
        blood pressure, six blood serum measurements s1..s6.

    Shapes: X (442, 10) float32, y (442,) float32, whole numbers 25..346.
    Source: Efron, Hastie, Johnstone and Tibshirani, "Least Angle
        Regression", Annals of Statistics 32(2), 2004.
    """
    diabetes = datasets.load_diabetes(scaled=scaled)
    return Table(
        torch.tensor(diabetes.data, dtype=torch.float32),
        torch.tensor(diabetes.target, dtype=torch.float32),
        tuple(diabetes.feature_names),
    )


def load_photo(name: str) -> Tensor:
    """Return a colour photograph: "china" (a palace) or "flower".

    Shapes: -> (3, 427, 640) float32 in 0..1: red, green, blue.
    Raises: ValueError if there is no photograph of that name.
    Source: Flickr, CC BY 2.0: 6061409035 by danielbuechele (china),
        6056698931 by vultilion (flower).
    """
    if name not in PHOTOS:
        raise ValueError(f"name must be one of {PHOTOS}, got {name!r}")
    photo = torch.tensor(datasets.load_sample_image(f"{name}.jpg"))
    return photo.permute(2, 0, 1).contiguous().float() / 255


def load_descriptions() -> str:
    """Return English prose: what scikit-learn says of 12 data sets.

    About 2,400 words in 15,500 characters, a paragraph a line, in the
    order of the data sets' names. Left out are tables, lists, code,
    headings, references, and the markup of links and names.

    Source: the user guide of scikit-learn, BSD-3-Clause; the text is
        that of its versions 1.7 to 1.9.
    """
    folder = resources.files("sklearn.datasets") / "descr"
    return "".join(
        _prose((folder / f"{name}.rst").read_text(encoding="utf-8"))
        for name in DESCRIPTIONS
    )


def _prose(source: str) -> str:
    """Return the paragraphs of a text in reStructuredText, one a line."""
    body = re.split(r"(?m)^\.\. (?:rubric|dropdown:: Ref)", source)[0]
    lines = []
    for block in re.split(r"\n\s*\n", body):
        block = re.sub(r":\w+:`~?([^`]*)`", r"\1", block)  # :func:`name`
        words = block.split()
        if len(words) < 8 or re.match(r"[^\w(`]", words[0]):
            continue  # a heading, a directive, a field, an item, code
        if re.search(r"(?m)^(--+|==+ )", block):
            continue  # a heading or a table
        lines.append(" ".join(words))
    text = "".join(f"{line}\n" for line in lines)
    text = re.sub(r"`([^`<]*?) <[^>]*>`_+", r"\1", text)  # `link <address>`_
    text = re.sub(r" (?:in )?\[\d\]_", "", text)  # [1]_, to a reference
    text = re.sub(r"`+([^`]*)`+_?", r"\1", text)  # ``code``, `link`_
    return text.replace("**", "").replace("::\n", ":\n")
