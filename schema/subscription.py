"""What comes without being asked again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from btb.authority import Deed
from resolvers import admission, changes, outages
from schema.changes import ChangeFeedItem, ChangeFilter, item, wanted
from schema.info import Info
from schema.outages import Outage
from schema.scalars import Cursor


async def _items(info: Info, after: Cursor | None, filter: ChangeFilter | None) -> AsyncGenerator[ChangeFeedItem, None]:
    async with aclosing(changes.follow(info.context, after, wanted(info, filter))) as items:
        async for each in items:
            yield item(info, each)


@strawberry.type(description="What comes without being asked again.")
class Subscription:
    @strawberry.subscription(
        description=(
            "First everything after `after` that passes the filter, then what follows, in feed order, at least once. "
            "Without `after`: from now on."
        )
    )
    async def changes(
        self, info: Info, after: Cursor | None = None, filter: ChangeFilter | None = None
    ) -> AsyncGenerator[ChangeFeedItem, None]:
        admission.require(info.context, Deed.READ_FEED)  # before there is a stream: a transport may then say no to it
        return _items(info, after, filter)

    @strawberry.subscription(
        description="First what is current and coming, then every outage as it is announced or resolved."
    )
    async def outages(self, info: Info) -> AsyncGenerator[Outage, None]:
        async with aclosing(outages.follow(info.context)) as told:
            async for each in told:
                yield Outage(fact=each)
