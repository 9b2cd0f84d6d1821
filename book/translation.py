"""Keep the two languages together: fill code and math, lock prose.

`sync` copies code, outputs and formulas from the English page into the
Chinese one, in order. The lock holds, block by block, a hash of each
pair that a person has declared equivalent; a pair that changed since
is reported until somebody accepts it again.
"""

import hashlib
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from book.pages import Block, Page, PageError, read

COPIED = {"fence", "output", "equation"}
LOCK = "translation.lock"

_TEXT = re.compile(r"\\text\{[^{}]*\}")

Pair = tuple[Block, Block]


def pairs(english: Page, chinese: Page) -> list[Pair]:
    """Put the blocks of two pages side by side.

    Raises: PageError at the first place where the skeletons differ,
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


def sync(english: Page) -> bool:
    """Fill the Chinese page's code, outputs and math from the English.

    The blocks of each kind correspond in order; labels inside `\\text{}`
    of a Chinese formula are kept where there are as many.
    Returns: whether the Chinese page changed.
    Raises: PageError if the pages have not as many such blocks.
    """
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
        if _same(here, there):
            continue
        source = english.lines[here.line - 1 : here.end]
        cut, pad = 4 * here.indent, " " * (4 * there.indent)
        body = "\n".join((pad + s[cut:]).rstrip() for s in source)
        if here.kind == "equation":
            body = _keep_texts(body, there.text)
        lines[there.line - 1 : there.end] = body.split("\n")
    text = "\n".join(lines) + "\n"
    changed = lines != list(chinese.lines)
    if changed:
        chinese.path.write_text(text, encoding="utf-8")
    return changed


def _keep_texts(body: str, chinese: str) -> str:
    texts = _TEXT.findall(chinese)
    if len(texts) != len(_TEXT.findall(body)):
        return body
    return _TEXT.sub(lambda _: texts.pop(0), body)


def _same(here: Block, there: Block) -> bool:
    if here.kind == "equation":
        return _TEXT.sub("", here.text) == _TEXT.sub("", there.text)
    return (here.text, here.info, here.tolerance) == (
        there.text,
        there.info,
        there.tolerance,
    )


def problems(english: Page, chinese: Page) -> Iterator[PageError]:
    """Yield every place where the two pages are not one page."""
    try:
        together = pairs(english, chinese)
    except PageError as error:
        yield error
        return
    for here, there in together:
        if here.kind in COPIED and not _same(here, there):
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


def _strip(formulas: set[str]) -> set[str]:
    return {_TEXT.sub("", f) for f in formulas}


def _digest(block: Block) -> str:
    words = f"{block.kind} {block.info} {block.text}"
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def digests(english: Page, chinese: Page) -> list[str]:
    """One line for each pair of blocks of prose: its two hashes."""
    return [
        f"{_digest(here)} {_digest(there)}"
        for here, there in pairs(english, chinese)
        if here.kind not in COPIED
    ]


def load(docs: Path) -> dict[str, list[str]]:
    """Read the lock: page name -> the accepted pairs in order."""
    path = docs / LOCK
    locked: dict[str, list[str]] = {}
    current: list[str] = []
    if not path.is_file():
        return locked
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = locked.setdefault(line.strip("[]"), [])
        elif line:
            current.append(line)
    return locked


def accept(english: Page, chinese: Page) -> None:
    """Record that a person has declared the two pages equivalent.

    Raises: PageError if they are not even the same blocks, code, math.
    """
    for problem in problems(english, chinese):
        raise problem
    locked = load(english.docs)
    locked[english.name] = digests(english, chinese)
    save(english.docs, locked)


def save(docs: Path, locked: dict[str, list[str]]) -> None:
    """Write the lock, pages in alphabetical order."""
    parts = (
        "\n".join([f"[{name}]", *locked[name]]) + "\n"
        for name in sorted(locked)
    )
    (docs / LOCK).write_text("\n".join(parts), encoding="utf-8")


def drift(english: Page, chinese: Page) -> Iterator[PageError]:
    """Yield every pair of blocks that changed since it was accepted."""
    try:
        prose = [p for p in pairs(english, chinese) if p[0].kind not in COPIED]
    except PageError:
        return  # reported by `problems`
    old = load(english.docs).get(english.name, [])
    new = digests(english, chinese)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            continue
        known = [line.split() for line in old[i1:i2]]
        if j1 == j2:
            yield english.error(
                1,
                f"{i2 - i1} accepted blocks are gone from both pages "
                f"({_remedy(english)})",
            )
        for (here, there), line in zip(prose[j1:j2], new[j1:j2], strict=True):
            left, right = line.split()
            if left in {k[0] for k in known}:
                side = "the Chinese block changed, the English did not"
            elif right in {k[1] for k in known}:
                side = "the English block changed, the Chinese did not"
            else:
                side = "both blocks are new or changed"
            yield chinese.error(
                there.line,
                f"{side} (docs/en/{english.name}.md:{here.line}, "
                f"docs/zh/{english.name}.md:{there.line}): bring them "
                f"together ({_remedy(english)})",
            )


def _remedy(page: Page) -> str:
    return f"then: python -m book sync --accept docs/en/{page.name}.md"
