"""What a page asks the build to make: `<!--book:map-->` and the like.

The line of Markdown that is made stands where the comment stood.
"""

import posixpath
from pathlib import Path

from book.page.block import Block
from book.page.blocks import Page, find, read
from book.stage import contents, corrections, example, maps


def stage_made(root: Path, language: str, folder: Path) -> None:
    """Put what is made where each page asks for it.

    Raises: BookError where it cannot be made.
    """
    for path in find(root / "docs", language):
        page = read(path)
        for block in page.blocks:
            if block.kind == "made":
                staged = folder / f"{page.name}.md"
                text = staged.read_text(encoding="utf-8")
                comment = page.lines[block.line - 1]
                made = _made(root, page, block)
                text = text.replace(comment, made, 1)
                staged.write_text(text, encoding="utf-8")


def _made(root: Path, page: Page, block: Block) -> str:
    what = block.info.split()[0]
    opens = posixpath.basename(page.name) == "index" and "/" in page.name
    if what == "map" and opens:
        return maps.part_map(root, page.language, page.name)
    if what == "map":
        return maps.book_map(root, page.language, page.name)
    if what == "example":
        return example.example(root, page, block)
    if what == "corrections":
        return corrections.entries(root, page.language)
    if opens:
        return contents.part_contents(root, page.language, page.name)
    return contents.book_contents(root, page.language)
