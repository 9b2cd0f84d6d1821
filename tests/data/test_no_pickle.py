"""No code of the package unpickles: a data file must not run code."""

import ast
from pathlib import Path

import pytest

import d2lcode

PACKAGE = Path(d2lcode.__file__).parent
UNPICKLERS = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
SAFE_LOADERS = {"json", "np", "numpy"}


def unsafe_lines(source: str) -> list[int]:
    """Return the lines that unpickle, or could."""
    return sorted(
        {
            node.lineno
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.stmt | ast.expr) and _is_unsafe(node)
        }
    )


def _is_unsafe(node: ast.stmt | ast.expr) -> bool:
    if isinstance(node, ast.Import):
        return any(a.name.split(".")[0] in UNPICKLERS for a in node.names)
    if isinstance(node, ast.ImportFrom):
        from_unpickler = (node.module or "").split(".")[0] in UNPICKLERS
        return from_unpickler or any(a.name == "load" for a in node.names)
    if not isinstance(node, ast.Call):
        return False
    constants = {
        keyword.arg: getattr(keyword.value, "value", None)
        for keyword in node.keywords
    }
    if constants.get("allow_pickle", False) is not False:
        return True
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr == "read_pickle":
        return True
    owner = ast.unparse(node.func.value)
    if node.func.attr == "load" and owner not in SAFE_LOADERS:
        return constants.get("weights_only") is not True
    return False


def test_package_never_unpickles() -> None:
    sources = sorted(PACKAGE.rglob("*.py"))
    assert PACKAGE / "data" / "download.py" in sources
    found = {
        str(path): lines
        for path in sources
        if (lines := unsafe_lines(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import os, pickle as p",
        "from pickle import loads",
        "import joblib.numpy_pickle",
        "from torch import load",
        "torch.load(path)",
        "t.load(path, weights_only=False)",
        "torch.load(path, weights_only=flag)",
        "np.load(path, allow_pickle=True)",
        "load_table(path, allow_pickle=flag)",
        "pd.read_pickle(path)",
    ],
)
def test_scan_sees_it(source: str) -> None:
    assert unsafe_lines("\n" + source) == [2]


@pytest.mark.parametrize(
    "source",
    [
        "torch.load(path, weights_only=True)",
        "np.load(path)",
        "np.load(path, allow_pickle=False)",
        "json.load(file)",
        "import json",
        "path.read_text()",
    ],
)
def test_scan_allows_it(source: str) -> None:
    assert unsafe_lines(source) == []
