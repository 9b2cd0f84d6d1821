"""What the tests of every lab do with its notebook and its data."""

import gzip
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import nbformat
import pytest
import torch

from d2lcode.data import RemoteFile

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"


def given() -> Path:
    """The folder with the real data, if there is one."""
    return Path(os.environ.get("D2LCODE_DATA") or SHARED)


def unpack(remote: RemoteFile, folder: Path) -> None:
    """Write a file of the real data, packed or not, into a folder."""
    plain = remote.path_in(given())
    packed = plain.with_name(f"{plain.name}.gz")
    if not plain.is_file() and not packed.is_file():
        pytest.skip(f"needs {remote} in {given()}")
    path = remote.path_in(folder)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(
        plain.read_bytes()
        if plain.is_file()
        else gzip.decompress(packed.read_bytes())
    )


def run(name: str, patch: pytest.MonkeyPatch) -> ModuleType:
    """Run all cells of a lab's notebook, small, in a module of their own."""
    patch.setenv("D2LCODE_LAB_SCALE", "small")
    patch.setenv("D2LCODE_DEVICE", "cpu")
    patch.setattr(plt, "show", lambda: plt.close("all"))
    threads = torch.get_num_threads()
    lab = ModuleType("lab")
    patch.setitem(sys.modules, "lab", lab)
    try:
        with plt.rc_context():
            for cell in _cells(name):
                exec(compile(cell.source, cell.id, "exec"), lab.__dict__)
    finally:
        torch.set_num_threads(threads)
    return lab


def printed(name: str, *more: str) -> str:
    """Return what a lab's page shows; it must name the run it is of.

    more: what it names beside hardware, versions, seed and time.
    """
    text = "".join(
        output.text
        for cell in _cells(name)
        for output in cell.outputs
        if output.output_type == "stream"
    )
    for word in ("device", "hardware", "Python", "PyTorch", "seeds?", *more):
        assert re.search(rf"^{word} +\S", text, re.MULTILINE), word
    assert len(re.findall(r"(?:end|time): +\d+\.\d min", text)) == 2
    return text


def _cells(name: str) -> list[nbformat.NotebookNode]:
    path = ROOT / "docs" / "en" / "labs" / f"{name}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]
