"""What is counted on a page."""

from dataclasses import asdict
from pathlib import Path

from book.page.blocks import Page, parse, read
from book.page.counts import counts, words

TEXT = """\
# One

One $x + y$ `code here`, two - words.

## The question {#question}

Three words here.

??? info "Second reading: more"

    Three $x + y$ words.

    ```text
    not counted
    ```

Behind it.

$$
y = 2 x
$$

!!! question "Check yourself"

    One of these?

<!--pytest-codeblocks:expected-output-->

```text
True
doubles: False
True for 3
Truest
```

## References {#references}

Nobody reads this.
"""


def page(tmp_path: Path, text: str) -> Page:
    path = tmp_path / "docs" / "en" / "part" / "one.md"
    return parse(path, text.splitlines())


def test_core_and_all_words(tmp_path: Path) -> None:
    core, whole = words(page(tmp_path, TEXT))
    assert core == 2 + 3 + 2
    outside = 1 + 5  # the title, and what stands before the question
    folded = 3 + 3  # with the title of the note
    assert whole == core + outside + folded + 2 + 3


def test_a_code_or_formula_within_a_sentence_is_a_word(tmp_path: Path) -> None:
    text = "# One\n\n## Two {#math}\n\nOne $x + y$ `code here`, - two.\n"
    assert words(page(tmp_path, text)) == (1 + 4, 2 + 4)


def test_truths_with_and_without_number(tmp_path: Path) -> None:
    found = counts(page(tmp_path, TEXT))
    assert (found.truths, found.bare) == (3, 2)


GUARDED = '''\
"""One."""


def double(x: float) -> float:
    """Return twice x."""
    if x < 0:
        raise ValueError("x must not be negative")
    return 2 * x  # eq:one-double


def half(x: float) -> float:
    return x / 2
'''


def test_drawings_and_listings(drawn_book: Path) -> None:
    module = drawn_book / "d2lcode" / "part" / "one.py"
    module.write_text(GUARDED, encoding="utf-8")
    path = drawn_book / "docs" / "en" / "part" / "one.md"
    text = path.read_text(encoding="utf-8")
    more = "```python\nd2lcode/part/one.py:half\n```\n\n## Part {#check}"
    path.write_text(text.replace("## Part {#check}", more), encoding="utf-8")
    found = asdict(counts(read(path)))
    assert found["drawings"] == 1
    assert (found["longest"], found["listed"], found["guarded"]) == (3, 5, 7)


def test_a_page_without_any(tmp_path: Path) -> None:
    found = asdict(counts(page(tmp_path, "# One\n")))
    assert set(found.values()) == {0, 1}
    assert found["words"] == 1
