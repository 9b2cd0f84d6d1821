"""`book update`: what a run gives is written, whole or not at all."""

from pathlib import Path

import pytest
import torch

from book.edit.update import run, spread, update
from book.errors import BookError
from book.page.blocks import MARKER, read
from book.run import figures

FIGURE = """\
```python
import matplotlib.pyplot as plt
from d2lcode import plotting

plotting.use_style()
fig, ax = plt.subplots()
ax.plot([0, 1], [0, 2], label="training loss")
ax.legend()
plt.show()
```

![A line.](page-line.svg)
"""


def block(code: str, output: str | None = None) -> str:
    fence = f"```python\n{code}\n```\n"
    if output is None:
        return fence
    return f"{fence}\n{MARKER}\n\n```text\n{output}\n```\n"


class Book:
    """A page in two languages."""

    def __init__(self, docs: Path) -> None:
        self.docs = docs

    def write(self, *parts: str) -> None:
        text = "# Page\n\n" + "\n".join(parts)
        for language in ("en", "zh"):
            path = self.docs / language / "page.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.docs / name).read_text(encoding="utf-8")

    def update(self, *parts: str, seeds: tuple[int, ...] = ()) -> list[str]:
        if parts:
            self.write(*parts)
        page = read(self.docs / "en" / "page.md")
        return [
            path.relative_to(self.docs).as_posix()
            for path in update(page, seeds)
        ]

    def files(self) -> dict[str, bytes]:
        return {
            str(p): p.read_bytes() for p in self.docs.rglob("*") if p.is_file()
        }


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "docs")


def test_both_languages_are_written(book: Book) -> None:
    assert book.update(FIGURE, block("print(6 * 7)")) == [
        "en/page-line.svg",
        "en/page.md",
        "zh/page-line.svg",
        "zh/page.md",
    ]
    for language, label in (("en", "training loss"), ("zh", "训练损失")):
        text = book.read(f"{language}/page.md")
        assert f"print(6 * 7)\n```\n\n{MARKER}\n\n```text\n42\n```\n" in text
        svg = book.read(f"{language}/page-line.svg")
        assert f">{label}</text>" in svg
        assert figures.is_as_drawn(svg)
    assert book.update() == []


def test_what_agrees_is_left(book: Book) -> None:
    assert book.update(block("print(0.5003)", "0.5000")) == []


def test_a_drawing_changed_by_hand_is_drawn_again(book: Book) -> None:
    book.update(FIGURE)
    path = book.docs / "en" / "page-line.svg"
    svg = path.read_text(encoding="utf-8")
    path.write_text(svg.replace("216", "217"), encoding="utf-8")
    assert book.update() == ["en/page-line.svg"]
    assert path.read_text(encoding="utf-8") == svg


def test_what_is_not_printed_is_removed(book: Book) -> None:
    book.update(block("x = 1", "1"))
    assert "codeblocks" not in book.read("zh/page.md")


def test_backticks_stay_within_their_fence(book: Book) -> None:
    book.update(block("print('```text')"))
    assert "````text\n```text\n````\n" in book.read("en/page.md")
    assert book.update() == []


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            (block("print(2)", "1"), block("x = 1\n1 / 0")),
            r"page.md:15: the block fails: ZeroDivisionError",
        ),
        (
            (block("print(2)"), FIGURE.replace("training loss", "zebra")),
            "no Chinese label for 'zebra'",
        ),
        ((block("print(2)"), FIGURE.partition("![")[0]), "draws 1 figure"),
        (
            (block("print(2)"), FIGURE.replace("plt.show()\n", "")),
            "drawn and not shown",
        ),
    ],
)
def test_nothing_is_written_where_something_is_wrong(
    parts: tuple[str, ...], message: str, book: Book
) -> None:
    book.write(*parts)
    before = book.files()
    with pytest.raises(BookError, match=message):
        book.update()
    assert book.files() == before


def test_a_tolerance_above_the_ceiling_is_refused(book: Book) -> None:
    wide = f"<!--book:tolerance 30%-->\n\n{MARKER}"
    book.write(block("print(0.5)", "0.9").replace(MARKER, wide))
    with pytest.raises(BookError, match="30 % is no tolerance"):
        book.update()


def test_nothing_is_written_where_the_partner_has_other_blocks(
    book: Book,
) -> None:
    book.write(block("print(2)"), FIGURE)
    path = book.docs / "zh" / "page.md"
    path.write_text("# Page\n\n" + block("print(2)"), encoding="utf-8")
    before = book.files()
    with pytest.raises(BookError, match="book sync first"):
        book.update()
    assert book.files() == before


CHAOS = """\
import torch
x = torch.tensor(0.3).exp() / 2
for _ in range(60):
    x = torch.exp(torch.log(3.9 * x * (1 - x)))
print(f"{x:.3f}")"""
"""The logistic map, in which the last bit grows by two every step."""


def test_what_hangs_on_the_last_bit_is_refused(book: Book) -> None:
    book.write(block("print(1)"), block(CHAOS))
    before = book.files()
    with pytest.raises(BookError) as caught:
        book.update(seeds=(1, 2))
    assert book.files() == before
    message = str(caught.value)
    assert "page.md:7: what it shows hangs on the last bits" in message
    assert "7: noise 1: line 1: " in message


def test_a_mean_with_room_is_accepted(book: Book) -> None:
    mean = CHAOS.replace("for", "s = 0\nfor").replace(
        "x)))", "x)))\n    s += x"
    )
    mean = mean.replace("range(60)", "range(20000)")
    book.write(block(mean.replace("{x:.3f}", "{s / 20000:.3f}")))
    assert book.update(seeds=(1,)) == ["en/page.md", "zh/page.md"]


def test_a_figure_that_hangs_on_the_last_bit_is_named(book: Book) -> None:
    code = CHAOS.replace('print(f"{x:.3f}")', "y = x.item()")
    figure = FIGURE.replace("[0, 2]", "[0, y]").replace(
        "import matplotlib", code + "\nimport matplotlib"
    )
    with pytest.raises(BookError, match=r"noise 1: page-line.svg: axes 1"):
        book.update(figure, seeds=(1,))


def test_an_error_under_noise_is_named(book: Book) -> None:
    x = torch.tensor(0.3).exp().item()
    book.write(
        block(f"import torch\nassert torch.tensor(0.3).exp().item() == {x!r}")
    )
    page = read(book.docs / "en" / "page.md")
    found = list(spread(page, run(page), (1,)))
    assert found == [
        (5, "noise 1: the block fails under noise 1: AssertionError")
    ]
