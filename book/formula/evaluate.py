"""From a syntax tree and bindings to a value."""

import itertools
from collections.abc import Callable, Iterator
from functools import reduce

import numpy as np

from book.formula import arithmetic
from book.formula.compare import Ends, equal
from book.formula.names import ASSIGNED
from book.formula.scope import Scope, bound
from book.formula.source import FormulaError
from book.formula.tree import (
    Call,
    Cases,
    Chain,
    Dots,
    Index,
    Interval,
    Key,
    Listed,
    Logic,
    Matrix,
    Moment,
    Name,
    Node,
    Number,
    Power,
    Product,
    Repeated,
    Series,
    Spec,
    Sum,
    Transpose,
    Vector,
    differences,
    substituted,
)
from book.formula.values import (
    Value,
    entry,
    numeric,
    plain,
    whole_number,
)

JOINS: dict[str, Callable[[Value, Value], Value]] = {
    "": arithmetic.times,
    "/": arithmetic.divided,
    r"\odot": arithmetic.scaled,
}


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of a tree.

    Raises: FormulaError, with the place, where there is none.
    """
    try:
        return _evaluate(node, scope)
    except FormulaError:
        raise
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        raise scope.error(node, f"no number: {error}") from error
    except (TypeError, LookupError, ValueError) as error:
        raise scope.error(node, str(error)) from error


def _evaluate(node: Node, scope: Scope) -> Value:
    match node:
        case Number(value):
            return value
        case Name():
            return scope.value(node)
        case Index(base, indices):
            return entry(
                evaluate(base, scope), [evaluate(i, scope) for i in indices]
            )
        case Sum(terms):
            return _sum(terms, scope)
        case Product(factors):
            return _product(factors, scope)
        case Power(base, exponent):
            return arithmetic.power(
                evaluate(base, scope), evaluate(exponent, scope)
            )
        case Transpose(base):
            return arithmetic.transpose(evaluate(base, scope))
        case Call():
            return _call(node, scope)
        case Moment():
            return _moment(node, scope)
        case Series():
            return _series(node, scope)
        case Repeated():
            return _repeated(node, scope)
        case Cases(rows):
            return _cases(node, rows, scope)
        case Matrix(lines):
            return arithmetic.matrix(
                [[evaluate(cell, scope) for cell in line] for line in lines]
            )
        case Vector(items):
            return arithmetic.vector([evaluate(i, scope) for i in items])
        case Interval(low, high):
            return Ends(evaluate(low, scope), evaluate(high, scope))
        case Chain() | Logic() | Listed():
            return float(holds(node, scope))
    raise scope.error(node, "nothing to compute")


def _sum(terms: tuple[tuple[str, Node], ...], scope: Scope) -> Value:
    total: Value = None
    for sign, term in terms:
        value = numeric(evaluate(term, scope))
        value = -value if sign == "-" else value
        total = value if total is None else arithmetic.add(total, value)
    return total


def _product(factors: tuple[tuple[str, Node], ...], scope: Scope) -> Value:
    value = evaluate(factors[0][1], scope)
    for join, factor in factors[1:]:
        value = JOINS[join](value, evaluate(factor, scope))
    return value


def _call(node: Call, scope: Scope) -> Value:
    if node.function == "indicator":
        return float(holds(node.arguments[0], scope))
    arguments = [evaluate(a, scope) for a in node.arguments]
    if isinstance(node.function, str):
        return plain(arithmetic.FUNCTIONS[node.function](*arguments))
    function = evaluate(node.function, scope)
    if not callable(function):
        raise scope.error(node, "a value that is no function is called")
    return plain(function(*arguments))


def _moment(node: Moment, scope: Scope) -> Value:
    """A mean over the outcomes, weighted as \\E or \\E_q is bound."""
    key = (r"\E", *node.key[1:])
    weights = scope.names.values.get(key)
    scope.used.add(key)
    count = scope.outcomes() if weights is None else len(weights)
    shares = np.full(count, 1 / count) if weights is None else weights
    if not np.isclose(np.sum(shares), 1, rtol=1e-12):
        raise scope.error(node, f"the weights have the sum {np.sum(shares)}")
    samples = []
    for outcome in range(count):
        with scope.event(outcome):
            samples.append(
                [np.asarray(evaluate(a, scope)) for a in node.arguments]
            )
    columns = [np.stack(column) for column in zip(*samples, strict=True)]
    return plain(arithmetic.moment(node.kind, np.asarray(shares), columns))


def _cases(
    node: Cases, rows: tuple[tuple[Node, Node | None], ...], scope: Scope
) -> Value:
    """The value of every row that applies: they must not disagree."""
    taken = [
        i
        for i, (_, condition) in enumerate(rows)
        if condition is not None and holds(condition, scope)
    ] or [i for i, (_, condition) in enumerate(rows) if condition is None]
    if not taken:
        raise scope.error(node, "no case applies")
    scope.reached |= {(node.at, i) for i in taken}
    values = [evaluate(rows[i][0], scope) for i in taken]
    for value in values[1:]:
        if not equal(values[0], value, scope.room):
            raise scope.error(node, "two cases apply, and they disagree")
    return values[0]


# Series


def _series(node: Series, scope: Scope) -> Value:
    items = []
    for choice in _choices(node.spec, scope):
        with scope.where(choice):
            items.append((choice, evaluate(node.body, scope)))
    values = [value for _, value in items]
    if node.kind == r"\sum":
        return reduce(arithmetic.add, values) if values else 0.0
    if node.kind == r"\prod":
        return reduce(_of_product, values) if values else 1.0
    if not values:
        raise scope.error(node, f"{node.kind} over nothing")
    if node.kind in {r"\max", r"\min"}:
        return (max if node.kind == r"\max" else min)(map(numeric, values))
    best = (max if node.kind == r"\argmax" else min)(map(numeric, values))
    where = [
        next(iter(choice.values()))
        for choice, value in items
        if equal(value, best, scope.room)
    ]
    if any(len(choice) != 1 for choice, _ in items):
        raise scope.error(node, f"{node.kind} over more than one index")
    return where[0] if len(where) == 1 else tuple(where)


def _of_product(a: Value, b: Value) -> Value:
    square = np.ndim(a) == np.ndim(b) == 2
    return (arithmetic.times if square else arithmetic.scaled)(a, b)


def _choices(spec: Spec, scope: Scope) -> Iterator[dict[Key, Value]]:
    """The values of a series' indices, one choice after another."""
    if spec.first is not None and spec.last is not None:
        first = whole_number(evaluate(spec.first, scope))
        last = whole_number(evaluate(spec.last, scope))
        for i in range(first, last + 1):
            yield {spec.names[0].key: float(i)}
        return
    if spec.members is not None:
        for member in evaluate(spec.members, scope):
            yield {spec.names[0].key: plain(member)}
        return
    keys = bound(spec, scope.names, frozenset(scope.here))
    if not keys:
        raise scope.error(spec, "this series has no index of its own")
    sets = [scope.each(key, spec) for key in keys]
    for values in itertools.product(*sets):
        choice = dict(zip(keys, values, strict=True))
        with scope.where(choice):
            chosen = all(holds(c, scope) for c in spec.conditions)
        if chosen:
            yield choice


def _repeated(node: Repeated, scope: Scope) -> Value:
    """What stands around dots: the unit with each index in its place."""
    last = node.unit
    pairs = [(differences(s, last) or [])[0] for s in node.shown]
    places = [whole_number(evaluate(a, scope)) for a, _ in pairs]
    end = whole_number(evaluate(pairs[0][1], scope))
    if places != list(range(places[0], places[0] + len(places))):
        raise scope.error(node, f"the dots count {places}")
    values = [
        evaluate(substituted(last, pairs[0][1], Number(float(i))), scope)
        for i in range(places[0], end + 1)
    ]
    if node.kind == "+":
        return reduce(arithmetic.add, values, 0.0)
    return reduce(arithmetic.times, values, 1.0)


# Conditions


def holds(node: Node, scope: Scope) -> bool:
    """Whether a condition is true."""
    match node:
        case Chain():
            return all(
                scope.compares(relation, a, b, node)
                for relation, a, b in links(node, scope)
            )
        case Logic(word, conditions):
            return (all if word == "and" else any)(
                holds(c, scope) for c in conditions
            )
        case Listed(name, first, last):
            low, high = evaluate(first, scope), evaluate(last, scope)
            return bool(low <= scope.value(name) <= high)
    return bool(np.all(evaluate(node, scope)))


def links(node: Chain, scope: Scope) -> Iterator[tuple[str, Value, Value]]:
    """The comparisons of a chain: a relation and the values beside it."""
    sides = [
        (i, operand)
        for i, operand in enumerate(node.operands)
        if not isinstance(operand, Dots)
    ]
    for (_, left), (i, right) in itertools.pairwise(sides):
        relation = node.relations[i - 1]
        if relation == ASSIGNED:
            yield "=", _assigned(left, scope), evaluate(right, scope)
        else:
            yield relation, evaluate(left, scope), evaluate(right, scope)


def _assigned(node: Node, scope: Scope) -> Value:
    if isinstance(node, Name):
        key = (*node.key, ASSIGNED)
        if key in scope.names.values:
            return scope.value(Name(key, at=node.at))
    raise scope.error(node, r"bind what this becomes: {r'w \leftarrow': ...}")
