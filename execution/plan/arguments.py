"""Arguments of one field of one document: what cannot vary is made once, the rest once per operation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, cast

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
from strawberry.types.field import StrawberryField

from execution.inputs import Convert, inputs_of, itself
from execution.plain_variables import UNCHANGING

_NO_VARIABLES = VariableValues({}, {})


class _Passed(NamedTuple):
    """An argument that is made of a variable's value, and of nothing else.

    `missing` stands where the variable has no value; Undefined: the argument is left out.
    """

    name: str
    variable: str
    missing: Any
    not_null: bool
    convert: Convert


class Arguments:
    """Makes the arguments of a field node. `constant` is what they are in every operation, where that can be said."""

    __slots__ = ("_definition", "_field", "_fixed", "_inputs", "_known", "_node", "_passed", "constant")

    def __init__(
        self, schema: Schema, definition: GraphQLField, field: StrawberryField | None, node: FieldNode
    ) -> None:
        naming = schema.config.name_converter
        self._known = {naming.from_argument(each): each for each in field.arguments} if field is not None else {}
        self._inputs = inputs_of(schema)
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
        for name, variable, missing, not_null, convert in self._passed:
            value = coerced.get(variable, Undefined)
            if not_null and (value is None or (value is Undefined and missing is Undefined)):
                # an error, which graphql-core puts into words
                return self._made(self._definition, self._node, variables, info)
            if value is not Undefined:
                given[name] = convert(value)
            elif missing is not Undefined:
                given[name] = missing
        return given

    def _made(self, definition: GraphQLField, node: FieldNode, variables: VariableValues, info: Any) -> dict[str, Any]:
        """Those of a definition's arguments, as the libraries make them."""
        if not definition.args:
            return {}
        values = get_argument_values(definition, node, variables, None, True)
        if self._field is None:
            return values
        known = [(name, each) for name, each in self._known.items() if name in values]
        return {each.python_name: self._inputs.argument(each)(values[name], info) for name, each in known}

    def _read(self) -> list[_Passed] | None:
        """The arguments that are passed on; the others are fixed from here on. None: all are made each time."""
        nodes = {argument.name.value: argument.value for argument in self._node.arguments or ()}
        varying = {name: value for name, value in nodes.items() if any(variables_in(value))}
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
        """How this argument is made of a variable; None where it is not, or of more than that."""
        if not isinstance(value, VariableNode):
            return None
        definition = self._definition.args[name]
        python_name, convert = definition.out_name or name, cast(Convert, itself)
        if self._field is not None:
            known = self._known.get(name)
            converter = None if known is None else self._inputs.converter(known.type)
            if known is None or converter is None:
                return None
            python_name, convert = known.python_name, converter
        not_null = is_non_null_type(definition.type)
        missing: Any = Undefined
        if not (not_null and definition.default is None and definition.default_value is Undefined):
            defaults = self._made(
                self._part([name]), FieldNode(name=self._node.name, arguments=()), _NO_VARIABLES, None
            )
            missing = defaults.get(python_name, Undefined)
            if missing is not Undefined and not isinstance(missing, UNCHANGING):
                return None
        return _Passed(python_name, value.name.value, missing, not_null, convert)


def variables_in(value: ValueNode) -> Iterator[str]:
    """The names of all variables that stand in a value."""
    if isinstance(value, VariableNode):
        yield value.name.value
    inner: Iterable[ValueNode] = ()
    if isinstance(value, ListValueNode):
        inner = value.values
    elif isinstance(value, ObjectValueNode):
        inner = [each.value for each in value.fields]
    for each in inner:
        yield from variables_in(each)
