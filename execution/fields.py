"""Fields whose resolver may be called as it stands: what Strawberry puts around each finds out anew what is known here.

It stays where something of Strawberry's is to happen in between: extensions, permissions, exception handlers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from keyword import iskeyword
from typing import Any, cast

from graphql import GraphQLField
from strawberry import Schema
from strawberry.types.field import StrawberryField


def strawberry_field(schema: Schema, definition: GraphQLField) -> StrawberryField | None:
    """The Strawberry field behind a definition, if its resolver is still the one that Strawberry gave it."""
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or type(field).get_result is not StrawberryField.get_result:
        return None
    if getattr(definition.resolve, "__module__", None) != "strawberry.schema.schema_converter":
        return None
    return None if schema.schema_converter._exception_handler_specs else field


class Resolver:
    """What Strawberry knows of a resolver's parameters."""

    __slots__ = ("batch", "function", "info_name", "is_async", "parent_names", "takes_self")

    def __init__(self, field: StrawberryField) -> None:
        base = field.base_resolver
        assert base is not None
        self.function = cast(Callable[..., Any], base.wrapped_func)
        self.is_async = field.is_async or not inspect.isroutine(self.function)
        self.batch: Callable[..., Any] | None = getattr(self.function, "__batched__", None)
        self.takes_self = base.self_parameter is not None
        self.info_name = base.info_parameter.name if base.info_parameter else None
        parents = (base.parent_parameter, base.root_parameter)
        self.parent_names = tuple(each.name for each in parents if each)


def resolver_of(field: StrawberryField | None) -> Resolver | None:
    """A field's resolver where it is called as it stands; None where something stands around it."""
    if field is None or field.base_resolver is None or field.extensions:
        return None
    return Resolver(field)


def attribute_of(field: StrawberryField | None) -> str | None:
    """The parent's attribute that is the field's value, where that is all there is to it."""
    if field is None or not field.is_basic_field or field.default_resolver is not getattr:
        return None
    name = field.python_name
    return name if name.isidentifier() and not iskeyword(name) else None


def hands_event_on(definition: GraphQLField) -> bool:
    """Whether a subscription's field has the event as its value, as Strawberry has it.

    Its permissions and extensions stand around the source: they were heard before there was an event.
    """
    resolve: Any = definition.resolve
    if definition.subscribe is None or getattr(resolve, "__module__", None) != "strawberry.schema.schema_converter":
        return False
    event: Any = object()
    return resolve(event, None) is event
