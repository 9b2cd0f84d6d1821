r"""The one tokenizer of TeX of the book.

Spacing, the size of brackets and the label are left out, and so are
braces around a single token: `\bar{X}` and `\bar X` are the same.
"""

import re
from dataclasses import dataclass

from book.formula.source import Source

_PATTERN = re.compile(
    r"""
    (?P<space>\s+|~|%[^\n]*(?:\n|$))
  | (?P<row>\\\\)
  | (?P<command>\\(?:[a-zA-Z]+|.))
  | (?P<letter>[a-zA-Z])
  | (?P<digit>[0-9])
  | (?P<cell>&)
  | (?P<symbol>[-+*/=<>()\[\]{}^_,.;:|!'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ARGUMENT = re.compile(r"\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|([a-zA-Z0-9]))")
_SPACES = {r"\,", r"\;", r"\:", r"\!", r"\ ", r"\displaystyle", r"\limits"}
_SIZES = {
    rf"\{size}{side}"
    for size in ("big", "Big", "bigg", "Bigg")
    for side in ("", "l", "r", "m")
} | {r"\left", r"\right", r"\middle"}
_GAPS = {r"\quad", r"\qquad"}
_WORDS = {r"\text", r"\textrm", r"\mbox"}
_OPAQUE = {
    *(r"\operatorname", r"\mathbb", r"\mathcal", r"\mathrm"),
    *(r"\mathbf", r"\mathsf", r"\begin", r"\end"),
}


@dataclass(frozen=True)
class Token:
    r"""A piece of TeX, and where it stands in its source.

    `kind` is one of row, gap, cell, command, letter, digit, symbol and
    words. `text` is the same however the source spaces it: a command
    with an opaque argument, as \operatorname{lse}, is one token.
    """

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False

    @property
    def words(self) -> str | None:
        """What a \\text says."""
        return self.text[6:-1] if self.kind == "words" else None


def lex(source: Source) -> list[Token]:
    """Return the tokens of a formula.

    Raises: FormulaError at what is no TeX of a formula.
    """
    tokens: list[Token] = []
    at, spaced = 0, False
    while at < len(source.tex):
        match = _PATTERN.match(source.tex, at)
        if match is None:
            raise source.error(at, f"no TeX: {source.tex[at]!r}")
        start, at, text = at, match.end(), match[0]
        kind = str(match.lastgroup)
        if kind == "space" or text in _SPACES or text in _SIZES:
            spaced = True
            continue
        if text == r"\label":
            at = _argument(source, text, at)[1]
            continue
        if text in _GAPS:
            kind = "gap"
        elif text in _WORDS:
            words, at = _argument(source, text, at)
            kind, text = "words", rf"\text{{{' '.join(words.split())}}}"
        elif text in _OPAQUE:
            star = source.tex.startswith("*", at)
            name, at = _argument(source, text, at + star)
            name = re.sub(r"\\[,;:! ]|\s+", "", name)
            text = rf"{text}{'*' * star}{{{name}}}"
        tokens.append(Token(kind, text, start, at, spaced))
        spaced = False
    return _unwrapped(source, tokens)


def canonical(tex: str) -> tuple[str, ...]:
    """The texts of the tokens: equal for formulas that read the same."""
    return tuple(t.text for t in lex(Source(tex)) if t.kind != "gap")


def _argument(source: Source, command: str, at: int) -> tuple[str, int]:
    match = _ARGUMENT.match(source.tex, at)
    if match is None:
        raise source.error(at, f"{command} has no argument")
    return match[1] if match[1] is not None else match[2], match.end()


def _unwrapped(source: Source, tokens: list[Token]) -> list[Token]:
    """Drop braces around single tokens; the others must be paired."""
    kept: list[Token] = []
    opened: list[int] = []
    for token in tokens:
        if token.text == "{":
            opened.append(len(kept))
        elif token.text == "}":
            if not opened:
                raise source.error(token.start, "} closes nothing")
            start = opened.pop()
            if len(kept) - start == 2 and kept[-1].kind != "cell":
                kept[start:] = [kept[-1]]
                continue
        kept.append(token)
    if opened:
        raise source.error(kept[opened[-1]].start, "{ is not closed")
    return kept
