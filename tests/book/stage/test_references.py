"""References written out in staged pages, labs and downloads."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book.errors import BookError
from book.page.blocks import parse
from book.stage import STEPS, downloads, references
from book.stage.pages import stage_pages

LIST = "## R {#references}\n\n- [@bauer1974computational] Why.\n"
DONE = 'Friedrich L. Bauer, "Computational graphs and rounding error", '


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    staged = tmp_path / "staged"
    (staged / "labs").mkdir(parents=True)
    (staged / "page.md").write_text(LIST, encoding="utf-8")
    cells = [new_markdown_cell(LIST), new_code_cell("a = '''\n" + LIST)]
    nbformat.write(new_notebook(cells=cells), staged / "labs" / "lab.ipynb")
    return staged


def test_a_page_and_a_lab_have_them(folder: Path, tmp_path: Path) -> None:
    references.stage_references(tmp_path, "en", folder)
    page = (folder / "page.md").read_text(encoding="utf-8")
    assert page.startswith(f"## R {{#references}}\n\n- {DONE}")
    assert page.endswith("0711010). Why.\n")
    lab = nbformat.read(folder / "labs" / "lab.ipynb", as_version=4)
    assert f"- {DONE}" in lab.cells[0].source
    assert "[@bauer1974computational]" in lab.cells[1].source


def test_a_dead_key_stops_the_site(folder: Path, tmp_path: Path) -> None:
    page = folder / "page.md"
    page.write_text(LIST.replace("bauer", "power"), encoding="utf-8")
    with pytest.raises(BookError, match=r"page.md:3: \[@power1974"):
        references.stage_references(tmp_path, "en", folder)


def test_the_step_follows_the_pages() -> None:
    step = STEPS.index(references.stage_references)
    assert STEPS.index(stage_pages) == step - 1


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", f"- {DONE}"), ("zh", "- Friedrich L. Bauer，“Computational")],
)
def test_a_notebook_has_them(language: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "docs" / language / "part" / "one.md"
    notebook = downloads.convert(parse(path, LIST.splitlines()))
    words = "\n".join(cell.source for cell in notebook.cells)
    assert said in words
    assert "[@" not in words


def test_a_downloaded_lab_has_them(folder: Path, tmp_path: Path) -> None:
    labs = tmp_path / "docs" / "en" / "labs"
    labs.mkdir(parents=True)
    lab = labs / "lab.ipynb"
    lab.write_bytes((folder / "labs" / "lab.ipynb").read_bytes())
    (written,) = downloads.write(tmp_path / "docs", "en", tmp_path / "made")
    assert f"- {DONE}" in nbformat.read(written, 4).cells[1].source
