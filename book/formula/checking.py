"""One language of a formula, held against values."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from book.formula.arithmetic import MathError, distance
from book.formula.compare import spread
from book.formula.display import Statement
from book.formula.evaluate import evaluate, holds, links
from book.formula.scope import Scope, around, free, random
from book.formula.tree import Cases, Chain, Key, Name, Node, children
from book.formula.values import Value, plain


class Check:
    """All statements of a display under the same values."""

    def __init__(
        self,
        scope: Scope,
        found: list[Statement],
        results: Sequence[Value],
    ) -> None:
        self.scope, self.found, self.results = scope, found, results

    def fail(self, statement: Statement, message: str) -> AssertionError:
        return self.scope.source.broken(
            statement.node.at, f"{statement.text}: {message}"
        )

    def count(self) -> int:
        alone = [s for s in self.found if not isinstance(s.node, Chain)]
        if not self.found:
            raise self.scope.source.error(0, "the formula states nothing")
        if len(alone) != len(self.results):
            at = alone[0].node.at if alone else 0
            raise self.scope.source.error(
                at,
                f"{len(alone)} expressions without a comparison, "
                f"{len(self.results)} results given",
            )
        results = iter(self.results)
        total = 0
        for statement in self.found:
            if isinstance(statement.node, Chain):
                self.refuse_vacuous(statement, statement.node)
                self.every(statement, None)
                total += len(statement.node.relations)
            else:
                self.every(statement, next(results))
                total += 1
        return total

    def refuse_vacuous(self, statement: Statement, chain: Chain) -> None:
        values = self.scope.names.values
        for a, b in itertools.pairwise(chain.operands):
            same = a == b
            if isinstance(a, Name) and isinstance(b, Name):
                same |= values.get(a.key, a) is values.get(b.key, b)
            if same:
                raise self.fail(statement, "both sides are the same: no claim")

    def every(self, statement: Statement, result: Value) -> None:
        """Hold a statement for all values of its indices."""
        names, scope = self.scope.names, self.scope
        outside = frozenset(around(statement.node, names))
        loops = free(statement.node, names, outside)
        count = random(statement.node, names)
        outcomes = [None] if count is None else list(range(count))
        made = 0
        for values, outcome in itertools.product(
            self.choices(loops, statement), outcomes
        ):
            with scope.where(values), scope.event(outcome):
                if all(
                    self.claimed(c, statement) for c in statement.conditions
                ):
                    self.once(statement, result, values)
                    made += 1
        if not made:
            raise self.fail(statement, "its condition never holds: no claim")
        for node in _walk(statement.node):
            if isinstance(node, Cases):
                for i in range(len(node.rows)):
                    if (node.at, i) not in scope.reached:
                        raise self.fail(
                            statement, f"case {i + 1} is never taken"
                        )

    def choices(
        self, keys: list[Key], statement: Statement
    ) -> Iterator[dict[Key, Value]]:
        sets = [self.scope.each(key, statement.node) for key in keys]
        for listed in statement.listed:
            self.listed(listed, statement)
        for values in itertools.product(*sets):
            yield dict(zip(keys, values, strict=True))

    def listed(self, node: Node, statement: Statement) -> None:
        """An index must take exactly the values that the page lists."""
        name, first, last = children(node)
        assert isinstance(name, Name)
        given = self.scope.each(name.key, name)
        low, high = (evaluate(n, self.scope) for n in (first, last))
        if list(given) != [float(i) for i in range(int(low), int(high) + 1)]:
            raise self.fail(
                statement,
                f"{' '.join(name.key)} runs from {low} to {high}, "
                f"bound is {list(given)}",
            )

    def claimed(self, condition: Node, statement: Statement) -> bool:
        """A condition, for all values of the names that only it has."""
        scope = self.scope
        own = free(condition, scope.names, frozenset(scope.here))
        own = [key for key in own if key not in scope.here]
        sets = [scope.each(key, condition) for key in own]
        for values in itertools.product(*sets):
            with scope.where(dict(zip(own, values, strict=True))):
                if not holds(condition, scope):
                    return False
        return True

    def once(
        self, statement: Statement, result: Value, here: dict[Key, Value]
    ) -> None:
        scope, node = self.scope, statement.node
        if isinstance(node, Chain):
            pairs = links(node, scope)
        else:
            own = result(**_named(here)) if callable(result) else result
            pairs = iter([("=", evaluate(node, scope), plain(own))])
        for relation, left, right in pairs:
            try:
                fine = scope.compares(relation, left, right, node)
            except MathError as error:
                raise self.fail(
                    statement, f"{error}: {_pair(left, right, here)}"
                ) from error
            if not fine:
                raise self.fail(
                    statement,
                    f"{relation} does not hold{_apart(left, right)}: "
                    f"{_pair(left, right, here)}",
                )


def _named(here: dict[Key, Value]) -> dict[str, int]:
    return {"".join(key).lstrip("\\"): int(v) for key, v in here.items()}


def _pair(left: Value, right: Value, here: dict[Key, Value]) -> str:
    where = ", ".join(f"{' '.join(k)} = {v}" for k, v in here.items())
    return f"left {left!s}, right {right!s}" + (f", at {where}" * bool(where))


def _apart(left: Value, right: Value) -> str:
    try:
        gap = distance(*spread(left, right))
    except (MathError, TypeError):
        return ""
    return f" (relative difference {gap:.3g})" if np.isfinite(gap) else ""


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _walk(child)
