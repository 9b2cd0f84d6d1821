"""What a formula's names are worth at one moment of its evaluation."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from book.formula.compare import TESTS, Room, equal
from book.formula.names import Names
from book.formula.source import FormulaError, Source
from book.formula.tree import Key, Moment, Name, Node, Series, Spec, children
from book.formula.values import Each, Entries, Random, Value, plain


@dataclass
class Scope:
    """`here` are the values of indices, `used` the names looked up.

    `reached` are the rows of cases that were taken.
    """

    source: Source
    names: Names
    room: Room
    approximately: float | None = None
    here: dict[Key, Value] = field(default_factory=dict)
    outcome: int | None = None
    used: set[Key] = field(default_factory=set)
    reached: set[tuple[int, int]] = field(default_factory=set)

    def error(self, node: Node, message: str) -> FormulaError:
        return self.source.error(node.at, message)

    @contextmanager
    def where(self, values: Mapping[Key, Value]) -> Iterator[None]:
        """Within, some indices have values."""
        before = self.here
        self.here = {**before, **values}
        self.used |= values.keys()
        yield
        self.here = before

    @contextmanager
    def event(self, outcome: int | None) -> Iterator[None]:
        """Within, random variables have the values of one outcome."""
        before, self.outcome = self.outcome, outcome
        yield
        self.outcome = before

    def value(self, name: Name) -> Value:
        key = name.key
        self.used.add(key)
        value = self.here.get(key, self.names.values.get(key))
        if not isinstance(value, Each | Entries | Random):
            return plain(value)
        shown = self.names.shown(key)
        if isinstance(value, Each):
            raise self.error(name, f"{shown} has many values here")
        if isinstance(value, Entries):
            try:
                value = value.at([self._index(k, name) for k in value.names])
            except (TypeError, LookupError) as error:
                raise self.error(name, f"{shown}: {error}") from error
        if isinstance(value, Random):
            if self.outcome is None:
                raise self.error(
                    name, rf"{shown} is random: it stands in no \E, \Var"
                )
            value = value.outcomes[self.outcome]
        return plain(value)

    def _index(self, key: Key, name: Name) -> Value:
        if key in self.here:
            return self.here[key]
        if key in self.names.values:
            return self.value(Name(key, at=name.at))
        raise self.error(name, f"the index {' '.join(key)} has no value here")

    def each(self, key: Key, node: Node) -> tuple[Value, ...]:
        """All values of a name, for what runs over them."""
        value = self.names.values.get(key)
        if isinstance(value, Each):
            self.used.add(key)
            return tuple(plain(v) for v in value.values)
        raise self.error(
            node, f"{self.names.shown(key)} runs over what? bind it to a range"
        )

    def outcomes(self) -> int:
        """How many outcomes the experiment has, the same for all."""
        values = self.names.values.values()
        counts = {len(v.outcomes) for v in values if isinstance(v, Random)}
        if len(counts) != 1:
            raise TypeError(
                "bind what is random to Random(...), all to as many outcomes: "
                f"{sorted(counts)}"
            )
        return counts.pop()

    def compares(self, relation: str, a: Value, b: Value, node: Node) -> bool:
        """Whether a relation holds, within the room that it is given."""
        if relation in TESTS:
            return TESTS[relation](a, b, self.room)
        if relation == r"\approx":
            if self.approximately is None:
                raise self.error(
                    node, r"\approx: say how near, approximately=..."
                )
            return equal(a, b, Room(self.approximately))
        self.used.add((relation,))
        return bool(self.names.values[(relation,)](a, b))


def free(
    node: Node, names: Names, outside: frozenset[Key] = frozenset()
) -> list[Key]:
    """The names with many values that a tree does not bind, in order.

    `outside` are those that are known to be at hand around the tree.
    """
    found: dict[Key, None] = {}
    if isinstance(node, Name):
        value = names.values.get(node.key)
        if isinstance(value, Each):
            found[node.key] = None
        if isinstance(value, Entries):
            for key in value.names:
                if names.is_each(key):
                    found[key] = None
    elif isinstance(node, Series):
        own = bound(node.spec, names, outside)
        for part in (node.spec, node.body):
            for key in free(part, names, outside | set(own)):
                if key not in own:
                    found[key] = None
    else:
        for child in children(node):
            if not isinstance(node, Spec) or child not in node.names:
                found.update(dict.fromkeys(free(child, names, outside)))
    return list(found)


def bound(
    spec: Spec, names: Names, outside: frozenset[Key]
) -> tuple[Key, ...]:
    """The indices of a series.

    Where only conditions tell, as in k \\ne y or j \\to i, it is the
    first name with many values that is not at hand around the series.
    """
    if spec.names:
        return tuple(name.key for name in spec.names)
    for condition in spec.conditions:
        for key in free(condition, names, outside):
            if key not in outside:
                return (key,)
    return ()


def random(node: Node, names: Names) -> int | None:
    """How many outcomes what stands in no moment has; None: it is sure."""
    if isinstance(node, Moment):
        return None
    value = names.values.get(node.key) if isinstance(node, Name) else None
    if isinstance(value, Random):
        return len(value.outcomes)
    counts = [random(child, names) for child in children(node)]
    return next((count for count in counts if count), None)


def around(node: Node, names: Names) -> list[Key]:
    """The names with many values that stand outside every series whose
    index only conditions tell."""
    if isinstance(node, Series) and not node.spec.names:
        return []
    if isinstance(node, Series):
        own = {name.key for name in node.spec.names}
        parts = [node.body, *children(node.spec)]
        found = [k for part in parts for k in around(part, names)]
        return [k for k in found if k not in own]
    own_found = free(node, names) if isinstance(node, Name) else []
    inner = [k for child in children(node) for k in around(child, names)]
    return list(dict.fromkeys([*own_found, *inner]))
