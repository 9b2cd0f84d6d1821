"""The book's data sets as PyTorch tensors.

*Bundled*: real, installed with scikit-learn or this package, no network
needed.
*Downloadable*: real, fetched once, checked by SHA-256, then kept.
*Synthetic*: made from a seed, the same everywhere.

Images are float32 in 0..1 with the channels first, classes are int64.
"""

from d2lcode.data.ames import ames_housing
from d2lcode.data.bundled import (
    load_descriptions,
    load_diabetes,
    load_digits,
    load_photo,
)
from d2lcode.data.containers import Images, Table, Texts, WordVectors
from d2lcode.data.download import DownloadError, RemoteFile, fetch
from d2lcode.data.downloadable import (
    FASHION_MNIST_CLASSES,
    fashion_mnist,
    movie_reviews,
    tang_poems,
    tatoeba,
    time_machine,
)
from d2lcode.data.reviews import make_reviews
from d2lcode.data.scattered import make_scattered_digits
from d2lcode.data.translation import make_translations
from d2lcode.data.wikipedia import load_wikipedia_counts, load_word_vectors

__all__ = [
    "FASHION_MNIST_CLASSES",
    "DownloadError",
    "Images",
    "RemoteFile",
    "Table",
    "Texts",
    "WordVectors",
    "ames_housing",
    "fashion_mnist",
    "fetch",
    "load_descriptions",
    "load_diabetes",
    "load_digits",
    "load_photo",
    "load_wikipedia_counts",
    "load_word_vectors",
    "make_reviews",
    "make_scattered_digits",
    "make_translations",
    "movie_reviews",
    "tang_poems",
    "tatoeba",
    "time_machine",
]
