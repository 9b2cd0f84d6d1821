"""Labs: pairs of notebooks, their runs, and their pages."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book.check import labs as check
from book.check.problems import problems
from book.errors import BookError
from book.layout import LANGUAGES, ROOT
from book.page import lab as labs
from book.run import labs as lab_runs
from book.stage import labs as lab_pages

LARGEST = 150_000
"""Bytes of a lab's HTML beside its figures."""

LABS = [path.stem for path in labs.find(ROOT / "docs")]

DRAWING = """\
import matplotlib.pyplot as plt
from d2lcode import plotting
plotting.use_style()
plt.plot([1, 2])
plt.xlabel("epoch")
plt.show()
print("drawn")"""

PROSE = {
    "en": (
        "# A lab\n\nSee [one](../part/one.md).",
        "## Where $x$ is\n\nAbout $x^2$:\n\n$$\ny = 2 x\n$$",
        "*A line that rises.*\n\nIt rises.",
    ),
    "zh": (
        "# 一个实验\n\n见[一](../part/one.md)。",
        "## $x$ 在哪里\n\n关于 $x^2$：\n\n$$\ny = 2 x\n$$",
        "*一条上升的线。*\n\n它在上升。",
    ),
}

Change = Callable[[nbformat.NotebookNode], None]


def write(path: Path, prose: tuple[str, str, str]) -> None:
    first, second, third = map(new_markdown_cell, prose)
    cells = [
        *(first, new_code_cell("import sys\nprint(1 + 1)")),
        *(second, new_code_cell(DRAWING), third),
    ]
    for cell, name in zip(
        cells, ("title", "sum", "where", "line", "after"), strict=True
    ):
        cell["id"] = name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)


@pytest.fixture(scope="module", autouse=True)
def module_path() -> Iterator[None]:
    """Let a kernel in another folder import what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The docs of a small lab, run once."""
    docs = tmp_path_factory.mktemp("book") / "docs"
    for language in LANGUAGES:
        write(docs / language / "labs/small.ipynb", PROSE[language])
    lab_runs.run(docs / "en/labs/small.ipynb")
    return docs


@pytest.fixture
def english(ran: Path, tmp_path: Path) -> Path:
    """A copy of the small lab: the English notebook."""
    for path in ran.rglob("*.ipynb"):
        copy = tmp_path / "docs" / path.relative_to(ran)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(path.read_bytes())
    return tmp_path / "docs/en/labs/small.ipynb"


def edit(path: Path, change: Change) -> None:
    notebook = labs.read(path)
    change(notebook)
    nbformat.write(notebook, path)


def refusals(english: Path) -> list[str]:
    return [str(problem) for problem in check.problems(english, [])]


def test_a_run_writes_both_languages(english: Path) -> None:
    pair = [labs.read(p) for p in (english, labs.partner(english))]
    for notebook, label in zip(pair, ("epoch", "轮"), strict=True):
        code = [c for c in notebook.cells if c.cell_type == "code"]
        assert [c.execution_count for c in code] == [1, 2]
        assert [o.text for o in code[0].outputs] == ["2\n"]
        (svg,) = filter(labs.is_figure, code[1].outputs)
        assert f">{label}</text>" in svg.data[labs.SVG]
        assert svg.data.keys() == {labs.SVG}
    assert refusals(english) == []


def test_code_of_the_english_notebook_counts(english: Path) -> None:
    chinese = labs.partner(english)
    edit(english, lambda nb: nb.cells[1].update(source="print(5)"))
    assert "its outputs are of other code" in refusals(english)[0]
    lab_runs.run(english)
    assert labs.read(chinese).cells[1].source == "print(5)"
    assert refusals(english) == []


@pytest.mark.parametrize(
    ("language", "change", "problem"),
    [
        ("zh", lambda nb: nb.cells.pop(), "4 cells, the English notebook"),
        ("zh", lambda nb: nb.cells.insert(0, nb.cells.pop(2)), "cell where"),
        ("zh", lambda nb: nb.cells[0].update(id="other"), "cell other mark"),
        ("zh", lambda nb: nb.cells[1].update(source="2"), "of other code"),
        ("zh", lambda nb: nb.cells[1].update(outputs=[]), "of cell sum are"),
        ("en", lambda nb: nb.cells[1].update(source="2"), "of other code"),
        (
            "zh",
            lambda nb: nb.cells[2].update(
                source="## $x$ 在哪里\n\n关于 $x$："
            ),
            "English page",
        ),
        (
            "zh",
            lambda nb: nb.cells[4].update(source="*线。*\n\n它在上升,啊。"),
            "full-width",
        ),
        (
            "en",
            lambda nb: nb.cells[4].update(source="It rises.\n\nIt does."),
            "a caption",
        ),
        ("en", lambda nb: nb.cells[0].update(source="# A $\\foo$"), "foo"),
    ],
)
def test_what_is_wrong_with_a_pair_is_refused(
    english: Path, language: str, change: Change, problem: str
) -> None:
    edit(english if language == "en" else labs.partner(english), change)
    assert problem in "\n".join(refusals(english))


def test_a_problem_has_the_line_of_the_file(english: Path) -> None:
    edit(english, lambda nb: nb.cells[0].update(source="# A\n\n<b>x</b>"))
    (problem,) = check.problems(english, [])
    line = english.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert "<b>x</b>" in line


def test_a_result_that_is_no_text_is_refused(english: Path) -> None:
    edit(english, lambda nb: nb.cells[1].update(source="1 + 1"))
    before = english.read_bytes()
    with pytest.raises(BookError, match="cell sum leaves what is neither"):
        lab_runs.run(english)
    assert english.read_bytes() == before


def test_a_lab_without_partner_is_refused(
    english: Path, small_book: Path
) -> None:
    labs.partner(english).unlink()
    found = [str(problem) for problem in problems(small_book)]
    assert any("small.ipynb:1: the other language" in text for text in found)
    assert any("small.ipynb:1: missing from" in text for text in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lab_is_staged_as_html(ran: Path, language: str) -> None:
    folder = ran.parent / "staged" / language
    (folder / "labs").mkdir(parents=True)
    page = folder / "labs/small.ipynb"
    page.write_bytes((ran / language / "labs/small.ipynb").read_bytes())
    lab_pages.stage_labs(ROOT, language, folder)
    lab_pages.as_notebooks(ROOT, language, folder, ["small"])
    lab, contents = labs.read(page).cells
    assert 'href="../part/one.md"' in lab.source
    assert '<h2 id="where">' in lab.source
    assert lab.source.count("<math") == 3 and "$" not in lab.source
    assert lab.source.count('"language-python highlight"') == 2
    output = r'<div class="output">\s*<div class="language-text'
    assert len(re.findall(output, lab.source)) == 2
    assert re.search('<img alt="[^"]+" src="small-line.svg"', lab.source)
    assert "<figcaption>" in lab.source and "<em>" not in lab.source
    assert (folder / "labs/small-line.svg").is_file()
    assert contents.source.startswith("# ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LABS)
def test_a_page_is_small_and_like_the_others(
    site: Path, language: str, name: str
) -> None:
    path = site / language / "labs" / f"{name}.html"
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST
    article = text[text.index("<article") : text.index("</article>")]
    for unwanted in ("<style", "<script", "base64", "<svg", "jp-", "$$"):
        assert unwanted not in article
    notebook = labs.read(ROOT / "docs" / language / "labs" / f"{name}.ipynb")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert article.count("language-python highlight") == len(code)
    outputs = [output for cell in code for output in cell.outputs]
    figures = len(list(filter(labs.is_figure, outputs)))
    assert article.count("<figure>") == figures > 0
    texts = len(outputs) - figures
    assert article.count("language-text highlight") == texts > 0
    ids = re.findall(r'<h2 id="?([\w-]+)', article)
    links = re.findall(r'<a href="?#([\w-]+)"? class="?md-nav__link', text)
    assert set(links) == set(ids) <= {cell.id for cell in notebook.cells}
    assert "notebooks/labs" in article  # to take it along
