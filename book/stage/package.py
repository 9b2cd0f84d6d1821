"""The package of the chapters as a file that pip installs.

It lies beside the notebooks, on the site and among all notebooks in one
file; where d2lcode is missing, the first cell of a notebook installs it.
"""

import os
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from book.words.site import words

NAME = "d2lcode.zip"

BESIDE = ("pyproject.toml", "README.md", "LICENSE")
"""What the package is built from, beside its modules."""

_CELL = """\
# {comment}
from importlib.util import find_spec

if find_spec("d2lcode") is None:
    %pip install --quiet {source}"""
_CELL_ONLINE = """\
# {comment}
from importlib.util import find_spec
from pathlib import Path

if find_spec("d2lcode") is None:
    source = "{source}"
    if Path("{beside}").exists():
        source = "{beside}"
    %pip install --quiet {{source}}"""


def write(root: Path, folder: Path) -> Path | None:
    """Write the package into a folder, if the book has all its files."""
    paths = [root / name for name in BESIDE]
    if not all(path.is_file() for path in paths):
        return None
    target = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    paths += sorted(
        path
        for path in (root / "d2lcode").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    with ZipFile(target, "w") as archive:
        for path in paths:
            name = "d2lcode/" + path.relative_to(root).as_posix()
            entry = ZipInfo(name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), ZIP_DEFLATED)
    return target


def cell(language: str) -> NotebookNode:
    """The cell that installs the package where it is missing.

    It comes from beside the notebook's folder, or else from the
    repository or the site, where one of them has an address.
    """
    beside = f"../{NAME}"
    comment = words("downloads", language)["install"]
    repository = os.environ.get("D2LCODE_REPOSITORY", "").rstrip("/")
    site = os.environ.get("D2LCODE_SITE", "").rstrip("/")
    source = f"git+{repository}" if repository else ""
    if site and not source:
        source = f"{site}/{language}/notebooks/{NAME}"
    code = _CELL.format(comment=comment, source=beside)
    if source:
        code = _CELL_ONLINE.format(
            comment=comment, source=source, beside=beside
        )
    return new_code_cell(code, id="install", metadata={"tags": ["install"]})
