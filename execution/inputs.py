"""What a resolver takes, made of coerced values by functions that know their types beforehand.

Strawberry finds out anew for every value what its type asks; here that is found out once for a type. What comes out is
what `convert_argument` makes. It is asked itself for types that need to know more than the value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from strawberry import UNSET, Schema, Some
from strawberry.relay.types import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType

Convert: TypeAlias = Callable[[Any], Any]


def itself(value: Any) -> Any:
    """A value that a resolver takes as it is."""
    return value


class Inputs:
    """The converters of one schema, each made when it is first needed."""

    def __init__(self, schema: Schema) -> None:
        self._registry = schema.schema_converter.scalar_registry
        self._config = schema.config
        self._objects: dict[Any, Convert] = {}

    def argument(self, argument: StrawberryArgument) -> Callable[[Any, Any], Any]:
        """Makes an argument of its coerced value and the information that its resolver is told."""
        type_: Any = argument.type
        if (known := self.converter(type_)) is not None:
            return lambda value, _: known(value)
        registry, config, path = self._registry, self._config, (self._config.name_converter.from_argument(argument),)
        return lambda value, info: convert_argument(value, type_, registry, config, info, path=path)

    def converter(self, type_: Any) -> Convert | None:
        """Makes a value of this type; None where it takes more than the value."""
        return self._converter(type_) if self._plain(type_, set()) else None

    def _plain(self, type_: Any, seen: set[Any]) -> bool:
        """Whether there is nothing in a type that makes its own values, by where they stand or who asks."""
        if isinstance(type_, (StrawberryOptional, StrawberryList)):
            return self._plain(type_.of_type, seen)
        if isinstance(type_, LazyType):
            return self._plain(type_.resolve_type(), seen)
        if self._is_leaf(type_):
            return type_ is not GlobalID
        if not has_object_definition(type_) or type_.__strawberry_definition__.from_input is not None:
            return False
        if type_ in seen:
            return True
        seen.add(type_)
        definition = type_.__strawberry_definition__
        return all(self._plain(each.resolve_type(type_definition=definition), seen) for each in definition.fields)

    def _is_leaf(self, type_: Any) -> bool:
        is_enum = isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_)
        return is_enum or is_scalar(type_, self._registry)

    def _converter(self, type_: Any) -> Convert:
        if isinstance(type_, StrawberryMaybe):
            return self._perhaps(type_)
        if isinstance(type_, StrawberryOptional):
            return self._converter(type_.of_type)
        if isinstance(type_, LazyType):
            return self._converter(type_.resolve_type())
        if isinstance(type_, StrawberryList):
            return _list_of(self._converter(type_.of_type))
        return itself if self._is_leaf(type_) else self._object(type_)

    def _perhaps(self, type_: StrawberryMaybe) -> Convert:
        inner = self._converter(type_.of_type)
        takes_null = isinstance(type_.of_type, StrawberryOptional)

        def perhaps(value: Any) -> Any:
            if value is None and not takes_null:
                return convert_argument(value, type_, self._registry, self._config)  # which says that it may not be
            return Some(inner(value))

        return perhaps

    def _object(self, type_: Any) -> Convert:
        """One for all places of a type, which may be inside itself."""
        known = self._objects.get(type_)
        if known is None:
            fields: list[tuple[str, str, Convert]] = []
            definition: StrawberryObjectDefinition = type_.__strawberry_definition__
            known = self._objects[type_] = _object_of(type_, _absent(definition), fields)
            for each in definition.fields:
                name = self._config.name_converter.from_field(each)
                fields.append((name, each.python_name, self._converter(each.resolve_type(type_definition=definition))))
        return known


def _absent(definition: StrawberryObjectDefinition) -> dict[str, None]:
    """What stands for fields of an input that are left out and have no default."""
    if not definition.is_input:
        return {}
    without = [each for each in definition.fields if each.default_value is MISSING and each.default_factory is MISSING]
    return dict.fromkeys(each.python_name for each in without)


def _object_of(type_: Any, absent: dict[str, None], fields: list[tuple[str, str, Convert]]) -> Convert:
    def made(value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        given: dict[str, Any] = absent.copy()
        for name, python_name, convert in fields:
            if name in value:
                found = value[name]
                given[python_name] = found if convert is itself else convert(found)
        return type_(**given)

    return made


def _list_of(convert: Convert) -> Convert:
    """A list of its own: a default is shared by all requests."""

    def copied(value: Any) -> Any:
        return value if value is None or value is UNSET else list(value)

    def several(value: Any) -> Any:
        return value if value is None or value is UNSET else [convert(each) for each in value]

    return copied if convert is itself else several


_KNOWN: WeakKeyDictionary[Schema, Inputs] = WeakKeyDictionary()


def inputs_of(schema: Schema) -> Inputs:
    """The converters of this schema."""
    known = _KNOWN.get(schema)
    if known is None:
        known = _KNOWN[schema] = Inputs(schema)
    return known
