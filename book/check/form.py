"""Refuse a page without a title, a chapter without its sections."""

from collections.abc import Iterator

from book import layout
from book.check.exercises import exercises
from book.errors import BookError
from book.page.blocks import Block, Page

LISTING = 40
"""The most lines of a listing."""

LEAST = {"output": 3, "figure": 1, "label": 3, "exercise": 4, "check": 1}
MOST = {"label": 10, "exercise": 6}
"""How many of each a chapter has."""


def problems(page: Page) -> Iterator[BookError]:
    """Refuse a chapter without its sections, or with an empty one."""
    if not page.meta.get("description"):
        yield page.error(1, "the front matter needs a `description:`")
    headings = [b for b in page.blocks if b.kind == "heading"]
    if (
        not headings
        or page.blocks[0] != headings[0]
        or headings[0].info != "1#"
    ):
        yield page.error(1, "a page begins with its title: `# Title`")
    for heading in headings[1:]:
        if heading.info.startswith("1#") or heading.info.endswith("#"):
            yield page.error(
                heading.line,
                "a heading below the title has level 2 or more and an id, "
                "the same in both languages: `## Text {#id}`",
            )
    ids = [h.info.partition("#")[2] for h in headings[1:]]
    for heading in headings[1:]:
        if ids.count(heading.info.partition("#")[2]) > 1:
            yield page.error(heading.line, "this id stands twice on the page")
    if not layout.is_chapter(page.name):
        return
    present = [h for h in headings if h.info.startswith("2#")]
    if [h.info[2:] for h in present] != list(layout.SECTIONS):
        yield page.error(
            1,
            "a chapter has the sections "
            + ", ".join(layout.SECTIONS)
            + " in this order; this page has "
            + (", ".join(h.info[2:] for h in present) or "none"),
        )
    behind = dict(zip(page.blocks, (*page.blocks[1:], None), strict=True))
    for heading in headings:
        following = behind[heading]
        if following is None or (
            following.kind == "heading"
            and (
                following.info[0] <= heading.info[0] or heading is headings[0]
            )
        ):
            yield page.error(
                heading.line, f"nothing under {heading.text!r}: write it"
            )
    for code in page.codes:
        lines = len(code.code.splitlines())
        if lines > LISTING:
            yield page.error(
                code.fence.line,
                f"a listing of {lines} lines: split it, {LISTING} at most",
            )
    yield from _counts(page)


def _counts(page: Page) -> Iterator[BookError]:
    """Yield of what a chapter has too little or too much."""
    labels = [b for b in page.blocks for _ in b.labels]
    there = {
        "output": [b for b in page.blocks if b.kind == "output"],
        "figure": [b for b in page.blocks if b.kind == "figure"],
        "label": labels,
        "check": _outputs_of_checks(page),
        "exercise": [heading for heading, _ in exercises(page)],
    }
    for kind, blocks in there.items():
        least, most = LEAST.get(kind, 0), MOST.get(kind, len(blocks))
        if not least <= len(blocks) <= most:
            line = blocks[-1].line if blocks else 1
            wanted = f"{least} to {most}" if kind in MOST else f"{least}"
            yield page.error(
                line,
                f"{len(blocks)} {kind}s: a chapter has {wanted}"
                + ("" if kind in MOST else " or more"),
            )


def _outputs_of_checks(page: Page) -> list[Block]:
    """The outputs in the section that checks the code."""
    inside, found = False, []
    for block in page.blocks:
        if block.kind == "heading" and block.info[0] <= "2":
            inside = block.info == "2#check"
        elif inside and block.kind == "output":
            found.append(block)
    return found
