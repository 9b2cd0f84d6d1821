"""A chapter moves with all its rooms, and stays accepted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book import layout
from book.check.problems import problems
from book.edit.move import move
from book.errors import OrderError
from book.page.blocks import read
from book.run.drawings import differences
from tests.book.check.test_pages import two as two

Edit = Callable[[str, str, str], None]
LINK = {
    "docs/en/part/one.md": ("Some words.", "See [two](two.md#math)."),
    "docs/zh/part/one.md": ("几句话。", "见[二](two.md#math)。"),
}


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def pair(two: Path) -> Path:
    """Chapters part/one, which links the next, and part/two."""
    move(two, "new/one", "part/two")
    for name, (old, new) in LINK.items():
        path = two / name
        text = path.read_text(encoding="utf-8").replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
    from book.edit import sync
    from book.page.blocks import read

    docs = two / "docs"
    sync.accept(read(docs / "en/part/one.md"), read(docs / "zh/part/one.md"))
    return two


def test_to_another_part(two: Path) -> None:
    move(two, "new/one", "part/two")
    assert problems(two) == []
    assert layout.navigation(two, "zh") == ["part/one", "part/two"]
    assert not (two / "d2lcode/new/one.py").exists()
    assert "d2lcode.part.two" in (two / "tests/part/test_two.py").read_text()


def test_its_drawings_follow(drawn_book: Path) -> None:
    (drawn_book / "drawings/part/__init__.py").touch()
    move(drawn_book, "part/one", "part/first")
    assert problems(drawn_book) == []
    for language in ("en", "zh"):
        folder = drawn_book / "docs" / language / "part"
        assert (folder / "first-cell.svg").is_file()
        page = read(folder / "first.md")
        assert "](first-cell.svg)" in "\n".join(page.lines)
    assert list(differences(read(folder.parents[1] / "en/part/first.md"))) == (
        []
    )
    assert [n for n in tree(drawn_book) if "one" in Path(n).name] == []


def test_what_names_it_follows(pair: Path) -> None:
    assert problems(pair) == []
    (pair / "README.md").write_text("`docs/en/part/two.md`, `part/two_b`")
    for language in ("en", "zh"):
        (pair / f"docs/{language}/part/two-line.svg").write_text("<svg/>")
    move(pair, "part/two", "part/three")
    found = [p.message for p in problems(pair)]
    assert all("does not show it" in message for message in found)
    assert (pair / "docs/zh/part/three-line.svg").exists()
    text = (pair / "docs/en/part/one.md").read_text(encoding="utf-8")
    assert "[two](three.md#math)" in text
    assert (pair / "README.md").read_text() == (
        "`docs/en/part/three.md`, `part/two_b`"
    )
    assert [n for n in tree(pair) if "two" in n] == []


def test_its_own_links_follow(pair: Path) -> None:
    (pair / "docs/en/new").mkdir(exist_ok=True)
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        with (pair / config).open("a", encoding="utf-8") as file:
            file.write("  - N:\n      - I: new/index.md\n")
    move(pair, "part/one", "new/first")
    text = (pair / "docs/en/new/first.md").read_text(encoding="utf-8")
    assert "[two](../part/two.md#math)" in text
    assert not any("bring them together" in str(p) for p in problems(pair))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("part/none", "part/three", "there is no chapter part/none"),
        ("part/two", "part/one", "exists already"),
        ("part/two", "other/two", "there is no part other"),
        ("part/two", "data/two", "cannot be a part"),
        ("part/two", "part/class", "is a word of Python's"),
    ],
)
def test_refused(old: str, new: str, message: str, pair: Path) -> None:
    before = tree(pair)
    with pytest.raises(OrderError, match=message):
        move(pair, old, new)
    assert tree(pair) == before


def test_its_comments_go_with_it(two: Path) -> None:
    path = layout.comments(two, "new/one")
    path.parent.mkdir(parents=True)
    path.write_text('"Return twice x.": "两倍"\n', encoding="utf-8")
    move(two, "new/one", "part/two")
    assert problems(two) == []
    moved = layout.comments(two, "part/two")
    assert moved.read_text(encoding="utf-8") == '"Return twice x.": "两倍"\n'
    assert not path.exists()
