"""The data sets that come with scikit-learn."""

import hashlib
from collections.abc import Iterator

import pytest
import torch
from sklearn import datasets

from d2lcode import data


@pytest.fixture(params=[torch.float32, torch.float64], autouse=True)
def default_dtype(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run every test under both default dtypes: neither must matter."""
    torch.set_default_dtype(request.param)
    yield
    torch.set_default_dtype(torch.float32)


def test_digits_are_images_in_0_to_1() -> None:
    X, y = data.load_digits()
    assert X.shape == (1797, 1, 8, 8)
    assert X.dtype == torch.float32
    assert (X.min().item(), X.max().item()) == (0, 1)
    assert y.shape == (1797,)
    assert y.dtype == torch.int64
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert y.bincount().tolist() == counts


def test_digits_are_upright_and_beside_their_labels() -> None:
    X, y = data.load_digits()
    first_row = [0, 0, 5, 13, 9, 1, 0, 0]  # of the first digit, a zero
    assert (X[0, 0, 0] * 16).tolist() == first_row
    assert y[:10].tolist() == list(range(10))


def test_diabetes_columns_are_scaled_as_the_docstring_says() -> None:
    X, y, names = data.load_diabetes()
    assert X.shape == (442, 10)
    assert y.shape == (442,)
    assert X.dtype == y.dtype == torch.float32
    assert " ".join(names) == "age sex bmi bp s1 s2 s3 s4 s5 s6"
    torch.testing.assert_close(
        X.mean(dim=0), X.new_zeros(10), atol=1e-6, rtol=0
    )
    torch.testing.assert_close(X.square().sum(dim=0), X.new_ones(10))
    assert (y.min().item(), y.max().item()) == (25, 346)


def test_diabetes_raw_columns_give_the_scaled_ones() -> None:
    raw = data.load_diabetes(scaled=False)
    assert raw.X[0, :3].tolist() == pytest.approx([59, 2, 32.1])
    scaled = data.load_diabetes()
    assert raw.feature_names == scaled.feature_names
    assert torch.equal(raw.y, scaled.y)
    centred = (raw.X - raw.X.mean(dim=0)).double()
    expected = centred / (centred.std(dim=0, correction=0) * 442**0.5)
    torch.testing.assert_close(scaled.X.double(), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photo_is_channels_first_in_0_to_1(name: str) -> None:
    photo = data.load_photo(name)
    assert photo.shape == (3, 427, 640)
    assert photo.dtype == torch.float32
    assert photo.is_contiguous()
    assert 0 <= photo.min() < photo.max() <= 1
    pixels = datasets.load_sample_image(f"{name}.jpg")
    assert (photo[:, 300, 200] * 255).round().tolist() == (
        pixels[300, 200].tolist()
    )


@pytest.mark.parametrize("name", ["China", "china.jpg", ""])
def test_photo_of_another_name_is_refused(name: str) -> None:
    message = f"one of .'china', 'flower'., got '{name}'"
    with pytest.raises(ValueError, match=message):
        data.load_photo(name)


def test_descriptions_are_a_paragraph_a_line() -> None:
    text = data.load_descriptions()
    assert (len(text), len(text.split()), text.count("\n")) == (
        15498,
        2414,
        69,
    )
    lines = text.splitlines()
    assert lines[0].startswith('The mean, standard error, and "worst" or')
    assert lines[-1].endswith("the remove option to compare the results.")
    assert all(line == " ".join(line.split()) for line in lines)
    assert min(len(line.split()) for line in lines) >= 8


def test_descriptions_are_the_same_for_every_reader() -> None:
    """The page's numbers hang on each character of it."""
    digest = hashlib.sha256(data.load_descriptions().encode()).hexdigest()
    assert digest == (
        "f3fecce4371ff435c72a5f3df77f4cfdad4a2544d36e65e52c5419c2298239e7"
    )


def test_descriptions_have_no_markup_left() -> None:
    text = data.load_descriptions()
    for markup in ("`", "**", "::", "]_", ">>>", "==", "--", " <", "|"):
        assert markup not in text, markup
    assert "described on the dataset's homepage. Some" in text  # a link
    assert "sklearn.datasets.fetch_rcv1 will load" in text  # a name
    assert "extensively described.\n" in text  # a reference
