"""Which fields a document asks of a type, fragments and conditions written out, as graphql-core would collect them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from execution.operation import Prepared
from execution.plan.signals import Unplannable

CONDITIONS = ("skip", "include")


class Selections:
    """Collects fields for one variant of a document: the conditions' variables have the values given here."""

    def __init__(self, schema: GraphQLSchema, prepared: Prepared, conditions: Mapping[str, Any]) -> None:
        self._schema = schema
        self._prepared = prepared
        self._fragments = dict(prepared.fragments)
        self._variables = VariableValues({}, dict(conditions))

    def root(self, type_: GraphQLObjectType) -> dict[str, list[FieldNode]]:
        """The root fields by response key."""
        operation = self._prepared.operation
        return _nodes(collect_fields(self._schema, self._fragments, self._variables, type_, operation))

    def below(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> dict[str, list[FieldNode]]:
        """The fields asked of a value of this object type under these nodes, by response key."""
        operation = self._prepared.operation
        details = _details(nodes)
        return _nodes(collect_subfields(self._schema, self._fragments, self._variables, operation, type_, details))


def condition_variables(prepared: Prepared) -> tuple[str, ...]:
    """The variables on which it depends what is selected, in order of their names."""
    found: set[str] = set()
    sets: list[SelectionSetNode] = [prepared.operation.selection_set]
    sets += [each.selection_set for each in prepared.fragment_definitions.values()]
    while sets:
        for node in sets.pop().selections:
            found.update(_condition_variables(node))
            below = getattr(node, "selection_set", None)
            if below is not None:
                sets.append(below)
    return tuple(sorted(found))


def _condition_variables(node: Any) -> Iterator[str]:
    assert isinstance(node, (FieldNode, InlineFragmentNode, FragmentSpreadNode))
    for directive in node.directives or ():
        if directive.name.value in CONDITIONS:
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value


def _details(nodes: list[FieldNode]) -> list[FieldDetails]:
    return [FieldDetails(node, None) for node in nodes]


def _nodes(collected: CollectedFields) -> dict[str, list[FieldNode]]:
    if collected.new_defer_usages:
        raise Unplannable
    return {key: [each.node for each in details] for key, details in collected.grouped_field_set.items()}
