"""The link by which a reader reports an error on a chapter.

It opens the form "wrong statement" of the repository, with the page and
the commit filled in; without the repository's address there is none.
"""

import os
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from book import layout
from book.page.blocks import find, read
from book.words.site import words

FORM = "wrong-statement.yml"
"""The form, in .github/ISSUE_TEMPLATE, and its first field is the page."""


def stage_report_links(root: Path, language: str, folder: Path) -> None:
    """End each chapter with the link, where the address is known."""
    repository = os.environ.get("D2LCODE_REPOSITORY", "").rstrip("/")
    if not repository:
        return
    said = words("corrections", language)["report"]
    for path in find(root / "docs", language):
        page = read(path)
        if layout.is_chapter(page.name):
            link = said.format(address(root, repository, page.name, language))
            with (folder / f"{page.name}.md").open(
                "a", encoding="utf-8"
            ) as staged:
                staged.write(
                    f"\n{link}\n{{ .report data-search-exclude=1 }}\n"
                )


def address(root: Path, repository: str, name: str, language: str) -> str:
    """Where an error on the page of a name is reported."""
    at = f" @ {commit}" if (commit := _commit(root)) else ""
    return f"{repository}/issues/new?" + urlencode(
        {
            "template": FORM,
            "title": f"{name} ({language}): ",
            "page": f"docs/{language}/{name}.md{at}",
        }
    )


@cache
def _commit(root: Path) -> str:
    """The commit that the site is built from, if there is one."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
