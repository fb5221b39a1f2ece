"""Documents whose answer is a row of entities, each of which can be kept by itself, and what may alter one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import orjson
from graphql import (
    FieldNode,
    GraphQLObjectType,
    OperationType,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)

from execution.entities import SubgraphSchema
from execution.operation import Prepared
from execution.plan.arguments import variables_in
from execution.plan.bounds import Bounds, Spent
from execution.plan.queries import PlanSettings
from execution.plan.selection import Selections
from execution.plan.signals import Unplannable
from execution.plan.variants import Variants

_END = b"]}}"
ENTITIES, REPRESENTATIONS = "_entities", "representations"


class Declared(Protocol):
    """Whoever says on what the fields of the schema rest."""

    def rests(self, typename: str, coordinates: frozenset[str]) -> object | None:
        """On what an entity's answer to these fields rests beside its key; None where that was not said of each.

        Coordinates are `Type.field`, and `Type.field(argument:)` for each argument that is given, null or not.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One variant of a document: `variable` holds the representations, `key` is where the answer has their entities.

    `rests` has the entity types of which an answer may be kept, each with what it rests on.
    """

    variable: str
    key: str
    rests: Mapping[str, object]

    def joined(self, parts: list[bytes]) -> bytes:
        """The whole answer that consists of these."""
        return b'{"data":{%b:[%b%b' % (orjson.dumps(self.key), b",".join(parts), _END)

    def parted(self, answer: bytes) -> list[bytes] | None:
        """The entities of an answer; None unless they join to the same answer again."""
        parts = [orjson.dumps(each) for each in orjson.loads(answer)["data"][self.key]]
        if self.joined(parts) != answer:
            return None
        found, begin = [], len(self.joined([])) - len(_END)
        for part in parts:  # cut out, and not as orjson wrote it: that has the room of some thousand bytes
            found.append(answer[begin : begin + len(part)])
            begin += len(part) + 1
        return found


class Shapes:
    """The shapes of documents that come again, each looked at once for all values of its conditions."""

    def __init__(self, schema: SubgraphSchema, declared: Declared, settings: PlanSettings) -> None:
        self._schema = schema
        self._declared = declared
        self._bounds = Bounds(settings.fields, settings.compile_seconds)
        self._shapes = Variants(settings.kept, settings.interpreted_first, self._looked_at)

    def of(self, prepared: Prepared, values: Mapping[str, Any]) -> Shape | None:
        """The shape of a document with these variables; None for one of another form, and while it is rare."""
        found = self._shapes.of(prepared, values)
        return None if found is None else found[0]

    def _looked_at(self, prepared: Prepared, conditions: Mapping[str, Any]) -> tuple[Shape | None]:
        try:
            return (shape(self._schema, self._declared, prepared, conditions, self._bounds),)
        except Unplannable:
            return (None,)


def shape(
    schema: SubgraphSchema, declared: Declared, prepared: Prepared, conditions: Mapping[str, Any], bounds: Bounds
) -> Shape | None:
    """What is asked of entities, where that is all, and where some of it can be kept. Raises Unplannable."""
    root = schema._schema.query_type
    if root is None or prepared.type is not OperationType.QUERY:
        return None
    selections = Selections(schema._schema, prepared, conditions)
    asked = selections.root(root)
    if len(asked) != 1:
        return None
    ((key, nodes),) = asked.items()
    variable = _variable(nodes)
    if variable is None:
        return None
    walk = _Walk(schema, selections, bounds, variable)
    rests = {}
    for name in schema.entities:
        type_ = schema._schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType), "an entity is an object"
        rested = declared.rests(name, walk.coordinates(type_, nodes))
        if rested is not None:
            rests[name] = rested
    return Shape(variable, key, rests) if rests else None


def _variable(nodes: list[FieldNode]) -> str | None:
    """The variable that the representations are; None where they are anything else."""
    if nodes[0].name.value != ENTITIES:
        return None
    for argument in nodes[0].arguments or ():
        if argument.name.value == REPRESENTATIONS and isinstance(argument.value, VariableNode):
            return argument.value.name.value
    return None


class _Walk:
    """Collects what is asked below a field. Raises Unplannable where that is more than a plan may hold.

    And where the representations are told to a field below: what is answered for one would rest on all of them.
    """

    def __init__(self, schema: SubgraphSchema, selections: Selections, bounds: Bounds, variable: str) -> None:
        self._variable = variable
        self._schema = schema._schema
        self._selections = selections
        self._spent = Spent(bounds)

    def coordinates(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> frozenset[str]:
        """Of every field asked of a value of this type and of what is below it."""
        found: set[str] = set()
        self._below(type_, nodes, found)
        return frozenset(found)

    def _below(self, type_: GraphQLObjectType, nodes: list[FieldNode], found: set[str]) -> None:
        for several in self._selections.below(type_, nodes).values():
            self._spent.field()
            name = several[0].name.value
            if name == "__typename":
                continue
            found.add(f"{type_.name}.{name}")
            for each in several[0].arguments or ():
                if self._variable in variables_in(each.value):
                    raise Unplannable
                found.add(f"{type_.name}.{name}({each.name.value}:)")
            definition = self._schema.get_field(type_, name)
            if definition is None:
                raise Unplannable
            named = get_named_type(definition.type)
            if is_object_type(named):
                self._below(named, several, found)
            elif is_abstract_type(named):
                for possible in self._schema.get_possible_types(named):
                    self._below(possible, several, found)


_PLAIN = (str, int, float, bool, type(None), Enum, date, UUID)


def told_apart(values: Mapping[str, Any], without: str) -> bytes | None:
    """These variables but one, as a key in which different values are never equal; None where that cannot be said.

    A digest of them: callers may send long ones, and keys are kept in numbers.
    """
    found = tuple([(name, _told_apart(values[name])) for name in sorted(values) if name != without])
    if any(told is None for _, told in found):
        return None
    return sha256(repr(found).encode()).digest() if found else b""


def _told_apart(value: Any) -> object | None:
    """`1`, `1.0` and `true` are equal in Python, and so are two ways to write one moment; their texts are not."""
    if isinstance(value, list):
        items = [_told_apart(each) for each in value]
        return None if None in items else tuple(items)
    return (type(value).__qualname__, repr(value)) if isinstance(value, _PLAIN) else None
