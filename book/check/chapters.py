"""Refuse a chapter that a first reader could not go through alone.

What a chapter's head says, the titles of its sections, how much must be
read at first, the three steps of a mistake, the questions on the way.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from book import layout
from book.check.exercises import exercises
from book.errors import BookError
from book.page import counts, head
from book.page.blocks import Block, Page
from book.words.site import words

FREE = {"question", "math", "watch"}
"""The sections whose titles say what this chapter's are about."""

CORE = 1500
"""The most English words of a first reading: question to practice."""

WHOLE = (1500, 2500)
"""The words of an English page, second reading and solutions included."""

ASKED = (2, 3)
"""How many questions of one right choice a chapter asks on the way."""

CHOICES = (2, 4)

TRUTHS = 2
"""The most lines of output that say True or False and no number."""


def has_form(page: Page) -> bool:
    """Whether a page is a chapter of which the form is asked."""
    return layout.is_chapter(page.name)


def problems(page: Page) -> Iterator[BookError]:
    """Yield what a chapter's form lacks."""
    if not has_form(page):
        return
    yield from _head(page)
    yield from _titles(page)
    yield from _steps(page)
    yield from _questions(page)
    yield from _open_exercise(page)
    yield from _truths(page)
    if page.language == "en":
        core, whole = counts.words(page)
        if core > CORE:
            yield page.error(
                1,
                f"{core} words stand open from question to practice: "
                f"{CORE} at most; what can wait goes into a second reading, "
                f'`??? info "{words("chapter", "en")["second"]}: …"`',
            )
        if not WHOLE[0] <= whole <= WHOLE[1]:
            yield page.error(
                1, f"{whole} words: a chapter has {WHOLE[0]} to {WHOLE[1]}"
            )


def _head(page: Page) -> Iterator[BookError]:
    for key, example in (("needs", "[mlp/dropout], or []"), ("hours", "2.5")):
        if page.meta.get(key) is None:
            yield page.error(
                1, f"the front matter needs `{key}:`, such as {example}"
            )
    try:
        head.hours(page)
        needs = head.needs(page)
    except BookError as error:
        yield error
        return
    order = layout.navigation(page.root, page.language)
    before = order[: order.index(page.name)] if page.name in order else order
    for name in needs:
        if name not in before:
            yield page.error(
                1, f"`needs` names {name!r}, which comes later in the book"
            )


def _titles(page: Page) -> Iterator[BookError]:
    fixed = words("new", page.language)
    for block in page.blocks:
        if block.kind == "heading" and block.info.startswith("2#"):
            section = block.info[2:]
            wanted = fixed.get(section, block.text)
            if section not in FREE and block.text != wanted:
                yield page.error(
                    block.line,
                    f"this section is called {wanted!r} on every page",
                )


def _steps(page: Page) -> Iterator[BookError]:
    """Refuse mistakes whose three steps are not all there, in order."""
    said = words("chapter", page.language)
    steps = [f"**{said[step]}**" for step in ("symptom", "signs", "mending")]
    found: list[tuple[int, int]] = []
    for section, block, _ in counts.placed(page):
        if section == "wrong" and block.kind == "paragraph":
            found += [
                (number, block.line)
                for number, step in enumerate(steps)
                if block.text.startswith(step)
            ]
    order = [number for number, _ in found]
    if not order or order != [0, 1, 2] * (len(order) // 3):
        yield page.error(
            found[-1][1] if found else 1,
            "each mistake has three paragraphs, which begin with "
            + ", ".join(steps)
            + ", in this order",
        )


def _questions(page: Page) -> Iterator[BookError]:
    said = words("chapter", page.language)["quiz"]
    asked = 0
    for place, note in enumerate(page.blocks):
        if note.kind != "note" or note.info != "question":
            continue
        asked += 1
        if note.text != said:
            yield page.error(note.line, f"this note is titled {said!r}")
        inside = []
        for block in page.blocks[place + 1 :]:
            if block.indent <= note.indent:
                break
            inside.append(block)
        yield from _choices(page, note, inside)
    least, most = ASKED
    if not least <= asked <= most:
        yield page.error(
            1,
            f'{asked} notes `!!! question "{said}"`: a chapter has {least} '
            f"to {most}",
        )


def _choices(
    page: Page, note: Block, inside: Sequence[Block]
) -> Iterator[BookError]:
    outer = [b for b in inside if b.kind == "item" and b.indent == 1]
    marks = Counter(block.text[:4] for block in outer)
    least, most = CHOICES
    if set(marks) - {"[ ] ", "[x] "} or marks["[x] "] != 1:
        yield page.error(
            note.line,
            "each choice begins with `[ ]`, the one that is right with `[x]`",
        )
    if not least <= len(outer) <= most:
        yield page.error(note.line, f"{len(outer)} choices: {least} to {most}")
    for choice in outer:
        behind = [b for b in inside if b.line > choice.line]
        reasons = 0
        for block in behind:
            if block.indent <= choice.indent:
                break
            reasons += block.kind == "item"
        if reasons != 1:
            yield page.error(
                choice.line, "below a choice stands one item, its reason"
            )


def _open_exercise(page: Page) -> Iterator[BookError]:
    title = words("chapter", page.language)["open"]
    if any(True for _ in exercises(page)) and not any(
        block.kind == "note" and block.text == title for block in page.blocks
    ):
        yield page.error(
            1,
            "no exercise is open: one has no single right answer, and "
            f'`??? success "{title}"`',
        )


def _truths(page: Page) -> Iterator[BookError]:
    lines = [
        block.line
        for block, line in counts.truths(page)
        if not counts.has_number(line)
    ]
    if len(lines) > TRUTHS:
        yield page.error(
            lines[TRUTHS],
            f"{len(lines)} lines of output say True or False and no number: "
            f"{TRUTHS} at most; print the numbers",
        )
