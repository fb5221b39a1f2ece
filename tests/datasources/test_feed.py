"""Nobody who follows the feed misses a change, gets one twice, or slows another down."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from btb.actors import REGISTER
from btb.changes import Change, ChangeCause, ChangeType
from btb.filters import EVERYTHING, ChangeFilter
from btb.identifiers import EnterpriseNumber
from datasources import feed as feeds
from datasources.feed import Feed
from datasources.feed_items import Batch, Checkpoint, FeedItem, Interrupted
from datasources.followers import Follower, InterruptionReason

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
BAKERY = EnterpriseNumber.parse("0000000196")
BREWERY = EnterpriseNumber.parse("0000000097")


def change(position: int, enterprise: EnterpriseNumber = BAKERY) -> Change:
    moment = START + timedelta(seconds=position)
    return Change(
        id=UUID(int=position),
        type=ChangeType.ENTERPRISE_WITHOUT_CHIEF,
        cause=ChangeCause.REQUEST,
        enterprise=enterprise,
        enterprise_version=position,
        effective_at=moment,
        recorded_at=moment,
        actor=REGISTER,
        position=position,
    )


class MemoryLog:
    """A log that counts how often it is read, and fails when told to."""

    def __init__(self, count: int = 0) -> None:
        self.changes = [change(position) for position in range(1, count + 1)]
        self.reads: list[int] = []
        self.broken = False

    async def head(self) -> int:
        return len(self.changes)

    async def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        self.reads.append(position)
        await asyncio.sleep(0)
        if self.broken:
            raise ConnectionError
        return tuple(self.changes[position : position + limit])

    def append(self, enterprise: EnterpriseNumber = BAKERY) -> None:
        self.changes.append(change(len(self.changes) + 1, enterprise))


@pytest.fixture
async def log() -> MemoryLog:
    return MemoryLog(3)


async def started(log: MemoryLog, **settings: float) -> Feed:
    feed = Feed(log, **{"poll": 0.01, "checkpoint": 5.0} | settings)  # type: ignore[arg-type]
    await feed.start()
    return feed


async def take(feed: Feed, after: int | None, count: int, wanted: ChangeFilter = EVERYTHING) -> list[int]:
    """Positions of the next `count` changes, and proof that batches join without a gap."""
    positions: list[int] = []
    end = after
    stream = feed.follow(after, wanted, Follower())
    async for item in stream:
        assert isinstance(item, Batch | Checkpoint)
        assert end is None or item.start == end
        end = item.to
        if isinstance(item, Batch):
            positions += [each.position or 0 for each in item.changes]
        if len(positions) >= count:
            break
    await stream.aclose()
    return positions


async def test_a_follower_gets_the_backlog_and_then_what_follows(log: MemoryLog) -> None:
    feed = await started(log)
    taking = asyncio.create_task(take(feed, 1, 4))
    await asyncio.sleep(0)
    log.append()
    log.append()
    feed.nudge()
    assert await taking == [2, 3, 4, 5]
    await feed.stop()


async def test_without_a_cursor_a_follower_starts_at_now(log: MemoryLog) -> None:
    feed = await started(log)
    taking = asyncio.create_task(take(feed, None, 1))
    while not feed.followers:  # noqa: ASYNC110 a turn of the loop is what is waited for
        await asyncio.sleep(0)
    log.append()
    assert await taking == [4]
    await feed.stop()


async def test_a_lost_nudge_costs_one_poll_and_no_change(log: MemoryLog) -> None:
    feed = await started(log)
    log.append()
    assert await take(feed, 3, 1) == [4]
    await feed.stop()


async def test_a_long_backlog_comes_in_pages_and_in_order() -> None:
    feed = await started(MemoryLog(feeds.PAGE * 2 + 7))
    assert await take(feed, 0, feeds.PAGE * 2 + 7) == list(range(1, feeds.PAGE * 2 + 8))
    await feed.stop()


async def test_an_act_is_never_split_over_two_batches() -> None:
    log = MemoryLog(feeds.PAGE + 1)
    log.changes[feeds.PAGE] = replace(log.changes[feeds.PAGE], recorded_at=log.changes[feeds.PAGE - 1].recorded_at)
    feed = await started(log)
    stream = feed.follow(0, EVERYTHING, Follower())
    first = await anext(stream)
    second = await anext(stream)
    assert isinstance(first, Batch)
    assert isinstance(second, Batch)
    assert (first.to, second.start, second.to) == (feeds.PAGE - 1, feeds.PAGE - 1, feeds.PAGE + 1)
    await stream.aclose()
    await feed.stop()


async def test_one_read_serves_all_who_stand_at_the_same_place() -> None:
    log = MemoryLog(50)
    feed = await started(log, poll=30.0)
    log.reads.clear()
    takes = await asyncio.gather(*(take(feed, 0, 50) for _ in range(100)))
    assert all(positions == list(range(1, 51)) for positions in takes)
    assert log.reads.count(0) == 1
    await feed.stop()


async def test_what_a_filter_leaves_out_is_covered_by_a_checkpoint() -> None:
    log = MemoryLog(4)
    feed = await started(log, checkpoint=0.02)
    stream = feed.follow(0, ChangeFilter(enterprises=frozenset({BREWERY})), Follower())
    first = await anext(stream)
    assert first == Checkpoint(0, 4)
    log.append(BREWERY)
    items: list[FeedItem] = []
    while not isinstance(items[-1] if items else None, Batch):
        items.append(await anext(stream))
    batch = items[-1]
    assert isinstance(batch, Batch)
    assert (batch.start, batch.to) == (4, 5)
    await stream.aclose()
    await feed.stop()


async def test_a_log_out_of_reach_delays_and_loses_nothing(log: MemoryLog) -> None:
    feed = await started(log)
    log.broken = True
    taking = asyncio.create_task(take(feed, 0, 4))
    await asyncio.sleep(0.03)
    log.append()
    log.broken = False
    assert await taking == [1, 2, 3, 4]
    await feed.stop()


async def test_an_interrupted_follower_is_told_why_and_where_to_go_on(log: MemoryLog) -> None:
    feed = await started(log)
    follower = Follower()
    stream = feed.follow(2, EVERYTHING, follower)
    assert isinstance(await anext(stream), Batch)
    follower.interrupt(InterruptionReason.TOKEN_EXPIRED)
    assert [item async for item in stream] == [Interrupted(InterruptionReason.TOKEN_EXPIRED, 3)]
    await feed.stop()


async def test_stopping_tells_every_follower(log: MemoryLog) -> None:
    feed = await started(log)
    stream = feed.follow(3, EVERYTHING, Follower())
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    await feed.stop()
    assert await waiting == Interrupted(InterruptionReason.SHUTTING_DOWN, 3)
    assert [item async for item in stream] == []
    assert feed.followers == 0


async def test_a_follower_who_disappears_strands_no_read(log: MemoryLog) -> None:
    feed = await started(log)
    taking = asyncio.create_task(take(feed, 0, 99))
    await asyncio.sleep(0)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert await take(feed, 0, 3) == [1, 2, 3]
    assert feed.followers == 0
    await feed.stop()


async def test_while_nobody_follows_a_nudge_reads_nothing_and_whoever_comes_then_starts_at_now(log: MemoryLog) -> None:
    feed = await started(log, poll=60.0)
    await asyncio.sleep(0.01)
    reads = len(log.reads)
    log.append()
    feed.nudge()
    await asyncio.sleep(0.01)
    assert (len(log.reads), feed.head) == (reads, 3)
    assert await feed.now() == 4
    taking = asyncio.create_task(take(feed, None, 1))
    await asyncio.sleep(0.01)
    log.append()
    feed.nudge()
    assert await taking == [5]
    await feed.stop()


async def test_a_reading_for_a_follower_who_disappears_ends_well_all_the_same(log: MemoryLog) -> None:
    feed = await started(log)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def reading() -> None:
        begun.set()
        await asyncio.sleep(0)
        ended.set()

    asking = asyncio.ensure_future(feed.readings.of(reading()))
    await begun.wait()
    asking.cancel()
    await asyncio.wait_for(ended.wait(), 5)
    await feed.stop()


async def test_while_nobody_follows_the_log_is_not_read_and_who_comes_then_misses_nothing(log: MemoryLog) -> None:
    feed = await started(log)
    for _ in range(600):
        log.append()
    async with asyncio.timeout(5):
        while feed.head < 603:  # noqa: ASYNC110 turns of the loop are what is waited for
            await asyncio.sleep(0)
    assert log.reads == []
    taking = asyncio.create_task(take(feed, 600, 5))
    await asyncio.sleep(0.05)
    log.append()
    log.append()
    assert await asyncio.wait_for(taking, 5) == [601, 602, 603, 604, 605]
    await feed.stop()


class Slow(MemoryLog):
    """A log that says where it ends only when it is let."""

    async def head(self) -> int:
        said = await super().head()
        if said > 3:
            await self.let.wait()
        return said

    let = asyncio.Event()


async def test_who_begins_to_follow_while_the_end_of_the_log_is_being_looked_up_is_told_of_it() -> None:
    log = Slow(3)
    feed = await started(log)
    log.append()
    await asyncio.sleep(0.05)
    taking = asyncio.create_task(take(feed, 3, 1))
    await asyncio.sleep(0.05)
    log.let.set()
    assert await asyncio.wait_for(taking, 2) == [4]
    await feed.stop()


async def test_what_nobody_followed_is_no_hole_in_what_is_kept(log: MemoryLog) -> None:
    feed = await started(log)
    live = asyncio.create_task(take(feed, 3, 1))
    await asyncio.sleep(0.05)
    log.append()
    assert await asyncio.wait_for(live, 5) == [4]
    for _ in range(5):
        log.append()
    async with asyncio.timeout(5):
        while feed.head < 9:  # noqa: ASYNC110 turns of the loop are what is waited for
            await asyncio.sleep(0)
    one, another = (asyncio.create_task(take(feed, after, 11 - after)) for after in (3, 9))
    await asyncio.sleep(0.05)
    log.append()
    log.append()
    assert await asyncio.wait_for(one, 5) == list(range(4, 12))
    assert await asyncio.wait_for(another, 5) == [10, 11]
    assert await asyncio.wait_for(take(feed, 3, 8), 5) == list(range(4, 12))
    await feed.stop()
