"""What an operation costs: the weight of each field, times the sizes of the lists around it.

Read from the schema's `@cost` and `@listSize` directives as Strawberry carries them. The sum is made once per
document; what depends on variables stays open and is filled in per request, each fragment once. Leaves weigh 0,
objects 1, mutations 10, where no `@cost` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from strawberry.federation.schema_directives import Cost as CostDirective
from strawberry.federation.schema_directives import ListSize

from execution.limits import SATURATED

Size: TypeAlias = int | Callable[[Mapping[str, Any]], int]
"""How often something is repeated: known from the document, or told by the variables."""

MUTATION_WEIGHT = 10


class Cost:
    """A sum: a constant, and parts that are repeated as often as the variables say."""

    __slots__ = ("constant", "parts")

    def __init__(self, constant: int, parts: tuple[tuple[Size, Cost], ...] = ()) -> None:
        self.constant = min(constant, SATURATED)
        self.parts = parts

    def of(self, variables: Mapping[str, Any]) -> int:
        """The cost with these (coerced) variables, at most SATURATED."""
        return self.constant if not self.parts else self._of(variables, {})

    def _of(self, variables: Mapping[str, Any], known: dict[int, int]) -> int:
        found = known.get(id(self))
        if found is None:
            found = self.constant
            for size, part in self.parts:
                found += (size if isinstance(size, int) else size(variables)) * part._of(variables, known)
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


_Sized: TypeAlias = tuple[frozenset[str], Size]


class CostRules:
    """The cost directives of one schema, each field read once, when a document first asks for it."""

    def __init__(self, schema: GraphQLSchema, assumed_list_size: int) -> None:
        self._schema = schema
        self._assumed = assumed_list_size
        self._rules: dict[tuple[str, str], _Rule | None] = {}

    def cost(self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Cost:
        """The cost of a validated operation."""
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return Cost(0)
        return _Adder(self, fragments).selection(operation.selection_set, root, None)

    def type_named(self, name: str) -> GraphQLNamedType | None:
        """A type of the schema."""
        return self._schema.type_map.get(name)

    def rule(self, parent: GraphQLNamedType, name: str) -> _Rule | None:
        """The rule of a field; None for a field that costs nothing, as `__typename` and introspection."""
        key = (parent.name, name)
        if key not in self._rules:
            fields = getattr(parent, "fields", {})
            self._rules[key] = self._read(fields[name], parent) if name in fields else None
        return self._rules[key]

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
        if told is None:
            slicing: Iterable[str] = (
                name for name, each in field.args.items() if is_list_type(get_nullable_type(each.type))
            )
        else:
            slicing = (given[name] for name in told.slicing_arguments or () if name in given)
        weights = {name: _weight(argument.extensions) or 0 for name, argument in field.args.items()}
        return _Rule(
            weight,
            named_type,
            is_list,
            (told.assumed_size if told else None) or self._assumed,
            tuple(slicing),
            {name: argument.default_value for name, argument in field.args.items()},
            frozenset((told.sized_fields if told else None) or ()),
            {name: weight for name, weight in weights.items() if weight},
        )


class _Adder:
    """Adds up one document."""

    __slots__ = ("_fragments", "_known", "_rules")

    def __init__(self, rules: CostRules, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._rules = rules
        self._fragments = fragments
        self._known: dict[tuple[str, int], Cost] = {}

    def selection(self, selection_set: SelectionSetNode, parent: GraphQLNamedType, sized: _Sized | None) -> Cost:
        constant = 0
        parts: list[tuple[Size, Cost]] = []
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                size, cost = self._field(node, parent, sized)
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
        key = (name, id(sized))
        found = self._known.get(key)
        if found is None:
            self._known[key] = Cost(0)
            fragment = self._fragments[name]
            inner = self._rules.type_named(fragment.type_condition.name.value) or parent
            self._known[key] = found = self.selection(fragment.selection_set, inner, sized)
        return found

    def _field(self, node: FieldNode, parent: GraphQLNamedType, sized: _Sized | None) -> tuple[Size, Cost]:
        name = node.name.value
        rule = self._rules.rule(parent, name)
        if rule is None:
            return 0, _NOTHING
        size: Size = 1
        passed_on: _Sized | None = None
        if sized is not None and name in sized[0]:
            size = sized[1]
        elif rule.sized_fields:
            passed_on = (rule.sized_fields, _size(rule, node))
        elif rule.is_list:
            size = _size(rule, node)
        weight = rule.weight
        if rule.argument_weights:
            weight += sum(rule.argument_weights.get(argument.name.value, 0) for argument in node.arguments or ())
        if not node.selection_set:
            return size, Cost(weight)
        inner = self.selection(node.selection_set, rule.named_type, passed_on)
        return size, Cost(weight + inner.constant, inner.parts)


_NOTHING = Cost(0)


def _size(rule: _Rule, node: FieldNode) -> Size:
    """The largest of the slicing arguments that are given; the assumed size where none is."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    known = 0
    told = False
    open_ends: list[tuple[str, int]] = []
    for name in rule.slicing:
        default = _count(rule.defaults.get(name))
        value = given.get(name)
        if isinstance(value, VariableNode):
            open_ends.append((value.name.value, rule.assumed_size if default is None else default))
        else:
            count = default if value is None else _count_of_literal(value)
            if count is not None:
                known, told = max(known, count), True
    if not open_ends:
        return known if told else rule.assumed_size
    return lambda variables: max(known, *(_filled(variables.get(name), other) for name, other in open_ends))


def _filled(value: Any, otherwise: int) -> int:
    count = _count(value)
    return otherwise if count is None else count


def _count(value: Any) -> int | None:
    """What a value says of a size: a number says itself, a list its length, anything else nothing."""
    if isinstance(value, int):
        return max(value, 0)
    return len(value) if isinstance(value, (list, tuple)) else None


def _count_of_literal(value: ValueNode) -> int | None:
    if isinstance(value, IntValueNode):
        return max(int(value.value), 0) if len(value.value) < 12 else SATURATED
    if isinstance(value, ListValueNode):
        return len(value.values)
    return None if isinstance(value, NullValueNode) else 1


def _directive(extensions: Mapping[str, Any], kind: type) -> Any:
    """A schema directive as Strawberry keeps it beside the definition; omitted arguments (UNSET) are falsy."""
    definition = extensions.get("strawberry-definition")
    return next((each for each in getattr(definition, "directives", None) or () if isinstance(each, kind)), None)


def _weight(extensions: Mapping[str, Any]) -> int | None:
    found = _directive(extensions, CostDirective)
    return None if found is None else int(found.weight)
