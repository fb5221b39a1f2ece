"""Mutations are called straight: their arguments made by functions that know their types, nothing looked up per call.

Strawberry puts a resolver of its own around each one, which finds out for every request what does not change. It stays
where something of Strawberry's is to happen in between: extensions, permissions, exception handlers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField
from graphql.type import GraphQLResolveInfo
from strawberry import Schema
from strawberry.types.field import StrawberryField

from execution.inputs import inputs_of

Resolve = Callable[..., Any]


def straighten(schema: Schema) -> None:
    """Let graphql-core call the schema's mutations without what Strawberry puts around them."""
    root = schema._schema.mutation_type
    for definition in root.fields.values() if root else ():
        straight = _straight(schema, definition)
        if straight is not None:
            definition.resolve = straight


def _straight(schema: Schema, definition: GraphQLField) -> Resolve | None:
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or type(field).get_result is not StrawberryField.get_result:
        return None
    base = field.base_resolver
    if base is None or field.extensions or schema.schema_converter._exception_handler_specs:
        return None
    naming, inputs = schema.config.name_converter, inputs_of(schema)
    arguments = {naming.from_argument(each): (each.python_name, inputs.argument(each)) for each in field.arguments}
    function: Any = base.wrapped_func
    itself, informed = base.self_parameter is not None, base.info_parameter
    parents = [each.name for each in (base.parent_parameter, base.root_parameter) if each]
    info_class = schema.config.info_class

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **values: Any) -> Any:
        told = info_class(_raw_info=info, _field=field)
        given: dict[str, Any] = dict.fromkeys(parents, source)
        for name, value in values.items():
            python_name, made = arguments[name]
            given[python_name] = made(value, told)
        if informed is not None:
            given[informed.name] = told
        return function(source, **given) if itself else function(**given)

    return resolve
