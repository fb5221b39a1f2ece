"""A bell that rang before somebody listened is heard, and what is read for one who follows ends with the feed."""

from __future__ import annotations

import asyncio

from datasources.feed import Feed
from datasources.followers import Follower, InterruptionReason
from tests.datasources.test_feed import MemoryLog

LONG = 60.0


async def test_a_bell_that_rang_while_nobody_waited_is_heard_once() -> None:
    follower = Follower()
    follower.ring()
    follower.ring()
    await asyncio.wait_for(follower.rung(LONG), 5)
    waiting = asyncio.ensure_future(follower.rung(LONG))
    await asyncio.sleep(0)
    assert not waiting.done()
    follower.ring()
    follower.ring()
    await asyncio.wait_for(waiting, 5)


async def test_one_who_is_interrupted_before_they_wait_does_not_wait_and_keeps_the_first_reason() -> None:
    follower = Follower()
    follower.interrupt(InterruptionReason.TOKEN_EXPIRED)
    follower.interrupt(InterruptionReason.SHUTTING_DOWN)
    await asyncio.wait_for(follower.rung(LONG), 5)
    assert follower.reason is InterruptionReason.TOKEN_EXPIRED


async def test_nobody_waits_longer_than_they_said_and_one_who_gave_up_may_wait_again() -> None:
    follower = Follower()
    await asyncio.wait_for(follower.rung(0.001), 5)
    gone = asyncio.ensure_future(follower.rung(LONG))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    follower.ring()
    await asyncio.wait_for(follower.rung(LONG), 5)


async def test_what_is_still_read_for_somebody_when_the_feed_stops_is_ended_with_it() -> None:
    feed, begun, ended = Feed(MemoryLog()), asyncio.Event(), asyncio.Event()

    async def reading() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    asking = asyncio.ensure_future(feed.readings.of(reading()))
    await begun.wait()
    await feed.stop()
    assert ended.is_set()
    assert not feed.readings.tasks
    assert isinstance((await asyncio.gather(asking, return_exceptions=True))[0], asyncio.CancelledError)
