"""Fields of one response name must be mergeable: the rule, in time that grows with the document, not with its square.

The rule of graphql-core compares every pair. Both things that it demands are equivalences, so here each field is only
compared with the first of its group: all fields of one response name have the same shape; and those that can meet in
one object have the same name and arguments. What is merged below them is looked at once for each set of selections.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    print_ast,
)
from graphql.utilities.sort_value_node import sort_value_node

_Selections: TypeAlias = list[tuple[GraphQLNamedType | None, SelectionSetNode]]
_Found: TypeAlias = tuple[GraphQLNamedType | None, FieldNode, Any]
_Groups: TypeAlias = dict[str, list[_Found]]


class OverlappingFields(ValidationRule):
    """Stands in for OverlappingFieldsCanBeMergedRule."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._seen: set[Hashable] = set()
        self._signatures: dict[int, Hashable] = {}
        self._told: set[tuple[int, int]] = set()

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Every operation is looked at as a whole, with its fragments written out."""
        root: Any = self.context.schema.get_root_type(node.operation)
        waiting: list[tuple[bool, _Selections]] = [
            (True, [(root, node.selection_set)]),
            (False, [(root, node.selection_set)]),
        ]
        while waiting:
            shapes, selections = waiting.pop()
            key = (shapes, frozenset((id(each), parent and parent.name) for parent, each in selections))
            if key not in self._seen:
                self._seen.add(key)
                check = self._same_shape if shapes else self._same_field
                waiting += [(shapes, below) for below in check(self._groups(selections))]

    def _groups(self, selections: _Selections) -> _Groups:
        """The fields of a merged selection by response name, each fragment written out once."""
        groups: _Groups = {}
        spread: set[str] = set()
        rest = list(reversed(selections))
        while rest:
            parent, selection_set = rest.pop()
            for node in selection_set.selections:
                if isinstance(node, FieldNode):
                    name = node.alias.value if node.alias else node.name.value
                    groups.setdefault(name, []).append((parent, node, self._type(parent, node)))
                elif isinstance(node, InlineFragmentNode):
                    condition = node.type_condition
                    rest.append((self._named(condition.name.value) if condition else parent, node.selection_set))
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    if fragment := self.context.get_fragment(node.name.value):
                        rest.append((self._named(fragment.type_condition.name.value), fragment.selection_set))
        return groups

    def _named(self, name: str) -> GraphQLNamedType | None:
        return self.context.schema.get_type(name)

    def _type(self, parent: GraphQLNamedType | None, node: FieldNode) -> Any:
        if not isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)):
            return None
        field = parent.fields.get(node.name.value)
        return field.type if field else None

    def _same_shape(self, groups: _Groups) -> Iterator[_Selections]:
        for name, found in groups.items():
            typed = [each for each in found if each[2] is not None]
            if len(typed) > 1:
                _, first, expected = typed[0]
                for _, node, type_ in typed[1:]:
                    if not _alike(expected, type_):
                        self._tell(name, first, node, f"they return conflicting types '{expected}' and '{type_}'")
            if below := _below(found):
                yield below

    def _same_field(self, groups: _Groups) -> Iterator[_Selections]:
        for name, found in groups.items():
            for meeting in _that_can_meet(found):
                _, first, _ = meeting[0]
                expected = self._signature(first)
                for _, node, _ in meeting[1:]:
                    if node is not first and self._signature(node) != expected:
                        self._tell(name, first, node, _difference(first, node))
                if below := _below(meeting):
                    yield below

    def _signature(self, node: FieldNode) -> Hashable:
        """A field's name and arguments, comparable; printed once for each field of the document."""
        known = self._signatures.get(id(node))
        if known is None:
            arguments = node.arguments or ()
            printed = ((each.name.value, print_ast(sort_value_node(each.value))) for each in arguments)
            known = self._signatures[id(node)] = (node.name.value, frozenset(printed))
        return known

    def _tell(self, name: str, first: FieldNode, second: FieldNode, reason: str) -> None:
        if (id(first), id(second)) not in self._told:
            self._told.add((id(first), id(second)))
            advice = "Use different aliases on the fields to fetch both if this was intentional."
            self.report_error(GraphQLError(f"Fields '{name}' conflict because {reason}. {advice}", [first, second]))


def _below(found: Iterable[_Found]) -> _Selections:
    """The selections under fields that are merged."""
    return [
        (None if type_ is None else get_named_type(type_), node.selection_set)
        for _, node, type_ in found
        if node.selection_set
    ]


def _that_can_meet(found: list[_Found]) -> Iterator[list[_Found]]:
    """The fields that one object may have: those of each object type, with those of abstract types."""
    if len(found) == 1:
        yield found
        return
    by_object: dict[str, list[_Found]] = {}
    for each in found:
        if each[0] is not None and is_object_type(each[0]):
            by_object.setdefault(each[0].name, []).append(each)
    if len(by_object) < 2:
        yield found
        return
    anywhere = [each for each in found if each[0] is None or not is_object_type(each[0])]
    for own in by_object.values():
        yield anywhere + own


def _alike(one: Any, other: Any) -> bool:
    """Whether two output types give the same shape of answer: an equivalence."""
    while True:
        for wraps in (is_non_null_type, is_list_type):
            if wraps(one) or wraps(other):
                if not (wraps(one) and wraps(other)):
                    return False
                one, other = one.of_type, other.of_type
                break
        else:
            return one is other or not (is_leaf_type(one) or is_leaf_type(other))


def _difference(one: FieldNode, other: FieldNode) -> str:
    if one.name.value != other.name.value:
        return f"'{one.name.value}' and '{other.name.value}' are different fields"
    return "they have differing arguments"
