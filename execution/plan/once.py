"""A mutation under a plan: it is called once, and what became of it is kept for whoever answers in the plan's place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from graphql import FieldNode
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable

from execution.interpreter import AbandonedError
from execution.operation import Prepared
from execution.plan.calls import Whole
from execution.plan.positions import Position, Running
from execution.straight import Made, is_straight
from execution.time_limit import called_off


class Once:
    """The field of a mutation, as graphql-core calls it: it is told where it stands and the request's extensions too.

    One that looks at what the interpreter alone has (`async_helpers`) fails, for it may have done something before.
    """

    whole = False
    __slots__ = ("_call",)

    def __init__(self, schema: Schema, position: Position) -> None:
        key = position.nodes[0].alias or position.nodes[0].name
        self._call = Whole(schema, position, Path(None, key.value, position.parent_type.name))

    def start(self, parents: Sequence[Any], running: Running) -> list[Any]:
        """Call it. What it raises is kept too."""
        try:
            (value,) = self._call.start(parents, running)
        except Exception as error:
            running.made = Made(error=error)
            raise
        if optimized_is_awaitable(value):
            return [_kept(value, running)]
        running.made = Made(value)
        return [value]


async def _kept(awaited: Awaitable[Any], running: Running) -> Any:
    try:
        value = await awaited
    except asyncio.CancelledError:
        if not called_off():  # else nobody is answered any more
            running.made = Made(error=AbandonedError())
        raise
    except Exception as error:
        running.made = Made(error=error)
        raise
    running.made = Made(value)
    return value


def is_alone(schema: Schema, prepared: Prepared) -> bool:
    """Whether the operation is one mutation that may be called as it stands; several wait for each other."""
    root, selections = schema._schema.mutation_type, prepared.operation.selection_set.selections
    if root is None or len(selections) != 1 or not isinstance(selections[0], FieldNode) or selections[0].directives:
        return False
    definition = root.fields.get(selections[0].name.value)
    return definition is not None and is_straight(definition)
