"""A small shop: the schema on which the tests of this room run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID, uuid4

import strawberry
from strawberry.federation.schema_directives import Cost, ListSize
from strawberry.permission import BasePermission

from execution.engine import Engine, Limits
from execution.entities import SubgraphSchema
from execution.errors import CodedError
from execution.hooks import RequestInfo


class SoldOut(CodedError):
    """A coded answer of this shop."""

    code = "SOLD_OUT"


@dataclass
class ToyContext:
    """What the shop's resolvers find as info.context. `calls` counts batches; `events` drives the subscription."""

    user: str | None = None
    calls: list[str] = field(default_factory=list)
    event: int = 0


async def context(info: RequestInfo) -> ToyContext:
    """A context for every request."""
    return ToyContext(info.headers.get("x-user"))


def renewed(old: ToyContext) -> ToyContext:
    """A context for one event."""
    return ToyContext(old.user, old.calls, old.event + 1)


class Known(BasePermission):
    """Only for callers with a name."""

    message = "Only for callers with a name."
    error_extensions = {"code": "FORBIDDEN"}  # noqa: RUF012

    def has_permission(self, source: Any, info: strawberry.Info, **arguments: Any) -> bool:
        return info.context.user is not None


@strawberry.federation.type(keys=["code"])
class Shelf:
    code: strawberry.ID

    @classmethod
    def resolve_reference(cls, info: strawberry.Info, code: strawberry.ID) -> Shelf | None:
        info.context.calls.append(f"shelf {code}")
        if code == "broken":
            raise RuntimeError("the shelf 85073003328 broke")
        return None if code == "none" else cls(code=code)

    @strawberry.field(
        directives=[ListSize(assumed_size=3, slicing_arguments=["first"], require_one_slicing_argument=False)]
    )
    def products(self, first: int | None = None) -> list[Product]:
        return [Product(id=strawberry.ID(str(each)), name=f"P{each}") for each in range(min(first or 3, 50))]


@strawberry.federation.type(keys=["id", "shelf { code }"])
class Product:
    id: strawberry.ID
    name: str

    @classmethod
    async def resolve_references(cls, info: strawberry.Info, keys: list[dict[str, Any]]) -> list[Any]:
        info.context.calls.append(f"products {len(keys)}")
        await asyncio.sleep(0)
        return [cls._found(key) for key in keys]

    @classmethod
    def _found(cls, key: dict[str, Any]) -> Any:
        match key.get("id"):
            case "none":
                return None
            case "sold":
                return SoldOut("Sold out.")
            case "broken":
                return RuntimeError("the product 85073003328 broke")
            case "other":
                return Shelf(code=strawberry.ID("A"))
        name = "by shelf" if "shelf" in key else f"P{key['id']}"
        return cls(id=strawberry.ID(str(key.get("id", "0"))), name=name)

    @strawberry.field
    def shelf(self) -> Shelf:
        return Shelf(code=strawberry.ID("A"))

    @strawberry.field(directives=[Cost(weight=7)])
    def price(self) -> int:
        return 7

    @strawberry.field(permission_classes=[Known])
    def margin(self) -> int | None:
        return 3


@strawberry.federation.type(keys=["number"])
class Ticket:
    number: UUID

    @classmethod
    def resolve_reference(cls, number: UUID) -> Ticket:
        assert isinstance(number, UUID)
        return cls(number=number)


@strawberry.input
class Wish:
    name: str
    count: int = 1


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}"

    @strawberry.field
    async def product(self, id: strawberry.ID) -> Product | None:
        return Product(id=id, name=f"P{id}")

    @strawberry.field
    def products(self, ids: list[strawberry.ID]) -> list[Product]:
        return [Product(id=each, name=f"P{each}") for each in ids]

    @strawberry.field
    def shelf(self) -> Shelf:
        return Shelf(code=strawberry.ID("A"))

    @strawberry.field
    def wish(self, wish: Wish) -> str:
        return wish.name

    @strawberry.field
    def add(self, number: int, ticket: UUID | None = None) -> int:
        return number + 1

    @strawberry.field
    def refuse(self) -> str | None:
        raise SoldOut("Sold out.")

    @strawberry.field
    def fail(self, secret: str = "85073003328") -> str | None:
        raise RuntimeError(f"secret {secret}")

    @strawberry.field
    def failing(self, count: int) -> list[Failing]:
        return [Failing() for _ in range(count)]

    @strawberry.field
    async def slow(self) -> str | None:
        await asyncio.Event().wait()
        return None

    @strawberry.field
    def who(self, info: strawberry.Info) -> str | None:
        return info.context.user  # type: ignore[no-any-return]


@strawberry.type
class Failing:
    @strawberry.field
    def value(self) -> str | None:
        raise RuntimeError("85073003328")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def buy(self, id: strawberry.ID) -> Annotated[Product, strawberry.lazy("tests.execution.toy")]:
        return Product(id=id, name=f"P{id}")


@strawberry.type
class Event:
    number: int

    @strawberry.field
    def context_event(self, info: strawberry.Info) -> int:
        return info.context.event  # type: ignore[no-any-return]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def counting(self, to: int = 3) -> AsyncGenerator[Event, None]:
        for number in range(to):
            yield Event(number=number)

    @strawberry.subscription
    async def breaking(self, after: int = 1) -> AsyncGenerator[int, None]:
        for number in range(after):
            yield number
        raise RuntimeError("source 85073003328 broke")

    @strawberry.subscription
    async def refusing(self) -> AsyncGenerator[int, None]:
        raise SoldOut("Sold out.")
        yield 1


def schema() -> SubgraphSchema:
    """The shop, built anew."""
    return SubgraphSchema(
        query=Query, mutation=Mutation, subscription=Subscription, types=[Ticket], federation_version="2.9"
    )


def engine(limits: Limits | None = None, **others: Any) -> Engine:
    """An engine on the shop."""
    return Engine(schema(), limits=limits, **others)


def some_id() -> str:
    """An identifier for one request."""
    return uuid4().hex
