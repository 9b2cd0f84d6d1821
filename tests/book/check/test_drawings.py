"""Refusals that concern a page's drawings, and the book that has them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.check.problems import problems
from tests.book.conftest import CAPTIONS, DRAWING, accept

Edit = Callable[[str, str, str], None]

MODULE = "drawings/part/one.py"
PAGES = {"en": "docs/en/part/one.md", "zh": "docs/zh/part/one.md"}
FIGURE = """\
4.0
```

```python
import matplotlib.pyplot as plt

plt.show()
```

![A.](one-cell.svg)
"""


def refusals(root: Path) -> list[str]:
    return [
        f"{p.path.relative_to(root).as_posix()}:{p.line}: {p.message}"
        for p in problems(root)
    ]


def test_the_drawn_book_passes(drawn_book: Path) -> None:
    assert refusals(drawn_book) == []


def test_a_drawing_that_no_page_shows(drawn_book: Path) -> None:
    with (drawn_book / MODULE).open("a", encoding="utf-8") as file:
        file.write("\n\ndef gate() -> Sheet:\n    return cell()\n")
    assert refusals(drawn_book) == [
        f"{MODULE}:12: {page} does not show gate: add "
        "![Caption.](one-gate.svg) to both pages, or call it _gate"
        for page in PAGES.values()
    ]


def test_a_drawing_on_one_page_only(drawn_book: Path, edit: Edit) -> None:
    edit(PAGES["zh"], CAPTIONS["zh"] + "\n\n", "")
    found = "\n".join(refusals(drawn_book))
    assert f"{PAGES['zh']} does not show cell" in found


def test_it_stands_at_the_same_place(drawn_book: Path, edit: Edit) -> None:
    edit(PAGES["zh"], CAPTIONS["zh"] + "\n\n", "")
    edit(PAGES["zh"], "{#math}", "{#math}\n\n几句话。\n\n" + CAPTIONS["zh"])
    edit(PAGES["en"], "{#math}\n", "{#math}\n\nSome words.\n")
    assert not any("does not show" in text for text in refusals(drawn_book))
    edit(PAGES["en"], "Some words.\n\n" + CAPTIONS["en"],
         CAPTIONS["en"] + "\n\nSome words.")  # fmt: skip
    found = "\n".join(refusals(drawn_book))
    assert "drawing" in found and "paragraph" in found


def test_the_first_stands_before_the_first_formula(
    drawn_book: Path, edit: Edit
) -> None:
    for language, page in PAGES.items():
        edit(page, CAPTIONS[language] + "\n\n", "")
        edit(page, "{#scratch}\n", "{#scratch}\n\n" + CAPTIONS[language])
    accept(drawn_book)
    found = refusals(drawn_book)
    assert len(found) == 2
    assert all("before its first labelled formula" in text for text in found)


def test_a_chapter_with_hours_has_a_drawing(
    small_book: Path, edit: Edit
) -> None:
    edit(PAGES["en"], "---\n\n", "hours: 2\n---\n\n")
    found = "\n".join(refusals(small_book))
    assert f"{PAGES['en']}:1: a chapter has a drawing" in found
    assert "draw one in drawings/part/one.py" in found
    assert PAGES["zh"] + ":1: a chapter has a drawing" not in found


def test_a_file_without_drawing(small_book: Path) -> None:
    path = small_book / MODULE
    path.parent.mkdir(parents=True)
    path.write_text('"""The drawings of one."""\n')
    (found,) = refusals(small_book)
    assert found.startswith(f"{MODULE}:1: it draws nothing: write a public")


def test_a_figure_with_the_name_of_a_drawing(
    drawn_book: Path, edit: Edit
) -> None:
    edit(PAGES["en"], "4.0\n```\n", FIGURE)
    found = "\n".join(refusals(drawn_book))
    assert "one-cell.svg is a drawing, and the block before it shows" in found


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("![](one-cell.svg)", "one-cell.svg has no caption: write one"),
        (
            "<!--book:tolerance 5%-->\n\n![A.](one-cell.svg)",
            "a drawing has no tolerance: remove the comment",
        ),
    ],
)
def test_caption_and_tolerance(
    new: str, message: str, drawn_book: Path, edit: Edit
) -> None:
    edit(PAGES["en"], CAPTIONS["en"], new)
    assert any(message in text for text in refusals(drawn_book))


def test_a_file_of_drawings_without_page(drawn_book: Path) -> None:
    (drawn_book / "drawings/part/two.py").write_text(DRAWING)
    assert refusals(drawn_book) == [
        "drawings/part/two.py:1: no page docs/en/part/two.md: write it, or "
        "remove this"
    ]


def test_a_drawing_whose_function_is_gone(
    drawn_book: Path, edit: Edit
) -> None:
    edit(MODULE, "def cell", "def gate")
    found = "\n".join(refusals(drawn_book))
    assert "or draw it: a function in drawings/part/one.py" in found
