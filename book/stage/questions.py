"""Questions to check oneself where nothing can be ticked: in a notebook.

The choices have letters, and the reasons stand below all of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from string import ascii_uppercase

from book.page.block import Block
from book.words.site import words

_CHOICE = re.compile(r"\[([ x])\]\s+(.*)", re.DOTALL)


def flat(blocks: Sequence[Block], language: str) -> Iterator[Block]:
    """Yield the blocks of a page, those of its questions laid out."""
    place = 0
    while place < len(blocks):
        block, place = blocks[place], place + 1
        yield block
        if block.kind == "note" and block.info == "question":
            start, depth = place, block.indent + 1
            while place < len(blocks) and blocks[place].indent >= depth:
                place += 1
            yield from _laid_out(blocks[start:place], depth, language)


def _laid_out(
    inside: Sequence[Block], depth: int, language: str
) -> Iterator[Block]:
    said = words("questions", language)
    letters = iter(ascii_uppercase)
    reasons: list[Block] = []
    verdict = ""
    for block in inside:
        match = _CHOICE.match(block.text)
        if block.kind == "item" and block.indent == depth and match:
            letter = next(letters)
            right = said["right" if match[1] == "x" else "wrong"]
            verdict = f"**{letter}.** {right}{said['between']}"
            yield replace(block, text=f"{letter}. {match[2]}")
        elif verdict and block.kind == "item":
            reasons.append(
                replace(
                    block,
                    kind="paragraph",
                    info="",
                    indent=depth,
                    text=verdict + block.text,
                )
            )
        elif verdict:
            reasons.append(block)
        else:
            yield block
    yield from reasons
