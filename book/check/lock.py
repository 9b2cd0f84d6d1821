"""What a person has declared to say the same, and what changed since.

The lock holds a hash of each side of an accepted pair: the descriptions
of the pages, then block by block all but the outputs, which runs write.
Code and formulas are the same in both languages; they are in the lock
so that a change of them asks for the page to be read again.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from book import files
from book.check.languages import Pair, pairs
from book.errors import BookError
from book.page.blocks import Block, Page

LOCK = "translation.lock"


@dataclass(frozen=True)
class Change:
    """A pair of blocks that is not as it was accepted."""

    english: Block
    chinese: Block
    side: str


def digests(together: list[Pair]) -> list[str]:
    """One line for each pair: its two hashes."""
    return [f"{_digest(here)} {_digest(there)}" for here, there in together]


def _digest(block: Block) -> str:
    words = f"{block.kind} {block.info} {block.text}"
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def locked(english: Page, chinese: Page) -> list[Pair]:
    """The pairs of blocks that a person has to compare.

    Raises: BookError if the pages are not the same sequence of blocks.
    """
    together = pairs(english, chinese)
    return [
        (_description(english), _description(chinese)),
        *(pair for pair in together if pair[0].kind != "output"),
    ]


def _description(page: Page) -> Block:
    """What the front matter says of the page, as a block."""
    start = (n for n, text in enumerate(page.lines, 1) if "descript" in text)
    line = next(start, 1)
    text = str(page.meta.get("description", ""))
    return Block("description", text, line, line)


def load(docs: Path) -> dict[str, list[str]]:
    """Read the lock: page name -> the accepted pairs in order."""
    path = docs / LOCK
    known: dict[str, list[str]] = {}
    current: list[str] = []
    if not path.is_file():
        return known
    for line in files.text(path).splitlines():
        if line.startswith("["):
            current = known.setdefault(line.strip("[]"), [])
        elif line:
            current.append(line)
    return known


def text(known: dict[str, list[str]]) -> str:
    """The lock as it is written, pages in alphabetical order."""
    parts = (
        "\n".join([f"[{name}]", *known[name]]) + "\n" for name in sorted(known)
    )
    return "\n".join(parts)


def changes(english: Page, chinese: Page) -> tuple[list[Change], int]:
    """The pairs that changed since they were accepted.

    The number is that of accepted pairs that are gone from both pages.
    Raises: BookError if the pages are not the same sequence of blocks.
    """
    together = locked(english, chinese)
    old = load(english.docs).get(english.name, [])
    new = digests(together)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    found, gone = [], 0
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            continue
        known = [line.split() for line in old[i1:i2]]
        if j1 == j2:
            gone += i2 - i1
        for (here, there), line in zip(
            together[j1:j2], new[j1:j2], strict=True
        ):
            left, right = line.split()
            if left in {k[0] for k in known}:
                side = "the Chinese block changed, the English did not"
            elif right in {k[1] for k in known}:
                side = "the English block changed, the Chinese did not"
            else:
                side = "both blocks are new or changed"
            found.append(Change(here, there, side))
    return found, gone


def drift(english: Page, chinese: Page) -> Iterator[BookError]:
    """Yield every pair of blocks that changed since it was accepted."""
    try:
        found, gone = changes(english, chinese)
    except BookError:
        return  # reported by `languages.problems`
    name = english.name
    remedy = f"then: python -m book sync --accept docs/en/{name}.md"
    if gone:
        yield english.error(
            1,
            f"{gone} accepted blocks are gone from both pages: see that "
            f"this is meant ({remedy})",
        )
    for change in found:
        yield chinese.error(
            change.chinese.line,
            f"{change.side} (docs/en/{name}.md:{change.english.line}, "
            f"docs/zh/{name}.md:{change.chinese.line}): bring them together "
            f"({remedy})",
        )


def orphans(docs: Path, names: Collection[str]) -> Iterator[BookError]:
    """Yield the sections of the lock that belong to no page."""
    path = docs / LOCK
    for name in sorted(load(docs).keys() - set(names)):
        line = files.text(path).splitlines().index(f"[{name}]") + 1
        yield BookError(
            path, line, f"there is no page {name}: remove its section"
        )
