"""How the grammar reads conditions and comparison chains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from book.formula.lexer import Token
from book.formula.tree import Chain, Index, Interval, Listed, Logic, Name, Node
from book.formula.vocabulary import AND, IF, OR, OTHERWISE, bare

if TYPE_CHECKING:
    from book.formula.parser import Parser

RELATIONS = {
    **{r: r for r in ("=", "<", ">", r"\approx", r"\in", r"\leftarrow")},
    r"\le": "<=",
    r"\leq": "<=",
    r"\ge": ">=",
    r"\geq": ">=",
    r"\ne": "!=",
    r"\neq": "!=",
}


def condition(p: Parser) -> Node:
    """Comparisons, joined by the words for "and" and "or"."""
    at, word, parts = p.place, "and", [_demand(p)]
    while p.see() and p.tokens[p.at].kind == "words":
        said = bare(p.tokens[p.at].words)
        if said not in OR | AND:
            break
        joined = "or" if said in OR else "and"
        if len(parts) > 1 and joined != word:
            raise p.error('"and" beside "or" needs brackets')
        word = joined
        p.at += 1
        parts.append(_demand(p))
    if len(parts) == 1:
        return parts[0]
    return Logic("or" if word == "or" else "and", tuple(parts), at=at)


def _demand(p: Parser) -> Node:
    """A comparison, or a name that is bound to a truth."""
    at, node = p.place, chain(p)
    if not isinstance(node, Chain | Listed | Name | Index):
        raise p.error("a comparison expected", at)
    return node


def chain(p: Parser) -> Node:
    """A comparison chain; or a list of values, k = 1, \\dots, K."""
    at = p.place
    operands, relations = [term_or_dots(p)], list[str]()
    while found := relation(p):
        relations.append(found)
        operands.append(interval(p) if found == r"\in" else term_or_dots(p))
    if not relations:
        return operands[0]
    name = operands[0]
    if relations == ["="] and isinstance(name, Name) and p.see(","):
        start = p.at
        p.need(",")
        if p.dots():
            p.need(",")
            return Listed(name, operands[1], p.sum(), at=at)
        p.at = start
    return Chain(tuple(operands), tuple(relations), at=at)


def term_or_dots(p: Parser) -> Node:
    return p.dots() or p.sum()


def relation(p: Parser) -> str | None:
    """A comparison, := and =: among them, or a relation that is bound."""
    if token := p.take(*RELATIONS):
        if token.text == "=":
            p.take(":")
        return RELATIONS[token.text]
    if p.see(":"):
        p.need(":")
        p.need("=")
        return "="
    if p.see() and callable(p.names.values.get((p.tokens[p.at].text,))):
        p.at += 1
        return p.tokens[p.at - 1].text
    return None


def interval(p: Parser) -> Node:
    """What something is in: [a, b] or a set."""
    at = p.place
    if p.see("["):
        items = p.bracketed()
        if len(items) != 2:
            raise p.error("an interval has two ends", at)
        return Interval(*items, at=at)
    return p.sum()


def condition_of(p: Parser, tokens: Sequence[Token]) -> Node | None:
    """What tokens demand, words such as "if" before it; None: otherwise."""
    if p.names.term_at(tokens, 0) is None and not (
        p.names.find((tokens[0].text,))
    ):
        said = bare(tokens[0].words)
        if said in OTHERWISE and len(tokens) == 1:
            return None
        if said in IF:
            tokens = tokens[1:]
    inner = p.inner(tokens)
    found = condition(inner)
    inner.end()
    return found
