"""Checking one page: all that concerns it, the cause, and no more."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from book.check import problems as check
from book.edit import sync
from book.layout import ROOT
from book.page import blocks
from book.page.blocks import read
from tests.book.conftest import accept

EN, ZH = "docs/en/part/one.md", "docs/zh/part/one.md"
MODULE, TEST = "d2lcode/part/one.py", "tests/part/test_one.py"
Edit = Callable[[str, str, str], None]


@pytest.fixture
def two(small_book: Path) -> Path:
    """A book with a chapter of the same last name in another part."""
    for name in (EN, ZH, MODULE, TEST):
        text = (small_book / name).read_text(encoding="utf-8")
        text = text.replace("eq:one-", "eq:other-").replace("part/", "new/")
        path = small_book / name.replace("part/", "new/")
        path.parent.mkdir(parents=True)
        path.write_text(text.replace("part.one", "new.one"), encoding="utf-8")
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        with (small_book / config).open("a", encoding="utf-8") as file:
            file.write("  - New:\n      - One: new/one.md\n")
    docs = small_book / "docs"
    sync.accept(read(docs / "en/new/one.md"), read(docs / "zh/new/one.md"))
    return small_book


def refusals(root: Path, *names: str) -> list[str]:
    return [str(p) for p in check.problems(root, names or None)]


def test_a_page_of_the_same_last_name_is_no_neighbour(
    two: Path, edit: Edit
) -> None:
    assert refusals(two) == []
    edit(ZH, "几句话。", "几句话,完了。")
    assert any("full-width" in text for text in refusals(two, "part/one"))
    assert refusals(two, "new/one") == []


def test_only_the_page_is_read(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = []

    def noted(path: Path) -> blocks.Page:
        paths.append(path.relative_to(two).as_posix())
        return read(path)

    monkeypatch.setattr(check, "read", noted)
    assert refusals(two, "part/one") == []
    assert paths == [EN, ZH]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "book/words/terms/part.yml",
            "zh: ",
            "zh: [",
            "part.yml:3: this is not",
        ),
        ("mkdocs.zh.yml", "nav:", "nav: [", ": this is not YAML"),
        ("mkdocs.zh.yml", "part/one", "part/two", "the navigation names"),
        ("docs/translation.lock", "[part/one]", "[part/two]", "no page part/"),
    ],
)
def test_what_is_shared_concerns_every_page(
    file: str, old: str, new: str, message: str, two: Path, edit: Edit
) -> None:
    edit(file, old, new)
    assert any(message in text for text in refusals(two, "new/one"))


def test_another_order_concerns_every_page(two: Path) -> None:
    (two / "mkdocs.zh.yml").write_text(
        "nav:\n  - 新: [new/one.md]\n  - 部分: [part/one.md]\n",
        encoding="utf-8",
    )
    (problem,) = refusals(two, "part/one")
    assert "mkdocs.zh.yml:2: the navigation has another order" in problem


def test_a_term_has_one_entry(two: Path) -> None:
    folder = two / "book/words/terms"
    entry = (folder / "part.yml").read_text(encoding="utf-8")
    (folder / "new.yml").write_text(entry, encoding="utf-8")
    (problem,) = refusals(two, "part/one")
    assert "part.yml:1: 'weight decay' stands in new.yml, too" in problem
    (folder / "new.yml").write_text("- zero\n", encoding="utf-8")
    (problem,) = refusals(two, "part/one")
    assert "new.yml:1: zero: " in problem


def test_a_translation_of_a_label_twice(two: Path) -> None:
    folder = two / "book/words/figures"
    folder.mkdir()
    (folder / "new.yml").write_text("epoch: 轮\nloss: 损失\n", "utf-8")
    (folder / "part.yml").write_text("epoch: 轮次\n", "utf-8")
    (problem,) = refusals(two, "part/one")
    assert "part.yml:1: 'epoch' is '轮次' here and '轮' in new.yml" in problem
    (folder / "part.yml").write_text("step: 步\nepoch: 轮\n", "utf-8")
    (problem,) = refusals(two, "part/one")
    assert "part.yml:2: 'epoch' stands behind 'step'" in problem
    (folder / "part.yml").write_text("no: [\n", "utf-8")
    (problem,) = refusals(two, "part/one")
    assert "this is not YAML" in problem


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (EN, "```python\nprint", "```py\nprint", "write exactly ```python"),
        (EN, "4.0\n```\n", "4.0\n", "the fence has no end"),
        (ZH, "4.0\n```\n", "4.0\n", "the fence has no end"),
        (TEST, "def test_double(", "def test_double((", "is not Python"),
        (MODULE, "def double(", "def double((", "this is not Python"),
        ("book/words/terms/part.yml", "zh_definition:", "zh_else:", "zh_else"),
        (ZH, "几句话。", "几句话。\n\n再来几句。", "stands where the English"),
    ],
)
@pytest.mark.parametrize("names", [(), ("part/one",)])
def test_one_fault_is_told_once(
    file: str,
    old: str,
    new: str,
    message: str,
    names: tuple[str, ...],
    small_book: Path,
    edit: Edit,
) -> None:
    edit(file, old, new)
    found = refusals(small_book, *names)
    assert len(found) == 1 and message in found[0], found


def test_terms_of_unlike_pages_are_not_compared(
    small_book: Path, edit: Edit
) -> None:
    edit(ZH, "## 节 {#question}\n\n几句话。\n\n", "")
    found = refusals(small_book)
    assert any("stands where the English" in text for text in found)
    assert not any("speaks of" in text for text in found)


def test_a_bad_page_does_not_block_another(two: Path, edit: Edit) -> None:
    edit(EN, "4.0\n```\n", "4.0\n")
    (two / TEST).write_bytes(b"\xff")
    assert refusals(two, "new/one") == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "docs/en/new/one.md",
            "eq:other-double}\n$$",
            "eq:one-double}\n$$",
            "exists already at another page",
        ),
        (
            TEST.replace("part/", "new/"),
            "eq:other",
            "eq:none",
            "which no page",
        ),
    ],
)
def test_labels_of_other_pages_are_known(
    file: str, old: str, new: str, message: str, two: Path, edit: Edit
) -> None:
    edit(file, old, new)
    assert any(message in text for text in refusals(two, "new/one"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "print(double(2.0))",
            "from d2lcode.new.one import double\n\nprint(double(2.0))",
            "d2lcode.new.one is a later chapter: a page imports only",
        ),
        (
            "d2lcode/part/one.py:double",
            "d2lcode/new/one.py:double",
            "this listing is of a later chapter",
        ),
    ],
)
def test_a_page_uses_no_later_chapter(
    old: str, new: str, message: str, two: Path, edit: Edit
) -> None:
    for page in (EN, ZH):
        edit(page, old, new)
    later = MODULE.replace("part/", "new/")
    edit(later, "  # eq:other-double", "")  # a label of that chapter's page
    accept(two)
    found = refusals(two, "part/one")
    assert len(found) == 1 and message in found[0]
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        (two / config).write_text(
            "nav:\n  - N: [new/one.md]\n  - P: [part/one.md]\n", "utf-8"
        )
    assert refusals(two, "part/one") == []


def test_what_a_removed_chapter_leaves_is_refused(two: Path) -> None:
    (two / "docs/en/new/one-line.svg").write_text("<svg/>")
    (two / "drawings/new").mkdir(parents=True)
    (two / "drawings/new/one.py").touch()
    for name in (EN, ZH):
        (two / name.replace("part/", "new/")).unlink()
    found = "\n".join(refusals(two))
    for message in (
        "there is no page new/one.md that could show it",
        "there is no page new/one: remove its section",
        "d2lcode/new/one.py:1: no page docs/en/new/one.md",
        "drawings/new/one.py:1: no page docs/en/new/one.md",
        "the navigation names new/one",
    ):
        assert message in found


def test_least_numbers_are_told_with_their_place(
    small_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        check.form, "LEAST", {"output": 2, "figure": 1, "exercise": 4}
    )
    monkeypatch.setattr(check.form, "MOST", {"label": 0, "exercise": 6})
    found = [text for text in refusals(small_book) if "/en/" in text]
    assert len(found) == 4
    for message, line in (
        ("1 outputs: a chapter has 2 or more", 33),
        ("0 figures: a chapter has 1 or more", 1),
        ("1 labels: a chapter has 0 to 0", 17),
        ("0 exercises: a chapter has 4 to 6", 1),
    ):
        assert any(f"one.md:{line}: {message}" in text for text in found)


def test_neither_torch_nor_a_builder_is_needed() -> None:
    code = (
        "import sys; from book.check.problems import problems; "
        "problems(names=['recurrent/gru']); "
        "print({'torch', 'matplotlib', 'mkdocs', 'markdown'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "set()\n"
