"""A radio: the schema on which the tests of streams run, with sources that tell what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import strawberry

from execution.engine import Engine
from execution.errors import RefusedRequest, Unauthenticated
from execution.hooks import RequestInfo
from execution.interruption import Interruption, until_interrupted


@dataclass
class Station:
    """What is on the air. `started` and `closed` count sources; `contexts` those made."""

    started: int = 0
    closed: int = 0
    contexts: int = 0
    listeners: set[asyncio.Queue[int]] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    forever: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, number: int) -> None:
        """One item for every source that runs."""
        for listener in self.listeners:
            listener.put_nowait(number)

    async def until(self, *, started: int = 0, closed: int = 0) -> None:
        """Return when so many sources have started and closed."""
        while self.started < started or self.closed < closed:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 5)

    async def listen(self) -> AsyncGenerator[int, None]:
        """What is said from now on."""
        queue: asyncio.Queue[int] = asyncio.Queue()
        self.listeners.add(queue)
        self.started += 1
        self.changed.set()
        try:
            while True:
                yield await queue.get()
        finally:
            self.listeners.discard(queue)
            self.closed += 1
            self.changed.set()


@dataclass
class RadioContext:
    """Who listens, until when, and whether its source may speak last."""

    station: Station
    user: str | None
    interruption: Interruption | None
    expires_at: datetime | None = None
    event: int = 0


@strawberry.type
class Item:
    number: int
    reason: str | None = None
    resume_after: int | None = None

    @strawberry.field
    def event(self, info: strawberry.Info) -> int:
        return info.context.event  # type: ignore[no-any-return]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}"

    @strawberry.field
    def who(self, info: strawberry.Info) -> str | None:
        return info.context.user  # type: ignore[no-any-return]

    @strawberry.field
    def fail(self) -> str | None:
        raise RuntimeError("secret 85073003328")

    @strawberry.field
    async def slow(self, info: strawberry.Info) -> str:
        station: Station = info.context.station
        station.started += 1
        station.changed.set()
        try:
            await station.forever.wait()
        finally:
            station.closed += 1
            station.changed.set()
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def say(self, info: strawberry.Info, number: int) -> int:
        info.context.station.say(number)
        return number


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def hurry(self, to: int) -> AsyncGenerator[int, None]:
        """Counts from the present on, and never waits."""
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def flood(self, info: strawberry.Info, size: int = 10_000) -> AsyncGenerator[str, None]:
        station: Station = info.context.station
        station.started += 1
        try:
            while True:
                yield "x" * size
                await asyncio.sleep(0)
        finally:
            station.closed += 1
            station.changed.set()

    @strawberry.subscription
    async def broken(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("secret 85073003328")

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int, None]:
        raise RefusedRequest("NOT_YOURS", 403, "Not yours.")
        yield 0

    @strawberry.subscription
    async def deaf(self, info: strawberry.Info) -> AsyncGenerator[Item, None]:
        """A source that never looks whether it is interrupted."""
        async for number in info.context.station.listen():
            yield Item(number=number)

    @strawberry.subscription
    async def stubborn(self, info: strawberry.Info) -> AsyncGenerator[Item, None]:
        """A source that looks, and goes on."""
        info.context.interruption.reached = 0
        async for number in info.context.station.listen():
            yield Item(number=number)

    @strawberry.subscription
    async def follow(self, info: strawberry.Info, after: int | None = None) -> AsyncGenerator[Item, None]:
        """A source that speaks last when it is interrupted."""
        context: RadioContext = info.context
        notice = context.interruption
        assert notice is not None
        if notice.reason is None:
            notice.reached = after or 0
            async for number in until_interrupted(context.station.listen(), notice):
                notice.reached = number
                yield Item(number=number)
        if notice.reason is not None:
            yield Item(number=-1, reason=notice.reason, resume_after=notice.reached)


schema = strawberry.federation.Schema(Query, Mutation, Subscription, federation_version="2.9")


def engine() -> Engine:
    """An engine for the radio."""
    return Engine(schema)


@dataclass
class Doorman:
    """Makes contexts: who is let in is what `authorization` in the payload or the headers says."""

    station: Station = field(default_factory=Station)
    lifetime: timedelta | None = None

    async def __call__(self, info: RequestInfo) -> RadioContext:
        told = dict(info.init_payload or {}).get("authorization", info.headers.get("authorization"))
        match told:
            case "nobody":
                raise Unauthenticated
            case "banned":
                raise RefusedRequest("FORBIDDEN", 403, "Banned.")
            case "crash":
                raise RuntimeError("secret 85073003328")
            case "slow":
                await self.station.forever.wait()
        self.station.contexts += 1
        expires_at = None if self.lifetime is None else datetime.now(UTC) + self.lifetime
        user = told if isinstance(told, str) else None
        return RadioContext(self.station, user, getattr(info, "interruption", None), expires_at)


def renewed(context: RadioContext) -> RadioContext:
    """A context for one event."""
    return RadioContext(context.station, context.user, context.interruption, context.expires_at, context.event + 1)


def expires_at(context: RadioContext) -> datetime | None:
    """When the caller's proof ends."""
    return context.expires_at


def sharing_key(context: RadioContext) -> str | None:
    """Callers of one name see the same."""
    return context.user


def joinable(prepared: Any, variables: Any, context: RadioContext) -> bool:
    """A source without a starting point begins at the present; counting always begins at one."""
    return variables.get("after") is None and prepared.operation.selection_set.selections[0].name.value != "count"
