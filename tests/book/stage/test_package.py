"""The package beside the notebooks, and the cell that installs it."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from book.layout import ROOT
from book.page.blocks import parse
from book.stage import downloads, package

ADDRESSES = ("D2LCODE_REPOSITORY", "D2LCODE_SITE")


def test_the_file_has_what_pip_needs(tmp_path: Path) -> None:
    path = package.write(ROOT, tmp_path / "made")
    assert path is not None
    before = path.read_bytes()
    with ZipFile(path) as archive:
        names = set(archive.namelist())
    needed = {"pyproject.toml", "README.md", "LICENSE"}
    needed |= {"d2lcode/__init__.py", "d2lcode/recurrent/gru.py"}
    assert {f"d2lcode/{name}" for name in needed} <= names
    assert not any("__pycache__" in name for name in names)
    assert package.write(ROOT, tmp_path / "made") == path
    assert path.read_bytes() == before


def test_a_book_without_them_has_none(small_book: Path) -> None:
    assert package.write(small_book, small_book / "made") is None


@pytest.mark.parametrize(
    ("repository", "site", "source"),
    [
        ("", "", None),
        ("https://example.org/r/", "", "git+https://example.org/r"),
        ("", "https://x.org/", "https://x.org/zh/notebooks/d2lcode.zip"),
    ],
)
def test_the_cell_knows_where_the_package_is(
    monkeypatch: pytest.MonkeyPatch,
    repository: str,
    site: str,
    source: str | None,
) -> None:
    for name, value in zip(ADDRESSES, (repository, site), strict=True):
        monkeypatch.setenv(name, value)
    code = package.cell("zh").source
    assert "../d2lcode.zip" in code
    assert 'find_spec("d2lcode") is None' in code
    if source:
        assert f'"{source}"' in code
    compile(code.replace("%pip", "#"), "cell", "exec") if source else None


def test_a_solution_is_folded_in_a_notebook() -> None:
    text = """\
# Title

Question.

??? success "Solution"

    It is $x$.

    ```python
    print(1)
    ```

    So it is.

After it.
"""
    path = ROOT / "docs/en/part/one.md"
    cells = downloads.convert(parse(path, text.splitlines())).cells
    question, first, code, second, after = cells
    assert question.source == "# Title\n\nQuestion."
    for cell in (first, second):
        assert cell.source.startswith("<details>\n<summary>Solution</summary>")
        assert cell.source.endswith("\n\n</details>")
    assert code.metadata["jupyter"]["source_hidden"]
    assert after.source == "After it."
