"""What is done to a page once it is built, on one tree, in this order."""

from collections.abc import Callable
from pathlib import Path

from book.finish import (
    accessibility,
    code_labels,
    code_lines,
    lab_pages,
    language_spans,
    leftovers,
    math_font,
    minify,
    numbering,
    proof_marks,
    theme_patches,
)
from book.finish.built import BuiltPage, read

Step = Callable[[BuiltPage], None]

STEPS: tuple[Step, ...] = (
    lab_pages.unwrap,  # first: of a lab's page, little else is kept
    leftovers.refuse,  # before there is text that no page has written
    accessibility.mend,
    proof_marks.add,
    numbering.add,
    code_labels.link,  # of pages; files have no formulas
    language_spans.mark,
    code_lines.fill,  # after the search for words, which code has none of
    minify.squeeze,  # last: the steps before leave gaps
)


def finish(root: Path, language: str, site: Path) -> set[str]:
    """Finish the site of a language; return what its formulas show.

    Raises: BookError for a page that is not as it should be.
    """
    used: set[str] = set()
    for path in sorted(site.rglob("*.html")):
        place = path.relative_to(site).as_posix()
        page = read(root, language, place, path.read_text(encoding="utf-8"))
        for step in STEPS:
            step(page)
        used.update(math_font.characters(page))
        path.write_text(page.html, encoding="utf-8")
    lab_pages.lower(site)
    theme_patches.mend(site)
    return used
