"""The feed: the register's log, read once for everybody who follows it, in order and without a gap.

Reads belong to the feed and never to a follower's task, so that a follower who disappears strands nothing. What
followers receive is in `feed_items`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from time import monotonic
from typing import Protocol

from btb.changes import Change
from btb.filters import ChangeFilter
from datasources.feed_items import Batch, Checkpoint, FeedItem, Interrupted
from datasources.followers import Follower, InterruptionReason, Readings

logger = logging.getLogger(__name__)

PAGE = 500
"""Most changes in one batch."""

LIVE = 50
"""One who is no further behind than so many changes reads live; anybody else reads a backlog."""


class Log(Protocol):
    """Where the changes stand, positions 1, 2, 3 … without a gap."""

    async def head(self) -> int:
        """Position of the newest change; 0 for none."""
        ...

    async def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        """The next changes in order, at most `limit`."""
        ...


class Feed:
    """Follows the log of one register for one process.

    `poll` bounds in seconds how late a change of another process is seen when every nudge is lost; `checkpoint` is
    the longest silence towards a follower; `recent` is how many of the newest changes are kept in memory.
    """

    def __init__(self, log: Log, *, poll: float = 0.25, checkpoint: float = 10.0, recent: int = 2_000) -> None:
        self._log = log
        self._poll = poll
        self._checkpoint = checkpoint
        self._recent: deque[Change] = deque(maxlen=recent)
        self._head = 0
        self._bell = asyncio.Event()
        self._followers: set[Follower] = set()
        self._pages: dict[int, asyncio.Task[Sequence[Change]]] = {}
        self._turn = asyncio.Lock()
        self.readings = Readings()
        self._watching: asyncio.Task[None] | None = None

    @property
    def head(self) -> int:
        """Position of the newest change seen."""
        return self._head

    @property
    def followers(self) -> int:
        """How many follow now."""
        return len(self._followers)

    async def start(self) -> None:
        """Begin to watch the log from where it stands."""
        self._head = await self._log.head()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Tell every follower that we are shutting down, and stop watching."""
        for follower in tuple(self._followers):
            follower.interrupt(InterruptionReason.SHUTTING_DOWN)
        tasks = [task for task in (self._watching, *self._pages.values(), *self.readings.tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watching = None

    def begin_anew(self, head: int) -> None:
        """Another epoch has begun, whose newest change is at this position; what was read before is not of it."""
        self._head = head
        self._recent.clear()
        self._pages.clear()
        for follower in tuple(self._followers):
            follower.interrupt(InterruptionReason.CURSOR_OF_OTHER_EPOCH)

    def nudge(self) -> None:
        """Something was written: look now instead of at the next poll, which is early enough while nobody follows."""
        if self._followers:
            self._bell.set()

    async def now(self) -> int:
        """Where one stands who begins to follow now. What is seen may be one poll behind while nobody follows."""
        return self._head if self._followers else max(self._head, await self.readings.of(self._log.head()))

    async def follow(
        self, after: int | None, wanted: ChangeFilter, follower: Follower
    ) -> AsyncGenerator[FeedItem, None]:
        """All after the position that passes the filter, then what follows; where `after` is None, from now on."""
        reported = read = await self.now() if after is None else after
        self._followers.add(follower)
        self.nudge()
        loop = asyncio.get_running_loop()
        due = loop.time() + self._checkpoint
        try:
            while follower.reason is None:
                changes = await self._next(read, follower, due)
                if follower.reason is not None:
                    break
                passing = tuple(change for change in changes if wanted.passes(change))
                read = changes[-1].position or read if changes else read
                if passing:
                    yield Batch(reported, read, passing)
                elif loop.time() >= due:
                    yield Checkpoint(reported, read)
                elif changes:
                    continue
                else:
                    await follower.rung(max(0.0, due - loop.time()))
                    continue
                reported, due = read, loop.time() + self._checkpoint
            yield Interrupted.of(follower, reported)
        finally:
            self._followers.discard(follower)

    async def _next(self, read: int, follower: Follower, due: float) -> Sequence[Change]:
        """The changes after a position: from memory where they are recent, else one page of the log.

        Nothing where the follower has to hear something else first: that it is interrupted, or a checkpoint.
        """
        if read >= self._head:
            return ()
        if self._head - read > LIVE:
            async with self._turn:
                # One batch of a backlog in each turn of the event loop, and for as long as that turn took none at all:
                # those who read live wait for one at most, whatever many turns they need.
                began = monotonic()
                await asyncio.sleep(0)
                await asyncio.sleep(monotonic() - began)
        recent = self._recent
        oldest = recent[0].position if recent else None
        if oldest is None or read + 1 < oldest:
            return await self._page(read, follower, due)
        start = read + 1 - oldest
        return _whole_acts([recent[index] for index in range(start, min(start + PAGE, len(recent)))])

    async def _page(self, read: int, follower: Follower, due: float) -> Sequence[Change]:
        """One read of the log for all who stand at this position."""
        loop, task = asyncio.get_running_loop(), self._pages.get(read)
        if task is None:
            task = self._pages[read] = loop.create_task(self._read_page(read))
            task.add_done_callback(lambda done: self._pages.pop(read) if self._pages.get(read) is done else None)
        task.add_done_callback(lambda _: follower.ring())
        while not task.done():
            if follower.reason is not None or loop.time() >= due:
                return ()
            await follower.rung(due - loop.time())
        return () if task.cancelled() else task.result()

    async def _read_page(self, read: int) -> Sequence[Change]:
        """One page; a log that cannot be read is tried again for as long as the feed lives."""
        while True:
            try:
                return _whole_acts(await self._log.changes_after(read, PAGE))
            except Exception as failure:
                logger.warning("A page of the change log could not be read: %s", type(failure).__name__)
                await asyncio.sleep(self._poll)

    async def _watch(self) -> None:
        """Read what is new and ring; a log that cannot be read is tried again at the next poll."""
        while True:
            try:
                await (self._read_on() if self._followers else self._look())
            except Exception as failure:
                logger.warning("The change log could not be read: %s", type(failure).__name__)
            timer = asyncio.get_running_loop().call_later(self._poll, self._bell.set)
            await self._bell.wait()
            timer.cancel()
            self._bell.clear()

    async def _read_on(self) -> None:
        full = True
        while full:
            page = await self._log.changes_after(read := self._head, PAGE)
            full, changes = len(page) == PAGE, _whole_acts(page)
            if changes and self._head == read:  # else another epoch began meanwhile
                self._recent.extend(changes)
                self._head = changes[-1].position or read
                self._ring()

    async def _look(self) -> None:
        """See how far the log is by now; of what nobody follows nothing is read and nothing is kept."""
        before = self._head
        head = await self._log.head()
        if self._head == before < head:
            self._head = head
            self._recent.clear()
            self._ring()

    def _ring(self) -> None:
        for follower in tuple(self._followers):
            follower.ring()


def _whole_acts(changes: Sequence[Change]) -> Sequence[Change]:
    """A full page without the last act, which may go on behind it: one act is never split over two batches."""
    if len(changes) < PAGE:
        return changes
    last = (changes[-1].enterprise, changes[-1].recorded_at)
    cut = len(changes)
    while cut > 0 and (changes[cut - 1].enterprise, changes[cut - 1].recorded_at) == last:
        cut -= 1
    return changes[:cut] or changes
