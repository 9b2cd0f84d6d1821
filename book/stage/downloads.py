"""A page as a Jupyter notebook: its listings expanded, nothing run.

Jupyter's MathJax knows neither the book's macros nor labels of other
cells, so macros are written out and equations numbered here.
"""

import re
import textwrap
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from nbformat import NotebookNode
from nbformat.v4 import writes

from book import files
from book.layout import is_chapter
from book.page import lab
from book.page.blocks import Block, Page, find, read
from book.page.formulas import (
    LABEL,
    MACROS,
    REFERENCE,
    Formula,
    numbers_of,
    replaced,
)
from book.run.kept import bare
from book.stage import package, questions, references, scripts
from book.stage.pages import staged

_MACRO = re.compile(r"\\([A-Za-z]+)")
_FOLDED = """\
<details>
<summary>{title}</summary>

{text}

</details>"""
_HIDDEN = {"jupyter": {"source_hidden": True}, "tags": ["solution"]}
"""How a cell says that its code is to be unfolded first."""
_LINK = re.compile(r"\]\(((?!https?:)[^)#]+)\.md(#[^)]*)?\)")


def convert(page: Page) -> NotebookNode:
    """Return the page as a notebook; the same page gives the same one."""
    numbers = numbers_of(lb for block in page.blocks for lb in block.labels)
    codes = {code.fence: code for code in page.codes}
    cells: list[NotebookNode] = []
    prose: list[str] = []
    drawn: dict[str, dict[str, str]] = {}

    solution: Block | None = None

    def flush() -> None:
        if prose:
            text = "\n\n".join(prose)
            if solution:
                title = _inline(solution.text, numbers)
                text = _FOLDED.format(title=title, text=text)
            cells.append(_cell("markdown", text))
            prose.clear()
        if drawn:
            cells[-1]["attachments"] = dict(drawn)
            drawn.clear()

    parents: list[tuple[str, int]] = []
    for block in questions.flat(page.blocks, page.language):
        last = parents[block.indent :][:1]
        del parents[block.indent :]
        block = references.fill_block(page, block)
        if solution and block.indent <= solution.indent:
            flush()
            solution = None
        if block.kind == "note" and block.info == "success":
            flush()
            solution = block
            parents.append(("note", 1))
            continue
        if block in codes:
            flush()
            cells.append(_cell("code", codes[block].code.rstrip("\n")))
            if solution:
                cells[-1]["metadata"] = dict(_HIDDEN)
            continue
        if block.kind == "heading":
            flush()
        if block.kind == "drawing":
            drawn[block.info] = _attached(page.path.with_name(block.info))
        count = 1
        if block.info == "1." and last and last[0][0] == "1.":
            count += last[0][1]
        pad = "    " * sum(kind != "note" for kind, _ in parents)
        kind = block.info if block.kind == "item" else block.kind
        parents.append((kind, count))
        prose += [
            textwrap.indent(text, pad)
            for text in _markdown(block, numbers, count)
        ]
    flush()
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    metadata = {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        },
        "language_info": {"name": "python"},
    }
    return NotebookNode(
        nbformat=4, nbformat_minor=5, metadata=metadata, cells=cells
    )


def _cell(kind: str, source: str) -> NotebookNode:
    """A cell. nbformat's own functions would validate each; tests do."""
    cell = NotebookNode(cell_type=kind, metadata=NotebookNode(), source=source)
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def stage_downloads(root: Path, language: str, folder: Path) -> None:
    """Write each chapter as notebook and script: notebooks/PART/CHAPTER.

    All notebooks with the package of the chapters make a zip.
    """
    docs, made = root / "docs", folder / "notebooks"
    chosen = {*staged(root, language, folder)}
    written = write(docs, language, made, chosen)
    made.mkdir(exist_ok=True)
    if archive := package.write(root, made):
        written.append(archive)
    pack(written, made, made / f"notebooks-{language}.zip")
    scripts.write(docs, language, made, chosen)


def write(
    docs: Path,
    language: str,
    folder: Path,
    pages: Collection[Path] | None = None,
) -> list[Path]:
    """Write all chapters of a language: folder/PART/CHAPTER.ipynb.

    With pages, only those among them. Labs, which are notebooks, are
    copied to folder/labs.
    """
    written = []
    for path in find(docs, language):
        if pages is not None and path not in pages:
            continue
        page = read(path)
        if is_chapter(page.name):
            target = folder / f"{page.name}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            notebook = convert(page)
            notebook.cells.insert(0, package.cell(language))
            _write(notebook, target)
            written.append(target)
    for path in lab.find(docs, language):
        if pages is not None and path not in pages:
            continue
        target = folder / "labs" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        notebook = lab.read(path)
        references.fill_cells(path, notebook, language)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = _LINK.sub(r"](\1.ipynb)", cell.source)
        notebook.cells.insert(0, package.cell(language))
        _write(notebook, target)
        written.append(target)
    return written


def _write(notebook: NotebookNode, path: Path) -> None:
    path.write_text(f"{writes(notebook)}\n", encoding="utf-8")


def pack(paths: Iterable[Path], folder: Path, target: Path) -> None:
    """Zip files below `folder`; the same files give the same zip."""
    with ZipFile(target, "w") as archive:
        for path in sorted(paths):
            entry = ZipInfo(path.relative_to(folder).as_posix())
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), ZIP_DEFLATED)


def _markdown(
    block: Block, numbers: dict[str, int], count: int
) -> Iterator[str]:
    """Yield a block; an item of a numbered list is number `count`."""
    text = block.text
    if block.kind == "heading":
        yield "#" * int(block.info[0]) + " " + _inline(text, numbers)
    elif block.kind == "equation":
        tagged = LABEL.sub(lambda m: f"\\tag{{{numbers[m[1]]}}}", text)
        yield f"$$\n{_expand(tagged)}\n$$"
    elif block.kind == "item":
        marker = f"{count}." if block.info == "1." else "-"
        yield f"{marker} {_inline(text, numbers)}"
    elif block.kind == "note":
        yield f"> **{_inline(text, numbers)}**"
    elif block.kind == "fence":
        yield f"```{block.info}\n{text}```"
    elif block.kind in {"paragraph", "table"}:
        yield _inline(text, numbers)
    elif block.kind == "drawing":  # which no block of the notebook makes
        yield f"![](attachment:{block.info})"
        yield f"*{_inline(text, numbers)}*"
    elif block.kind == "figure":
        yield f"*{_inline(text, numbers)}*"


def _attached(path: Path) -> dict[str, str]:
    """A drawing as a cell of Jupyter's carries it."""
    svg = bare(files.text(path)) if path.is_file() else ""
    return {"image/svg+xml": b64encode(svg.encode()).decode()}


def _inline(text: str, numbers: dict[str, int]) -> str:
    """Prose with formulas and links that a notebook understands."""

    def formula(found: Formula) -> str:
        tex = REFERENCE.sub(
            lambda m: rf"\text{{({numbers[m[1]]})}}", found.tex
        )
        return f"${_expand(tex)}$"

    return _LINK.sub(r"](\1.ipynb)", replaced(text, formula))


def _expand(tex: str) -> str:
    """Write out the book's macros, those within arguments as well."""

    done = ""
    while match := _MACRO.search(tex):
        done += tex[: match.start()]
        name, tex = match[1], tex[match.end() :]
        replacement = MACROS.get(name)
        if replacement is None:
            done += match[0]
            continue
        if "#1" in replacement:
            argument, tex = _argument(tex)
            replacement = replacement.replace("#1", argument)
        elif tex[:1].isalpha() and replacement[-1:].isalpha():
            replacement += " "
        tex = replacement + tex
    return done + tex


def _argument(tex: str) -> tuple[str, str]:
    """Split `{argument}rest` at the brace that closes."""
    tex = tex.lstrip()
    depth = 0
    for position, character in enumerate(tex):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            if character == "}":
                return tex[1:position], tex[position + 1 :]
            return character, tex[1:]
    raise ValueError(f"a macro's argument has no closing brace: {tex!r}")
