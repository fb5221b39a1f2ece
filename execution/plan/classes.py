"""Which Python class stands for which GraphQL type, and which values are plain enough for a plan."""

from __future__ import annotations

import inspect
from collections import Counter
from types import GeneratorType
from typing import Any

from graphql import GraphQLAbstractType, GraphQLObjectType, GraphQLSchema
from strawberry import Schema
from strawberry.types.base import StrawberryObjectDefinition

from execution.plan.signals import Aside, Reason, Unplannable

CAST = "__as_strawberry_type__"
"""Where Strawberry's `cast` writes the type that an object is to be taken for."""


class PlainClasses(set[type]):
    """Classes whose instances are neither exceptions nor awaitables, learned from what resolvers return."""

    most = 4096

    def learn(self, value: Any) -> None:
        """Remember the value's class. Raises Aside where the value is None, an exception, or may be awaited."""
        if value is None:
            raise Aside(Reason.NULL)
        if inspect.iscoroutine(value):
            value.close()  # the interpreter makes and awaits its own
            raise Aside(Reason.VALUE)
        if isinstance(value, (BaseException, GeneratorType)) or inspect.isawaitable(value):
            raise Aside(Reason.VALUE)
        if len(self) < self.most:
            self.add(type(value))


class Classes:
    """The classes of one schema's object types; only those that no other type shares and nobody resolves by hand."""

    def __init__(self, schema: Schema) -> None:
        self._schema: GraphQLSchema = schema._schema
        definitions = {
            type_: definition
            for type_ in self._schema.type_map.values()
            if isinstance(type_, GraphQLObjectType)
            and isinstance(definition := type_.extensions.get("strawberry-definition"), StrawberryObjectDefinition)
        }
        shared = Counter(definition.origin for definition in definitions.values())
        self._own: dict[GraphQLObjectType, type] = {
            type_: definition.origin
            for type_, definition in definitions.items()
            if shared[definition.origin] == 1
            and definition.concrete_of is None
            and not definition.is_graphql_generic
            and definition.is_type_of is None
            and definition.origin.__dict__.get("__strawberry_definition__") is definition
            and definition.name == type_.name
        }

    def required(self, type_: GraphQLObjectType) -> type | None:
        """The class that values of an object type must have, None where any will do. Raises Unplannable."""
        if type_.is_type_of is None:
            return None
        known = self._own.get(type_)
        if known is None:
            raise Unplannable
        return known

    def usual(self, type_: GraphQLObjectType) -> type | None:
        """The class that values of an object type mostly have, where there is one that is plain."""
        known = self._own.get(type_)
        return None if known is None or issubclass(known, BaseException) or hasattr(known, "__await__") else known

    def possible(self, type_: GraphQLAbstractType) -> list[tuple[GraphQLObjectType, type]]:
        """The object types behind an interface or union that can be told by class alone. Raises Unplannable."""
        resolve = type_.resolve_type
        if resolve is None or not str(getattr(resolve, "__module__", "")).startswith("strawberry."):
            raise Unplannable
        possible = self._schema.get_possible_types(type_)
        return [(each, self._own[each]) for each in possible if each in self._own]
