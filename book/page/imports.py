"""What Python code imports."""

import ast
from collections.abc import Iterator
from functools import lru_cache


@lru_cache(maxsize=1024)
def imports(code: str) -> tuple[tuple[str, int], ...]:
    """The modules that Python code imports, with their lines."""
    return tuple(_imports(ast.parse(code)))


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno
