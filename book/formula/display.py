r"""The statements of a display.

They are separated by `\quad`, `\qquad`, `\\` and the words that lead to
the next one. A condition ("if", "for", brackets, "j = 1, \dots, q")
belongs to the statement before it, or to all after it where it stands
first or ends with a colon. What the test declared an aside is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from book.formula.conditions import RELATIONS, chain, condition_of
from book.formula.lexer import Token, canonical, lex
from book.formula.names import Names
from book.formula.parser import Parser
from book.formula.source import Source
from book.formula.tree import Listed, Node
from book.formula.vocabulary import AND, IF, LINK, bare

IMPLIES = {r"\Longrightarrow", r"\implies", r"\Rightarrow"}
ALIGNED = {
    rf"\{edge}{{{name}}}"
    for edge in ("begin", "end")
    for name in ("aligned", "gathered", "align", "align*", "split")
}


@dataclass(frozen=True)
class Statement:
    """A comparison chain, or an expression that stands alone.

    It is claimed where all conditions hold. `listed` are the lists of
    values that an index must take.
    """

    node: Node
    text: str
    conditions: tuple[Node, ...] = ()
    listed: tuple[Listed, ...] = ()


def statements(
    source: Source, names: Names, asides: Sequence[str] = ()
) -> tuple[list[Statement], set[str]]:
    """The statements of a display, and the asides that it has.

    Raises: FormulaError at what the grammar does not know.
    """
    found: list[Statement] = []
    leading: tuple[Node, ...] = ()
    patterns = {aside: canonical(aside) for aside in asides}
    met: set[str] = set()
    for part in _parts(lex(source), names):
        aside = [a for a, p in patterns.items() if _reads(part, p)]
        if aside:
            met.update(aside)
            continue
        if part[0].text in IMPLIES:
            leading += tuple(s.node for s in found)
            found = []
            continue
        parser = Parser(source, part, names)
        if part[-1].text == ":" or bare(part[0].words) in IF or _paren(part):
            colon = part[-1].text == ":"
            inner = part[: -1 if colon else None]
            if _paren(inner):
                inner = inner[1:-1]
            condition = condition_of(parser, inner)
            if condition is None:
                raise parser.error("a condition expected")
            if colon or not found:
                leading += (condition,)
            elif isinstance(condition, Listed):
                found[-1] = replace(
                    found[-1], listed=(*found[-1].listed, condition)
                )
            else:
                found[-1] = replace(
                    found[-1], conditions=(*found[-1].conditions, condition)
                )
            continue
        node = chain(parser)
        parser.end()
        if isinstance(node, Listed):
            if not found:
                raise parser.error("a list of values for no statement", 0)
            found = [replace(s, listed=(*s.listed, node)) for s in found]
            continue
        text = source.excerpt(part[0].start, part[-1].end)
        found.append(Statement(node, text, leading))
    return found, met


def _reads(part: Sequence[Token], pattern: tuple[str, ...]) -> bool:
    return len(part) == len(pattern) and all(
        token.text == text or (token.kind == "words" and text == r"\text{}")
        for token, text in zip(part, pattern, strict=True)
    )


def _paren(part: Sequence[Token]) -> bool:
    r"""Whether a part is a comparison in brackets: (k < K)."""
    if (part[0].text, part[-1].text) != ("(", ")"):
        return False
    depth = 0
    for token in part[:-1]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if not depth:
            return False
    return any(t.text in RELATIONS for t in part)


def _parts(tokens: Sequence[Token], names: Names) -> Iterator[list[Token]]:
    """Cut a display into parts, without what separates them."""
    part: list[Token] = []
    depth, at = 0, 0
    while at < len(tokens):
        token = tokens[at]
        term = names.term_at(tokens, at) if depth == 0 else None
        if term:
            part += tokens[at : at + len(term)]
            at += len(term)
            continue
        if token.text in ALIGNED:
            at += 1
            continue
        opens = token.text in {"{", "(", "["} or token.text[:7] == r"\begin{"
        closes = token.text in {"}", ")", "]"} or token.text[:5] == r"\end{"
        depth += opens - closes
        cut = depth == 0 and _separates(tokens, at, part, names)
        if cut and part:
            yield part
            part = []
        if depth == 0 and token.text in IMPLIES:
            yield [token]
        elif not (cut and _is_dropped(token)) and not (
            depth == 0 and token.kind in {"cell", "row", "gap"}
        ):
            part.append(token)
        at += 1
    if part:
        yield part


def _is_dropped(token: Token) -> bool:
    said = bare(token.words)
    return token.text == "," or (said in LINK and said not in IF)


def _separates(
    tokens: Sequence[Token], at: int, part: list[Token], names: Names
) -> bool:
    token = tokens[at]
    following = [t for t in tokens[at + 1 : at + 4] if t.kind != "cell"]
    after = following[0] if following else None
    if token.kind == "row":
        # A line that goes on with the sentence before it.
        aligned = tokens[at + 1 : at + 2]
        signed = bool(aligned) and aligned[0].kind == "cell"
        return after is None or not (
            after.text in RELATIONS
            or (signed and after.text in {"+", "-", r"\cdot"})
        )
    if token.text == ",":
        beside = tokens[at + 1 : at + 2]
        return (
            not beside
            or beside[0].kind in {"gap", "row", "cell"}
            or (
                beside[0].text in ALIGNED or bare(beside[0].words) in IF | LINK
            )
        )
    if token.kind == "words" and names.find((token.text,)) is None:
        said = bare(token.words)
        within = bool(part) and bare(part[0].words) in IF and said in AND
        return said in IF | LINK and not within
    return token.kind == "gap" or token.text in IMPLIES
