r"""Wrong formulas, made from right ones: what a test must notice.

A mutated formula may still be right (two numbers swapped in a product)
or say something that no binding can tell from the truth. A test demands
that its check fails for those that it names.
"""

from collections.abc import Callable, Iterator, Sequence

from book.formula.lexer import Token, lex
from book.formula.names import OPERATORS, argument, symbol_at
from book.formula.source import Source

Edit = tuple[str, int, int, str]
"""What is changed, from where to where, and what comes in its place."""

SIGNS = {"+": "-", "-": "+"}
COMPARISONS = {
    r"\le": r"\ge",
    r"\ge": r"\le",
    r"\leq": r"\ge",
    r"\geq": r"\le",
    "<": ">",
    ">": "<",
    r"\ne": "=",
    r"\in": r"\ne",
}
FUNCTIONS = {
    r"\sum": r"\prod",
    r"\prod": r"\sum",
    r"\max": r"\min",
    r"\min": r"\max",
    r"\argmin": r"\argmax",
    r"\argmax": r"\argmin",
    r"\tanh": r"\sinh",
    r"\log": r"\exp",
    r"\exp": r"\cosh",
    r"\odot": "+",
    r"\cdot": "+",
    "/": r"\cdot",
    r"\norm": r"\sqrt",
}
ENDS = {
    *("=", "<", ">", r"\le", r"\ge", r"\approx", r"\iff", r"\leftarrow"),
    *(r"\\", "&", ",", ")", "]", "}", r"\quad", r"\qquad", r"\in", r"\ne"),
    *(r"\to", r"\propto", r"\sim", ":"),
}


def mutations(tex: str) -> list[tuple[str, str]]:
    """Return wrong formulas, each with what was changed in it."""
    tokens = lex(Source(tex))
    found: dict[str, str] = {}
    for make in MAKERS:
        for what, start, end, new in make(tex, tokens):
            mutated = f"{tex[:start]}{new}{tex[end:]}"
            around = " ".join(tex[max(0, start - 10) : end + 10].split())
            if mutated != tex and _paired(tex[start:end]) and _paired(new):
                found.setdefault(mutated, f"{what} at {around}")
    return [(what, mutated) for mutated, what in found.items()]


def _paired(tex: str) -> bool:
    """Whether every brace in a piece of TeX has its partner there."""
    depth = 0
    for character in tex:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def _in_scripts(tokens: Sequence[Token], mark: str) -> set[int]:
    """The offsets of the tokens in subscripts, or in superscripts."""
    inside: set[int] = set()
    for i, token in enumerate(tokens):
        if token.text == mark and i + 1 < len(tokens):
            inside |= {t.start for t in argument(tokens, i + 1)[0]}
    return inside


def _in_derivatives(tokens: Sequence[Token]) -> set[int]:
    r"""The offsets of the tokens in what is one term, \frac{\partial …}."""
    inside: set[int] = set()
    for i, token in enumerate(tokens):
        if token.text == r"\frac":
            above, after = argument(tokens, i + 1)
            if above and above[0].text in {r"\partial", r"\d"}:
                below = argument(tokens, after)[0]
                inside |= {t.start for t in (token, *above, *below)}
    return inside


def _plain(tokens: Sequence[Token]) -> list[tuple[int, Token]]:
    """The tokens that stand in no index and in no derivative."""
    left_out = _in_scripts(tokens, "_") | _in_derivatives(tokens)
    return [(i, t) for i, t in enumerate(tokens) if t.start not in left_out]


def signs(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for i, token in _plain(tokens):
        if token.text in SIGNS and tokens[i - 1].text != "^":
            yield "changed sign", token.start, token.end, SIGNS[token.text]


def dropped_terms(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for i, token in _plain(tokens):
        if token.text not in SIGNS or tokens[i - 1].text == "^":
            continue
        depth = 0
        for other in tokens[i + 1 :]:
            if depth == 0 and other.text in ENDS | set(SIGNS):
                yield "dropped term", token.start, other.start, " "
                break
            opens = other.text in {"(", "[", "{"}
            opens |= other.text.startswith(r"\begin")
            closes = other.text in {")", "]", "}"}
            closes |= other.text.startswith(r"\end")
            depth += opens - closes
            if depth < 0:
                break
        else:
            yield "dropped term", token.start, tokens[-1].end, " "


def comparisons(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for _, token in _plain(tokens):
        if token.text in COMPARISONS:
            new = f"{COMPARISONS[token.text]} "
            yield "inverted comparison", token.start, token.end, new


def numbers(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for _, token in _plain(tokens):
        if token.kind == "digit":
            new = str(int(token.text) + 1)
            wrapped = new if len(new) == 1 else f"{{{new}}}"
            yield "changed number", token.start, token.end, wrapped


def additions(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    """What an equation says: twice as much of it, and 1 more."""
    for i, token in _plain(tokens):
        if token.text not in {"=", r"\leftarrow"} or i + 1 == len(tokens):
            continue
        first = tokens[i + 1]
        if first.kind != "digit":
            yield "added factor", token.end, first.start, " 2 "
            yield "added term", token.end, first.start, " 1 + "


def indices(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    """One more or less, or two indices in the wrong order."""
    for i, token in enumerate(tokens[:-1]):
        if token.text != "_":
            continue
        sub = argument(tokens, i + 1)[0]
        texts = [t.text for t in sub]
        if not sub or sub[0].kind not in {"letter", "digit"}:
            continue
        start, end = sub[0].start, sub[-1].end
        if len(sub) == 1:
            edge = tex[start - 1] == "{"
            new = f"{texts[0]}+1" if edge else f"{{{texts[0]}+1}}"
            yield "changed index", start, end, new
        elif len(sub) == 2 and sub[1].kind == "letter":
            yield "changed index", start, end, texts[1] + texts[0]
        else:
            for inner in sub:
                if inner.text in SIGNS:
                    new = SIGNS[inner.text]
                    yield "changed index", inner.start, inner.end, new
                if inner.kind == "digit":
                    new = str(int(inner.text) + 1)
                    yield "changed index", inner.start, inner.end, new


def exponents(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for i, token in _plain(tokens):
        if token.text == "^":
            script, after = argument(tokens, i + 1)
            end = tokens[after].start if after < len(tokens) else len(tex)
            if script and script[0].text not in {"*", "+", r"\circ"}:
                yield "dropped exponent", token.start, end, " "


def primes(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for _, token in _plain(tokens):
        if token.text == "'":
            yield "dropped prime", token.start, token.end, ""


def functions(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for _, token in _plain(tokens):
        if token.text in FUNCTIONS:
            new = f"{FUNCTIONS[token.text]} "
            yield "changed operator", token.start, token.end, new


def products(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    """Two names side by side: swapped, and one of them dropped."""
    for i, token in _plain(tokens):
        first = _factor(tokens, i)
        second = first and _factor(tokens, first)
        if not first or not second:
            continue
        start, middle = token.start, tokens[first].start
        end = tokens[second].start if second < len(tokens) else len(tex)
        end = min(end, _closed(tex, middle, tokens[second - 1].end))
        a, b = tex[start:middle].rstrip(), tex[middle:end].rstrip()
        yield "swapped product", start, end, f"{b} {a} "
        yield "dropped factor", start, middle, ""
        yield "dropped factor", middle, end, " "


def _closed(tex: str, start: int, end: int) -> int:
    """The end of a piece of TeX with the braces that it opens closed."""
    while end < len(tex) and not _paired(tex[start:end]):
        end += 1
    return end


def _factor(tokens: Sequence[Token], at: int) -> int | None:
    """Where the name that begins at a token ends; None: no name."""
    read = symbol_at(tokens, at)
    if read is None or tokens[at].kind == "words":
        return None
    if read[0].base[-1] in OPERATORS:
        return None
    end = read[1]
    if end < len(tokens) and tokens[end].text == "(":
        depth = 0
        for i in range(end, len(tokens)):
            depth += {"(": 1, ")": -1}.get(tokens[i].text, 0)
            if not depth:
                return i + 1
        return None
    return end


def fractions(tex: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    for i, token in _plain(tokens):
        if token.text in {r"\frac", r"\tfrac", r"\dfrac", r"\binom"}:
            above, after = argument(tokens, i + 1)
            below = argument(tokens, after)[0]
            if not above or not below:
                continue
            ends = [
                (part[0].start, _closed(tex, part[0].start, part[-1].end))
                for part in (above, below)
            ]
            a, b = (tex[start:end] for start, end in ends)
            start, end = ends[0][0], ends[1][1]
            start -= tex[start - 1] == "{"
            end += tex[end : end + 1] == "}"
            yield "swapped fraction", start, end, f"{{{b}}}{{{a}}}"


Maker = Callable[[str, Sequence[Token]], Iterator[Edit]]
MAKERS: tuple[Maker, ...] = (
    *(signs, dropped_terms, comparisons, numbers, additions, indices),
    *(exponents, primes, functions, products, fractions),
)
