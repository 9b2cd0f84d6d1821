"""The syntax tree of a formula.

Two trees are equal if they read the same; `at`, where a node stands in
its source, does not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

Key = tuple[str, ...]
"""A name: the texts of its tokens."""


@dataclass(frozen=True)
class Node:
    at: int = field(compare=False, kw_only=True, default=0)


@dataclass(frozen=True)
class Number(Node):
    value: float


@dataclass(frozen=True)
class Name(Node):
    """What is looked up: a letter with its marks, or a whole term."""

    key: Key


@dataclass(frozen=True)
class Index(Node):
    """An entry; `layer` is an index in a superscript, as z^{(m)}."""

    base: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Sum(Node):
    """Terms with their signs, + or -."""

    terms: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Product(Node):
    r"""Factors, each with what joins it: "" (juxtaposed), \odot or /."""

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Power(Node):
    base: Node
    exponent: Node


@dataclass(frozen=True)
class Transpose(Node):
    base: Node


@dataclass(frozen=True)
class Call(Node):
    """A function of the book's notation or a bound one (a Node)."""

    function: "str | Node"
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Moment(Node):
    """An expectation, variance or covariance; `key` names its weights."""

    kind: str
    key: Key
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Spec(Node):
    """What a series runs over: names from a first to a last value, in a
    set, or in their bindings, as far as the conditions hold."""

    names: tuple[Name, ...] = ()
    first: Node | None = None
    last: Node | None = None
    members: Node | None = None
    conditions: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Series(Node):
    kind: str
    spec: Spec
    body: Node


@dataclass(frozen=True)
class Repeated(Node):
    """A sum or product with dots: `unit` stands after them, `shown` are
    those before, which differ from it in one number."""

    kind: Literal["+", ""]
    shown: tuple[Node, ...]
    unit: Node


@dataclass(frozen=True)
class Cases(Node):
    """Values with their conditions; None stands for "otherwise"."""

    rows: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Matrix(Node):
    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Vector(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Interval(Node):
    low: Node
    high: Node


@dataclass(frozen=True)
class Dots(Node):
    pass


@dataclass(frozen=True)
class Chain(Node):
    """A comparison chain: one operand more than relations."""

    operands: tuple[Node, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True)
class Logic(Node):
    """Conditions joined by "and" or "or"."""

    word: Literal["and", "or"]
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Listed(Node):
    r"""That a name takes the values first, \dots, last."""

    name: Name
    first: Node
    last: Node


def children(node: Node) -> Iterator[Node]:
    for part in fields(node):
        yield from _nodes(getattr(node, part.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def differences(a: object, b: object) -> list[tuple[Node, Node]] | None:
    """The smallest parts in which two trees differ; None: unlike trees."""
    if a == b:
        return []
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        found: list[tuple[Node, Node]] = []
        for x, y in zip(a, b, strict=True):
            inner = differences(x, y)
            if inner is None:
                return None
            found += inner
        return found
    if not (isinstance(a, Node) and isinstance(b, Node)):
        return None
    if type(a) is type(b):
        values = [
            tuple(getattr(n, f.name) for f in fields(n) if f.compare)
            for n in (a, b)
        ]
        inner = differences(*values)
        if inner is not None:
            return inner
    return [(a, b)]


def substituted(node: Node, old: Node, new: Node) -> Node:
    """A tree with one part, wherever it stands, put in another's place."""
    return _put(node, old, new)  # type: ignore[return-value]


def _put(value: object, old: Node, new: Node) -> object:
    if value == old:
        return new
    if isinstance(value, tuple):
        return tuple(_put(item, old, new) for item in value)
    if isinstance(value, Node):
        parts: dict[str, Any] = {
            f.name: _put(getattr(value, f.name), old, new)
            for f in fields(value)
            if f.compare
        }
        return replace(value, **parts)
    return value
