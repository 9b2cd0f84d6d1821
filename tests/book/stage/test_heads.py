"""The line below a chapter's title, in both languages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.errors import BookError
from book.layout import LANGUAGES
from book.page.blocks import read
from book.stage.heads import head, stage_heads

Edit = Callable[[str, str, str], None]

SAID = {
    ("en", "[other/two]", "1"): (
        "Builds on: [Two](../other/two.md) · 1 minute to read · "
        "about 1 hour with the exercises"
    ),
    ("en", "[other/two, part/three]", "2.5"): (
        "Builds on: [Two](../other/two.md), [Two](three.md) · "
        "1 minute to read · about 2.5 hours with the exercises"
    ),
    ("en", "[]", "3"): (
        "1 minute to read · about 3 hours with the exercises"
    ),
    ("zh", "[other/two, part/three]", "0.5"): (
        "先读：[二](../other/two.md)、[二](three.md) · "
        "阅读约 1 分钟 · 连同练习约 0.5 小时"
    ),
    ("zh", "[]", "1"): "阅读约 1 分钟 · 连同练习约 1 小时",
}  # fmt: skip


@pytest.fixture
def book(small_book: Path) -> Path:
    """The small book with two more chapters, of the same text."""
    for language, title in (("en", "# Two"), ("zh", "# 二")):
        docs = small_book / "docs" / language
        text = (docs / "part/one.md").read_text(encoding="utf-8")
        text = text.replace({"en": "# One", "zh": "# 一"}[language], title, 1)
        for name in ("other/two.md", "part/three.md"):
            (docs / name).parent.mkdir(exist_ok=True)
            (docs / name).write_text(text, encoding="utf-8")
    return small_book


@pytest.mark.parametrize(("language", "needs", "hours"), SAID)
def test_what_the_line_says(
    book: Path, edit: Edit, language: str, needs: str, hours: str
) -> None:
    name = f"docs/{language}/part/one.md"
    edit(name, "---\n\n", f"needs: {needs}\nhours: {hours}\n---\n\n")
    assert head(read(book / name)) == SAID[language, needs, hours]


def test_more_minutes_than_one(book: Path, edit: Edit) -> None:
    name = "docs/en/part/one.md"
    edit(name, "---\n\n", "needs: []\nhours: 3\n---\n\n")
    edit(name, "Some words.", "Some words. " * 200)
    assert head(read(book / name)).startswith("3 minutes to read · ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_stands_below_the_title(
    book: Path, edit: Edit, language: str, tmp_path: Path
) -> None:
    """Of the chapters that say their hours; others have none."""
    name = f"docs/{language}/part/one.md"
    edit(name, "---\n\n", "needs: []\nhours: 3\n---\n\n")
    folder = book / "docs" / language  # staged as it is
    others = [folder / "other/two.md", folder / "part/three.md"]
    before = [path.read_text(encoding="utf-8") for path in others]
    line = head(read(book / name))
    stage_heads(book, language, folder)
    title = {"en": "# One", "zh": "# 一"}[language]
    staged = (book / name).read_text(encoding="utf-8")
    assert f"\n{title}\n\n{line}\n{{ .head " in staged
    assert [path.read_text(encoding="utf-8") for path in others] == before


def test_a_chapter_that_is_not_there_stops_the_site(
    book: Path, edit: Edit
) -> None:
    name = "docs/en/part/one.md"
    edit(name, "---\n\n", "needs: [part/none]\nhours: 3\n---\n\n")
    with pytest.raises(BookError, match=r"one\.md:3: `needs` names"):
        stage_heads(book, "en", book / "docs" / "en")
