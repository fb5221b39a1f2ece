"""A schema with everything a plan must know, on data that can be made wrong on purpose.

`Mood(seed, share)` decides for every field of every object whether its value is spoiled, and how. It decides by the
object and the field alone, so that the same document meets the same world however it is executed.
"""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, NewType, TypeVar
from uuid import UUID

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from execution.batching import Batches, Each, batched
from execution.entities import SubgraphSchema
from tests.execution.plan.moods import MOOD, SPOILED

Item = TypeVar("Item")


class Code:
    """A value with a scalar of its own."""

    def __init__(self, text: str) -> None:
        self.text = text


Mark = NewType("Mark", str)


def _code_text(value: object) -> str | None:
    if not isinstance(value, Code):
        raise TypeError("A code is needed here.")
    return None if value.text == "C5" else value.text


async def _later() -> str:
    return "later"


def spoiled(owner: object, name: str, value: Any) -> Any:
    return MOOD[0].of(owner, name, value)


@dataclass
class WorldContext:
    """`calls` are the batches that were asked for, each with its number of parents."""

    calls: list[tuple[str, int]] = field(default_factory=list)
    batches: Batches = field(default_factory=Batches)
    known: bool = True


Info = strawberry.Info[WorldContext, None]


class Known(BasePermission):
    """Refuses every third object."""

    message = "Not for you."

    def has_permission(self, source: Any, info: strawberry.Info, **arguments: Any) -> bool:
        return info.context.known and getattr(source, "number", 0) % 7 != 5


class Shouting(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **arguments: Any) -> Any:
        return str(next_(source, info, **arguments)).upper()


@strawberry.enum
class Colour(enum.Enum):
    RED = "red"
    GREEN = 2


@strawberry.enum
class Size(enum.StrEnum):
    SMALL = "SMALL"
    LARGE = "L"


@strawberry.input
class Wish:
    text: str = "wish"
    colours: list[Colour] | None = None
    count: int | None = strawberry.UNSET


@strawberry.interface
class Numbered:
    number: int

    @strawberry.field
    def label(self) -> str | None:
        return spoiled(self, "label", f"number {self.number}")


@strawberry.interface
class Named(Numbered):
    @strawberry.field
    def name(self, prefix: str = "", twice: bool = False) -> str:
        text = f"{prefix}{self.number}"
        return spoiled(self, "name", text * 2 if twice else text)


@strawberry.type
class Pair(Generic[Item]):
    left: Item
    right: Item | None = None


@strawberry.type
class Sign:
    text: str

    @strawberry.field
    def wish(self, wish: Wish | None = None, day: date | None = None) -> str:
        return f"{wish} {day}"

    @strawberry.field
    def fixed(self) -> int:
        return 1


@strawberry.type
class Place(Named):
    @strawberry.field
    def code(self) -> Code | None:
        return spoiled(self, "code", Code(f"C{self.number}"))

    @strawberry.field
    async def slow(self) -> str | None:
        await asyncio.sleep(0)
        return spoiled(self, "slow", "slow")

    @strawberry.field
    @batched
    async def things(
        places: list[Place], info: Info, most: int = 2
    ) -> Each[list[Annotated[Thing, strawberry.lazy("tests.execution.plan.world")]]]:
        info.context.calls.append(("things", len(places)))
        await asyncio.sleep(0)
        return [
            MOOD[0].item(each, "things", [Thing(number=each.number * 3 + item) for item in range(min(max(most, 0), 4))])
            for each in places
        ]

    @strawberry.field
    @batched
    def capital(places: list[Place], info: Info) -> Each[Place | None]:
        info.context.calls.append(("capital", len(places)))
        return [
            MOOD[0].item(each, "capital", None if each.number % 5 == 4 else Place(number=each.number + 1))
            for each in places
        ]


@strawberry.type
class Hidden(Named):
    """In no union, and an interface's value only by name."""


@strawberry.federation.type(keys=["number"])
class Thing(Named):
    @classmethod
    def resolve_references(cls, info: Info, keys: list[dict[str, Any]]) -> list[Any]:
        info.context.calls.append(("references", len(keys)))
        return [None if key["number"] == 9 else cls(number=key["number"]) for key in keys]

    @strawberry.field
    def colour(self) -> Colour:
        return spoiled(self, "colour", list(Colour)[self.number % 2])

    @strawberry.field
    def sizes(self) -> list[Size | None]:
        return spoiled(self, "sizes", [Size.SMALL, None, Size.LARGE])

    @strawberry.field
    def matrix(self) -> list[list[int | None]] | None:
        return spoiled(self, "matrix", [[1, None], [], [self.number]])

    @strawberry.field
    def weight(self) -> float | None:
        return spoiled(self, "weight", self.number / 3)

    @strawberry.field
    def sold(self) -> bool:
        return spoiled(self, "sold", self.number % 2 == 0)

    @strawberry.field
    def id(self) -> strawberry.ID:
        return spoiled(self, "id", str(self.number))

    @strawberry.field
    def mark(self) -> Mark | None:
        return spoiled(self, "mark", Mark("m"))

    @strawberry.field
    def made(self) -> datetime | None:
        return spoiled(self, "made", datetime(2026, 1, 2, tzinfo=UTC))

    @strawberry.field
    def unique(self) -> UUID | None:
        return spoiled(self, "unique", UUID(int=self.number))

    @strawberry.field
    def extra(self) -> JSON | None:
        return spoiled(self, "extra", {"a": [1, None]})

    @strawberry.field
    def asked(self, info: Info, wish: Wish | None = None, colour: Colour = Colour.RED) -> str:
        return spoiled(self, "asked", f"{info.field_name} {len(info.selected_fields)} {wish} {colour}")

    @strawberry.field
    def place_in_answer(self, info: Info) -> str | None:
        return ".".join(str(each) for each in info.path.as_list()) if self.number % 4 == 3 else None

    @strawberry.field
    def beside(root: strawberry.Parent[Thing]) -> str:
        return spoiled(root, "beside", f"beside {root.number}")

    @strawberry.field(permission_classes=[Known])
    def secret(self, salt: int = 1) -> int | None:
        return self.number + salt

    @strawberry.field(extensions=[Shouting()])
    def loud(self, text: str = "a") -> str:
        return f"{text}{self.number}"

    @strawberry.field(permission_classes=[Known])
    @batched
    async def secret_batch(things: list[Thing], info: Info) -> Each[str | None]:
        return [f"secret {each.number}" for each in things]

    @strawberry.field
    def promised(self) -> str | None:
        return _later() if self.number % 5 == 1 else "now"  # type: ignore[return-value]

    @strawberry.field
    @batched
    async def place(things: list[Thing], info: Info) -> Each[Place]:
        info.context.calls.append(("place", len(things)))
        return [MOOD[0].item(each, "place", Place(number=each.number % 4)) for each in things]

    @strawberry.field
    @batched
    async def tags(
        things: list[Thing], info: Info, limit: int | None = None, size: Size = Size.SMALL
    ) -> Each[list[str]]:
        return [MOOD[0].item(each, "tags", [f"{size} {limit}"] * (each.number % 3)) for each in things]

    @strawberry.field
    @batched
    async def found(things: list[Thing], info: Info) -> Each[list[Found | None] | None]:
        return [MOOD[0].item(each, "found", [Sign(text="s"), None, Place(number=1)]) for each in things]

    @strawberry.field
    async def next(self) -> Thing | None:
        return spoiled(self, "next", Thing(number=(self.number + 1) % 9))

    @strawberry.field
    def numbered(self) -> Numbered:
        return spoiled(self, "numbered", Thing(number=1) if self.number % 2 else Place(number=2))

    @strawberry.field
    def pair(self) -> Pair[int] | None:
        return spoiled(self, "pair", Pair(left=1, right=self.number))


SPOILED.extend(
    (
        lambda value: Place(number=2),
        lambda value: Sign(text="a sign"),
        lambda value: strawberry.cast(Place, Thing(number=4)),
        lambda value: Hidden(number=3),
        lambda value: Colour.RED,
        lambda value: Mark("mark"),
    )
)

Found = Annotated[Thing | Place | Sign, strawberry.union("Found")]
Paired = Annotated[Pair[str] | Sign, strawberry.union("Paired")]


@strawberry.type
class Query:
    @strawberry.field
    def things(self, numbers: list[int] | None = None) -> list[Thing]:
        return spoiled(self, "things", [Thing(number=each) for each in (numbers or [1, 2, 3])[:4]])

    @strawberry.field
    async def thing(self, number: int = 1) -> Thing | None:
        return spoiled(self, "thing", None if number < 0 else Thing(number=number % 12))

    @strawberry.field
    def named(self) -> list[Named | None]:
        return spoiled(self, "named", [Thing(number=2), None, Place(number=3)])

    @strawberry.field
    async def found(self) -> list[list[Found]] | None:
        return spoiled(self, "found", [[Thing(number=6)], [], [Sign(text="here"), Place(number=0)]])

    @strawberry.field
    def paired(self) -> list[Paired]:
        return [Pair(left="a"), Sign(text="b")]

    @strawberry.field
    def place(self, info: Info) -> Place:
        return spoiled(self, "place", Place(number=len(info.variable_values) % 2))

    @strawberry.field
    def words(self) -> tuple[str, ...] | None:
        return spoiled(self, "words", ("a", "b"))


def schema(subscription: type | None = None) -> SubgraphSchema:
    """The world's schema, built anew."""
    return SubgraphSchema(
        query=Query,
        subscription=subscription,
        types=[Thing, Place, Sign, Hidden],
        federation_version="2.9",
        config=StrawberryConfig(
            scalar_map={
                Code: strawberry.scalar(name="Code", serialize=_code_text, parse_value=Code),
                Mark: strawberry.scalar(name="Mark", serialize=str, parse_value=Mark),
            }
        ),
    )
