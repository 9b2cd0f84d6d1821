"""Refuse two languages that are not one page: blocks, code, formulas."""

import re
from collections.abc import Iterator, Mapping

from book.errors import BookError
from book.page.blocks import Block, Page
from book.page.comments import chinese as in_chinese
from book.words import comments

HEAD = ("needs", "hours")
"""What the front matter of both languages says alike."""

COPIED = {"fence", "output", "equation"}
"""The kinds of blocks that are the same in both languages."""

TEXT = re.compile(r"\\text\{[^{}]*\}")
"""The words of a formula, which are translated."""

Pair = tuple[Block, Block]


def pairs(english: Page, chinese: Page) -> list[Pair]:
    """Put the blocks of two pages side by side.

    Raises: BookError at the first place where the skeletons differ,
        naming both places.
    """
    for here, there in zip(english.blocks, chinese.blocks, strict=False):
        if here.shape != there.shape:
            raise chinese.error(
                there.line,
                f"{_describe(there)} stands where the English page has "
                f"{_describe(here)} (line {here.line}): make both pages "
                "the same sequence of blocks",
            )
    extra = len(english.blocks) - len(chinese.blocks)
    if extra:
        long, short = (english, chinese) if extra > 0 else (chinese, english)
        block = long.blocks[len(short.blocks)]
        raise long.error(
            block.line,
            f"{_describe(block)} and what follows has no partner in the "
            f"other language ({short.path.name} ends at line "
            f"{len(short.lines)})",
        )
    return list(zip(english.blocks, chinese.blocks, strict=True))


def _describe(block: Block) -> str:
    return f"a {block.kind} {block.info}".rstrip()


def problems(english: Page, chinese: Page) -> Iterator[BookError]:
    """Yield every place where the two pages are not one page."""
    try:
        together = pairs(english, chinese)
        table = comments.load(english.root, english.name)
    except BookError as error:
        yield error
        return
    for key in HEAD:
        if english.meta.get(key) != chinese.meta.get(key):
            yield chinese.error(
                1,
                f"`{key}` is not what the front matter of the English page "
                "says: copy it",
            )
    for here, there in together:
        if here.kind in COPIED and not same(here, there, table):
            yield chinese.error(
                there.line,
                f"this {there.kind} differs from the English page's "
                f"(line {here.line}): run python -m book sync "
                f"docs/en/{english.name}.md",
            )
        ours, theirs = set(here.formulas), set(there.formulas)
        if _strip(ours) != _strip(theirs):
            odd = ", ".join(f"${f}$" for f in sorted(ours ^ theirs))
            yield chinese.error(
                there.line,
                f"not the same formulas as in the English page (line "
                f"{here.line}): {odd}",
            )


def same(
    here: Block, there: Block, table: Mapping[str, str] | None = None
) -> bool:
    """Whether two blocks that are copied show the same.

    The comments of code are translated as the table has them.
    """
    if here.kind == "equation":
        return TEXT.sub("", here.text) == TEXT.sub("", there.text)
    text = here.text
    if table and here.kind == "fence" and here.info == "python":
        text = in_chinese(text, table)
    return (text, here.info, here.tolerance, here.given) == (
        there.text,
        there.info,
        there.tolerance,
        there.given,
    )


def _strip(formulas: set[str]) -> set[str]:
    return {TEXT.sub("", f) for f in formulas}
