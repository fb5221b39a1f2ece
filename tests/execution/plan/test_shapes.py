"""Of which documents the entities can be kept one by one, and by what is asked of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pytest
import strawberry
from strawberry.federation.schema import FederationAny

from execution.engine import Engine
from execution.entities import SubgraphSchema
from execution.operation import OperationRequest, Prepared
from execution.plan import CompiledQueries, FragmentedQueries, PlanSettings
from execution.plan.bounds import Bounds
from execution.plan.shapes import Shape, shape
from execution.plan.signals import Unplannable
from tests.execution.plan.both import QUERY


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Person(Named):
    age: int = 30


@strawberry.type
class Dog(Named):
    tail: str = "short"


@strawberry.federation.type(keys=["id"])
class House:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> House:
        return cls(id=id)

    @strawberry.field
    def inhabitant(self) -> Named:
        return Person(name="Ann")

    @strawberry.field
    def asked(self, of: list[FederationAny]) -> int:
        return len(of)


@strawberry.type
class Query:
    house: House | None = None


class Anything:
    """Everything may be kept for ever, and `heard` is what that is."""

    def __init__(self) -> None:
        self.heard: frozenset[str] = frozenset()

    def rests(self, typename: str, coordinates: frozenset[str]) -> object | None:
        self.heard = coordinates
        return "nothing"

    def reader(self, context: Any, rests: Any) -> Hashable | None:
        return "anybody"

    def when(self, context: Any) -> Hashable:
        return "now"

    async def hold(self, context: Any, notes: Sequence[Any]) -> Sequence[bool]:
        return [True] * len(notes)

    def notes(self, context: Any, rests: Any, keys: Sequence[Mapping[str, Any]]) -> Sequence[Any | None]:
        return ["holds"] * len(keys)

    async def shown(self, context: Any, notes: Sequence[Any]) -> None:
        """Nobody wants to know."""


SCHEMA = SubgraphSchema(query=Query, types=[House, Person, Dog], federation_version="2.9")


def shape_of(text: str, declared: Anything | None = None) -> Shape | None:
    prepared = Engine(SCHEMA).prepare(OperationRequest(text), QUERY)
    assert isinstance(prepared, Prepared)
    try:
        return shape(SCHEMA, declared or Anything(), prepared, {}, Bounds(100, 60.0))
    except Unplannable:
        return None


def test_below_an_interface_everything_counts_that_any_type_of_it_may_answer() -> None:
    declared = Anything()
    below = "inhabitant { name ... on Person { age } ... on Dog { tail } }"
    assert shape_of(
        f"query ($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on House {{ {below} }} }} }}", declared
    )
    assert declared.heard == {"House.inhabitant", "Person.name", "Person.age", "Dog.name", "Dog.tail"}


@pytest.mark.parametrize(
    "text",
    [
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on House { id } } house { id } }",
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on House { asked(of: $of) } } }",
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on House { asked(of: [{all: $of}]) } } }",
        'query { _entities(representations: [{__typename: "House", id: "1"}]) { ... on House { id } } }',
        "query ($one: _Any!) { _entities(representations: [$one]) { ... on House { id } } }",
        "query { house { id } }",
    ],
    ids=["another field", "told to a field", "told within a value", "written out", "one by one", "no entities"],
)
def test_what_is_no_row_of_entities_by_one_variable_has_no_shape(text: str) -> None:
    assert shape_of(text) is None


def test_only_an_answer_that_is_written_as_it_would_be_joined_is_parted() -> None:
    known = Shape("of", "found", {})
    assert known.parted(b'{"data":{"found":[{"a":1.5},null]}}') == [b'{"a":1.5}', b"null"]
    for other in (b'{"data":{"found":[{"a":15e-1}]}}', b'{"data":{"found":[1, 2]}}', b'{"data":{"found":[],"b":1}}'):
        assert known.parted(other) is None


async def test_what_rests_on_all_representations_is_never_answered_from_memory() -> None:
    compiled = CompiledQueries(SCHEMA, PlanSettings(interpreted_first=0))
    engine = Engine(SCHEMA, executor=FragmentedQueries(compiled, SCHEMA, Anything(), 10**6))
    text = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on House { asked(of: $of) } } }"
    for several in (["1"], ["1", "2"], ["2", "1", "3"]):
        variables = {"of": [{"__typename": "House", "id": each} for each in several]}
        asked = OperationRequest(text, variables=variables)
        answer = await engine.execute(asked, None, allowed=QUERY)
        assert answer.body == (await Engine(SCHEMA).execute(asked, None, allowed=QUERY)).body
