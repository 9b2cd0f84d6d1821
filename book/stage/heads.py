"""The line below a chapter's title: what it builds on, how long it takes."""

import os
from collections.abc import Iterator
from pathlib import Path

from book import layout
from book.page.blocks import Page, read
from book.page.head import hours, minutes, needs
from book.stage.pages import staged
from book.stage.rooms import below_title
from book.words.site import words


def stage_heads(root: Path, language: str, folder: Path) -> None:
    """Put the line below the title of each chapter that says its hours.

    Raises: BookError for a front matter that is not as it should be.
    """
    for path in staged(root, language, folder):
        name = path.relative_to(root / "docs" / language).with_suffix("")
        if not layout.is_chapter(name.as_posix()):
            continue
        page = read(path)
        if line := head(page):
            target = folder / f"{page.name}.md"
            text = target.read_text(encoding="utf-8")
            line += "\n{ .head data-search-exclude=1 }"
            target.write_text(below_title(text, line), encoding="utf-8")


def head(page: Page) -> str:
    """The line of a page as Markdown; none without `hours`."""
    long = hours(page)
    return " · ".join(_parts(page, long)) if long is not None else ""


def _parts(page: Page, long: float) -> Iterator[str]:
    said = words("head", page.language)
    if names := needs(page):
        links = said["between"].join(_link(page, name) for name in names)
        yield said["needs"].format(links)
    short = minutes(page)
    yield said["minute" if short == 1 else "minutes"].format(short)
    yield said["hour" if long == 1 else "hours"].format(f"{long:g}")


def _link(page: Page, name: str) -> str:
    target = read(page.docs / page.language / f"{name}.md")
    here = Path(page.name).parent
    address = Path(os.path.relpath(f"{name}.md", here)).as_posix()
    return f"[{target.blocks[0].text}]({address})"
