"""What belongs to a chapter, and in which order chapters are read."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from book.pages import PageError

CONFIGS = {"en": "mkdocs.yml", "zh": "mkdocs.zh.yml"}

SECTIONS = (
    "question",
    "math",
    "scratch",
    "check",
    "watch",
    "wrong",
    "practice",
    "questions",
    "exercises",
    "summary",
    "references",
)
"""The ids of a chapter's headings of level two, in order."""


@dataclass(frozen=True)
class Proof:
    """A test that proves a labelled equation."""

    label: str
    path: Path
    line: int
    function: str


def is_chapter(name: str) -> bool:
    """Whether a page is a chapter: it lies in a part and is no opening."""
    part, _, last = name.rpartition("/")
    return bool(part) and part != "labs" and last != "index"


def module(root: Path, name: str) -> Path:
    return root / "d2lcode" / f"{name}.py"


def test(root: Path, name: str) -> Path:
    part, _, last = name.rpartition("/")
    return root / "tests" / part / f"test_{last}.py"


def config(root: Path, language: str) -> dict[str, Any]:
    """The configuration of a site, as far as its file goes."""
    path = root / CONFIGS[language]
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)


def navigation(root: Path, language: str) -> list[str]:
    """The pages of a site's navigation, in reading order."""
    return [name for _, names in parts(root, language) for name in names]


def parts(root: Path, language: str) -> list[tuple[str, list[str]]]:
    """The parts of a site's navigation: titles and pages, in order.

    A page that stands in no part makes one without a title.
    """
    found = []
    for entry in config(root, language)["nav"]:
        titled = entry if isinstance(entry, dict) else {"": entry}
        for title, content in titled.items():
            pages = [
                Path(p).with_suffix("").as_posix() for p in _leaves(content)
            ]
            found.append((title if isinstance(content, list) else "", pages))
    return found


class _Loader(yaml.SafeLoader):
    """Reads a MkDocs configuration, whose tags do not matter here."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def _leaves(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for entry in nav:
            yield from _leaves(entry)
    elif isinstance(nav, dict):
        for entry in nav.values():
            yield from _leaves(entry)


def proofs(root: Path) -> list[Proof]:
    """All tests marked `@pytest.mark.equation("eq:...")`.

    Raises: PageError for a mark that is not one string.
    """
    found = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                if ast.unparse(decorator).startswith("pytest.mark.equation"):
                    label = _label(path, decorator)
                    found.append(Proof(label, path, node.lineno, node.name))
    return found


def _label(path: Path, decorator: ast.expr) -> str:
    match decorator:
        case ast.Call(args=[ast.Constant(value=str(label))], keywords=[]):
            return label
    raise PageError(
        path,
        decorator.lineno,
        'the mark takes one label: @pytest.mark.equation("eq:name")',
    )


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
