"""The parser of pages: blocks, places, code."""

from pathlib import Path

import pytest

from book.errors import BookError
from book.page import blocks
from book.page.blocks import read

PAGE = """\
---
description: Words.
---

# Title

Two lines
of prose with $a_1$, `$code$` and \\$5.

## Section $n$ {#part}

- one
- two $b$

    more of two

1. first

??? success "Solution"

    ```python
    print(1)
    ```

    <!--book:tolerance 5%-->

    <!--pytest-codeblocks:expected-output-->

    ```text
    1
    ```

    $$
    x
    = y \\label{eq:one} \\label{eq:two}
    $$

| a | b |
|---|---|
| 1 | 2 |

<!--book:tolerance 20%-->

![A *line*.](page-line.svg)
"""


def page(tmp_path: Path, text: str = PAGE) -> blocks.Page:
    path = tmp_path / "docs" / "zh" / "part" / "page.md"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_blocks_in_order_with_their_places(tmp_path: Path) -> None:
    blocks = page(tmp_path).blocks
    assert [(b.kind, b.info, b.line, b.end, b.indent) for b in blocks] == [
        ("heading", "1#", 5, 5, 0),
        ("paragraph", "", 7, 8, 0),
        ("heading", "2#part", 10, 10, 0),
        ("item", "-", 12, 12, 0),
        ("item", "-", 13, 13, 0),
        ("paragraph", "", 15, 15, 1),
        ("item", "1.", 17, 17, 0),
        ("note", "success", 19, 19, 0),
        ("fence", "python", 21, 23, 1),
        ("output", "", 27, 31, 1),
        ("equation", "", 33, 36, 1),
        ("table", "3 x 2", 38, 40, 0),
        ("figure", "page-line.svg", 44, 44, 0),
    ]
    assert [b.tolerance for b in blocks if b.kind in ("output", "figure")] == [
        0.05,
        0.2,
    ]


def test_what_a_block_holds(tmp_path: Path) -> None:
    text = {b.line: b for b in page(tmp_path).blocks}
    assert text[7].formulas == ["a_1"]
    assert text[10].text == "Section $n$" and text[10].formulas == ["n"]
    assert text[21].text == "print(1)\n"
    assert text[27].text == "1\n"
    assert text[33].labels == ["eq:one", "eq:two"]
    assert text[44].text == "A *line*."


def test_a_page_knows_its_place(tmp_path: Path) -> None:
    found = page(tmp_path)
    assert (found.language, found.name) == ("zh", "part/page")
    assert found.meta == {"description": "Words."}
    assert found.partner == tmp_path / "docs" / "en" / "part" / "page.md"
    assert found.root == tmp_path


def test_code_of_a_solution_is_run(tmp_path: Path) -> None:
    (code,) = page(tmp_path).codes
    assert code.code == "print(1)\n"
    assert (code.source_line, len(code.figures)) == (22, 1)


def test_blank_lines_within_an_indented_fence_are_kept(
    tmp_path: Path,
) -> None:
    text = PAGE.replace("    print(1)\n", "    x = 1\n\n\n    print(x)\n")
    (code,) = page(tmp_path, text).codes
    assert code.code == "x = 1\n\n\nprint(x)\n"


def test_a_page_outside_docs(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# Page\n")
    with pytest.raises(BookError, match="lies in docs/en or docs/zh"):
        read(path)


def test_tabs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"page.md:3: a tab"):
        page(tmp_path, "# Page\n\n\tcode\n")


def test_an_item_on_two_lines_loses_its_marker(tmp_path: Path) -> None:
    found = page(tmp_path, "# Page\n\n- one that\n  goes on\n- two\n")
    assert [b.text for b in found.blocks[1:]] == ["one that\ngoes on", "two"]


def test_an_output_with_backticks_stands_in_a_longer_fence(
    tmp_path: Path,
) -> None:
    text = PAGE.replace(
        "    ```text\n    1\n    ```", "    ````text\n    ```\n    ````"
    )
    (code,) = page(tmp_path, text).codes
    assert code.outputs[0].text == "```\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# Page\n\ncaf\xe9\n", "page.md:3: this is not UTF-8"),
        ("# 本章\n".encode("gbk"), "page.md:1: this is not UTF-8"),
        (b"\xef\xbb\xbf# Page\n", "page.md:1: it begins with a byte-order"),
        (b"# Page\n\n<<<<<<< HEAD\n", "page.md:3: the mark of a merge"),
        (b"---\n- a\n---\n# Page\n", "page.md:2: the front matter has no"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "docs/en/page.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(BookError, match=message):
        read(path)
