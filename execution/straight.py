"""Mutations are called straight: arguments made by functions that know their types, nothing looked up for a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField
from graphql.type import GraphQLResolveInfo
from strawberry import Schema

from execution.fields import resolver_of, strawberry_field
from execution.inputs import inputs_of

Resolve = Callable[..., Any]


class Made:
    """What became of a mutation that was called: given as the root value, it is the answer, and nothing is called."""

    __slots__ = ("_error", "_value")

    def __init__(self, value: Any = None, *, error: Exception | None = None) -> None:
        self._value = value
        self._error = error

    def again(self) -> Any:
        """The value, or what was raised."""
        if self._error is not None:
            raise self._error
        return self._value


def straighten(schema: Schema) -> None:
    """Let graphql-core call the schema's mutations without what Strawberry puts around them."""
    root = schema._schema.mutation_type
    for definition in root.fields.values() if root else ():
        straight = _straight(schema, definition)
        if straight is not None:
            definition.resolve = straight


def _straight(schema: Schema, definition: GraphQLField) -> Resolve | None:
    field = strawberry_field(schema, definition)
    resolver = resolver_of(field)
    if field is None or resolver is None:
        return None
    naming, inputs = schema.config.name_converter, inputs_of(schema)
    arguments = {naming.from_argument(each): (each.python_name, inputs.argument(each)) for each in field.arguments}
    function, takes_self = resolver.function, resolver.takes_self
    parents, info_name = resolver.parent_names, resolver.info_name
    info_class = schema.config.info_class

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **values: Any) -> Any:
        if type(source) is Made:
            return source.again()
        told = info_class(_raw_info=info, _field=field)
        given: dict[str, Any] = dict.fromkeys(parents, source)
        for name, value in values.items():
            python_name, made = arguments[name]
            given[python_name] = made(value, told)
        if info_name is not None:
            given[info_name] = told
        return function(source, **given) if takes_self else function(**given)

    return resolve


def is_straight(definition: GraphQLField) -> bool:
    """Whether this mutation is called straight."""
    return getattr(definition.resolve, "__module__", None) == __name__
