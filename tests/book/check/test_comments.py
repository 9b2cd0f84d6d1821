"""Chinese comments: all there, none left over, the code the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book import layout
from book.check import problems as check
from book.edit import sync
from book.edit.update import update
from book.page.blocks import read
from tests.book.conftest import accept

EN, ZH = "docs/en/part/one.md", "docs/zh/part/one.md"
MODULE = "d2lcode/part/one.py"
BLOCK = "print(double(2.0))  # (1,), the sum\n# eq:one-double\n"
TABLE = '"Return twice x.": "返回 x 的两倍。"\n"(1,), the sum": "(1,)，总和"\n'
Edit = Callable[[str, str, str], None]


def write(root: Path, text: str) -> None:
    path = layout.comments(root, "part/one")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def said(small_book: Path, edit: Edit) -> Path:
    """The small book with comments, in both languages."""
    edit(EN, "print(double(2.0))\n", BLOCK)
    write(small_book, TABLE)
    sync.sync(read(small_book / EN))
    accept(small_book)
    assert refusals(small_book) == []
    return small_book


def refusals(root: Path) -> list[str]:
    return [
        str(p).removeprefix(f"{root.as_posix()}/")
        for p in check.problems(root)
    ]


def test_the_chinese_page_says_them_in_chinese(said: Path) -> None:
    listing, block = read(said / ZH).codes
    assert '"""返回 x 的两倍。"""' in listing.code
    assert "return 2 * x  # eq:one-double" in listing.code
    assert listing.lines == read(said / EN).codes[0].lines
    assert block.code == (
        "print(double(2.0))  # (1,)，总和\n# eq:one-double\n"
    )
    assert "# (1,), the sum" in (said / EN).read_text(encoding="utf-8")
    assert "返回" in read(said / ZH).expanded()
    assert "Return twice x." in read(said / EN).expanded()


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ('"Return twice x.": "返回 x 的两倍。"\n', f"{MODULE}:5: "),
        ('"(1,), the sum": "(1,)，总和"\n', f"{EN}:30: "),
    ],
)
def test_a_missing_comment(entry: str, place: str, said: Path) -> None:
    write(said, TABLE.replace(entry, ""))
    found = [t for t in refusals(said) if "no Chinese for this" in t]
    (text,) = found
    english = entry.partition(": ")[0]
    assert text.startswith(place)
    assert f"add {english}: " in text
    assert text.endswith("book/words/comments/part/one.yml")


def test_without_a_file_comments_are_english(said: Path) -> None:
    layout.comments(said, "part/one").unlink()
    assert any("this fence differs" in text for text in refusals(said))
    sync.sync(read(said / EN))
    accept(said)
    assert refusals(said) == []
    assert read(said / ZH).codes[1].code == BLOCK


def test_a_chapter_of_the_form_has_a_file(said: Path, edit: Edit) -> None:
    for name in (EN, ZH):
        edit(name, "---\n\n#", "hours: 2\n---\n\n#")
    layout.comments(said, "part/one").unlink()
    found = [t for t in refusals(said) if "no Chinese for this" in t]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("", '"of nothing": "没有"\n', "no code of the page says this"),
        ('"(1,)，总和"', '"总和"', "lacks (1,)"),
        ('"(1,)，总和"', '"the sum"', "has no Chinese"),
        ("", '"Return twice x.": "两倍"\n', "stands here twice"),
    ],
)
def test_a_wrong_entry(old: str, new: str, reason: str, said: Path) -> None:
    write(said, TABLE.replace(old, new) if old else TABLE + new)
    found = [t for t in refusals(said) if reason in t]
    assert len(found) == 1
    assert found[0].startswith("book/words/comments/part/one.yml:")


def test_a_lost_label(said: Path, edit: Edit) -> None:
    edit(EN, "# eq:one-double", "# eq:one-double, by hand")
    write(said, TABLE + '"eq:one-double, by hand": "手算"\n')
    assert any("lacks eq:one-double" in text for text in refusals(said))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print(double(2.0))", "print(double(3.0))"),
        ("总和", "总数"),
        ("(1,)，总和", "(1,), the sum"),
    ],
)
def test_a_chinese_block_that_is_not_the_english_one(
    old: str, new: str, said: Path, edit: Edit
) -> None:
    edit(ZH, old, new)
    found = refusals(said)
    assert any("this fence differs" in text for text in found)
    sync.sync(read(said / EN))
    assert refusals(said) == []


@pytest.mark.parametrize("name", ["part/two", "labs/three"])
def test_a_file_without_a_page(name: str, said: Path) -> None:
    path = layout.comments(said, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    (text,) = refusals(said)
    assert f"{name}.yml:1: no page docs/en/{name}.md" in text


def test_update_and_lock_go_on(said: Path, edit: Edit) -> None:
    for name in (EN, ZH):
        edit(name, "double(2.0)", "double(4.0)")
    assert update(read(said / EN), seeds=()) == [said / EN, said / ZH]
    assert "8.0" in (said / ZH).read_text(encoding="utf-8")
    assert any("both blocks are new" in text for text in refusals(said))
    accept(said)
    assert refusals(said) == []
    edit(ZH, "总和", "和")
    write(said, TABLE.replace("总和", "和"))
    (text,) = refusals(said)
    assert "the Chinese block changed" in text
