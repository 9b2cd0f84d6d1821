"""A chapter goes with all that is only its own, once nothing names it."""

import shutil
from pathlib import Path

import pytest

from book import layout
from book.check.problems import problems
from book.edit.entries import without, without_page
from book.edit.move import move
from book.edit.remove import remove
from book.errors import OrderError
from book.layout import CONFIGS, ROOT
from tests.book.check.test_pages import two as two
from tests.book.edit.test_move import tree

FOLDERS = ("docs", "d2lcode", "drawings", "tests", "book", ".github")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository."""
    root = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in (*CONFIGS.values(), "Makefile", "README.md", "README.zh.md"):
        shutil.copy(ROOT / name, root)
    return root


def test_moved_to_another_part_it_leaves_nothing_behind(copy: Path) -> None:
    order = layout.navigation(copy, "en")
    chapters = filter(layout.is_chapter, order)
    name = next(n for n in reversed([*chapters]) if "gru" in n)
    part = next(n for n in order if n.endswith("/attention")).split("/")[0]
    written = move(copy, name, f"{part}/renamed")
    pages = [p for p in written if p.suffix in {".md", ".ipynb"}]
    names = layout.names(copy, [p for p in pages if "docs" in p.parts])
    said = [str(p) for p in problems(copy, names)]
    # A chapter that needs it may now come before it.
    assert [p for p in said if " later " not in p] == []
    left = [
        path
        for path, content in tree(copy).items()
        if name.encode() in content or name in path
    ]
    assert left == []


def test_with_all_its_own(two: Path) -> None:
    for name, text in {
        "book/words/references.yml": "- key: a\n- key: b\n",
        "book/check/prose_numbers.yml": (
            "# Why\n- page: new/one\n  number: '3'\n  reason: r\n"
        ),
        "tests/book/formula/equivalents.yml": "eq:other-double: []\n",
        "tests/book/formula/bindings.py": (
            '@case("eq:other-double")\ndef _():\n    return 1\n\n\n'
            '@case("eq:one-double")\ndef _():\n    return 2\n'
        ),
    }.items():
        path = two / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    remove(two, "new/one")
    (two / "book/words/references.yml").unlink()
    assert problems(two) == []
    assert layout.parts(two, "zh") == [("部分", ["part/one"])]
    assert [n for n in tree(two) if "new" in n] == []
    assert not (two / "docs/en/new").exists()
    numbers = (two / "book/check/prose_numbers.yml").read_text("utf-8")
    assert numbers == "# Why\n"
    equivalents = two / "tests/book/formula/equivalents.yml"
    assert equivalents.read_text("utf-8") == ""
    assert (two / "tests/book/formula/bindings.py").read_text("utf-8") == (
        '@case("eq:one-double")\ndef _():\n    return 2\n'
    )


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("docs/en/part/one.md", "[two](../new/one.md)", "docs/en/part/one.md"),
        ("docs/zh/part/one.md", r"$\eqref{eq:other-double}$", "docs/zh/part"),
        ("README.md", "`d2lcode/new/one.py`", "README.md:1: "),
        ("drawings/part/x.py", "import d2lcode.new.one", "drawings/part/x"),
    ],
)
def test_not_while_others_name_it(
    file: str, text: str, named: str, two: Path
) -> None:
    path = two / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as opened:
        opened.write(text + "\n")
    before = tree(two)
    with pytest.raises(OrderError, match=named):
        remove(two, "new/one")
    assert tree(two) == before


def test_only_a_chapter(two: Path) -> None:
    with pytest.raises(OrderError, match="there is no chapter new/two"):
        remove(two, "new/two")


def test_entries_go_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("# all\na: 1\n\n# of b\nb:\n  - 2\nc: 3\n", "utf-8")
    assert without(path, lambda key: key == "a") == (
        "# all\n# of b\nb:\n  - 2\nc: 3\n"
    )
    assert without(path, lambda key: key in {"b", "c"}) == (
        "# all\na: 1\n\n# of b\n"
    )


def test_a_part_goes_with_its_last_page() -> None:
    config = "nav:\n  - P:\n      - A: p/a.md\n  - Q:\n      - q/index.md\n"
    assert without_page(config, "p/a") == (
        "nav:\n  - Q:\n      - q/index.md\n"
    )
    config = "nav:\n  - P:\n      - p/index.md\n      - A: p/a.md\nx: 1\n"
    assert without_page(config, "p/a") == (
        "nav:\n  - P:\n      - p/index.md\nx: 1\n"
    )
