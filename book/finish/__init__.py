"""What is done to a page once it is built, on one tree, in this order."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from book import cache
from book.finish import (
    accessibility,
    breaks,
    code_labels,
    code_pages,
    image_sizes,
    lab_pages,
    language_spans,
    leftovers,
    math_font,
    minify,
    numbering,
    proof_marks,
    search_index,
    sliders,
    theme_patches,
)
from book.finish.built import BuiltPage, read
from book.stage import runs

Step = Callable[[BuiltPage], None]

STEPS: tuple[Step, ...] = (
    lab_pages.unwrap,  # first: of a lab's page, little else is kept
    leftovers.refuse,  # before there is text that no page has written
    accessibility.mend,
    sliders.add,
    image_sizes.add,  # of what is an image still
    breaks.add,
    proof_marks.add,
    numbering.add,
    code_labels.link,  # of pages; files have no formulas
    language_spans.mark,
)


def finish(root: Path, language: str, site: Path) -> set[str]:
    """Finish the site of a language; return what its formulas show.

    Raises: BookError for a page that is not as it should be.
    """
    used: set[str] = set()
    found: list[search_index.Found] = []
    for path in sorted(site.rglob("*.html")):
        place = path.relative_to(site).as_posix()
        html = path.read_text(encoding="utf-8")
        parts = "finish", language, place, html, *_inputs(root, path, html)
        done = cache.get(root, *parts)
        if done is None:
            done = _finished(read(root, language, place, html))
            cache.put(root, *parts, value=done)
        used.update(done["characters"])
        found += [search_index.Found(*each) for each in done["found"]]
        path.write_text(done["html"], encoding="utf-8")
    code_pages.write(root, language, site)
    search_index.write(root, language, site, found)
    theme_patches.mend(site)
    return used


def _finished(page: BuiltPage) -> dict[str, Any]:
    """What is made of a page: no more than JSON has, for the cache."""
    for step in STEPS:
        step(page)
    found = search_index.read(page)
    minify.squeeze(page)  # last: the steps before leave gaps
    characters = "".join(sorted({*math_font.characters(page)}))
    return {"html": page.html, "characters": characters, "found": found}


def _inputs(root: Path, page: Path, html: str) -> Iterator[str]:
    """What the steps read beside a page: its figures, its proofs' places."""
    tests = runs.tests(root)
    yield json.dumps({k: v for k, v in tests.items() if k in html})
    for figure in sorted(page.parent.glob(f"{page.stem}-*.svg")):
        yield figure.read_text(encoding="utf-8")
