"""A mutation that is called straight does what it does as Strawberry calls it."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission

from execution.entities import SubgraphSchema
from tests.execution.input_toy import Change, Colour, Wish


class Never(BasePermission):
    message = "Not you."

    def has_permission(self, source: Any, info: strawberry.Info, **arguments: Any) -> bool:
        return False


class Louder(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **arguments: Any) -> Any:
        return next_(source, info, **arguments).upper()


def plainly(root: Any, colour: Colour) -> str:
    return f"{root} {colour!r}"


def of_parent(parent: strawberry.Parent[Any]) -> str:
    return f"{parent}"


@strawberry.type
class Mutation:
    rooted: str = strawberry.mutation(resolver=plainly)
    parented: str = strawberry.mutation(resolver=of_parent)

    @strawberry.mutation
    async def wish(self, info: strawberry.Info, wish: Wish, again: Wish | None = None) -> str:
        return f"{self} {info.field_name} {info.python_name} {wish} {again}"

    @strawberry.mutation
    def change(self, change: Change, a_name: str = "nobody", others: list[int] | None = strawberry.UNSET) -> str:
        return f"{change} {a_name} {others!r}"

    @strawberry.mutation
    async def fails(self, number: int) -> str:
        raise ValueError(f"not {number}")

    @strawberry.mutation(permission_classes=[Never])
    def guarded(self) -> str:
        return "never"

    @strawberry.mutation(extensions=[Louder()])
    def loud(self, text: str) -> str:
        return text


@strawberry.type
class Query:
    nothing: str | None = None


STRAIGHT, USUAL = SubgraphSchema(Query, Mutation), strawberry.Schema(Query, Mutation)

DOCUMENTS = (
    'mutation { wish(wish: {weight: 1, colours: [RED], inner: {weight: 2.5}, days: ["2026-01-02"]}) }',
    "mutation { wish(wish: {weight: 1, count: null}, again: null) }",
    'mutation { change(change: {}) one: change(change: {name: "a", colour: null, isFlag: false}, aName: "b") }',
    "mutation { change(change: {wish: {weight: 1}}, others: [1, 2]) }",
    "mutation { change(change: {name: null}) }",
    "mutation { change(change: {}, others: null) }",
    "mutation { fails(number: 7) }",
    "mutation { rooted(colour: GREEN) parented }",
    "mutation { guarded }",
    'mutation { loud(text: "quiet") }',
)


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_it_answers_the_same(document: str) -> None:
    straight = await STRAIGHT.execute(document, root_value="the root")
    usual = await USUAL.execute(document, root_value="the root")
    assert straight.data == usual.data
    assert [each.formatted for each in straight.errors or ()] == [each.formatted for each in usual.errors or ()]
    assert straight.data is not None or straight.errors


def test_what_stands_around_a_mutation_still_does() -> None:
    root = STRAIGHT._schema.mutation_type
    assert root is not None
    rooms = {name: getattr(field.resolve, "__module__", None) for name, field in root.fields.items()}
    assert {name for name, room in rooms.items() if room != "execution.straight"} == {"guarded", "loud"}
