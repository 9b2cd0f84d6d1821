"""What the builder reads: the pages of a language, and what is made for them.

Each step adds to the folder that the steps before it have filled, and
reads no page of which the folder has none: so a few can be staged alone.
"""

from collections.abc import Callable, Collection
from pathlib import Path

from book.stage import (
    code_pages,
    corrections,
    downloads,
    glossary,
    heads,
    labs,
    made,
    pages,
    references,
    report_links,
    rooms,
    runs,
    script,
    speed,
)

Step = Callable[..., None]
"""What a step takes: the book's root, the language, the folder."""

STEPS: tuple[Step, ...] = (
    pages.stage_pages,  # first: it makes the folder
    references.stage_references,  # of pages and labs, as they came
    labs.stage_labs,  # which makes pages of labs, like the others
    made.stage_made,
    code_pages.stage_sources,
    downloads.stage_downloads,
    glossary.stage_glossary,
    speed.stage_speed,
    rooms.stage_rooms,  # after all that it links
    heads.stage_heads,  # after the rooms: it stands above their links
    runs.stage_runs,
    report_links.stage_report_links,  # below the line of the run
    corrections.stage_feed,
    script.stage_script,
)


def stage(
    root: Path,
    language: str,
    folder: Path,
    names: Collection[str] | None = None,
) -> None:
    """Fill `folder` with all that the site of a language is built from.

    With names, such as recurrent/gru, only with what is made of these
    pages, and what belongs to none.
    """
    for step in STEPS:
        if step is pages.stage_pages:
            step(root, language, folder, names)
        else:
            step(root, language, folder)
