"""An operator begins a new epoch under a running service: what was given out before is refused without a restart."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from btb.filters import EVERYTHING
from datasources.feed_items import Interrupted
from datasources.followers import Follower, InterruptionReason
from datasources.register.epoch import renew_epoch
from tests.cast import CHIEF, REPRESENTATIVE
from tests.journeys.world import World
from tests.schema.streams import first_events

PAGE = "query ($after: Cursor) { changes(after: $after, first: 10) { endCursor changes { type } } }"
FOLLOW = """subscription ($after: Cursor) { changes(after: $after) {
  ... on Checkpoint { to } ... on FeedInterrupted { reason resumeAfter }
} }"""


async def begin_anew(world: World) -> None:
    house = world.app._house
    assert house is not None
    async with house.database.working() as session:
        await renew_epoch(session)


async def test_a_cursor_of_the_epoch_before_is_refused_at_once(world: World) -> None:
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    page = (await world.query("UMAN", PAGE, {})).ok["changes"]
    await begin_anew(world)
    refused = await world.query("UMAN", PAGE, {"after": page["endCursor"]})
    assert refused.codes == ["CURSOR_OF_OTHER_EPOCH"]
    followed = await first_events(
        world.app, FOLLOW, {"after": page["endCursor"]}, world.token("UMAN"), until="CURSOR_OF_OTHER_EPOCH"
    )
    assert '"resumeAfter":null' in followed
    anew = (await world.query("UMAN", PAGE, {})).ok["changes"]
    assert anew["changes"] == page["changes"]
    assert anew["endCursor"] != page["endCursor"]
    assert (await world.query("UMAN", PAGE, {"after": anew["endCursor"]})).ok["changes"]["changes"] == []


async def test_who_follows_is_told_though_nobody_asks(world: World) -> None:
    house = world.app._house
    assert house is not None
    async with aclosing(house.feed.follow(None, EVERYTHING, Follower())) as items:
        waiting = asyncio.ensure_future(anext(items))
        await asyncio.sleep(0)
        await begin_anew(world)
        said = await asyncio.wait_for(waiting, 20)
    assert said == Interrupted(InterruptionReason.CURSOR_OF_OTHER_EPOCH, None)
