"""How one field of one document gets its values: read, called in place, or asked for a whole level.

Attribute    a plain attribute of the parent                 read in the generated code
InPlace      a plain function                                called in the generated code
Batch        a batch resolver                                one call for a level
Single       an async function                               one call per parent, awaited together
Whole        permissions, extensions, whatever else          the field's own resolver, as graphql-core calls it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from graphql.pyutils import Path
from strawberry import Schema

from execution.fields import Resolver
from execution.plan.arguments import Arguments
from execution.plan.positions import Position, Running


class Deferred(Protocol):
    """A field whose values are asked for once its level is complete.

    `whole`: all values come as one, which may be awaitable. Else there is a list of values, or awaitables of values.
    """

    whole: bool

    def start(self, parents: Sequence[Any], running: Running) -> Any:
        """Ask for the values of these parents."""
        ...


class Batch:
    """A batch resolver."""

    whole = True
    __slots__ = ("_function", "_position", "_without")

    def __init__(self, position: Position, function: Callable[..., Any]) -> None:
        self._position = position
        self._function = function
        self._without = position.arguments.constant == {}

    def start(self, parents: Sequence[Any], running: Running) -> Any:
        info = self._position.info(running)
        if self._without:
            return self._function(list(parents), info)
        return self._function(list(parents), info, **self._position.given(running, info))


class Single:
    """An async resolver."""

    whole = False
    __slots__ = ("_position", "_resolver")

    def __init__(self, position: Position, resolver: Resolver) -> None:
        self._position = position
        self._resolver = resolver

    def start(self, parents: Sequence[Any], running: Running) -> list[Any]:
        resolver = self._resolver
        info = self._position.info(running)
        named = dict(self._position.given(running, info))
        if resolver.info_name is not None:
            named[resolver.info_name] = info
        call = resolver.function
        if not resolver.parent_names:
            if resolver.takes_self:
                return [call(parent, **named) for parent in parents]
            return [call(**named) for _ in parents]
        started = []
        for parent in parents:
            alone = named | dict.fromkeys(resolver.parent_names, parent)
            started.append(call(parent, **alone) if resolver.takes_self else call(**alone))
        return started


class Whole:
    """A field with extensions or permissions, or one whose resolver was put there by hand."""

    whole = False
    __slots__ = ("_arguments", "_info", "_resolve")

    def __init__(self, schema: Schema, position: Position, path: Path | None = None) -> None:
        self._info = position.raw_info if path is None else partial(position.raw_info, path=path)
        self._resolve = position.definition.resolve or schema._schema.field_resolver  # type: ignore[attr-defined]
        self._arguments = Arguments(schema, position.definition, None, position.nodes[0])

    def start(self, parents: Sequence[Any], running: Running) -> list[Any]:
        info = self._info(running)
        resolve = self._resolve
        return [resolve(parent, info, **self._arguments.of(running.variables, None)) for parent in parents]
