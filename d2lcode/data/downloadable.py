"""Real data sets that are fetched once and then kept.

Another one is a `RemoteFile` and a function that reads it.
"""

import json
import re

import torch

from d2lcode.data.containers import Images, Texts
from d2lcode.data.download import Folder, RemoteFile, fetch
from d2lcode.data.idx import read_images

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def _fashion_mnist(file: str, sha256: str) -> RemoteFile:
    """Return a file of Fashion-MNIST with its mirrors."""
    mirrors = (
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
            "b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/"
        ),
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    )
    urls = tuple(mirror + file for mirror in mirrors)
    return RemoteFile("fashion_mnist", file, sha256, urls)


FASHION_MNIST = {
    "train": (
        _fashion_mnist(
            "train-images-idx3-ubyte.gz",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        _fashion_mnist(
            "train-labels-idx1-ubyte.gz",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
    ),
    "test": (
        _fashion_mnist(
            "t10k-images-idx3-ubyte.gz",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        _fashion_mnist(
            "t10k-labels-idx1-ubyte.gz",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
}
"""Images and labels of each split."""

TIME_MACHINE = RemoteFile(
    "time_machine",
    "timemachine.txt",
    "4149e15a170aa94068969282e8b2cee7aaab0d889bf1c0d684378177040267dd",
    (
        (
            "https://raw.githubusercontent.com/probml/probml-data/"
            "f74e6f00ef1570f5b3843c49818d0bfa6b473069/data/timemachine.txt"
        ),
        "http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt",
    ),
)

TANG_POEMS = RemoteFile(
    "chinese_poetry",
    "tangshi300.json",
    "d77a145f7470da2ed2f79515944563c062ffc43fceda07f195a36ead66b7e5c7",
    (
        (
            "https://raw.githubusercontent.com/chinese-poetry/chinese-poetry/"
            "99ebbef7e1345c0985c44b9fd96a3f9e776f117b/%E5%85%A8%E5%94%90%E8%AF"
            "%97/%E5%94%90%E8%AF%97%E4%B8%89%E7%99%BE%E9%A6%96.json"
        ),
    ),
)

MOVIE_REVIEWS = tuple(
    RemoteFile(
        "movie_reviews_mr",
        file,
        sha256,
        (
            (
                "https://raw.githubusercontent.com/dennybritz/"
                "cnn-text-classification-tf/18762b459e21d9c70e5c242f8d43fc4e6d"
                f"b37a0d/data/rt-polaritydata/{file}"
            ),
        ),
    )
    for file, sha256 in (
        (
            "rt-polarity.neg",
            "2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd",
        ),
        (
            "rt-polarity.pos",
            "4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58",
        ),
    )
)
"""Sentences of class 0 and of class 1."""

TATOEBA = RemoteFile(
    "tatoeba_cmn_eng",
    "cmn.txt",
    "aa264a2447b26ab7c9d413f8321f9e2a779fd134b5118306b6e26a3499b3926e",
    (
        (
            "https://raw.githubusercontent.com/13luoyu/Transformer-machine-"
            "translation/aa43963320ccfacebd1d3542deae559bbca58d03/cmn.txt"
        ),
    ),
)


def fashion_mnist(
    split: str = "train", folder: Folder | None = None
) -> Images:
    """Return photographs of clothes, 10 classes of equal size.

    split: "train" (60,000 images, 26 MB to download) or "test" (10,000,
        4 MB). `folder`: where downloads are kept, see `fetch`.

    Shapes: X (N, 1, 28, 28) float32 in 0..1 (multiples of 1/255, 0 is
        the background), y (N,) int64: places in FASHION_MNIST_CLASSES.
    Raises: ValueError for another split; what `fetch` raises.
    Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image
        Dataset for Benchmarking Machine Learning Algorithms", 2017,
        arXiv:1708.07747.
    """
    if split not in FASHION_MNIST:
        raise ValueError(
            f"split must be one of {tuple(FASHION_MNIST)}, got {split!r}"
        )
    images, labels = FASHION_MNIST[split]
    return read_images(
        fetch(images, folder),
        fetch(labels, folder),
        len(FASHION_MNIST_CLASSES),
    )


def time_machine(folder: Folder | None = None) -> str:
    """Return a novel of 178,887 ASCII characters, a paragraph a line.

    folder: where downloads are kept (0.2 MB), see `fetch`.

    Raises: what `fetch` raises.
    Source: H. G. Wells, "The Time Machine", 1895; in the public domain.
    """
    return fetch(TIME_MACHINE, folder).read_text(encoding="utf-8")


def tang_poems(folder: Folder | None = None) -> list[str]:
    """Return 366 poems of the Tang dynasty, in traditional characters.

    A line holds what ends in a full stop, most often two verses. The
    brackets in which the edition puts doubtful characters are left out.
    A few poems occur twice, under two titles or authors.

    folder: where downloads are kept (0.2 MB), see `fetch`.

    Raises: what `fetch` raises.
    Source: "Three Hundred Tang Poems" as the project chinese-poetry
        has them; in the public domain.
    """
    text = fetch(TANG_POEMS, folder).read_text(encoding="utf-8")
    return [
        re.sub(r"[\[\]]", "", "\n".join(poem["paragraphs"]))
        for poem in json.loads(text)
    ]


def movie_reviews(folder: Folder | None = None) -> Texts:
    """Return sentences from film reviews, half of them favourable.

    Lower case, words and marks apart by spaces. The order is that of
    the files: 5,331 of class 0 (against the film), then as many of
    class 1. There is no split; published figures are means of ten folds.

    folder: where downloads are kept (1.2 MB), see `fetch`.

    Shapes: 10,662 texts, y (10662,) int64.
    Raises: what `fetch` raises.
    Source: Pang and Lee, "Seeing Stars: Exploiting Class Relationships
        for Sentiment Categorization with Respect to Rating Scales",
        ACL 2005, arXiv:cs/0506075; CC BY 4.0.
    """
    texts, y = [], []
    for label, remote in enumerate(MOVIE_REVIEWS):
        text = fetch(remote, folder).read_text(encoding="utf-8")
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        texts += lines
        y += [label] * len(lines)
    return Texts(texts, torch.tensor(y))


def tatoeba(folder: Folder | None = None) -> list[tuple[str, str]]:
    """Return English sentences and Chinese ones that mean the same.

    Short sentences stand first. Many English ones occur several times,
    with different translations: split by the English sentence.

    folder: where downloads are kept (4 MB), see `fetch`.

    Raises: what `fetch` raises.
    Source: tatoeba.org, as selected by manythings.org/anki; CC BY 2.0
        (France), each line of the file names its authors.
    """
    text = fetch(TATOEBA, folder).read_text(encoding="utf-8-sig")
    lines = [line.split("\t") for line in text.split("\n") if line]
    return [(english, chinese) for english, chinese, _ in lines]
