r"""The grammar of a formula's expressions and conditions.

A product is written by juxtaposition. A name that is bound to a function
is called with the brackets that follow it; any other is multiplied with
them. So the grammar needs the names: it finds no meaning for others.
"""

from collections.abc import Iterable, Sequence

from book.formula import commands, symbols
from book.formula.lexer import Token
from book.formula.names import FUNCTIONS, Names, argument, symbol_at
from book.formula.source import FormulaError, Source
from book.formula.tree import (
    Dots,
    Index,
    Key,
    Name,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Transpose,
    Vector,
)
from book.formula.vocabulary import known

JOINS = {r"\odot": r"\odot", "/": "/", r"\cdot": "", r"\times": ""}
DOTS = {r"\dots", r"\cdots", r"\ldots"}
SEPARATORS = {",", ";", r"\mid", r"\Vert", r"\|"}


class Parser:
    """Reads tokens from left to right; `local` are a series' indices."""

    def __init__(
        self,
        source: Source,
        tokens: Sequence[Token],
        names: Names,
        local: frozenset[Key] = frozenset(),
    ) -> None:
        self.source, self.tokens, self.names = source, tokens, names
        self.local, self.at = local, 0

    # Moving

    def see(self, *texts: str) -> bool:
        return self.at < len(self.tokens) and (
            not texts or self.tokens[self.at].text in texts
        )

    def take(self, *texts: str) -> Token | None:
        if not self.see(*texts):
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def need(self, text: str) -> Token:
        token = self.take(text)
        if token is None:
            raise self.error(f"{text} expected")
        return token

    @property
    def place(self) -> int:
        if self.at < len(self.tokens):
            return self.tokens[self.at].start
        return self.tokens[-1].end if self.tokens else 0

    def error(self, message: str, at: int | None = None) -> FormulaError:
        return self.source.error(self.place if at is None else at, message)

    def argument(self) -> Sequence[Token]:
        group, end = argument(self.tokens, self.at)
        if not group:
            raise self.error("an argument expected")
        self.at = end
        return group

    def inner(
        self, tokens: Sequence[Token], local: Iterable[Key] = ()
    ) -> "Parser":
        return Parser(self.source, tokens, self.names, self.local | {*local})

    def group(self) -> Node:
        return self.inner(self.argument()).whole()

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise self.error(f"cannot read {self.tokens[self.at].text!r}")

    # Expressions

    def whole(self) -> Node:
        node = self.sum()
        self.end()
        return node

    def sum(self) -> Node:
        at = self.place
        sign = self.take("+", "-")
        terms = [(sign.text if sign else "+", self.term())]
        while sign := self.take("+", "-"):
            terms.append((sign.text, self.term()))
        if len(terms) == 1 and terms[0][0] == "+":
            return terms[0][1]
        if any(isinstance(t, Dots) for _, t in terms):
            return commands.dotted_sum(self, terms, at)
        return Sum(tuple(terms), at=at)

    def term(self) -> Node:
        return self.dots() or self.product()

    def dots(self) -> Node | None:
        at = self.place
        return Dots(at=at) if self.take(*DOTS) else None

    def product(self) -> Node:
        at = self.place
        factors: list[tuple[str, Node]] = [("", self.factor())]
        while True:
            if join := self.take(*JOINS):
                factors.append((JOINS[join.text], self.factor()))
            elif dots := self.dots():
                factors.append(("", dots))
            elif self.starts_factor():
                after_number = isinstance(factors[-1][1], Number)
                if after_number and self.tokens[self.at].kind == "digit":
                    raise self.error("two numbers without a sign between")
                factors.append(("", self.factor()))
            else:
                break
        if any(isinstance(f, Dots) for _, f in factors):
            return commands.dotted_product(self, factors, at)
        return (
            factors[0][1]
            if len(factors) == 1
            else Product(tuple(factors), at=at)
        )

    def starts_factor(self) -> bool:
        if not self.see():
            return False
        token = self.tokens[self.at]
        if token.kind == "words":
            return self.names.find((token.text,)) is not None or not known(
                str(token.words)
            )
        return (
            token.kind in {"digit", "letter"}
            or token.text in {"(", "[", "{"}
            or token.text in commands.COMMANDS
            or self.names.term_at(self.tokens, self.at) is not None
            or symbol_at(self.tokens, self.at) is not None
        )

    def factor(self) -> Node:
        at = self.place
        if not self.starts_factor():
            found = self.tokens[self.at].text if self.see() else "the end"
            raise self.error(f"cannot read {found!r} here")
        if term := self.names.term_at(self.tokens, self.at):
            self.at += len(term)
            self.names.met.add(term)
            return self.scripts(symbols.called(self, Name(term, at=at)))
        token = self.tokens[self.at]
        if token.kind == "digit":
            return self.scripts(self.number())
        if token.text in symbols.CLOSING:
            items = self.bracketed()
            one = items[0] if len(items) == 1 else Vector(items, at=at)
            return self.scripts(one)
        if token.text == "{":
            return self.scripts(self.group())
        if token.text in commands.COMMANDS and not (
            token.text in FUNCTIONS and not commands.is_series(self)
        ):
            self.at += 1
            return self.scripts(commands.COMMANDS[token.text](self, token))
        return symbols.symbol(self)

    def number(self) -> Number:
        at, text = self.place, ""
        while self.see() and not (text and self.tokens[self.at].spaced):
            kind = self.tokens[self.at].kind
            following = self.tokens[self.at + 1 : self.at + 2]
            if kind != "digit" and not (
                self.see(".") and following and following[0].kind == "digit"
            ):
                break
            text += self.tokens[self.at].text
            self.at += 1
        return Number(float(text), at=at)

    def bracketed(self) -> tuple[Node, ...]:
        """What stands between brackets, separated as arguments are."""
        opening = self.take(*symbols.CLOSING)
        if opening is None:
            raise self.error("a bracket expected")
        items = [self.sum()]
        while self.take(*SEPARATORS):
            items.append(self.sum())
        self.need(symbols.CLOSING[opening.text])
        return tuple(items)

    def scripts(self, node: Node) -> Node:
        while True:
            at = self.place
            if self.take("_"):
                node = Index(node, self.indices(self.argument()), at=at)
            elif self.take("^"):
                node = self.raised(node, self.argument(), at)
            elif self.see("'"):
                raise self.error("a prime on what is no name: bind the term")
            else:
                return node

    def raised(self, node: Node, exponent: Sequence[Token], at: int) -> Node:
        if [t.text for t in exponent] in ([r"\T"], [r"\top"]):
            return Transpose(node, at=at)
        return Power(node, self.inner(exponent).whole(), at=at)

    def indices(self, tokens: Sequence[Token]) -> tuple[Node, ...]:
        """The indices that a subscript holds: `ij` and `i, j` are two."""
        parser, found = self.inner(tokens), []
        while True:
            node = parser.sum()
            if (
                isinstance(node, Product)
                and not any(join for join, _ in node.factors)
                and not isinstance(node.factors[0][1], Number)
            ):
                found += [n for _, n in node.factors]
            else:
                found.append(node)
            if not parser.take(","):
                break
        parser.end()
        return tuple(found)
