"""The book as it stands: nothing that can be refused."""

import pytest

from book import chapters, check
from book.pages import LANGUAGES, ROOT, Page, find, read


def test_nothing_is_refused() -> None:
    assert [str(problem) for problem in check.problems()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_prove_and_show_something(language: str) -> None:
    pages = [read(path) for path in find(ROOT / "docs", language)]
    written = [page for page in pages if chapters.is_chapter(page.name)]
    assert len(written) >= 4
    for page in written:
        assert _count(page, "output") >= 3, page.path
        assert _count(page, "figure") >= 1, page.path
        assert 3 <= sum(len(b.labels) for b in page.blocks) <= 10, page.path
        exercises = [
            b for b in page.blocks if b.info.startswith("3#exercise-")
        ]
        solutions = [b for b in page.blocks if b.info == "success"]
        assert 4 <= len(exercises) == len(solutions) <= 6, page.path


def _count(page: Page, kind: str) -> int:
    return sum(block.kind == kind for block in page.blocks)
