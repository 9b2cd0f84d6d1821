"""What Python code imports."""

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements stand within statements: no import is in a value."""


@lru_cache(maxsize=1024)
def imports(code: str) -> tuple[tuple[str, int], ...]:
    """The modules that Python code imports, with their lines."""
    return tuple(_imports(ast.parse(code).body))


def _imports(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno
        for name in _BODIES:
            yield from _imports(getattr(node, name, ()))
