"""Scalars and enums: a fast test for the exact class, and the type's own coercion for everything else."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, Flag
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType

from execution.plan.classes import PlainClasses
from execution.plan.signals import Aside, Reason

Coercion = Callable[[Any], Any]

TESTS: dict[GraphQLLeafType, str] = {
    GraphQLString: "type({v}) is not str",
    GraphQLID: "type({v}) is not str",
    GraphQLInt: "type({v}) is not int or not -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is not float or {v} - {v} != 0.0",
    GraphQLBoolean: "{v} is not True and {v} is not False",
}
"""When a value of a built-in scalar is not already what it serialises to; `{v}` is a local of the generated code."""


def coercion(type_: GraphQLLeafType, plain: PlainClasses) -> Coercion:
    """What graphql-core would write for a value that is not None. Raises Aside, or what the type raises."""
    if isinstance(type_, CustomGraphQLEnumType):
        return _enum(type_, plain)
    return _checked(type_, plain)


def _checked(type_: GraphQLLeafType, plain: PlainClasses) -> Coercion:
    coerce = type_.coerce_output_value

    def written(value: Any) -> Any:
        if type(value) not in plain:
            plain.learn(value)
        result = coerce(value)
        if result is None or result is Undefined:
            raise Aside(Reason.NULL)
        return result

    return written


def _enum(type_: CustomGraphQLEnumType, plain: PlainClasses) -> Coercion:
    """By the member's name, which needs no call of Python's own `Enum.__hash__`."""
    slowly = _checked(type_, plain)
    members = type_.wrapped_cls
    if not issubclass(members, Enum) or issubclass(members, Flag) or issubclass(members, BaseException):
        return slowly
    names = {member._name_: slowly(member) for member in members if _is_known(type_, member)}

    def written(value: Any) -> Any:
        if type(value) is members:
            name = names.get(value._name_)
            if name is not None:
                return name
        return slowly(value)

    return written


def _is_known(type_: CustomGraphQLEnumType, member: Enum) -> bool:
    return any(member.value == each.value for each in type_.values.values())
