"""Arguments of one field of one document: made once per operation, or once for ever where nothing in them varies."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from graphql import FieldNode, GraphQLField, ListValueNode, ObjectValueNode, ValueNode, VariableNode
from graphql.execution.values import VariableValues, get_argument_values
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from execution.plan.signals import Unplannable

_UNCHANGING = (str, int, float, bool, type(None), Enum)
_NO_VARIABLES = VariableValues({}, {})


class Arguments:
    """Makes the arguments of a field node. `constant` is what they are in every operation, where that can be said."""

    __slots__ = ("_definition", "_field", "_node", "_schema", "constant")

    def __init__(
        self, schema: Schema, definition: GraphQLField, field: StrawberryField | None, node: FieldNode
    ) -> None:
        """Raises Unplannable for a variable inside a list or an object: its source is not known here."""
        self._schema = schema
        self._definition = definition
        self._field = field
        self._node = node
        self.constant: dict[str, Any] | None = None
        values = [argument.value for argument in node.arguments or ()]
        if any(_mentions_variable(each) for value in values for each in _parts(value)):
            raise Unplannable
        if not any(isinstance(value, VariableNode) for value in values):
            self.constant = self._unchanging()

    def _unchanging(self) -> dict[str, Any] | None:
        made = self.of(_NO_VARIABLES, None)
        return made if all(isinstance(value, _UNCHANGING) for value in made.values()) else None

    def of(self, variables: VariableValues, info: Any) -> dict[str, Any]:
        """The arguments by their Python names (by GraphQL names where no Strawberry field reads them)."""
        if not self._definition.args:
            return {}
        values = get_argument_values(self._definition, self._node, variables, None, True)
        if self._field is None:
            return values
        registry = self._schema.schema_converter.scalar_registry
        return convert_arguments(values, self._field.arguments, registry, self._schema.config, info)


def _parts(value: ValueNode) -> Iterable[ValueNode]:
    if isinstance(value, ListValueNode):
        return value.values
    if isinstance(value, ObjectValueNode):
        return [each.value for each in value.fields]
    return ()


def _mentions_variable(value: ValueNode) -> bool:
    return isinstance(value, VariableNode) or any(_mentions_variable(each) for each in _parts(value))
