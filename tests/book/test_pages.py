"""The parser of pages: blocks, places, code."""

from pathlib import Path

import pytest

from book import pages
from book.pages import PageError, read

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


def page(tmp_path: Path, text: str = PAGE) -> pages.Page:
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


def test_a_listing_is_expanded(small_book: Path) -> None:
    found = read(small_book / "docs/en/part/one.md")
    listing, _block = found.codes
    assert listing.code.startswith("def double(x: float) -> float:\n")
    assert listing.source == small_book / "d2lcode/part/one.py"
    assert listing.source_line == 4
    assert "def double" in found.expanded()
    assert "8<" not in found.expanded()


def test_a_method_is_dedented(small_book: Path) -> None:
    module = small_book / "d2lcode/part/one.py"
    module.write_text(
        "class A:\n    # --8<-- [start:double]\n    def double(x):\n"
        "        return 2 * x\n    # --8<-- [end:double]\n"
    )
    found = read(small_book / "docs/en/part/one.md")
    assert found.codes[0].code == "def double(x):\n    return 2 * x\n"


def test_a_page_outside_docs(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# Page\n")
    with pytest.raises(PageError, match="lies in docs/en or docs/zh"):
        read(path)


def test_tabs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"page.md:3: a tab"):
        page(tmp_path, "# Page\n\n\tcode\n")
