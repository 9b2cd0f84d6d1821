"""Chapters as notebooks: complete, and they run from nothing else."""

import os
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from book.layout import LANGUAGES, ROOT, is_chapter, navigation
from book.page.blocks import read
from book.run import compare
from book.stage import downloads

CHAPTERS = [n for n in navigation(ROOT, "en") if is_chapter(n)]


def test_a_notebook_holds_its_page(small_book: Path) -> None:
    notebook = downloads.convert(read(small_book / "docs/en/part/one.md"))
    nbformat.validate(notebook)
    code = [c.source for c in notebook.cells if c.cell_type == "code"]
    assert code == [
        "def double(x: float) -> float:\n"
        '    """Return twice x."""\n'
        "    return 2 * x  # eq:one-double",
        "print(double(2.0))",
    ]
    words = "\n".join(c.source for c in notebook.cells)
    assert r"y = 2 x \tag{1}" in words
    assert r"gives $\text{(1)}$." in words
    assert "{#" not in words


def test_a_notebook_carries_its_drawings(drawn_book: Path) -> None:
    notebook = downloads.convert(read(drawn_book / "docs/zh/part/one.md"))
    nbformat.validate(notebook)
    (cell,) = [c for c in notebook.cells if "attachments" in c]
    assert (
        "![](attachment:one-cell.svg)\n\n*从 $x$ 出发的一步。*" in cell.source
    )
    (image,) = cell.attachments.values()
    svg = b64decode(image["image/svg+xml"]).decode()
    assert svg.startswith("<svg") and "时间步" in svg
    assert "metadata" not in svg


def test_writing_twice_gives_the_same(small_book: Path) -> None:
    docs, folder = small_book / "docs", small_book / "made"
    (path,) = downloads.write(docs, "zh", folder)
    assert path == folder / "part/one.ipynb"
    before = path.read_bytes()
    downloads.write(docs, "zh", folder)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("tex", "expanded"),
    [
        (r"\norm{w}^2", r"\lVert w \rVert^2"),
        (r"\norm{\abs{x}}", r"\lVert \lvert x \rvert \rVert"),
        (r"A^\T B", r"A^\top B"),
        (r"\E x + \alpha", r"\mathbb{E} x + \alpha"),
        (r"\N(0, 1)", r"\mathcal{N}(0, 1)"),
        (r"\Text \Lambda", r"\Text \Lambda"),
    ],
)
def test_macros_are_written_out(tex: str, expanded: str) -> None:
    assert downloads._expand(tex) == expanded


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notebook_has_all_code_of_its_page(language: str) -> None:
    """... which is run as a page, block by block, from an empty folder."""
    for name in CHAPTERS:
        page = read(ROOT / "docs" / language / f"{name}.md")
        cells = downloads.convert(page).cells
        code = [c.source for c in cells if c.cell_type == "code"]
        assert code == [block.code.rstrip("\n") for block in page.codes]


@pytest.mark.sample(2)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_notebook_runs_from_an_empty_folder(
    language: str,
    name: str,
    installed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = read(ROOT / "docs" / language / f"{name}.md")
    notebook = downloads.convert(page)
    notebook.cells.append(
        nbformat.v4.new_code_cell("import d2lcode; print(d2lcode.__file__)")
    )
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    empty = tmp_path / "empty"
    empty.mkdir()
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(empty)}},
    ).execute()
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    used = _printed(cells.pop())
    assert used.startswith(f"{installed}{os.sep}")
    for cell, code in zip(cells, page.codes, strict=True):
        shown = code.outputs[0] if code.outputs else None
        difference = compare.texts(
            shown.text if shown else "",
            _printed(cell),
            shown.tolerance if shown else None,
        )
        assert difference is None, f"{page.name}.md:{code.fence.line}"
        drawn = [o for o in cell.outputs if o.output_type == "display_data"]
        assert len(drawn) == len(code.figures)


def _printed(cell: nbformat.NotebookNode) -> str:
    return "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )
