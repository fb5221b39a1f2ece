"""`_entities`: each representation in its place, by its key, alone in its failure."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.engine import Engine
from execution.entities import EntitySettings, SubgraphSchema
from execution.errors import Forbidden
from tests.execution import toy
from tests.execution.asking import Watcher, answered, codes

CANARY = "85073003328"
DOCUMENT = """query ($r: [_Any!]!) {
  _entities(representations: $r) {
    __typename ... on Product { id name } ... on Shelf { code } ... on Ticket { number }
  }
}"""
NUMBER = "6b0b1a5e-9a53-4f0c-8f6b-3b1f5b6a7c8d"


def product(id: Any) -> dict[str, Any]:
    return {"__typename": "Product", "id": id}


def shelf(code: Any) -> dict[str, Any]:
    return {"__typename": "Shelf", "code": code}


async def entities(
    representations: list[Any], engine: Engine | None = None, context: Any = None
) -> tuple[list[Any], Any]:
    """What stands in each place, and the codes of the errors by place."""
    body = await answered(engine or toy.engine(), DOCUMENT, context, variables={"r": representations})
    errors = {error["path"][1]: error["extensions"]["code"] for error in body.get("errors", [])}
    return body["data"]["_entities"], errors


async def test_every_representation_is_answered_in_its_place() -> None:
    asked = [
        product("2"),
        shelf("B"),
        product("1"),
        product("2"),
        product("none"),
        {"__typename": "Ticket", "number": NUMBER},
    ]
    found, errors = await entities(asked)
    assert errors == {}
    assert found == [
        {"__typename": "Product", "id": "2", "name": "P2"},
        {"__typename": "Shelf", "code": "B"},
        {"__typename": "Product", "id": "1", "name": "P1"},
        {"__typename": "Product", "id": "2", "name": "P2"},
        None,
        {"__typename": "Ticket", "number": NUMBER},
    ]


@pytest.mark.parametrize("name", ["Shelf", "Ghost", None, ["Product"]], ids=str)
async def test_one_of_another_type_is_not_taken_for_its_neighbours(name: Any) -> None:
    found, errors = await entities([product("1"), {"__typename": name, "id": "1"}, product("2")])
    assert [each and each["name"] for each in found] == ["P1", None, "P2"]
    assert errors == {1: "BAD_REPRESENTATION"}


async def test_a_type_that_can_is_asked_once_for_all_its_keys() -> None:
    context = toy.ToyContext()
    await entities([product(str(each)) if each % 2 else shelf("A") for each in range(10)], context=context)
    assert sorted(context.calls) == ["products 5"] + ["shelf A"] * 5


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"__typename": "Ghost", "id": "1"}, "BAD_REPRESENTATION"),
        ({"__typename": "Query"}, "BAD_REPRESENTATION"),
        ({"__typename": 3}, "BAD_REPRESENTATION"),
        ({"id": "1"}, "BAD_REPRESENTATION"),
        (3, "BAD_REPRESENTATION"),
        (CANARY, "BAD_REPRESENTATION"),
        ([product("1")], "BAD_REPRESENTATION"),
        ({"__typename": "Product"}, "BAD_REPRESENTATION"),
        (product(None), "BAD_REPRESENTATION"),
        ({**product("1"), "name": CANARY}, "BAD_REPRESENTATION"),
        ({**product("1"), CANARY: "1"}, "BAD_REPRESENTATION"),
        (product({"a": CANARY}), "BAD_USER_INPUT"),
        (product([CANARY]), "BAD_USER_INPUT"),
        (product(True), "BAD_USER_INPUT"),
        ({"__typename": "Product", "shelf": CANARY}, "BAD_USER_INPUT"),
        ({"__typename": "Product", "shelf": [{"code": "A"}]}, "BAD_USER_INPUT"),
        ({"__typename": "Product", "shelf": {"edoc": CANARY}}, "BAD_REPRESENTATION"),
        ({"__typename": "Ticket", "number": CANARY}, "BAD_USER_INPUT"),
        (product("sold"), "SOLD_OUT"),
        (product("broken"), "INTERNAL_ERROR"),
        (product("other"), "INTERNAL_ERROR"),
        (shelf("broken"), "INTERNAL_ERROR"),
    ],
)
async def test_a_bad_representation_fails_alone_and_is_never_repeated(bad: Any, code: str) -> None:
    found, errors = await entities([shelf("A"), bad, product("1")])
    assert errors == {1: code}
    assert found[0] == {"__typename": "Shelf", "code": "A"}
    assert found[1] is None
    assert found[2] == {"__typename": "Product", "id": "1", "name": "P1"}
    body = await answered(toy.engine(), DOCUMENT, variables={"r": [bad]})
    assert CANARY not in orjson.dumps(body).decode()


async def test_nothing_of_what_was_sent_becomes_an_entity() -> None:
    found, _ = await entities([{"__typename": "Product", "shelf": {"__typename": "Shelf", "code": "Z"}}])
    assert found == [{"__typename": "Product", "id": "0", "name": "by shelf"}]


async def test_representations_are_not_changed_and_may_be_asked_for_twice() -> None:
    sent = [product("1"), shelf("A")]
    document = (
        "query ($r: [_Any!]!) { a: _entities(representations: $r) { ...E } b: _entities(representations: $r) { ...E } }"
    )
    document += " fragment E on _Entity { __typename }"
    body = await answered(toy.engine(), document, variables={"r": sent})
    assert body["data"]["a"] == body["data"]["b"] == [{"__typename": "Product"}, {"__typename": "Shelf"}]
    assert sent == [product("1"), shelf("A")]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, []), (4, []), (5, ["LIMIT_EXCEEDED"])])
async def test_representations_are_capped(count: int, expected: list[str]) -> None:
    schema = SubgraphSchema(toy.Query, entities=EntitySettings(cap=4))
    body = await answered(
        Engine(schema), DOCUMENT.replace("... on Ticket { number }", ""), variables={"r": [product("1")] * count}
    )
    assert codes(body) == expected


def test_the_cap_itself_is_bounded() -> None:
    for cap in (0, 1_001):
        with pytest.raises(ValueError, match="between 1 and 1000"):
            EntitySettings(cap=cap)


async def test_admission_is_asked_for_each_entity_before_its_resolver() -> None:
    asked: list[Any] = []

    async def admit(context: Any, typename: str, key: dict[str, Any]) -> None:
        asked.append((typename, key))
        if key.get("id") == "2":
            raise Forbidden

    context = toy.ToyContext()
    engine = Engine(SubgraphSchema(toy.Query, types=[toy.Ticket], entities=EntitySettings(admit=admit)))
    found, errors = await entities([product("1"), product("2"), shelf("A")], engine, context)
    assert errors == {1: "FORBIDDEN"}
    assert [each is None for each in found] == [False, True, False]
    assert asked == [("Product", {"id": "1"}), ("Product", {"id": "2"}), ("Shelf", {"code": "A"})]
    assert sorted(context.calls) == ["products 1", "shelf A"]


async def test_types_are_resolved_at_the_same_time() -> None:
    meeting = asyncio.Barrier(2)

    @strawberry.federation.type(keys=["id"])
    class One:
        id: int

        @classmethod
        async def resolve_reference(cls, id: int) -> One:
            await meeting.wait()
            return cls(id=id)

    @strawberry.federation.type(keys=["id"])
    class Two:
        id: int

        @classmethod
        async def resolve_references(cls, keys: list[dict[str, Any]]) -> list[Any]:
            await meeting.wait()
            return [cls(id=key["id"]) for key in keys]

    engine = Engine(SubgraphSchema(types=[One, Two]))
    document = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on One { id } ... on Two { id } } }"
    asked = [{"__typename": "One", "id": 1}, {"__typename": "Two", "id": 2}]
    body = await answered(engine, document, variables={"r": asked})
    assert body["data"]["_entities"] == [{"id": 1}, {"id": 2}]


async def test_a_resolver_that_answers_too_few_is_a_fault_of_ours() -> None:
    @strawberry.federation.type(keys=["id"])
    class Few:
        id: int

        @classmethod
        def resolve_references(cls, keys: list[dict[str, Any]]) -> list[Any]:
            return []

    watcher = Watcher.new()
    engine = Engine(SubgraphSchema(types=[Few]), observers=[watcher])
    document = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    body = await answered(engine, document, variables={"r": [{"__typename": "Few", "id": 1}]})
    assert body["data"] == {"_entities": [None]}
    assert codes(body) == ["INTERNAL_ERROR"]
    assert "answered 0 entities for 1 keys" in str(watcher.faults[0].error)


async def test_required_fields_come_with_the_key() -> None:
    @strawberry.federation.type(keys=["id"])
    class Parcel:
        id: int
        weight_in_grams: int = strawberry.federation.field(external=True)

        @classmethod
        def resolve_reference(cls, id: int, weight_in_grams: int = 0) -> Parcel:
            return cls(id=id, weight_in_grams=weight_in_grams)

        @strawberry.federation.field(requires=["weightInGrams"])
        def postage(self) -> int:
            return self.weight_in_grams * 2

    engine = Engine(SubgraphSchema(types=[Parcel]))
    document = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Parcel { postage } } }"
    asked = [{"__typename": "Parcel", "id": 1, "weightInGrams": 4}, {"__typename": "Parcel", "id": 1}]
    body = await answered(engine, document, variables={"r": asked})
    assert body["data"]["_entities"] == [{"postage": 8}, {"postage": 0}]


async def test_the_definition_is_printed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = toy.engine()
    first = await answered(engine, "{ _service { sdl } }")
    monkeypatch.setattr("execution.entities.print_schema", None)
    assert await answered(engine, "{ _service { sdl } }") == first
    assert '@key(fields: "shelf { code }")' in first["data"]["_service"]["sdl"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**12) | st.text(max_size=5) | st.just(CANARY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["__typename", "id", "code", "shelf", "number", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
NAMED = st.builds(
    lambda name, rest: {**rest, "__typename": name},
    st.sampled_from(["Product", "Shelf", "Ticket", "Query", "Ghost", ""]),
    st.dictionaries(st.sampled_from(["id", "code", "shelf", "number", "x"]), ANYTHING, max_size=3),
)
FUZZED = toy.engine()


@settings(max_examples=200, deadline=None)
@given(st.lists(NAMED | ANYTHING.filter(lambda each: each is not None), max_size=4))
def test_whatever_is_sent_the_order_and_length_are_kept_and_nothing_breaks(sent: list[Any]) -> None:
    body = asyncio.run(
        answered(
            FUZZED, "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", variables={"r": sent}
        )
    )
    assert len(body["data"]["_entities"]) == len(sent)
    assert "INTERNAL_ERROR" not in codes(body) or any("broken" in str(each) for each in sent)
    for found, representation in zip(body["data"]["_entities"], sent, strict=True):
        assert found is None or found["__typename"] == representation["__typename"]
