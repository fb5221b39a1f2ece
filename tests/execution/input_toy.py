"""A schema whose arguments have every shape that Strawberry knows, and values for input types, fitting or not."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)
from hypothesis import strategies as st
from strawberry.relay import GlobalID

Item = TypeVar("Item")

FITTING: Mapping[str, st.SearchStrategy[Any]] = {
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-5, 5)),
    "String": st.text(max_size=4),
    "ID": st.one_of(st.text(max_size=4), st.integers(0, 9)),
    "Boolean": st.booleans(),
    "Date": st.sampled_from(["2026-01-02", "2024-02-29"]),
}
WRONG = st.sampled_from([None, 1, 2**40, "wrong", 1.5, True, [], {}, [None], {"unknown": 1}, {"text": None}])


@strawberry.enum
class Colour(enum.Enum):
    RED = "red"
    GREEN = 2


@strawberry.input
class Wish:
    text: str = "wish"
    colours: list[Colour] | None = None
    count: int | None = strawberry.UNSET
    days: list[date] = field(default_factory=list)
    matrix: list[list[int | None]] | None = None
    weight: float
    note: str | None
    inner: Annotated[Wish, strawberry.lazy("tests.execution.input_toy")] | None = None
    others: list[Annotated[Wish, strawberry.lazy("tests.execution.input_toy")]] | None = None


@strawberry.input(one_of=True)
class Named:
    by_id: strawberry.ID | None = strawberry.UNSET
    by_wish: Wish | None = strawberry.UNSET
    by_list: list[int] | None = strawberry.UNSET


@strawberry.input
class Change:
    name: strawberry.Maybe[str]
    colour: strawberry.Maybe[Colour | None]
    wish: strawberry.Maybe[Wish | None]
    flag: bool = strawberry.field(name="isFlag", default=True)


@strawberry.input
class Box(Generic[Item]):
    item: Item
    more: list[Item] | None = None


@strawberry.input
class Refusing:
    """Its construction may fail."""

    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("below nothing")


@strawberry.input
class Referring:
    node: GlobalID | None = None
    wish: Wish | None = None


@strawberry.type
class Query:
    @strawberry.field
    def plain(self, number: int, text: str | None = None, names: list[strawberry.ID] | None = None) -> int:
        return 0

    @strawberry.field
    def asked(self, wish: Wish, named: Named, change: Change, refusing: Refusing | None = None) -> int:
        return 0

    @strawberry.field
    def lists(
        self, wishes: list[Wish | None], deep: list[list[Named]] | None = None, boxes: list[Box[int]] = ()
    ) -> int:  # type: ignore[assignment]
        return 0

    @strawberry.field
    def odd(
        self,
        box: Box[Wish] | None = None,
        node: GlobalID | None = None,
        nodes: list[GlobalID] | None = None,
        referring: Referring | None = None,
        colour: Annotated[Colour, strawberry.argument(name="inColour")] = Colour.RED,
        day: date | None = strawberry.UNSET,
    ) -> int:
        return 0


def schema() -> strawberry.Schema:
    return strawberry.Schema(Query)


@dataclass(frozen=True)
class Sent:
    """Writes values of input types as JSON has them: mostly fitting, some wrong, some left out."""

    fitting: Mapping[str, st.SearchStrategy[Any]]
    wrong: bool = True

    def of(self, type_: GraphQLInputType, depth: int = 3) -> st.SearchStrategy[Any]:
        """Values of a type, objects no deeper than this where they may be left out."""
        if not isinstance(type_, GraphQLNonNull):
            present = self._present(type_, depth)
            return st.one_of(st.none(), present, present) if depth else st.none()
        return self._present(type_.of_type, depth)

    def _present(self, type_: Any, depth: int) -> st.SearchStrategy[Any]:
        fits: st.SearchStrategy[Any]
        if isinstance(type_, GraphQLList):
            item = self.of(type_.of_type, depth)
            fits = st.one_of(st.lists(item, max_size=3), item)
        elif isinstance(type_, GraphQLInputObjectType):
            fits = st.deferred(lambda: self._object(type_, depth - 1))
        elif isinstance(type_, GraphQLEnumType):
            fits = st.sampled_from(list(type_.values))
        else:
            assert isinstance(type_, GraphQLScalarType)
            fits = self.fitting.get(type_.name, st.text(max_size=3))
        return st.one_of(*[fits] * 12, WRONG) if self.wrong else fits

    def _object(self, type_: GraphQLInputObjectType, depth: int) -> st.SearchStrategy[Any]:
        fields = {name: self.of(each.type, max(depth, 0)) for name, each in type_.fields.items()}
        if type_.is_one_of:
            return st.one_of(*(st.fixed_dictionaries({name: each}) for name, each in fields.items()))
        needed = {name: fields[name] for name, each in type_.fields.items() if isinstance(each.type, GraphQLNonNull)}
        rest = {name: each for name, each in fields.items() if name not in needed}
        return st.fixed_dictionaries(needed, optional=rest)
