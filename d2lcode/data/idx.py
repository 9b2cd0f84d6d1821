"""The idx format of MNIST and its successors."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor

from d2lcode.data.containers import Images

UNSIGNED_BYTES = 0x0800  # + the number of dimensions: the magic number


def read_idx(path: Path, dimensions: int) -> Tensor:
    """Read a gzipped idx file of unsigned bytes.

    The file is a magic number and the sizes, all big-endian 32-bit
    integers, then the values, the last index running fastest.

    Shapes: -> uint8, `dimensions` sizes as the file declares them.
    Raises: ValueError, naming the file, if it is not whole gzip, its
        magic number is another, it is shorter or longer than its
        header says, or it is empty.
    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten
        digits", section "File formats".
    """
    try:
        content = bytearray(gzip.decompress(path.read_bytes()))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} must be whole gzip: {error}") from error
    header = struct.Struct(f">{1 + dimensions}I")
    if len(content) < header.size:
        raise ValueError(
            f"{path} must begin with a header of {header.size} bytes, "
            f"got {len(content)} bytes in all"
        )
    magic, *sizes = header.unpack_from(content)
    if magic != UNSIGNED_BYTES + dimensions:
        raise ValueError(
            f"{path} must have the magic number "
            f"{UNSIGNED_BYTES + dimensions:#010x}, got {magic:#010x}"
        )
    expected, found = math.prod(sizes), len(content) - header.size
    if found != expected or found == 0:
        raise ValueError(
            f"{path} must hold as many values as its header says, at least "
            f"one: {' x '.join(map(str, sizes))} = {expected}, got {found}"
        )
    values = torch.frombuffer(content, dtype=torch.uint8, offset=header.size)
    return values.reshape(sizes)


def read_images(images: Path, labels: Path, classes: int) -> Images:
    """Read gray images and their classes from a pair of idx files.

    Shapes: -> X (N, 1, height, width) float32 in 0..1, y (N,) int64.
    Raises: ValueError if a file is not what `read_idx` takes, there is
        not one label per image, or a label is not below `classes`.
    """
    pixels, y = read_idx(images, 3), read_idx(labels, 1).long()
    if len(pixels) != len(y):
        raise ValueError(
            f"{labels} must hold one label per image, "
            f"got {len(y)} labels and {len(pixels)} images"
        )
    if y.max() >= classes:
        raise ValueError(
            f"{labels} must hold labels 0..{classes - 1}, got {int(y.max())}"
        )
    return Images(pixels.unsqueeze(1).float().div_(255), y)
