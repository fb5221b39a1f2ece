"""What a start-up checks of a schema before it serves anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLObjectType, is_object_type
from strawberry import Schema
from strawberry.federation.schema_directives import Key

from execution.entities import Entity
from execution.keys import SchemaFault, field_set


def faults(schema: Schema) -> Iterator[str]:
    """Everything that is wrong with the entities of a schema, each naming its type and key.

    Every field of every `@key` exists, nested ones too, under its GraphQL name; every resolvable entity is reachable
    and has a reference resolver whose parameters are those of each key.
    """
    types: Any = schema._schema.type_map.values()
    reachable = {type_.name for type_ in getattr(schema._schema.type_map.get("_Entity"), "types", ())}
    for type_ in types:
        definition = type_.extensions.get("strawberry-definition")
        keys = [each for each in getattr(definition, "directives", None) or () if isinstance(each, Key)]
        if keys:
            yield from _of_type(type_, definition, keys, reachable)


def _of_type(type_: Any, definition: Any, keys: list[Key], reachable: set[str]) -> Iterator[str]:
    for key in keys:
        try:
            field_set(type_, str(key.fields), "key")
        except SchemaFault as fault:
            yield str(fault)
            return
    if not is_object_type(type_):
        return
    if type_.name not in reachable:
        yield f'{type_.name} @key(fields: "{keys[0].fields}"): the type is not among the entities of _Entity.'
    try:
        Entity(_object(type_), definition).check()
    except SchemaFault as fault:
        yield str(fault)


def _object(type_: Any) -> GraphQLObjectType:
    assert isinstance(type_, GraphQLObjectType)
    return type_


def check(schema: Schema) -> None:
    """Raise SchemaFault with every fault at once."""
    if found := list(faults(schema)):
        raise SchemaFault("The schema has faults:\n" + "\n".join(found))
