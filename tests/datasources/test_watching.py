"""The log is watched page by page, and what was read of an epoch that has ended is told to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from btb.changes import Change
from btb.filters import EVERYTHING
from datasources.feed import PAGE, Feed
from datasources.feed_items import Batch, Interrupted
from datasources.followers import Follower
from tests.datasources.test_feed import MemoryLog, started, take


async def test_more_than_a_page_that_is_written_at_once_is_seen_at_once() -> None:
    log = MemoryLog()
    feed, count = await started(log, poll=60.0), 2 * PAGE + 7
    taking = asyncio.create_task(take(feed, 0, count))
    await asyncio.sleep(0.01)
    for _ in range(count):
        log.append()
    feed.nudge()
    assert await asyncio.wait_for(taking, 20) == list(range(1, count + 1))
    await feed.stop()


class Restored(MemoryLog):
    """A log in which a backup is restored while somebody waits for a page of what was there before."""

    async def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        page = await super().changes_after(position, limit)
        if page and self.feed is not None:
            feed, self.feed = self.feed, None
            self.changes = self.changes[:2]
            feed.begin_anew(2)
        return page

    feed: Feed | None = None


async def test_a_page_of_the_epoch_before_is_not_taken_for_one_of_the_new_epoch() -> None:
    log = Restored(5)
    feed = await started(log)
    before = feed.follow(5, EVERYTHING, Follower())
    interrupted = asyncio.ensure_future(anext(before))
    await asyncio.sleep(0)
    log.feed = feed
    log.append()
    assert isinstance(await asyncio.wait_for(interrupted, 5), Interrupted)
    await before.aclose()
    assert feed.head == 2
    stream = feed.follow(2, EVERYTHING, Follower())
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    log.append()
    feed.nudge()
    said = await asyncio.wait_for(waiting, 5)
    assert isinstance(said, Batch)
    assert [each.position for each in said.changes] == [3]
    await stream.aclose()
    await feed.stop()
