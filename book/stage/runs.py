"""What the last run of a chapter showed, at its end.

The line says which formulas may have a check mark: those of a chapter
whose blocks and tests have all passed as they stand.
"""

import posixpath
from functools import cache
from pathlib import Path
from typing import Any

from book import layout
from book.check import proofs
from book.page.blocks import Page, read
from book.page.comments import meaning
from book.run import last
from book.run.last import Run
from book.stage.pages import staged
from book.words.site import words

PASSED = "passed"
"""The class of the line of a run in which nothing failed."""

EVALUATED = "data-evaluated"
"""Its attribute: the labels of formulas that the tests have computed."""

_HOW = "checked.md"


@cache
def tests(root: Path) -> dict[str, str]:
    """Where on a site the test of each labelled equation stands.

    Raises: BookError for a mark that names no label.
    """
    return {
        proof.label: posixpath.join(
            "code",
            proof.path.relative_to(root).with_suffix(".html").as_posix(),
        )
        + f"#L{proof.line}"
        for proof in reversed(proofs.proofs(root))
    }


def stage_runs(root: Path, language: str, folder: Path) -> None:
    """End each chapter with the line of its last run."""
    said = words("runs", language)
    for path in staged(root, language, folder):
        page = path.relative_to(root / "docs" / language)
        if layout.is_chapter(page.with_suffix("").as_posix()):
            line, marks = run_line(root, path)
            if (folder / _HOW).is_file():
                how = posixpath.relpath(_HOW, page.parent.as_posix())
                line += said["how"].format(how)
            with (folder / page).open("a", encoding="utf-8") as target:
                target.write(
                    f"\n{line}\n{{ .run {marks} data-search-exclude=1 }}\n"
                )


def run_line(root: Path, path: Path) -> tuple[str, str]:
    """What the last run of the chapter's page at `path` showed.

    English pages are run; a Chinese one shares the run of its partner
    if the code is the same but for comments. With the line come its
    class and attributes.
    """
    page = read(path)
    said = words("runs", page.language)
    run = last.latest(root, page.name)
    if run is None or not _is_what_ran(page):
        return said["none"], ".unknown"
    facts: dict[str, Any] = vars(run) | {
        key: said[key].format(value) if (value := vars(run)[key]) else ""
        for key in ("skipped", "commit")
    }
    if run.failed:
        facts["failures"] = _failures(run, said)
        return said["failed"].format(**facts), ".failed"
    facts["computed"] = len(run.evaluated)
    evaluated = " ".join(run.evaluated)
    marks = (
        f'.{PASSED} {EVALUATED}="{evaluated}"' if evaluated else "." + PASSED
    )
    return said["ran"].format(**facts), marks


def _failures(run: Run, said: dict[str, str]) -> str:
    """What failed, by name; an old report knows how much, alone."""
    names = [said["failure"].format(name) for name in run.failures]
    if rest := run.failed - len(names):
        names.append(said["some"].format(rest))
    return said["between"].join(names)


def _is_what_ran(page: Page) -> bool:
    if page.language == "en":
        return True
    mine, theirs = page.codes, read(page.partner).codes
    return [meaning(c.code) for c in mine] == [meaning(c.code) for c in theirs]
