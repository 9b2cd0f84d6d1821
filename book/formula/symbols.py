"""How the grammar reads names, and what functions are applied to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from book.formula.names import FUNCTIONS, MOMENTS, OPERATORS, Symbol, symbol_at
from book.formula.tree import Call, Index, Moment, Name, Node, Number, Product

if TYPE_CHECKING:
    from book.formula.parser import Parser

CONSTANTS = {
    ("e",): 2.718281828459045,
    (r"\pi",): 3.141592653589793,
    (r"\infty",): float("inf"),
}
CLOSING = {"(": ")", "[": "]"}


def symbol(p: Parser) -> Node:
    """A name, with what it is applied to, its indices and exponents."""
    at = p.place
    read = symbol_at(p.tokens, p.at)
    assert read is not None
    letter, p.at = read
    operator = letter.base[-1]
    bound = p.names.find(letter.key()) or p.names.find(letter.stem)
    if operator in MOMENTS and not p.names.is_function(letter.key()):
        node: Node = Moment(operator, letter.key(), p.bracketed(), at=at)
    elif operator in FUNCTIONS and not bound and not letter.marks:
        if letter.sub:
            raise p.error(f"{operator} cannot have an index here", at)
        node = Call(operator, arguments(p), at=at)
    else:
        node = called(p, resolved(p, letter, at))
        if isinstance(node, Name) and (
            operator[0] == "\\"
            and (operator in OPERATORS or operator[:9] == r"\operator")
            and p.names.is_function(node.key)
            and p.starts_factor()
        ):
            node = Call(node, arguments(p), at=at)
    node = p.scripts(node)
    for exponent in letter.exponents:
        node = p.raised(node, exponent, at)
    return node


def called(p: Parser, node: Node) -> Node:
    """A name with its arguments, if it is that of a function."""
    base = node.base if isinstance(node, Index) else node
    if (
        isinstance(base, Name)
        and p.names.is_function(base.key)
        and p.see(*CLOSING)
    ):
        return Call(node, p.bracketed(), at=node.at)
    if isinstance(node, Name) and bracket_index(p, node):
        return Index(node, p.bracketed(), at=node.at)
    return node


def bracket_index(p: Parser, node: Name) -> bool:
    """Whether b[j] is an entry: the bracket follows without space."""
    if not p.see("[") or p.tokens[p.at].spaced:
        return False
    value = p.names.values.get(node.key)
    return isinstance(value, list | dict) or getattr(value, "ndim", 0) > 0


def arguments(p: Parser) -> tuple[Node, ...]:
    """What a function is applied to: brackets, or one term."""
    if p.see(*CLOSING):
        return p.bracketed()
    at = p.place
    factors = [("", p.factor())]
    while p.starts_factor():
        token = p.tokens[p.at]
        if token.text in CLOSING:
            raise p.error("is this bracket inside the function?")
        if token.text in OPERATORS | {r"\sum", r"\prod"}:
            break
        factors.append(("", p.factor()))
    one = len(factors) == 1
    return (factors[0][1] if one else Product(tuple(factors), at=at),)


def resolved(p: Parser, symbol: Symbol, at: int) -> Node:
    """The node of a name: bound as it stands, or an entry."""
    for sub, layer in ((1, 1), (0, 1), (1, 0), (0, 0)):
        key = symbol.key(bool(sub), bool(layer))
        found = key if key in p.local else p.names.find(key)
        if symbol.sub and not sub:
            found = p.names.find((*key, "_")) or found
        if found is None:
            continue
        p.names.met.add(found)
        name = Name(found, at=at)
        indices: tuple[Node, ...] = ()
        if symbol.layer and not layer:
            indices += p.indices(symbol.layer[1:-1])
        if symbol.sub and not sub:
            indices += p.indices(symbol.sub)
        return Index(name, indices, at=at) if indices else name
    if symbol.stem in CONSTANTS and not symbol.sub:
        return Number(CONSTANTS[symbol.stem], at=at)
    if symbol.stem == (r"\delta",) and symbol.sub:
        return Call("kronecker", p.indices(symbol.sub), at=at)
    written = p.source.excerpt(at, p.tokens[p.at - 1].end)
    raise p.error(f"nothing is bound to {written}", at)
