"""A formula, its code, its output and its figure, taken from a chapter.

The home page shows what the book does: `<!--book:example CHAPTER LABEL
LISTING FIGURE-->`. The output is the last one before the figure.
"""

import html
from pathlib import Path
from typing import TypeVar

from book import files
from book.layout import page as page_of
from book.page.block import FIGURES, MARKER, Block
from book.page.blocks import Page, read
from book.page.outline import numbers
from book.stage import runs
from book.stage.alt_text import describe
from book.words.site import words

_T = TypeVar("_T")


def example(root: Path, page: Page, block: Block) -> str:
    """What a page shows of a chapter, as Markdown.

    Raises: BookError for what the chapter does not have.
    """
    try:
        _, name, label, listing, figure = block.info.split()
    except ValueError:
        raise page.error(
            block.line,
            "say which: <!--book:example PART/CHAPTER eq:LABEL LISTING "
            "FIGURE.svg-->",
        ) from None
    path = page_of(root, page.language, name)
    if not path.is_file():
        raise page.error(block.line, f"there is no chapter {name}: name one")
    chapter = read(path)
    formula = _one(page, block, chapter, f"formula {label}", [
        b.text for b in chapter.blocks if label in b.labels
    ])  # fmt: skip
    code = _one(page, block, chapter, f"listing {listing}", [
        c.code for c in chapter.codes
        if c.fence.text.strip().endswith(f":{listing}")
    ])  # fmt: skip
    before = [b for b in chapter.blocks if b.kind in {"output", *FIGURES}]
    place = _one(page, block, chapter, f"figure {figure}", [
        n for n, b in enumerate(before) if b.info == figure
    ])  # fmt: skip
    outputs = [b for b in before[:place] if b.kind == "output"]
    output = _one(
        page, block, chapter, f"output before {figure}", outputs[-1:]
    )
    shown = before[place]
    described = describe(files.text(path.with_name(figure)), page.language)
    said = html.escape(described).replace("$", "&#36;")
    image = f"{name.rpartition('/')[0]}/{figure}"
    parts = [
        f"$$\n{formula}\n$$",
        f"```python\n{code.rstrip()}\n```",
        f"{MARKER}\n\n```text\n{output.text}```",
        f'![{shown.text}]({image} "{said}")',
        _source(root, chapter),
    ]
    return "\n\n".join(parts)


def _source(root: Path, chapter: Page) -> str:
    """Where it was taken from, and the marks of the chapter's last run."""
    said = words("example", chapter.language)
    _, marks = runs.run_line(root, chapter.path)
    number = numbers(root, chapter.language).get(chapter.name, "")
    title = f"{number} {chapter.blocks[0].text}".strip()
    text = said["taken"].format(f"[{title}]({chapter.name}.md)")
    if marks.startswith(f".{runs.PASSED}"):
        text += said["between"] + said["proof"]
    return f"{text}\n{{ .taken {marks} data-search-exclude=1 }}"


def _one(
    page: Page, block: Block, chapter: Page, what: str, found: list[_T]
) -> _T:
    """The one thing that was looked for in a chapter."""
    if len(found) != 1:
        raise page.error(
            block.line,
            f"{chapter.name} has not one {what}: name what it has",
        )
    return found[0]
