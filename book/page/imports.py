"""What Python code imports."""

import ast
from collections.abc import Iterator


def imports(code: str) -> Iterator[tuple[str, int]]:
    """The modules that Python code imports, with their lines."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno
