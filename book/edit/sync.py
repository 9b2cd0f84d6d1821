"""Bring the Chinese page after the English one, and lock the pair."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from book import files
from book.check import comments, languages, lock
from book.check.languages import COPIED, TEXT, same
from book.check.lock import Change
from book.errors import BookError
from book.page.blocks import Block, Page, read
from book.page.comments import chinese as in_chinese
from book.words.comments import load

_NUMBER = re.compile(
    r"(?<![A-Za-z\d_.])\d+(?:,\d{3})*(?:\.\d+)?(?![A-Za-z\d])"
)


def sync(english: Page) -> bool:
    """Fill the Chinese page's code, outputs and math from the English.

    The blocks of each kind correspond in order; labels inside `\\text{}`
    of a Chinese formula are kept where there are as many. Comments are
    translated, once the chapter has a file of them.
    Returns: whether the Chinese page changed.
    Raises: BookError if the pages have not as many such blocks, or for
        comments without translation.
    """
    table = load(english.root, english.name)
    if table is not None:
        _refuse(list(comments.missing(english, table)))
    chinese = read(english.partner)
    lines = list(chinese.lines)
    for kind in sorted(COPIED):
        ours = [b for b in english.blocks if b.kind == kind]
        theirs = [b for b in chinese.blocks if b.kind == kind]
        if len(ours) != len(theirs):
            raise chinese.error(
                1,
                f"it has {len(theirs)} blocks of kind {kind}, the English "
                f"page {len(ours)}: add the missing ones, empty",
            )
    ours = [b for b in english.blocks if b.kind in COPIED]
    theirs = [b for b in chinese.blocks if b.kind in COPIED]
    for here, there in reversed(list(zip(ours, theirs, strict=True))):
        if here.kind != there.kind:
            raise chinese.error(
                there.line,
                f"a {there.kind} stands where the English page has a "
                f"{here.kind} (line {here.line}): put them in one order",
            )
        if same(here, there, table):
            continue
        pad = " " * (4 * there.indent)
        source = _source(english, here, table or {})
        body = "\n".join((pad + line).rstrip() for line in source)
        if here.kind == "equation":
            body = _keep_texts(body, there.text)
        lines[there.line - 1 : there.end] = body.split("\n")
    text = "\n".join(lines) + "\n"
    changed = lines != list(chinese.lines)
    if changed:
        files.write({chinese.path: text})
    return changed


def _refuse(missing: list[BookError]) -> None:
    """Raise what is missing, each place on a line of its own."""
    for first in missing[:1]:
        rest = "".join(f"\n{problem}" for problem in missing[1:])
        raise BookError(first.path, first.line, first.message + rest)


def _source(page: Page, block: Block, table: Mapping[str, str]) -> list[str]:
    """The lines of a block without its indent, comments translated."""
    cut = 4 * block.indent
    lines = [line[cut:] for line in page.lines[block.line - 1 : block.end]]
    if block.kind == "fence" and block.info == "python":
        lines[1:-1] = in_chinese(block.text, table).splitlines()
    return lines


def _keep_texts(body: str, chinese: str) -> str:
    texts = TEXT.findall(chinese)
    if len(texts) != len(TEXT.findall(body)):
        return body
    return TEXT.sub(lambda _: texts.pop(0), body)


def accept(english: Page, chinese: Page) -> list[Change]:
    """Record that a person has declared the two pages equivalent.

    Returns: the pairs that were not accepted before.
    Raises: BookError if they are not even the same blocks, code, math
        and numbers.
    """
    for problem in languages.problems(english, chinese):
        raise problem
    found, _ = lock.changes(english, chinese)
    for change in found:
        for problem in unlike_numbers(chinese, change):
            raise problem
    known = lock.load(english.docs)
    known[english.name] = lock.digests(lock.locked(english, chinese))
    files.write({english.docs / lock.LOCK: lock.text(known)})
    return found


def shown(root: Path, english: Page, chinese: Page, change: Change) -> str:
    """Both blocks of a pair, each with its place, for who accepts it."""
    return "".join(
        f"{page.path.relative_to(root).as_posix()}:{block.line}: "
        f"{block.text}\n"
        for page, block in (
            (english, change.english),
            (chinese, change.chinese),
        )
    )


def unlike_numbers(chinese: Page, change: Change) -> Iterator[BookError]:
    """Yield a pair of blocks of which one has another number.

    A whole number may be a word or a formula in one language (twenty,
    两万): it is another one only if both have one that the other lacks.
    """
    ours, theirs = change.english, change.chinese
    here = sorted(_numbers(ours.prose) - _numbers(theirs.text))
    there = sorted(_numbers(theirs.prose) - _numbers(ours.text))
    if (here and there) or any("." in n for n in here + there):
        yield chinese.error(
            change.chinese.line,
            f"the English block (line {change.english.line}) has the "
            f"number(s) {', '.join(here) or '-'} where this one has "
            f"{', '.join(there) or '-'}: correct one",
        )


def _numbers(text: str) -> set[str]:
    """The numbers in a text, in one form."""
    found = {n.replace(",", "") for n in _NUMBER.findall(text)}
    return {n.rstrip("0").rstrip(".") if "." in n else n for n in found}
