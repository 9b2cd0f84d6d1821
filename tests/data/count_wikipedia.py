"""How `wikipedia_counts.npz` was counted, so that it can be again.

python -m tests.data.count_wikipedia
"""

import collections
import gzip
import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from d2lcode.data import wikipedia
from d2lcode.embeddings.glove import cooccurrence

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "data" / "wiki_en_2018" / "wiki.txt.gz"
MOST_FREQUENT = 700  # of the words of two letters or more, a to z
WINDOW = 5  # words to either side, within a line of the text
TOPICS = """
    ice steam solid gas liquid cold hot heat snow fashion hockey skating cream
    locomotive engine electric oil coal mountain lake forest valley guitar
    piano drums jazz cat dog horse fish bird berlin rome tokyo moscow madrid
    italy russia spain greece sweden spanish dutch swedish queen prince
    princess sister uncle boy girl actor actress writer blue green yellow
    orange novel poem poet painting painter monday friday saturday sunday
    spring autumn winter wheel wing pilot airport train bus doctor patients
    disease cancer mathematics physics chemistry biology bread wine milk fruit
    sugar silver iron copper judge prison nine twenty hundred lion tiger bear
"""


def read() -> list[list[str]]:
    """Return the lines of the corpus, titles left out, as words."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as file:
        return [
            re.findall(r"[^\W_]+", line.lower())
            for line in map(str.strip, file)
            if line and not re.fullmatch("= .* =", line)
        ]


def count() -> tuple[list[str], Tensor]:
    """Return the words and their counts in sixtieths, (V, V) int32."""
    lines = read()
    number = collections.Counter(word for line in lines for word in line)
    frequent = [
        word
        for word, _ in sorted(number.items(), key=lambda kv: (-kv[1], kv[0]))
        if re.fullmatch("[a-z]{2,}", word)
    ][:MOST_FREQUENT]
    words = list(dict.fromkeys(frequent + TOPICS.split()))
    index = {word: i for i, word in enumerate(words)}
    tokens = [-1]  # unknown words between the lines keep them apart
    for line in lines:
        tokens += [index.get(word, -1) for word in line] + [-1] * WINDOW
    X = cooccurrence([torch.tensor(tokens)], len(words), WINDOW)
    return words, (60 * X).round().int()


def write() -> None:
    words, sixtieths = count()
    upper = sixtieths[tuple(torch.triu_indices(*sixtieths.shape))].numpy()
    folder = Path(wikipedia.__file__).parent
    np.savez_compressed(
        folder / "wikipedia_counts.npz", words=np.array(words), upper=upper
    )


if __name__ == "__main__":
    write()
