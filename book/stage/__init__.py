"""What the builder reads: the pages of a language, and what is made for them.

Each step adds to the folder that the steps before it have filled.
"""

from collections.abc import Callable
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
)

Step = Callable[[Path, str, Path], None]
"""What a step takes: the book's root, the language, the folder."""

STEPS: tuple[Step, ...] = (
    pages.stage_pages,  # first: it makes the folder
    references.stage_references,  # of pages and labs, as they came
    made.stage_made,
    code_pages.stage_sources,
    downloads.stage_downloads,
    glossary.stage_glossary,
    rooms.stage_rooms,  # after all that it links
    heads.stage_heads,  # after the rooms: it stands above their links
    labs.stage_labs,  # after the links: it makes the HTML of a lab
    runs.stage_runs,
    report_links.stage_report_links,  # below the line of the run
    corrections.stage_feed,
    script.stage_script,
)


def stage(root: Path, language: str, folder: Path) -> None:
    """Fill `folder` with all that the site of a language is built from."""
    for step in STEPS:
        step(root, language, folder)
