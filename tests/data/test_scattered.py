"""Digits at random places of a larger field."""

import pytest
import torch

from d2lcode import data


def test_each_digit_is_there_whole_around_it_nothing() -> None:
    digits, y = data.load_digits()
    X, labels = data.make_scattered_digits(seed=0)
    assert X.shape == (1797, 1, 16, 16)
    assert X.dtype == torch.float32
    assert torch.equal(labels, y)
    for image, digit in zip(X[:200, 0], digits[:200, 0], strict=True):
        windows = image.unfold(0, 8, 1).unfold(1, 8, 1)  # (9, 9, 8, 8)
        assert (windows == digit).all(dim=3).all(dim=2).any()
        assert image.sum() == digit.sum()


def test_every_place_is_as_probable_as_any_other() -> None:
    X, _ = data.make_scattered_digits(size=10, seed=1)
    centre = (X[:, 0] * torch.arange(10.0)).sum(dim=(1, 2)) / X.sum(
        dim=(1, 2, 3)
    )
    original = data.load_digits().X[:, 0]
    before = (original * torch.arange(8.0)).sum(dim=(1, 2)) / original.sum(
        dim=(1, 2)
    )
    shifts = (centre - before).round().long().bincount()
    assert len(shifts) == 3
    assert shifts.min() > 520 and shifts.max() < 680  # 599 each expected


def test_the_seed_decides() -> None:
    first = data.make_scattered_digits(seed=0)
    assert torch.equal(first.X, data.make_scattered_digits(seed=0).X)
    assert not torch.equal(first.X, data.make_scattered_digits(seed=1).X)


def test_no_random_state_outside_is_touched() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    data.make_scattered_digits(seed=0)
    assert torch.equal(torch.rand(1), expected)


def test_a_field_of_the_digits_size_is_the_digit() -> None:
    X, _ = data.make_scattered_digits(size=8, seed=0)
    assert torch.equal(X, data.load_digits().X)


def test_a_field_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="size must be at least 8, got 7"):
        data.make_scattered_digits(size=7, seed=0)
