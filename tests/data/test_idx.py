"""The reader of the idx format, on files made here byte by byte."""

import gzip
import struct
from pathlib import Path

import pytest
import torch

from d2lcode.data.idx import read_idx, read_images


def write_idx(path: Path, sizes: list[int], values: bytes) -> Path:
    """Write a gzipped idx file of unsigned bytes."""
    header = bytes([0, 0, 8, len(sizes)])
    header += b"".join(struct.pack(">I", size) for size in sizes)
    path.write_bytes(gzip.compress(header + values))
    return path


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two images of 2 x 3 pixels."""
    pixels = bytes([0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6])
    return write_idx(tmp_path / "images.gz", [2, 2, 3], pixels)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """The labels 9 and 0."""
    return write_idx(tmp_path / "labels.gz", [2], bytes([9, 0]))


def test_values_stand_in_row_major_order(images: Path) -> None:
    values = read_idx(images, 3)
    assert values.dtype == torch.uint8
    assert values.tolist() == [
        [[0, 51, 102], [153, 204, 255]],
        [[1, 2, 3], [4, 5, 6]],
    ]


@pytest.mark.parametrize("default", [torch.float32, torch.float64])
def test_images_and_labels(
    images: Path, labels: Path, default: torch.dtype
) -> None:
    torch.set_default_dtype(default)
    try:
        X, y = read_images(images, labels, classes=10)
    finally:
        torch.set_default_dtype(torch.float32)
    assert (X.dtype, y.dtype) == (torch.float32, torch.int64)
    assert X.shape == (2, 1, 2, 3)
    assert X[0, 0].flatten().tolist() == pytest.approx(
        [0, 0.2, 0.4, 0.6, 0.8, 1]
    )
    assert y.tolist() == [9, 0]


def test_another_magic_number_is_refused(labels: Path) -> None:
    # Long enough for the header of three dimensions.
    write_idx(labels, [20], bytes(20))
    message = "labels.gz must have the magic number 0x00000803, got .*801"
    with pytest.raises(ValueError, match=message):
        read_idx(labels, 3)


def test_another_type_of_values_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "floats.gz"
    path.write_bytes(gzip.compress(struct.pack(">IIf", 0x0D01, 1, 0.5)))
    with pytest.raises(ValueError, match="0x00000801, got 0x00000d01"):
        read_idx(path, 1)


@pytest.mark.parametrize(
    ("values", "found"), [(bytes(11), 11), (bytes(13), 13), (b"", 0)]
)
def test_more_or_fewer_values_are_refused(
    tmp_path: Path, values: bytes, found: int
) -> None:
    path = write_idx(tmp_path / "images.gz", [2, 2, 3], values)
    message = f"images.gz must hold .* 2 x 2 x 3 = 12, got {found}"
    with pytest.raises(ValueError, match=message):
        read_idx(path, 3)


def test_a_file_of_nothing_is_refused(tmp_path: Path) -> None:
    path = write_idx(tmp_path / "images.gz", [0, 28, 28], b"")
    with pytest.raises(ValueError, match=r"at least one: .* = 0, got 0"):
        read_idx(path, 3)


def test_a_header_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 3, 0, 0])))
    with pytest.raises(ValueError, match="header of 16 bytes, got 6"):
        read_idx(path, 3)


@pytest.mark.parametrize("damage", ["none", "cut", "flipped", "checksum"])
def test_broken_gzip_is_refused(images: Path, damage: str) -> None:
    packed = images.read_bytes()
    middle = len(packed) // 2
    images.write_bytes(
        {
            "none": gzip.decompress(packed),
            "cut": packed[:-9],
            "flipped": packed[:10] + b"\xff" * middle,
            "checksum": packed[:-8] + bytes(8),
        }[damage]
    )
    with pytest.raises(ValueError, match=r"images\.gz must be whole gzip"):
        read_idx(images, 3)


def test_one_label_per_image_is_required(images: Path, tmp_path: Path) -> None:
    labels = write_idx(tmp_path / "labels.gz", [3], bytes(3))
    message = "labels.gz must hold one .* got 3 labels and 2 images"
    with pytest.raises(ValueError, match=message):
        read_images(images, labels, classes=10)


def test_a_label_out_of_range_is_refused(images: Path, labels: Path) -> None:
    with pytest.raises(ValueError, match=r"hold labels 0\.\.8, got 9"):
        read_images(images, labels, classes=9)
