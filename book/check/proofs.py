"""Refuse labelled equations without a test, and tests of none."""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from book import files, layout
from book.errors import BookError
from book.page.blocks import Page

_MARK = "pytest.mark.equation"
_SKIPS = re.compile(r"\bmark\.(?:skip|skipif|xfail)\b")

_Owner = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None
_Function = tuple[ast.FunctionDef, _Owner]


@dataclass(frozen=True)
class Proof:
    """A test that proves a labelled equation."""

    label: str
    path: Path
    line: int
    function: str


def proofs(root: Path) -> list[Proof]:
    """All tests marked `@pytest.mark.equation("eq:...")`.

    Raises: BookError for a mark that is not one string.
    """
    return [proof for path in _tests(root) for proof in marked(path)]


def marked(path: Path) -> list[Proof]:
    """The marked tests of one file.

    Raises: BookError for a mark that is not one string.
    """
    found: list[Proof] = []
    if _MARK.rpartition(".")[2] not in files.text(path):
        return found  # without reading it as Python, which takes its time
    for node, _ in _functions(files.tree(path)):
        for decorator in node.decorator_list:
            if ast.unparse(decorator).startswith(_MARK):
                label = _label(path, decorator)
                found.append(Proof(label, path, node.lineno, node.name))
    return found


def idle(path: Path) -> Iterator[BookError]:
    """Yield the marked functions of a file that pytest would not run.

    Raises: BookError if the file is not Python.
    """
    tree = files.tree(path)
    skipped = any(
        "pytestmark" in ast.unparse(node).partition("=")[0]
        and _SKIPS.search(ast.unparse(node))
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
    )
    functions = list(_functions(tree))
    for node, owner in functions:
        marks = [ast.unparse(d) for d in node.decorator_list]
        if not any(mark.startswith(_MARK) for mark in marks):
            continue
        reason = ""
        if not node.name.startswith("test_"):
            reason = "its name does not begin with test_"
        elif isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            reason = f"it stands within {owner.name}"
        elif owner is not None and not owner.name.startswith("Test"):
            reason = f"its class {owner.name} does not begin with Test"
        elif skipped or any(_SKIPS.search(mark) for mark in marks):
            reason = "it is skipped, or may fail"
        later = (n for n, o in functions if o is owner)
        if any(n.name == node.name and n.lineno > node.lineno for n in later):
            reason = "another function of this name follows"
        if reason:
            yield BookError(
                path,
                node.lineno,
                f"{node.name} is marked and proves nothing: {reason}",
            )


def _functions(node: ast.AST, owner: _Owner = None) -> Iterator[_Function]:
    """Yield every function, with the class or function it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child, owner
        scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        inner = child if isinstance(child, scopes) else owner
        yield from _functions(child, inner)


def problems(
    root: Path,
    pages: Iterable[Page],
    unread: Collection[str] = (),
    *,
    whole: bool = True,
) -> Iterator[BookError]:
    """Yield labels without proof, proofs without label, twins.

    `pages` are the English pages that could be read, `unread` the names
    of others, of whose labels nothing is known; they are all pages of
    the book if `whole`.
    """
    pages = list(pages)
    own = [layout.test(root, page.name) for page in pages]
    paths = _tests(root) if whole else [p for p in own if p.is_file()]
    tests: dict[str, set[Path]] = defaultdict(set)
    known: list[Proof] = []
    broken = set()
    for path in paths:
        try:
            known += marked(path)
            yield from idle(path)
        except BookError as error:
            broken.add(path)
            yield error
    for proof in known:
        tests[proof.label].add(proof.path)
    texts = {} if whole else _texts(root)
    places: dict[str, str] = {}
    for page in pages:
        where = layout.test(root, page.name)
        others = [t for p, t in texts.items() if p != page.path]
        for block in page.blocks:
            for label in block.labels:
                if any(_is_labelled(text, label) for text in others):
                    places[label] = "another page"
                if label in places:
                    yield page.error(
                        block.line,
                        f"\\label{{{label}}} exists already at "
                        f"{places[label]}: rename one",
                    )
                places.setdefault(label, f"{page.name}.md:{block.line}")
                if where not in tests[label] and where not in broken:
                    yield page.error(
                        block.line,
                        f"no test proves \\label{{{label}}}: mark one with "
                        f'@pytest.mark.equation("{label}") in '
                        f"{where.relative_to(root).as_posix()}",
                    )
    silent = {layout.test(root, name) for name in unread}
    for proof in known:
        if proof.label in places or proof.path in silent:
            continue
        if not any(_is_labelled(t, proof.label) for t in texts.values()):
            yield BookError(
                proof.path,
                proof.line,
                f"{proof.function} proves {proof.label!r}, which no page "
                "has: correct the label, or remove the mark",
            )


def _tests(root: Path) -> list[Path]:
    return sorted((root / "tests").rglob("test_*.py"))


def _texts(root: Path) -> dict[Path, bytes]:
    """The English pages as they lie there, to look for labels in."""
    english = root / "docs" / "en"
    return {path: path.read_bytes() for path in english.rglob("*.md")}


def _is_labelled(text: bytes, label: str) -> bool:
    return f"\\label{{{label}}}".encode() in text


def _label(path: Path, decorator: ast.expr) -> str:
    match decorator:
        case ast.Call(
            args=[ast.Constant(value=str(label))], keywords=keywords
        ) if {k.arg for k in keywords} <= {"fixed", "chinese"}:
            return label
    raise BookError(
        path,
        decorator.lineno,
        'the mark takes one label, @pytest.mark.equation("eq:name"), and '
        "fixed= with the formula's text where it is not evaluated",
    )
