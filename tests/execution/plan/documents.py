"""Random valid documents: hypothesis-graphql writes them, and what it never writes is added here."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableNode,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    print_ast,
    print_schema,
    value_from_ast_untyped,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import queries
from strawberry import Schema

ENTITY_TYPES = ("Thing", "Thing", "Thing", "Place", "Nothing")


def _representation(draw: tuple[str, int]) -> ObjectValueNode:
    name, number = draw
    fields = {"__typename": StringValueNode(value=name), "number": IntValueNode(value=str(number))}
    return ObjectValueNode(
        fields=tuple(ObjectFieldNode(name=NameNode(value=key), value=value) for key, value in fields.items())
    )


def plain_schema(schema: Schema) -> GraphQLSchema:
    """The schema without anything of Strawberry's."""
    return build_schema(print_schema(schema._schema))


def plain_events(schema: Schema) -> GraphQLSchema:
    """The same, whose queries are the subscriptions: a way to have those written too."""
    plain = plain_schema(schema)
    return GraphQLSchema(**{**plain.to_kwargs(), "query": plain.subscription_type, "subscription": None})


Asked = tuple[str, dict[str, Any]]

TOY_SCALARS = {
    "_Any": st.tuples(st.sampled_from(ENTITY_TYPES), st.integers(0, 12)).map(_representation),
    "Date": st.sampled_from(["2026-01-02", "2024-02-29"]).map(lambda text: StringValueNode(value=text)),
}


def documents(
    plain: GraphQLSchema, variations: int, scalars: Mapping[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[list[Asked]]:
    """Documents with their variables, in handfuls that vary one theme: writing a theme is what takes time."""
    roots = [name for name in plain.query_type.fields if name != "_service"]  # type: ignore[union-attr]
    return _written(plain, roots, variations, dict(scalars or TOY_SCALARS), "query")


def subscriptions(
    plain: GraphQLSchema,
    fields: list[str],
    variations: int,
    scalars: Mapping[str, st.SearchStrategy[Any]] | None = None,
) -> st.SearchStrategy[list[Asked]]:
    """The same of subscriptions, each of one of these fields; for a schema of `plain_events`."""
    given = dict(scalars or TOY_SCALARS)
    return st.sampled_from(fields).flatmap(lambda field: _written(plain, [field], variations, given, "subscription"))


def _written(
    plain: GraphQLSchema, roots: list[str], variations: int, scalars: dict[str, st.SearchStrategy[Any]], kind: str
) -> st.SearchStrategy[list[Asked]]:
    written = queries(plain, fields=roots, custom_scalars=scalars, print_ast=print_ast)
    return st.builds(
        lambda text, seed: [varied(plain, text, Random(seed + each), kind) for each in range(variations)],
        written,
        st.integers(0, 2**32),
    )


class _Varying(Visitor):
    """Adds conditions, aliases, names of types, and fields asked twice; moves selections into named fragments."""

    def __init__(self, info: TypeInfo, random: Random) -> None:
        super().__init__()
        self._info = info
        self._random = random
        self.fragments: list[FragmentDefinitionNode] = []
        self.declared: dict[str, str] = {}
        self.given: dict[str, Any] = {}

    def _variable(self, node: ValueNode, *_: Any) -> VariableNode | None:
        """Some values, those inside lists and objects too, come by a variable: sent, or by its default."""
        type_, parent = self._info.get_input_type(), self._info.get_parent_input_type()
        inside_one_of = isinstance(named := get_named_type(parent), GraphQLInputObjectType) and named.is_one_of
        if type_ is None or inside_one_of or self._random.random() > 0.15:
            return None
        name = f"v{len(self.declared)}"
        self.declared[name] = f"${name}: {type_} = {print_ast(node)}"
        if self._random.random() < 0.7:
            self.given[name] = value_from_ast_untyped(node)
        return VariableNode(name=NameNode(value=name))

    leave_int_value = leave_string_value = leave_boolean_value = leave_enum_value = leave_float_value = _variable

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        changes: dict[str, Any] = {}
        if self._random.random() < 0.1:
            changes["directives"] = (self._condition(),)
        return _changed(node, **changes) if changes else node

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode | None:
        parent = self._info.get_parent_type()
        selections = list(node.selections)
        if self._random.random() < 0.2:
            alias = self._random.choice(
                [None, NameNode(value="__class__"), NameNode(value="data"), NameNode(value="R")]
            )
            place = self._random.randrange(len(selections) + 1)
            selections.insert(
                place, FieldNode(name=NameNode(value="__typename"), alias=alias, arguments=(), directives=())
            )
        if self._random.random() < 0.2:
            selections.append(self._random.choice(selections))
        if parent is not None and self._random.random() < 0.2:
            cut = self._random.randrange(len(selections))
            spread = self._fragment(parent.name, selections[cut:])
            selections[cut:] = [spread] * self._random.choice([1, 1, 2])
        return SelectionSetNode(selections=tuple(selections))

    def _fragment(self, type_name: str, selections: list[Any]) -> FragmentSpreadNode:
        name = NameNode(value=f"Part{len(self.fragments)}")
        self.fragments.append(
            FragmentDefinitionNode(
                name=name,
                type_condition=NamedTypeNode(name=NameNode(value=type_name)),
                directives=(),
                selection_set=SelectionSetNode(selections=tuple(selections)),
                variable_definitions=(),
            )
        )
        directives = (self._condition(),) if self._random.random() < 0.3 else ()
        return FragmentSpreadNode(name=name, directives=directives)

    def _condition(self) -> DirectiveNode:
        value: Any = BooleanValueNode(value=self._random.random() < 0.5)
        if self._random.random() < 0.7:
            value = VariableNode(name=NameNode(value=self._random.choice("ab")))
        name = self._random.choice(["skip", "include"])
        return DirectiveNode(
            name=NameNode(value=name), arguments=(ArgumentNode(name=NameNode(value="if"), value=value),)
        )


def _changed(node: FieldNode, **changes: Any) -> FieldNode:
    kept = {key: getattr(node, key) for key in ("name", "alias", "arguments", "directives", "selection_set")}
    return FieldNode(**{**kept, **changes})


def varied(plain: GraphQLSchema, text: str, random: Random, kind: str = "query") -> tuple[str, dict[str, Any]]:
    """The document with more of what a caller may write, and its variables."""
    document = parse(text)
    info = TypeInfo(plain)
    varying = _Varying(info, random)
    changed: DocumentNode = visit(document, TypeInfoVisitor(info, varying))
    body = "\n".join(print_ast(each) for each in (*changed.definitions, *varying.fragments))
    variables: dict[str, Any] = {"a": random.random() < 0.5, "b": random.random() < 0.5}
    body = body.removeprefix("query").lstrip()
    used = {name for name in variables if f"if: ${name})" in body}
    declared = [f"${name}: Boolean! = true" for name in sorted(used)] + list(varying.declared.values())
    if not declared:
        return f"{kind} Asked {body}", {}
    given = {name: value for name, value in variables.items() if name in used and random.random() < 0.8}
    return f"{kind} Asked({', '.join(declared)}) {body}", given | varying.given
