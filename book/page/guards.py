"""The statements of a module that a listing leaves out.

A guard is an `if` that does nothing but raise, or the call of a private
function `_check…`. With it goes what is assigned for guards alone.
"""

import ast
from collections.abc import Iterator, Sequence

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

_QUIET = {"len", "tuple", "list", "getattr", "isinstance", "type"}
_QUIET_METHODS = {"dim", "size", "numel", "is_floating_point"}
"""What may be called where a line is left out: it changes nothing."""


def guards(tree: ast.AST, lines: list[str]) -> Iterator[ast.stmt]:
    """Yield the statements of a module that serve guards alone."""
    for function in _outermost(tree):
        yield from _removed(function, lines)


def _outermost(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions that stand in no other one."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, FUNCTIONS):
            yield node
        else:
            yield from _outermost(node)


def _removed(function: ast.AST, lines: list[str]) -> list[ast.stmt]:
    """The statements of a function that are left out.

    A body of which nothing would stay keeps all.
    """
    bodies = list(_bodies(function))
    gone: list[ast.stmt] = []
    for body in bodies:
        found = [s for s in body if _is_guard(s) and _is_alone(s, lines)]
        gone += found if _leaves_some(body, found) else []
    while True:
        names = {n for s in gone for n in _used(s)}
        needed = set(_used(function, apart=gone))
        for body in bodies:
            found = [
                s
                for s in body
                if s not in gone
                and _is_alone(s, lines)
                and (targets := _targets(s))
                and targets <= names - needed
            ]
            both = [s for s in body if s in gone or s in found]
            if found and _leaves_some(body, both):
                gone += found
                break
        else:
            return gone


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the bodies in a node, those of its statements as well."""
    for _, value in ast.iter_fields(node):
        inside = value if isinstance(value, list) else [value]
        if inside and isinstance(inside[0], ast.stmt):
            yield inside
        for child in inside:
            if isinstance(child, ast.AST):
                yield from _bodies(child)


def _leaves_some(body: Sequence[ast.stmt], gone: Sequence[ast.stmt]) -> bool:
    says = docstring(body)
    return any(s not in gone and s is not says for s in body)


def _is_guard(node: ast.AST) -> bool:
    match node:
        case ast.If(test=test, body=[ast.Raise()], orelse=orelse):
            names_what_it_tests = any(
                isinstance(n, ast.NamedExpr) for n in ast.walk(test)
            )
            if names_what_it_tests or len(orelse) > 1:
                return False
            return not orelse or (
                isinstance(orelse[0], ast.If) and _is_guard(orelse[0])
            )
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name.startswith("_check")
    return False


def _is_alone(statement: ast.stmt, lines: list[str]) -> bool:
    """Whether no line of a statement holds a part of another one."""
    first, last = statement.lineno, end(statement)
    before = lines[first - 1].encode()[: statement.col_offset]
    behind = lines[last - 1].encode()[statement.end_col_offset :].strip()
    return not before.strip() and behind[:1] in (b"", b"#")


def _used(node: ast.AST, apart: Sequence[ast.stmt] = ()) -> Iterator[str]:
    """Yield the names that are read, deleted or declared in a node."""
    if node in apart:
        return
    match node:
        case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
            yield name
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
    for child in ast.iter_child_nodes(node):
        yield from _used(child, apart)


def _targets(node: ast.stmt) -> set[str]:
    """The names that a quiet assignment gives, none for another node."""
    match node:
        case ast.Assign(targets=targets, value=value):
            pass
        case ast.AnnAssign(
            target=ast.Name() as name, value=ast.expr() as value
        ):
            targets = [name]
        case _:
            return set()
    names: list[ast.expr] = []
    for target in targets:
        names += target.elts if isinstance(target, ast.Tuple) else [target]
    if not all(isinstance(n, ast.Name) for n in names) or not _quiet(value):
        return set()
    return {n.id for n in names if isinstance(n, ast.Name)}


def _quiet(value: ast.expr) -> bool:
    """Whether a value can be left out: its calls only look."""
    for node in ast.walk(value):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                if name not in _QUIET:
                    return False
            case ast.Call(func=ast.Attribute(attr=name)):
                if name not in _QUIET_METHODS:
                    return False
            case ast.Call() | ast.NamedExpr() | ast.Await():
                return False
            case ast.Yield() | ast.YieldFrom():
                return False
    return True


def docstring(body: Sequence[ast.stmt]) -> ast.stmt | None:
    match body[:1]:
        case [ast.Expr(value=ast.Constant(value=str())) as first]:
            return first
    return None


def end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno
