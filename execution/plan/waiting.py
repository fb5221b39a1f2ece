"""What waits for a level: the parents of a field, and how the field is asked when its level comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLOutputType
from strawberry import Schema

from execution.fields import Resolver, resolver_of
from execution.plan.calls import Batch, Deferred, Single, Whole
from execution.plan.once import Once
from execution.plan.positions import Position
from execution.straight import is_straight


@dataclass(slots=True)
class Queue:
    """A field that waits for its level: whose parents wait, and where in their answers its values are put."""

    parents: str
    call: str
    place: int
    type_: GraphQLOutputType
    nodes: list[FieldNode] = field(default_factory=list)


def arguments_by_name(position: Position, resolver: Resolver) -> Callable[[Any], dict[str, Any]]:
    """Makes the keyword arguments of a resolver that is called in place."""

    def named(running: Any) -> dict[str, Any]:
        info = position.info(running)
        if resolver.info_name is None:
            return position.given(running, info)
        return {**position.given(running, info), resolver.info_name: info}

    return named


def deferred(schema: Schema, position: Position) -> Deferred:
    """How a field is asked that waits for its level."""
    if is_straight(position.definition):
        return Once(schema, position)
    resolver = resolver_of(position.field)
    if resolver is None:
        return Whole(schema, position)
    return Single(position, resolver) if resolver.batch is None else Batch(position, resolver.batch)
