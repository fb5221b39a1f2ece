"""Outages as they are announced and resolved, told to everybody who listens; one look at the register for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import datetime
from uuid import UUID

from datasources.followers import Follower
from datasources.register import outages as register
from datasources.register.database import Database
from datasources.register.failures import RegisterFailure
from datasources.register.outages import Outage

logger = logging.getLogger(__name__)

_AT_ONCE = 100
_A_WHILE = 60.0
"""Seconds after which a listener looks whether anything came, although nobody rang."""


class OutageBoard:
    """Looks at the register every `poll` seconds while somebody listens, and at once after a writing of ours.

    Only the task that watches reads: a listener who disappears strands nothing, and a register out of reach costs one
    who listens time, and not the stream.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], *, poll: float = 0.25) -> None:
        self._database = database
        self._now = now
        self._poll = poll
        self._newest = 0
        self._arrived: set[Follower] = set()
        self._waiting: dict[Follower, dict[UUID, Outage]] = {}
        self._bell = asyncio.Event()

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._arrived) + len(self._waiting)

    def ring(self) -> None:
        """Something was written, or somebody came."""
        self._bell.set()

    async def watch(self) -> None:
        """Look, for ever; a register out of reach is looked at again."""
        while True:
            if self.listeners:
                await self._look()
            timer = asyncio.get_running_loop().call_later(self._poll, self._bell.set)
            await self._bell.wait()
            timer.cancel()
            self._bell.clear()

    async def follow(self, follower: Follower) -> AsyncGenerator[Outage, None]:
        """First what is current and coming, then each outage as it is announced or altered; until interrupted.

        One who does not read hears of each outage once, as it then stands.
        """
        self._arrived.add(follower)
        self.ring()
        try:
            while follower.reason is None:
                if waiting := self._waiting.get(follower):
                    self._waiting[follower] = {}
                    for each in waiting.values():
                        yield each
                else:
                    await follower.rung(_A_WHILE)
        finally:
            self._arrived.discard(follower)
            self._waiting.pop(follower, None)

    async def _look(self) -> None:
        try:
            async with self._database.reading() as session:
                newest = await register.outage_revision(session)
                if newest < self._newest:  # a backup was restored: everybody hears anew what is so
                    self._arrived.update(self._waiting)
                    self._waiting.clear()
                fresh: list[Outage] = []
                arrived, seen = tuple(self._arrived), self._newest if self._waiting else newest
                while seen < newest and (more := await register.outages_after(session, seen, _AT_ONCE)):
                    fresh += more
                    seen = more[-1].revision
                # Last: what is written behind the newest that was seen, the next look tells those who arrived too.
                known = await register.all_outages(session, self._now()) if arrived else ()
        except RegisterFailure as failure:
            logger.warning("The outages could not be read: %s", failure.reason)
            return
        self._newest = max(newest, seen)
        for follower in tuple(self._waiting):
            self._tell(follower, fresh)
        for follower in self._arrived.intersection(arrived):
            self._arrived.discard(follower)
            self._waiting[follower] = {}
            self._tell(follower, known)

    def _tell(self, follower: Follower, outages: Iterable[Outage]) -> None:
        waiting = self._waiting[follower]
        for each in outages:
            waiting.pop(each.id, None)
            waiting[each.id] = each
        if waiting:
            follower.ring()
