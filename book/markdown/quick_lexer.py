"""Pygments' Python, read several times as quickly.

Pygments tries the rules of a state one after another, in Python, at
each token. Here they are one regular expression, of which the first
branch that matches is the first rule that would: the tokens are the
same (tested on every file of the book).
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pygments.lexers import PythonLexer
from pygments.token import Token, _TokenType

_FLAGS = re.compile(r"\A\(\?([a-z]+)\)(.*)\Z", re.DOTALL)

_Rule = tuple[Any, Any, Any]
"""How a rule matches, what it makes of that, and the states behind it."""


class QuickPythonLexer(PythonLexer):  # type: ignore[misc]
    """A Python lexer that asks all rules of a state at once."""

    def get_tokens_unprocessed(
        self, text: str, stack: tuple[str, ...] = ("root",)
    ) -> Iterator[tuple[int, Any, str]]:
        states, place, end = list(stack), 0, len(text)
        match, rules = _state(states[-1])
        while True:
            found = match(text, place)
            if found is None:
                if place >= end:
                    return
                if text[place] == "\n":
                    states = ["root"]
                    match, rules = _state("root")
                    yield place, Token.Text.Whitespace, "\n"
                else:
                    yield place, Token.Error, text[place]
                place += 1
                continue
            rule, action, new = rules[found.lastindex]
            if type(action) is _TokenType:
                yield place, action, found[0]
            elif action is not None:
                yield from action(self, rule(text, place))
            place = found.end()
            if new is not None:
                _move(states, new)
                match, rules = _state(states[-1])


def _move(states: list[str], new: Any) -> None:
    """Go to the states behind a rule, as Pygments does."""
    for step in new if isinstance(new, tuple) else (new,):
        if step == "#pop":
            if len(states) > 1:
                states.pop()
        elif step == "#push":
            states.append(states[-1])
        elif isinstance(step, int):
            del states[max(step, 1 - len(states)) :]
        else:
            states.append(step)


def _grouped(match: re.Match[str]) -> str:
    """A pattern with flags of its own, as part of another one."""
    return f"(?{match[1]}:{match[2]})"


@cache
def _state(name: str) -> tuple[Any, dict[int, _Rule]]:
    """All rules of a state as one, and each by the group that it is."""
    branches, rules, group = [], {}, 0
    for rule in PythonLexer()._tokens[name]:
        pattern = rule[0].__self__
        # Which branch has matched, the empty group at its end tells. A
        # group around it would hide from `re` how the branch begins.
        own = _FLAGS.sub(_grouped, pattern.pattern)
        branches.append(f"(?:{own})()")
        group += pattern.groups + 1
        rules[group] = rule
    whole = re.compile("|".join(branches), PythonLexer.flags)
    return whole.match, rules
