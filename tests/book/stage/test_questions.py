"""Questions in a notebook: letters, and the reasons below all choices."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.page.blocks import read
from book.stage import downloads

Edit = Callable[[str, str, str], None]

QUESTION = {
    "en": """\
!!! question "Check yourself"

    How much is $x$?

    - [ ] `0`
        - Never.
    - [x] $x$
        - By definition.

Some words.""",
    "zh": """\
!!! question "自测"

    $x$ 是多少？

    - [ ] `0`
        - 从不。
    - [x] $x$
        - 由定义。

几句话。""",
}
LAID_OUT = {
    "en": """\
> **Check yourself**

How much is $x$?

- A. `0`

- B. $x$

**A.** Not quite. Never.

**B.** Right. By definition.

Some words.""",
    "zh": """\
> **自测**

$x$ 是多少？

- A. `0`

- B. $x$

**A.** 再想想。从不。

**B.** 正确。由定义。

几句话。""",
}


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Some words."), ("zh", "几句话。")]
)
def test_a_notebook_has_the_answers_at_the_end(
    small_book: Path, edit: Edit, language: str, words: str
) -> None:
    name = f"docs/{language}/part/one.md"
    edit(name, words, QUESTION[language])
    notebook = downloads.convert(read(small_book / name))
    assert any(LAID_OUT[language] in cell.source for cell in notebook.cells)


def test_a_list_elsewhere_stays(small_book: Path, edit: Edit) -> None:
    name = "docs/en/part/one.md"
    edit(name, "Some words.", "- one\n    - two\n\nSome words.")
    notebook = downloads.convert(read(small_book / name))
    assert any("- one\n\n    - two" in cell.source for cell in notebook.cells)
