"""What an operation costs: the weight of each field, times the sizes of the lists around it.

Read from the schema's `@cost` and `@listSize` directives as Strawberry carries them. The sum is made once per
document; what depends on variables stays open and is filled in per request, each fragment once. Leaves weigh 0,
objects 1, mutations 10, where no `@cost` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
)
from strawberry.federation.schema_directives import Cost as CostDirective
from strawberry.federation.schema_directives import ListSize

from execution.limits import SATURATED
from execution.list_sizes import Size, size_of

MUTATION_WEIGHT = 10


class Cost:
    """A sum: a constant, and parts that are repeated as often as the variables say."""

    __slots__ = ("_flat", "constant", "parts")

    def __init__(self, constant: int, parts: tuple[tuple[Size, Cost], ...] = ()) -> None:
        self.constant = min(constant, SATURATED)
        self.parts = parts
        self._flat = not any(part.parts for _, part in parts)

    def of(self, variables: Mapping[str, Any]) -> int:
        """The cost with these (coerced) variables, at most SATURATED."""
        if not self._flat:
            return self._of(variables, {})
        found = self.constant
        for size, part in self.parts:
            found += (size if isinstance(size, int) else size(variables)) * part.constant
        return min(found, SATURATED)

    def _of(self, variables: Mapping[str, Any], known: dict[int, int]) -> int:
        found = known.get(id(self))
        if found is None:
            found = self.constant
            for size, part in self.parts:
                each = part._of(variables, known) if part.parts else part.constant
                found += (size if isinstance(size, int) else size(variables)) * each
            known[id(self)] = found = min(found, SATURATED)
        return found


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the schema says of one field's cost."""

    weight: int
    named_type: GraphQLNamedType
    is_list: bool
    assumed_size: int
    slicing: tuple[str, ...]
    defaults: Mapping[str, Any]
    sized_fields: frozenset[str]
    argument_weights: Mapping[str, int]
    free: bool


_Sized: TypeAlias = tuple[frozenset[str], Size]


class CostRules:
    """The cost directives of one schema, each field read once, when a document first asks for it."""

    def __init__(self, schema: GraphQLSchema, assumed_list_size: int) -> None:
        self._schema = schema
        self._assumed = assumed_list_size
        self._types: dict[str, _FieldRules] = {}

    def cost(self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Cost:
        """The cost of a validated operation."""
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return Cost(0)
        return _Adder(self, fragments).selection(operation.selection_set, root, None)

    def type_named(self, name: str) -> GraphQLNamedType | None:
        """A type of the schema."""
        return self._schema.type_map.get(name)

    def fields_of(self, parent: GraphQLNamedType) -> _FieldRules:
        """The rules of a type's fields."""
        found = self._types.get(parent.name)
        if found is None:
            found = self._types[parent.name] = _FieldRules(self, parent)
        return found

    def read(self, parent: GraphQLNamedType, name: str) -> _Rule | None:
        """The rule of one field; None for one that costs nothing, as `__typename` and introspection."""
        field = getattr(parent, "fields", {}).get(name)
        return None if field is None else self._read(field, parent)

    def _read(self, field: GraphQLField, parent: GraphQLNamedType) -> _Rule:
        named_type = get_named_type(field.type)
        is_list = is_list_type(get_nullable_type(field.type))
        weight = _weight(field.extensions)
        if weight is None:
            weight = _weight(named_type.extensions)
        if weight is None:
            weight = MUTATION_WEIGHT if parent is self._schema.mutation_type else int(is_composite_type(named_type))
        told = _directive(field.extensions, ListSize)
        given = {argument.out_name or name: name for name, argument in field.args.items()} | {n: n for n in field.args}
        lists = {name: each for name, each in field.args.items() if is_list_type(get_nullable_type(each.type))}
        if told is None:
            slicing: Iterable[str] = lists
        elif told.slicing_arguments:
            slicing = (given[name] for name in told.slicing_arguments if name in given)
        else:
            # A list that must be given is the question: its answer is as long, however long it might have been.
            slicing = (name for name, each in lists.items() if is_required_argument(each))
        weights = {name: _weight(argument.extensions) or 0 for name, argument in field.args.items()}
        return _Rule(
            weight,
            named_type,
            is_list,
            (told.assumed_size if told else None) or self._assumed,
            tuple(slicing),
            {name: argument.default_value for name, argument in field.args.items()},
            frozenset((told.sized_fields if told else None) or ()),
            {name: each for name, each in weights.items() if each},
            not weight and not any(weights.values()) and not is_composite_type(named_type),
        )


class _FieldRules(dict[str, _Rule | None]):
    """The rules of one type's fields, each read when it is first asked for."""

    def __init__(self, rules: CostRules, parent: GraphQLNamedType) -> None:
        self._read = rules.read
        self._parent = parent

    def __missing__(self, name: str) -> _Rule | None:
        rule = self[name] = self._read(self._parent, name)
        return rule


class _Adder:
    """Adds up one document."""

    __slots__ = ("_fragments", "_known", "_rules")

    def __init__(self, rules: CostRules, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._rules = rules
        self._fragments = fragments
        self._known: dict[tuple[str, _Sized | None], Cost] = {}

    def selection(self, selection_set: SelectionSetNode, parent: GraphQLNamedType, sized: _Sized | None) -> Cost:
        constant = 0
        parts: list[tuple[Size, Cost]] = []
        rules = self._rules.fields_of(parent)
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                rule = rules[node.name.value]
                if rule is None or rule.free:
                    continue
                size, cost = self._field(node, rule, sized)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self._rules.type_named(condition.name.value) if condition else parent
                size, cost = 1, self.selection(node.selection_set, inner or parent, sized)
            elif isinstance(node, FragmentSpreadNode):
                size, cost = 1, self._spread(node, parent, sized)
            else:
                continue
            if isinstance(size, int) and not cost.parts:
                constant += size * cost.constant
            else:
                parts.append((size, cost))
        return Cost(constant, tuple(parts))

    def _spread(self, node: FragmentSpreadNode, parent: GraphQLNamedType, sized: _Sized | None) -> Cost:
        name = node.name.value
        key = (name, sized)
        found = self._known.get(key)
        if found is None:
            self._known[key] = Cost(0)
            fragment = self._fragments[name]
            inner = self._rules.type_named(fragment.type_condition.name.value) or parent
            self._known[key] = found = self.selection(fragment.selection_set, inner, sized)
        return found

    def _field(self, node: FieldNode, rule: _Rule, sized: _Sized | None) -> tuple[Size, Cost]:
        size: Size = 1
        passed_on: _Sized | None = None
        if sized is not None and node.name.value in sized[0]:
            size = sized[1]
        elif rule.sized_fields:
            passed_on = (rule.sized_fields, size_of(node, rule.slicing, rule.defaults, rule.assumed_size))
        elif rule.is_list:
            size = size_of(node, rule.slicing, rule.defaults, rule.assumed_size)
        weight = rule.weight
        if rule.argument_weights:
            weight += sum(rule.argument_weights.get(argument.name.value, 0) for argument in node.arguments or ())
        if not node.selection_set:
            return size, Cost(weight)
        inner = self.selection(node.selection_set, rule.named_type, passed_on)
        return size, Cost(weight + inner.constant, inner.parts)


def _directive(extensions: Mapping[str, Any], kind: type) -> Any:
    """A schema directive as Strawberry keeps it beside the definition; omitted arguments (UNSET) are falsy."""
    definition = extensions.get("strawberry-definition")
    return next((each for each in getattr(definition, "directives", None) or () if isinstance(each, kind)), None)


def _weight(extensions: Mapping[str, Any]) -> int | None:
    found = _directive(extensions, CostDirective)
    return None if found is None else int(found.weight)
