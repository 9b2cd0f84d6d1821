"""The book's data sets as PyTorch tensors.

*Bundled*: real, installed with scikit-learn, no network needed.
*Downloadable*: real, fetched once, checked by SHA-256, then kept.

Images are float32 in 0..1 with the channels first, classes are int64.
"""

from d2lcode.data.ames import ames_housing
from d2lcode.data.bundled import (
    load_descriptions,
    load_diabetes,
    load_digits,
    load_photo,
)
from d2lcode.data.containers import Images, Table
from d2lcode.data.download import DownloadError, RemoteFile, fetch
from d2lcode.data.downloadable import (
    FASHION_MNIST_CLASSES,
    fashion_mnist,
    tang_poems,
    time_machine,
)

__all__ = [
    "FASHION_MNIST_CLASSES",
    "DownloadError",
    "Images",
    "RemoteFile",
    "Table",
    "ames_housing",
    "fashion_mnist",
    "fetch",
    "load_descriptions",
    "load_diabetes",
    "load_digits",
    "load_photo",
    "tang_poems",
    "time_machine",
]
