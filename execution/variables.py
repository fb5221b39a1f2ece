"""Variables made into values, and messages about those that do not fit, in which no value appears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSchema, ValueNode, VisitorAction
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import SKIP
from graphql.type import GraphQLInputType
from graphql.utilities.validate_input_value import validate_input_literal
from graphql.validation import ValuesOfCorrectTypeRule

from execution.errors import BAD_USER_INPUT, FormattedError, Translate, deliberate, formatted
from execution.operation import Prepared


def coerced(
    schema: GraphQLSchema, prepared: Prepared, given: Mapping[str, Any] | None, most_errors: int, translate: Translate
) -> VariableValues | list[FormattedError]:
    """The variables of an operation, or what is wrong with them; a scalar's own coded reason is kept."""
    try:
        return prepared.plain_variables.values(given)
    except (
        Exception
    ):  # they may fit all the same; where they do not, graphql-core meets the same and says what is wrong
        definitions, sent = prepared.operation.variable_definitions or (), dict(given or {})
        values = get_variable_values(schema, definitions, sent, max_errors=most_errors, hide_suggestions=True)
    if isinstance(values, VariableValues):
        return values
    return [_about_value(error, translate) for error in values]


def _about_value(error: GraphQLError, translate: Translate) -> FormattedError:
    """Where the value stands, and its type's own reason if that was written for callers; never the value."""
    inner = error.original_error
    if not isinstance(inner, GraphQLError):
        message, _, _ = error.message.partition(": ")
        return formatted(error, message if message.endswith(".") else f"{message}.", BAD_USER_INPUT)
    place = error.message.removesuffix(f": {inner.message}")
    meant = deliberate(inner, translate)
    if meant is None:
        return formatted(error, f"{place}.", BAD_USER_INPUT)
    message, code, extensions = meant
    return formatted(error, f"{place}: {message}", code, extensions)


def values_rule(translate: Translate) -> type[ValuesOfCorrectTypeRule]:
    """The rule that literals fit their types, with messages that do not repeat the literal."""

    class LiteralsFitTheirTypes(ValuesOfCorrectTypeRule):
        def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
            def report(error: GraphQLError, _: list[str | int]) -> None:
                meant = deliberate(error, translate)
                message = f"Expected a value of type '{input_type}'." if meant is None else meant[0]
                extensions = None if meant is None else {**meant[2], "code": meant[1]}
                self.report_error(GraphQLError(message, error.nodes or node, extensions=extensions))

            if input_type:
                validate_input_literal(node, input_type, report, None, None, True)
            return SKIP

    return LiteralsFitTheirTypes
