"""The world's subscriptions: what they tell can be made wrong on purpose, as every value below it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import strawberry

from tests.execution.plan import moods, world


@dataclass(frozen=True)
class Telling:
    """Who spoils an event: its place in the stream."""

    number: int


def _told(number: int, event: Any) -> Any:
    """An event, or what it is spoiled to; a source itself does not break off."""
    return moods.MOOD[0].item(Telling(number), "event", event)


@strawberry.type
class Subscription:
    """Each tells a few events; a spoiled one is spoiled by its number."""

    @strawberry.subscription
    async def things(self, count: int = 2) -> AsyncGenerator[world.Thing | None, None]:
        for number in range(min(max(count, 1), 3)):
            yield _told(number, world.Thing(number=number * 3 + 1))

    @strawberry.subscription
    async def found(self) -> AsyncGenerator[world.Found, None]:
        for number, each in enumerate((world.Thing(number=6), world.Sign(text="here"), world.Place(number=0))):
            yield _told(number, each)

    @strawberry.subscription(permission_classes=[world.Known])
    async def many(
        self, info: world.Info, numbers: list[int] | None = None
    ) -> AsyncGenerator[list[list[world.Found]], None]:
        yield _told(0, [[world.Thing(number=each) for each in (numbers or [2, 3])[:4]], [], [world.Place(number=1)]])
        yield _told(1, ([world.Sign(text=str(len(info.variable_values)))],))

    @strawberry.subscription
    async def named(self) -> AsyncGenerator[world.Named, None]:
        for number, each in enumerate((world.Thing(number=2), world.Place(number=3))):
            yield _told(number, each)

    @strawberry.subscription
    async def paired(self) -> AsyncGenerator[world.Paired | None, None]:
        for number, each in enumerate((world.Pair(left="a"), world.Sign(text="b"), None)):
            yield _told(number, each)

    @strawberry.subscription
    async def colours(self) -> AsyncGenerator[list[world.Colour | None], None]:
        yield _told(0, [world.Colour.RED, None, world.Colour.GREEN])
