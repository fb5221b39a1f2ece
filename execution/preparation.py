"""From text to an operation that may be executed: parse, choose, measure, validate; each document once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.validation import OverlappingFieldsCanBeMergedRule, ValuesOfCorrectTypeRule
from strawberry import Schema
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from execution.cost import CostRules
from execution.errors import OperationResolutionFailure, Translate, refusal, syntax_error, validation_error
from execution.kept import Weighed
from execution.limits import Limits, excesses, limit_exceeded, measured
from execution.operation import Answer, Prepared
from execution.overlaps import OverlappingFields
from execution.plain_variables import PlainVariables
from execution.variables import values_rule


class Preparation:
    """Makes prepared operations of texts, and keeps what it made, refusals included, up to a number of documents."""

    def __init__(self, schema: Schema, limits: Limits, translate: Translate) -> None:
        self._schema = schema._schema
        self._limits = limits
        self._costs = CostRules(self._schema, limits.assumed_list_size)
        self._kept: Weighed[Prepared | Answer] = Weighed(limits.cached_documents, _weight)
        ours: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
            ValuesOfCorrectTypeRule: values_rule(translate),
            OverlappingFieldsCanBeMergedRule: OverlappingFields,
        }
        self._rules: tuple[type[ASTValidationRule], ...] = (
            *(ours.get(rule, rule) for rule in specified_rules),
            MaybeNullValidationRule,
            OneOfInputValidationRule,
        )

    def prepared(self, text: str, operation_name: str | None) -> Prepared | Answer:
        """The operation of this name in this text, or the refusal that the text deserves."""
        key = (text, operation_name)
        known = self._kept.find(key)
        if known is not None:
            return known
        made = self._made(text, operation_name)
        if len(text) + len(operation_name or "") <= self._limits.cached_document_characters:
            self._kept.keep(key, made)
        return made

    def _made(self, text: str, operation_name: str | None) -> Prepared | Answer:
        limits = self._limits
        if len(text) > limits.characters:
            return Answer.of(limit_exceeded("characters", limits.characters))
        try:
            document = parse(
                text, max_lexical_tokens=limits.tokens, max_comments=limits.tokens, allow_empty_selection_sets=False
            )
        except GraphQLError as error:
            if "Document contains more than" in error.message:
                return Answer.of(limit_exceeded("tokens", limits.tokens))
            return Answer.refused(syntax_error(error))
        try:
            operation = _chosen(document, operation_name)
        except OperationResolutionFailure as failure:
            return Answer.of(failure)
        measures = [
            measured(document, each) for each in document.definitions if isinstance(each, OperationDefinitionNode)
        ]
        too_much = [refusal(excess) for measure in measures for excess in excesses(measure, limits)]
        if too_much:
            return Answer.refused(*too_much[: limits.errors])
        errors = validate(self._schema, document, self._rules, max_errors=limits.errors, hide_suggestions=True)
        if errors:
            return Answer.refused(*(validation_error(error) for error in errors))
        definitions = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        roots = set(_root_names(operation.selection_set, definitions, set()))
        return Prepared(
            document=document,
            document_hash=hashlib.sha256(text.encode()).hexdigest(),
            operation=operation,
            type=operation.operation,
            name=operation.name.value if operation.name else None,
            fragments={name: FragmentDetails(each, None) for name, each in definitions.items()},
            fragment_definitions=definitions,
            measure=measured(document, operation) if len(measures) > 1 else measures[0],
            cost=self._costs.cost(operation, definitions),
            plain_variables=PlainVariables(self._schema, operation),
            introspects=not roots.isdisjoint(("__schema", "__type")),
            asks_service="_service" in roots,
        )


def _weight(key: tuple[str, str | None], _: Prepared | Answer) -> int:
    """As how many documents one counts that is kept: a parsed document takes a hundred times the room of its text."""
    text, operation_name = key
    return 1 + (len(text) + len(operation_name or "")) // 1_024


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation that is meant; without a name there may be only one."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is not None:
        operations = [each for each in operations if each.name and each.name.value == name]
        if not operations:
            raise OperationResolutionFailure("The document has no operation of this name.")
    elif len(operations) > 1:
        raise OperationResolutionFailure("The document has several operations; say which by operationName.")
    elif not operations:
        raise OperationResolutionFailure("The document has no operation.")
    return operations[0]


def _root_names(
    selection_set: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[str]:
    """The names of the root fields, fragments written out."""
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _root_names(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            yield from _root_names(fragments[node.name.value].selection_set, fragments, seen)
