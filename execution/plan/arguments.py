"""Arguments of one field of one document: what cannot vary is made once, the rest once per operation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry import Schema
from strawberry.types.arguments import StrawberryArgument, convert_argument, convert_arguments
from strawberry.types.field import StrawberryField

from execution.plain_variables import UNCHANGING

_NO_VARIABLES = VariableValues({}, {})


class _Passed(NamedTuple):
    """An argument that is a variable's value as it is, or a copy of that list.

    `missing` stands where the variable has no value; Undefined: the argument is left out.
    """

    name: str
    variable: str
    missing: Any
    not_null: bool
    copied: bool


class Arguments:
    """Makes the arguments of a field node. `constant` is what they are in every operation, where that can be said."""

    __slots__ = ("_definition", "_field", "_fixed", "_node", "_passed", "_schema", "constant")

    def __init__(
        self, schema: Schema, definition: GraphQLField, field: StrawberryField | None, node: FieldNode
    ) -> None:
        self._schema = schema
        self._definition = definition
        self._field = field
        self._node = node
        self._fixed: dict[str, Any] = {}
        self._passed: list[_Passed] | None = self._read()
        self.constant: dict[str, Any] | None = self._fixed if self._passed == [] else None

    def of(self, variables: VariableValues, info: Any) -> dict[str, Any]:
        """The arguments by their Python names (by GraphQL names where no Strawberry field reads them)."""
        if self._passed is None:
            return self._made(self._definition, self._node, variables, info)
        given = dict(self._fixed)
        coerced = variables.coerced
        for name, variable, missing, not_null, copied in self._passed:
            value = coerced.get(variable, missing)
            if value is None or value is Undefined:
                if not_null:  # an error, which graphql-core puts into words
                    return self._made(self._definition, self._node, variables, info)
                if value is Undefined:
                    continue
            elif copied:
                value = list(value)
            given[name] = value
        return given

    def _made(self, definition: GraphQLField, node: FieldNode, variables: VariableValues, info: Any) -> dict[str, Any]:
        """Those of a definition's arguments, as the libraries make them."""
        if not definition.args:
            return {}
        values = get_argument_values(definition, node, variables, None, True)
        if self._field is None:
            return values
        registry = self._schema.schema_converter.scalar_registry
        return convert_arguments(values, self._field.arguments, registry, self._schema.config, info)

    def _read(self) -> list[_Passed] | None:
        """The arguments that are passed on; the others are fixed from here on. None: all are made each time."""
        nodes = {argument.name.value: argument.value for argument in self._node.arguments or ()}
        varying = {name: value for name, value in nodes.items() if _mentions_variable(value)}
        fixed = self._made(self._part(self._definition.args.keys() - varying), self._node, _NO_VARIABLES, None)
        passed = [self._pass(name, value) for name, value in varying.items()]
        if not all(isinstance(value, UNCHANGING) for value in fixed.values()):
            return None
        self._fixed = fixed
        found = [each for each in passed if each is not None]
        return found if len(found) == len(passed) else None

    def _part(self, names: Collection[str]) -> GraphQLField:
        return GraphQLField(self._definition.type, {name: self._definition.args[name] for name in names})

    def _pass(self, name: str, value: ValueNode) -> _Passed | None:
        """How this argument passes a variable on; None where it does not, or not as it is."""
        if not isinstance(value, VariableNode):
            return None
        definition = self._definition.args[name]
        python_name, copied = definition.out_name or name, False
        if self._field is not None:
            converter = self._schema.config.name_converter
            known = {converter.from_argument(each): each for each in self._field.arguments}
            if name not in known or (way := self._as_it_is(known[name])) is None:
                return None
            python_name, copied = known[name].python_name, way is list
        not_null = is_non_null_type(definition.type)
        missing: Any = Undefined
        if not (not_null and definition.default is None and definition.default_value is Undefined):
            defaults = self._made(
                self._part([name]), FieldNode(name=self._node.name, arguments=()), _NO_VARIABLES, None
            )
            missing = defaults.get(python_name, Undefined)
            if missing is not Undefined and not isinstance(missing, UNCHANGING):
                return None
        return _Passed(python_name, value.name.value, missing, not_null, copied)

    def _as_it_is(self, argument: StrawberryArgument) -> type | None:
        """`object` where Strawberry hands the value on, `list` where it copies a list, None where it makes another."""
        something: Any = object()
        for given, way in ((something, object), ([something], list)):
            try:
                made = convert_argument(
                    given, argument.type, self._schema.schema_converter.scalar_registry, self._schema.config, None
                )
            except Exception:  # this is what is asked: whether it takes just anything
                made = None
            if made is something or (way is list and type(made) is list and made == given):
                return way
        return None


def _mentions_variable(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(_mentions_variable(each) for each in value.values)
    if isinstance(value, ObjectValueNode):
        return any(_mentions_variable(each.value) for each in value.fields)
    return isinstance(value, VariableNode)
