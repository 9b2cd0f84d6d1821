"""The drawings of a chapter, found in its file without running it.

The public function `cell`, without arguments, of the chapter's file
drawings/recurrent/gru.py is the drawing `gru-cell.svg` beside the page.
"""

import ast
from pathlib import Path

from book import files, layout


def drawings(root: Path, name: str) -> dict[str, tuple[str, int]]:
    """The drawings of a page: file name -> function and its line.

    Raises: BookError if the chapter's file of drawings is not Python.
    """
    source = layout.drawing(root, name)
    if not source.is_file():
        return {}
    return {
        file_name(name, node.name): (node.name, node.lineno)
        for node in files.tree(source).body
        if isinstance(node, ast.FunctionDef) and _is_drawing(node)
    }


def file_name(name: str, function: str) -> str:
    """The file of a drawing: `recurrent/gru`, `cell` -> `gru-cell.svg`."""
    return f"{name.rpartition('/')[2]}-{function}.svg"


def _is_drawing(node: ast.FunctionDef) -> bool:
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    every += [a for a in (given.vararg, given.kwarg) if a]
    return not node.name.startswith("_") and not every
