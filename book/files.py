"""Files of the book: an error names the place, a change is whole."""

import ast
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from book.errors import BookError

_MARKS = ("<<<<<<< ", ">>>>>>> ")
"""What a merge leaves at the start of a line."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def text(path: Path) -> str:
    """The text of a file.

    Raises: BookError if it is not plain UTF-8, or holds the marks
        that a merge has left.
    """
    content = path.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        raise BookError(
            path, 1, "it begins with a byte-order mark: save it without one"
        )
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BookError(
            path, line, "this is not UTF-8: save the file in that encoding"
        ) from error
    decoded = decoded.replace("\r\n", "\n")
    marked = any(mark in decoded for mark in _MARKS)  # few texts are
    for number, line_ in enumerate(decoded.split("\n") if marked else (), 1):
        if line_.startswith(_MARKS):
            raise BookError(
                path, number, "the mark of a merge: choose one of both sides"
            )
    return decoded


def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file.

    Raises: BookError if there is none.
    """
    try:
        return ast.parse(text(path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise BookError(
            path, line, f"this is not Python: {getattr(error, 'msg', error)}"
        ) from error


def data(path: Path, loader: type[Any] = _Loader) -> Any:
    """What a YAML file holds.

    Raises: BookError if it is not YAML.
    """
    try:
        return yaml.load(text(path), loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BookError(
            path,
            mark.line + 1 if mark else 1,
            f"this is not YAML: {getattr(error, 'problem', None) or error}",
        ) from error


def write(texts: Mapping[Path, str]) -> None:
    """Write several files: all of them, or none.

    Folders are made as needed. What goes wrong on the way, such as a
    folder that may not be written, leaves everything as it was.
    Raises: OSError.
    """
    new: dict[Path, Path] = {}
    made: list[Path] = []
    old = {
        path: path.read_bytes() if path.exists() else None for path in texts
    }
    done: list[Path] = []
    try:
        contents = {p: t.encode("utf-8") for p, t in texts.items()}
        for path, content in contents.items():
            for folder in reversed([path.parent, *path.parent.parents]):
                if not folder.exists():
                    folder.mkdir()
                    made.append(folder)
            new[path] = _beside(path, content)
        for path in texts:
            new[path].replace(path)
            done.append(path)
    except BaseException:
        for path in done:
            before = old[path]
            if before is None:
                path.unlink()
            else:
                path.write_bytes(before)
        for temporary in new.values():
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()
        raise


def sweep(root: Path, folders: Iterable[Path]) -> None:
    """Remove folders below `root` in which nothing is left.

    What only says that a folder is a package, or was made by Python, is
    nothing.
    """
    for folder in sorted(folders, reverse=True):
        here = folder
        while here != root and here.is_dir():
            left = {p.name: p for p in here.iterdir()}
            marker = left.get("__init__.py")
            if marker and not marker.read_bytes():
                del left["__init__.py"]
            if {*left} - {"__pycache__"}:
                break
            shutil.rmtree(here)
            here = here.parent


def _beside(path: Path, content: bytes) -> Path:
    """A new file in the folder of `path`, with its rights."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if path.exists():
            new.chmod(path.stat().st_mode)
        else:
            mask = os.umask(0)
            os.umask(mask)
            new.chmod(0o666 & ~mask)
    except BaseException:
        new.unlink()
        raise
    return new
