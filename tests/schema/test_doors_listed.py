"""Nothing is open by omission: a root field, an entity or a way to a person that no test asks by fails here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_object_type,
    parse,
    visit,
)

from schema.subgraph import build_schema
from tests.schema.doors import GUARDED_ALONE, PUBLIC, REQUESTS, WAYS, Way

GUARDED = frozenset(
    {
        "Person",
        "AccessManager",
        "Delegation",
        "Contact",
        "Change",
        "FeedProgress",
        "Consultation",
        "LegalRepresentative",
    }
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema()._schema


def test_every_door_is_in_the_table(schema: GraphQLSchema) -> None:
    asked = {edge for way in (*WAYS, *REQUESTS) for edge in _edges(schema, way)}
    doors = set(_doors(schema))
    listed = {edge for edge in asked if edge in doors} | set(PUBLIC) | set(GUARDED_ALONE)
    assert doors <= listed, f"No test says who may use {sorted(doors - listed)}: add it to tests/schema/doors.py."


def test_every_way_to_what_is_guarded_is_in_the_table(schema: GraphQLSchema) -> None:
    asked = {edge for way in (*WAYS, *REQUESTS) for edge in _edges(schema, way)} | set(GUARDED_ALONE)
    batches = {"ChangeBatch.changes", "Subscription.changes"}  # one door, tried below by a stream
    missing = set(_ways(schema)) - asked - batches
    assert not missing, f"No test asks by way of {sorted(missing)}: add it to tests/schema/doors.py."


def _doors(schema: GraphQLSchema) -> Iterator[str]:
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        assert root is not None
        for field in root.fields:
            if field != "_entities":
                yield f"{root.name}.{field}"
    entities = schema.type_map["_Entity"]
    assert isinstance(entities, GraphQLUnionType)
    for each in entities.types:
        yield f"_entities: {each.name}"


def _ways(schema: GraphQLSchema) -> Iterator[str]:
    for each in schema.type_map.values():
        if not is_object_type(each) or each.name.startswith("_"):
            continue
        assert isinstance(each, GraphQLObjectType)
        for name, field in each.fields.items():
            named = get_named_type(field.type)
            members = {one.name for one in named.types} if isinstance(named, GraphQLUnionType) else {named.name}
            if members & GUARDED or name == "nationalNumber":
                yield f"{each.name}.{name}"


def _edges(schema: GraphQLSchema, way: Way) -> set[str]:
    document, info, found = parse(way.document), TypeInfo(schema), set[str]()

    class Walk(Visitor):
        def enter_field(self, node: Any, *_: Any) -> None:
            parent = info.get_parent_type()
            assert parent is not None
            found.add(f"{parent.name}.{node.name.value}")

        def enter_inline_fragment(self, node: Any, *_: Any) -> None:
            parent = info.get_parent_type()
            if parent is not None:
                found.add(f"_entities: {node.type_condition.name.value}")

    visit(document, TypeInfoVisitor(info, Walk()))
    return found
