"""Outages as they are announced and resolved, told to everybody who listens; one look at the register for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from datasources.followers import Follower
from datasources.register import outages as register
from datasources.register.database import Database
from datasources.register.failures import RegisterFailure
from datasources.register.outages import Outage

logger = logging.getLogger(__name__)

_AT_ONCE = 100


class OutageBoard:
    """Looks at the register every `poll` seconds while somebody listens, and at once after a writing of ours."""

    def __init__(self, database: Database, now: Callable[[], datetime], *, poll: float = 0.25) -> None:
        self._database = database
        self._now = now
        self._poll = poll
        self._newest = 0
        self._followers: set[Follower] = set()
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something was written."""
        self._bell.set()

    async def watch(self) -> None:
        """Look, for ever; a register out of reach is looked at again."""
        while True:
            if self._followers:
                await self._look()
            timer = asyncio.get_running_loop().call_later(self._poll, self._bell.set)
            await self._bell.wait()
            timer.cancel()
            self._bell.clear()

    async def follow(self, follower: Follower) -> AsyncGenerator[Outage, None]:
        """First what is current and coming, then each outage as it is announced or altered; until interrupted."""
        async with self._database.reading() as session:
            seen = await register.outage_revision(session)
            known = await register.all_outages(session, self._now())
        self._newest = max(self._newest, seen)
        self._followers.add(follower)
        try:
            for each in known:
                yield each
            while follower.reason is None:
                if self._newest <= seen:
                    await follower.rung(self._poll)
                    continue
                async with self._database.reading() as session:
                    fresh = await register.outages_after(session, seen, _AT_ONCE)
                for each in fresh:
                    seen = each.revision
                    yield each
        finally:
            self._followers.discard(follower)

    async def _look(self) -> None:
        try:
            async with self._database.reading() as session:
                newest = await register.outage_revision(session)
        except RegisterFailure as failure:
            logger.warning("The outages could not be read: %s", failure.reason)
            return
        if newest != self._newest:
            self._newest = newest
            for follower in tuple(self._followers):
                follower.ring()
