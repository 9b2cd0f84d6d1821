"""How the grammar reads each command that takes arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from book.formula import conditions
from book.formula.lexer import Token
from book.formula.names import symbol_at
from book.formula.tree import (
    Call,
    Cases,
    Dots,
    Key,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Repeated,
    Series,
    Spec,
    Sum,
    differences,
)

if TYPE_CHECKING:
    from book.formula.parser import Parser

PAIRS = {
    r"\lVert": r"\rVert",
    r"\lvert": r"\rvert",
    r"\langle": r"\rangle",
    r"\lceil": r"\rceil",
    r"\lfloor": r"\rfloor",
}
CALLS = {
    r"\lVert": "norm",
    r"\lvert": "abs",
    r"\langle": "inner",
    r"\lceil": "ceil",
    r"\lfloor": "floor",
    r"\norm": "norm",
    r"\abs": "abs",
    r"\binom": "binomial",
}


def is_series(p: Parser) -> bool:
    """Whether a command such as \\max has something to run over."""
    return [t.text for t in p.tokens[p.at + 1 : p.at + 2]] == ["_"]


def fraction(p: Parser, token: Token) -> Node:
    factors = ("", p.group()), ("/", p.group())
    return Product(factors, at=token.start)


def root(p: Parser, token: Token) -> Node:
    degree: Node = Number(2.0)
    if p.take("["):
        degree = p.sum()
        p.need("]")
    return Call("root", (p.group(), degree), at=token.start)


def function(p: Parser, token: Token) -> Node:
    """A norm, an absolute value, a binomial: \\norm{x}, \\lVert x …"""
    name = CALLS[token.text]
    if closing := PAIRS.get(token.text):
        arguments = [p.sum()]
        while p.take(","):
            arguments.append(p.sum())
        p.need(closing)
    else:
        arguments = [p.group()]
        if name == "binomial":
            arguments.append(p.group())
    if name == "norm" and p.take("_"):
        order = p.argument()
        if [t.text for t in order] == ["F"]:
            return Call("norm", tuple(arguments), at=token.start)
        arguments.append(p.inner(order).whole())
    return Call(name, tuple(arguments), at=token.start)


def indicator(p: Parser, token: Token) -> Node:
    if p.take("_"):
        inner = p.inner(p.argument())
        condition = conditions.condition(inner)
        inner.end()
    else:
        closing = {"[": "]", "(": ")"}
        opening = p.take(*closing) or p.need("[")
        condition = conditions.condition(p)
        p.need(closing[opening.text])
    return Call("indicator", (condition,), at=token.start)


def series(p: Parser, token: Token) -> Node:
    scripts: dict[str, Sequence[Token]] = {}
    while mark := p.take("_", "^"):
        scripts[mark.text] = p.argument()
    if "_" not in scripts:
        raise p.error(f"{token.text} over what?", token.start)
    spec = _spec(p, scripts["_"], scripts.get("^"), token.start)
    outer = p.local
    p.local = outer | {name.key for name in spec.names}
    body = p.product()
    p.local = outer
    return Series(token.text, spec, body, at=token.start)


def _spec(
    p: Parser, below: Sequence[Token], above: Sequence[Token] | None, at: int
) -> Spec:
    read = symbol_at(below, 0)
    rest = below[read[1] :] if read else below
    if above is not None:
        if read is None or not rest or rest[0].text != "=":
            raise p.error("a series with an end needs a start, i = 1", at)
        first, last = p.inner(rest[1:]).whole(), p.inner(above).whole()
        name = Name(read[0].key(), at=below[0].start)
        return Spec((name,), first=first, last=last, at=at)
    if read and rest and rest[0].text == r"\in":
        name = Name(read[0].key(), at=below[0].start)
        members = p.inner(rest[1:]).whole()
        return Spec((name,), members=members, at=at)
    names: list[Name] = []
    demands: list[Node] = []
    for part in split(below, ","):
        read = symbol_at(part, 0)
        key: Key = read[0].key() if read else ()
        listed = p.names.is_each(key) or key in p.local
        rest = part[read[1] :] if read else part
        if listed and (not rest or rest[0].kind == "words"):
            names.append(Name(key, at=part[0].start))
            part = rest
        if part:
            inner = p.inner(part)
            demands.append(conditions.condition(inner))
            inner.end()
    if demands and not any(map(_compares, demands)) and not names:
        raise p.error("a series over what? bind its index to a range", at)
    return Spec(tuple(names), conditions=tuple(demands), at=at)


def _compares(node: Node) -> bool:
    return not isinstance(node, Name | Number)


def split(tokens: Sequence[Token], *texts: str) -> list[Sequence[Token]]:
    """Cut at tokens that stand outside all brackets and environments."""
    parts: list[Sequence[Token]] = []
    depth, start = 0, 0
    for i, token in enumerate(tokens):
        opens = token.text in {"{", "(", "["} or token.text[:7] == r"\begin{"
        closes = token.text in {"}", ")", "]"} or token.text[:5] == r"\end{"
        depth += opens - closes
        if token.text in texts and depth == 0:
            parts.append(tokens[start:i])
            start = i + 1
    return [*parts, tokens[start:]]


def _environment(p: Parser, token: Token) -> list[list[Sequence[Token]]]:
    """The rows and cells of an environment that has just been opened."""
    depth, start = 1, p.at
    while depth:
        if not p.see():
            raise p.error(f"{token.text} is not closed", token.start)
        text = p.tokens[p.at].text
        depth += (text[:7] == r"\begin{") - (text[:5] == r"\end{")
        p.at += 1
    rows = split(p.tokens[start : p.at - 1], r"\\")
    return [split(row, "&") for row in rows if row]


def cases(p: Parser, token: Token) -> Node:
    rows: list[tuple[Node, Node | None]] = []
    for row in _environment(p, token):
        if len(row) != 2 or not all(row):
            raise p.error("a case is a value & a condition", token.start)
        value, condition = row
        if value[-1].text == ",":
            value = value[:-1]
        rows.append(
            (p.inner(value).whole(), conditions.condition_of(p, condition))
        )
    return Cases(tuple(rows), at=token.start)


def matrix(p: Parser, token: Token) -> Node:
    rows = [
        tuple(p.inner(cell).whole() for cell in row)
        for row in _environment(p, token)
    ]
    if len({len(row) for row in rows}) != 1:
        raise p.error("rows of different length", token.start)
    return Matrix(tuple(rows), at=token.start)


def dotted_sum(p: Parser, terms: list[tuple[str, Node]], at: int) -> Node:
    if any(sign != "+" for sign, _ in terms):
        raise p.error("a sum with dots has only plus signs", at)
    return _dotted(p, terms, at, "+")


def dotted_product(
    p: Parser, factors: list[tuple[str, Node]], at: int
) -> Node:
    if any(join for join, _ in factors):
        raise p.error("a product with dots is written side by side", at)
    return _dotted(p, factors, at, "")


def _dotted(
    p: Parser, parts: list[tuple[str, Node]], at: int, kind: str
) -> Node:
    """Find the unit: what stands after the dots, and again before."""
    nodes = [node for _, node in parts]
    where = [i for i, node in enumerate(nodes) if isinstance(node, Dots)]
    before, after = nodes[: where[0]], nodes[where[-1] + 1 :]
    if len(where) > 1 or not before or not after:
        raise p.error("dots stand once, between the first and the last", at)
    unit, shown = _joined(after, kind), list[Node]()
    while len(before) >= len(after):
        candidate = _joined(before[-len(after) :], kind)
        pairs = differences(candidate, unit)
        if not pairs or len(set(pairs)) > 1 or pairs[0][1] is unit:
            break
        shown.insert(0, candidate)
        del before[-len(after) :]
    if not shown:
        raise p.error("the dots join terms that differ in no one index", at)
    sign = "+" if kind == "+" else ""
    repeated = Repeated("+" if sign else "", tuple(shown), unit, at=at)
    return _joined([*before, repeated], kind)


def _joined(nodes: list[Node], kind: str) -> Node:
    if len(nodes) == 1:
        return nodes[0]
    parts = tuple((kind, node) for node in nodes)
    at = nodes[0].at
    return Sum(parts, at=at) if kind == "+" else Product(parts, at=at)


COMMANDS: dict[str, Callable[[Parser, Token], Node]] = {
    **dict.fromkeys((r"\frac", r"\tfrac", r"\dfrac"), fraction),
    **dict.fromkeys(CALLS, function),
    **dict.fromkeys((r"\sum", r"\prod", r"\max", r"\min"), series),
    **dict.fromkeys((r"\argmin", r"\argmax"), series),
    **dict.fromkeys((r"\begin{pmatrix}", r"\begin{bmatrix}"), matrix),
    r"\sqrt": root,
    r"\mathbb{1}": indicator,
    r"\begin{cases}": cases,
}
