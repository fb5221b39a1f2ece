"""Variables that plainly fit their types, made into values at once; whatever else there is, is left to graphql-core.

What is made here is what `graphql.get_variable_values` would make. It is asked itself as soon as anything is unusual,
so that it alone decides what fits, and says why something does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value

Accept: TypeAlias = Callable[[Any], Any]
"""Makes a value of what was sent; raises anything at all where it does not plainly fit."""

UNCHANGING = (str, int, float, bool, type(None), Enum)
"""Values that may be given out again and again: nobody can alter them."""

_NO_VARIABLES = VariableValues({}, {})


class Unfit(Exception):
    """It may fit all the same; not for us to say."""


class PlainVariables:
    """The variables of one operation."""

    __slots__ = ("_variables",)

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._variables: list[_Variable] | None = []
        for definition in operation.variable_definitions or ():
            signature = get_variable_signature(schema, definition)
            if isinstance(signature, GraphQLError):
                self._variables = None
                return
            self._variables.append(_Variable(signature, definition, accepting(signature.type)))

    def values(self, given: Mapping[str, Any] | None) -> VariableValues:
        """The coerced variables. Raises anything at all where graphql-core must look at them."""
        if self._variables is None:
            raise Unfit
        if not self._variables:
            return _NO_VARIABLES
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for each in self._variables:
            each.read(given or {}, sources, coerced)
        return VariableValues(sources, coerced)


class _Variable:
    __slots__ = ("_accept", "_default", "_missing", "_name", "_required", "_signature")

    def __init__(self, signature: GraphQLVariableSignature, definition: VariableDefinitionNode, accept: Accept) -> None:
        self._signature = signature
        self._name = signature.name
        self._accept = accept
        self._missing = VariableValueSource(signature)
        self._default: Any = Undefined
        self._required = isinstance(signature.type, GraphQLNonNull) and not definition.default_value
        if definition.default_value:
            self._default = coerce_default_value(signature)
            # What somebody could alter is left to graphql-core.
            self._required = not isinstance(self._default, UNCHANGING)

    def read(self, given: Mapping[str, Any], sources: dict[str, VariableValueSource], coerced: dict[str, Any]) -> None:
        name = self._name
        if name in given:
            value = given[name]
            coerced[name] = self._accept(value)
            sources[name] = VariableValueSource(self._signature, value)
            return
        if self._required:
            raise Unfit
        sources[name] = self._missing
        if self._default is not Undefined:
            coerced[name] = self._default


def accepting(type_: GraphQLInputType) -> Accept:
    """How values of this type are made."""
    if not isinstance(type_, GraphQLNonNull):
        present = _present(type_)
        return lambda value: None if value is None else present(value)
    return _present(type_.of_type)


def _present(type_: Any) -> Accept:
    if isinstance(type_, GraphQLList):
        return _list_of(accepting(type_.of_type))
    if isinstance(type_, GraphQLInputObjectType):
        return _object_of(type_)
    if type_ is GraphQLInt:
        return _int
    class_ = _CLASSES.get(type_)
    return _coerced(type_.coerce_input_value) if class_ is None else _exactly(class_)


_CLASSES: dict[Any, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}


def _exactly(class_: type) -> Accept:
    def accept(value: Any) -> Any:
        if type(value) is not class_:
            raise Unfit
        return value

    return accept


def _int(value: Any) -> Any:
    if type(value) is not int or not -2147483648 <= value <= 2147483647:
        raise Unfit
    return value


def _coerced(coerce: Callable[[Any], Any]) -> Accept:
    def accept(value: Any) -> Any:
        result = Undefined if value is None else coerce(value)
        if result is Undefined:
            raise Unfit
        return result

    return accept


def _list_of(item: Accept) -> Accept:
    def accept(value: Any) -> Any:
        if type(value) is not list:
            raise Unfit
        return [item(each) for each in value]

    return accept


class _Field(NamedTuple):
    """`default` stands where the field is left out; Undefined: nothing does. Nobody alters what was coerced."""

    name: str
    out_name: str
    accept: Accept
    required: bool
    default: Any


def _object_of(type_: GraphQLInputObjectType) -> Accept:
    """Reads its fields' types when it is first met: a type may be inside itself."""
    fields: list[_Field] = []

    def accept(value: Any) -> Any:
        if type(value) is not dict:
            raise Unfit
        if not fields:
            fields.extend(_fields(type_))
        made: dict[str, Any] = {}
        found = 0
        for name, out_name, fits, required, default in fields:
            if name in value:
                found += 1
                made[out_name] = fits(value[name])
            elif required:
                raise Unfit
            elif default is not Undefined:
                made[out_name] = default
        if found != len(value):
            raise Unfit
        if type_.is_one_of and (found != 1 or [each is None for each in made.values()] != [False]):
            raise Unfit
        return type_.out_type(made)

    return accept


def _fields(type_: GraphQLInputObjectType) -> list[_Field]:
    return [
        _Field(
            name,
            each.out_name or name,
            accepting(each.type),
            is_required_input_field(each),
            coerce_default_value(each),
        )
        for name, each in type_.fields.items()
    ]
