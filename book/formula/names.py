r"""The names that a test binds, and how a formula finds them.

A name is TeX. A letter with accents, marks and indices is found however
the formula orders and spaces them: `n_k'` is `n'_k`. Any other term is
found where the formula has the same tokens; the longest wins. `W_{}`
are the entries W_1, W_2, … where W alone is something else. An empty
`\text{}` in a name stands for any words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from book.formula.lexer import Token, lex
from book.formula.source import Source
from book.formula.tree import Key
from book.formula.values import Each, Value, is_function, plain
from book.formula.vocabulary import known

ACCENTS = {
    *(r"\bar", r"\hat", r"\tilde", r"\dot", r"\ddot", r"\vec"),
    *(r"\overline", r"\widehat", r"\widetilde", r"\d"),
}
MARKS = {"*", "+", r"\circ", r"\star", r"\dagger", r"\ast"}
GREEK = {
    *(r"\alpha", r"\beta", r"\gamma", r"\delta", r"\epsilon", r"\zeta"),
    *(r"\eta", r"\theta", r"\iota", r"\kappa", r"\lambda", r"\mu", r"\nu"),
    *(r"\xi", r"\pi", r"\rho", r"\sigma", r"\tau", r"\upsilon", r"\phi"),
    *(r"\chi", r"\psi", r"\omega", r"\varepsilon", r"\vartheta", r"\varphi"),
    *(r"\Gamma", r"\Delta", r"\Theta", r"\Lambda", r"\Xi", r"\Pi"),
    *(r"\Sigma", r"\Upsilon", r"\Phi", r"\Psi", r"\Omega", r"\ell"),
}
OPERATORS = {
    *(r"\exp", r"\log", r"\ln", r"\tanh", r"\sin", r"\cos", r"\sinh"),
    *(r"\cosh", r"\max", r"\min", r"\softmax", r"\diag", r"\rank"),
    *(r"\E", r"\Var", r"\Cov"),
}
MOMENTS = {r"\E", r"\Var", r"\Cov"}
FUNCTIONS = OPERATORS - MOMENTS
ASSIGNED = r"\leftarrow"
r"""`w \leftarrow` is the name of what w becomes."""
LETTERS = GREEK | OPERATORS | {r"\L", r"\N", r"\R", r"\infty"}


@dataclass
class Symbol:
    """A letter as a formula writes it: the parts of its name."""

    base: Key
    sub: Sequence[Token] = ()
    marks: tuple[str, ...] = ()
    layer: Sequence[Token] = ()
    exponents: list[Sequence[Token]] = field(default_factory=list)

    @property
    def stem(self) -> Key:
        """The name without its indices."""
        return (*self.base, *sorted(self.marks))

    def key(self, sub: bool = True, layer: bool = True) -> Key:
        key = self.stem
        if sub and self.sub:
            key = (*key, "_", *(t.text for t in self.sub))
        if layer and self.layer:
            key = (*key, "^", *(t.text for t in self.layer))
        return key


def symbol_at(tokens: Sequence[Token], at: int) -> tuple[Symbol, int] | None:
    """Read a letter with its accents, marks, indices and exponents."""
    start = at
    while at < len(tokens) and tokens[at].text in ACCENTS:
        at += 1
    if at == len(tokens) or not _is_letter(tokens[at]):
        return None
    at += 1
    symbol = Symbol(tuple(t.text for t in tokens[start:at]))
    while at < len(tokens):
        text = tokens[at].text
        if text == "'":
            symbol.marks += ("'",)
            at += 1
        elif text == "_" and not symbol.sub:
            symbol.sub, at = argument(tokens, at + 1)
        elif text == "^":
            script, at = argument(tokens, at + 1)
            if len(script) == 1 and _is_mark(script[0]):
                symbol.marks += (f"^{script[0].text}",)
            elif _is_layer(script) and not symbol.layer:
                symbol.layer = script
            else:
                symbol.exponents.append(script)
        else:
            break
    return symbol, at


def argument(tokens: Sequence[Token], at: int) -> tuple[Sequence[Token], int]:
    """The tokens of a braced group, or one token, and what follows.

    A command that takes arguments itself is taken with them.
    """
    if at == len(tokens):
        return (), at
    if tokens[at].text != "{":
        end = at + 1
        if tokens[at].text in {r"\frac", r"\tfrac"}:
            end = argument(tokens, argument(tokens, end)[1])[1]
        elif tokens[at].text in ACCENTS | {r"\sqrt"}:
            end = argument(tokens, end)[1]
        return tokens[at:end], end
    depth, end = 1, at + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(tokens[end].text, 0)
        end += 1
    return tokens[at + 1 : end - 1], end


def _is_letter(token: Token) -> bool:
    return (
        token.kind in {"letter", "words"}
        or token.text in LETTERS
        or token.text.startswith((r"\operatorname", r"\math"))
    )


def _is_mark(token: Token) -> bool:
    return token.text in MARKS or token.kind == "words"


def _is_layer(script: Sequence[Token]) -> bool:
    texts = [t.text for t in script]
    inside = texts[1:-1]
    return (
        texts[:1] == ["("]
        and texts[-1:] == [")"]
        and not ({"(", ")", "/", "^", "_"} & set(inside))
    )


class Names:
    """The bindings of a test: `values` by key, `given` by key as TeX.

    `met` are those that a formula was seen to have.
    """

    def __init__(self, bindings: Mapping[str, Value]) -> None:
        self.values: dict[Key, Value] = {}
        self.given: dict[Key, str] = {}
        self.terms: list[Key] = []
        self.met: set[Key] = set()
        for tex, value in bindings.items():
            key = self._key(tex)
            if key in self.values:
                raise ValueError(f"{tex} is bound twice")
            self.given[key] = tex
            if isinstance(value, range):
                value = Each(tuple(value))
            self.values[key] = plain(value)
        self.terms.sort(key=len, reverse=True)

    def _key(self, tex: str) -> Key:
        tokens = [t for t in lex(Source(tex)) if t.kind != "gap"]
        if not tokens:
            raise ValueError("an empty name is bound")
        read = symbol_at(tokens, 0)
        if read and read[1] == len(tokens) and not read[0].exponents:
            entries = [t.text for t in tokens[-3:]] == ["_", "{", "}"]
            return (*read[0].key(), "_") if entries else read[0].key()
        key = tuple(t.text for t in tokens)
        if len(key) > 1 and key[-1] != ASSIGNED:
            self.terms.append(key)
        return key

    def find(self, key: Key) -> Key | None:
        r"""The key under which a name is bound; `\text{}` is any words."""
        if key in self.values:
            return key
        wild = tuple(
            r"\text{}" if t[:6] == r"\text{" and not known(t[6:-1]) else t
            for t in key
        )
        return wild if wild in self.values else None

    def term_at(self, tokens: Sequence[Token], at: int) -> Key | None:
        """The longest whole term that stands at a place."""
        for key in self.terms:
            here = tokens[at : at + len(key)]
            after = tokens[at + len(key) : at + len(key) + 1]
            if (
                len(here) == len(key)
                and all(map(_reads, here, key))
                and not (after and after[0].text == "'")
            ):
                return key
        return None

    def is_function(self, key: Key) -> bool:
        return is_function(self.values.get(key))

    def is_each(self, key: Key) -> bool:
        return isinstance(self.values.get(key), Each)

    def shown(self, key: Key) -> str:
        return self.given.get(key, " ".join(key))


def _reads(token: Token, text: str) -> bool:
    return token.text == text or (token.kind == "words" and text == r"\text{}")
