"""Scalars and enums: written in place for values of the exact class, by the type's own coercion for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum, Flag
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType

from execution.plan.classes import PlainClasses
from execution.plan.records import FLOATS, as_written

Coercion = Callable[[Any], Any]
Bind = Callable[[str, Any], str]
"""Binds a value to a fresh name of the generated code that begins with this letter."""

_TESTS: dict[GraphQLLeafType, str] = {
    GraphQLString: "type({v}) is not str",
    GraphQLID: "type({v}) is not str",
    GraphQLInt: "(type({v}) is not int or not -2147483648 <= {v} <= 2147483647)",
    GraphQLFloat: f"(type({{v}}) is not float or not {FLOATS})",
    GraphQLBoolean: "{v} is not True and {v} is not False",
}
"""When a value of a built-in scalar is not already what it serialises to; `{v}` is a local of the generated code."""


_COMPARED = 6
"""How many members an enum may have to be told apart one by one, which is faster than any table for so few."""


class Leaf:
    """One scalar or enum in one plan: how the generated code replaces a value by what graphql-core writes for it."""

    __slots__ = ("_coercion", "_made", "_test", "_unchecked")

    def __init__(self, type_: GraphQLLeafType, plain: PlainClasses, bind: Bind) -> None:
        checked = _checked(type_, plain)
        self._coercion = bind("L", checked)
        self._test = _TESTS.get(type_)
        self._unchecked: str | None = None
        self._made = f"{self._coercion}({{v}})"
        if isinstance(type_, CustomGraphQLEnumType):
            names = _names(type_, checked)
            if names is not None and len(names) <= _COMPARED:
                members = [(bind("W", written), bind("M", type_.wrapped_cls[name])) for name, written in names.items()]
                self._made = "".join(f"{w} if {{v}} is {m} else " for w, m in members) + self._made
            elif names is not None:
                class_, by_name = bind("E", type_.wrapped_cls), bind("N", names)
                self._made = f"{by_name}[{{v}}._name_] if type({{v}}) is {class_} else {self._made}"
        elif self._test is None:
            self._unchecked = bind("S", type_.coerce_output_value)
            self._made = f"{self._unchecked}({{v}}) if type({{v}}) in PLAIN else {self._made}"

    def statements(self, value: str, nullable: bool) -> Iterator[str]:
        """Statements on one local; they raise Aside for None where it is not allowed, or what the type raises."""
        if self._test is not None:
            present = f" and {value} is not None" if nullable else ""
            yield f"if {self._test.format(v=value)}{present}: {value} = {self._coercion}({value})"
            return
        indent = "    " if nullable else ""
        if nullable:
            yield f"if {value} is not None:"
        yield f"{indent}{value} = {self._made.format(v=value)}"
        if self._unchecked is not None:
            yield f"{indent}if type({value}) is not str: {value} = as_written({value})"


def _checked(type_: GraphQLLeafType, plain: PlainClasses) -> Coercion:
    """What graphql-core would write for a value. Raises Aside for None, or what the type raises."""
    coerce = type_.coerce_output_value

    def written(value: Any) -> Any:
        if type(value) not in plain:
            plain.learn(value)
        return as_written(coerce(value))

    return written


def _names(type_: CustomGraphQLEnumType, written: Coercion) -> Mapping[str, Any] | None:
    """What each member is written as, by its name: that needs no call of Python's own `Enum.__hash__`.

    None where there are members that are not in the schema, or values that are more than one member.
    """
    members = type_.wrapped_cls
    if not issubclass(members, Enum) or issubclass(members, Flag) or issubclass(members, BaseException):
        return None
    if not all(any(member.value == each.value for each in type_.values.values()) for member in members):
        return None
    return {member._name_: written(member) for member in members}
