"""Which access-management systems follow the feed now: counted here, and told to the other replicas by the database."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from datasources.register import listeners
from datasources.register.database import Database, Session
from datasources.register.failures import RegisterFailure

logger = logging.getLogger("btb.feed")

EVERY = 5.0
"""Seconds between two tellings."""
BELIEVED = timedelta(seconds=15)
"""So long a replica that died is believed to have those who listened to it."""


class Presence:
    """Counts the subscriptions of each system at this replica."""

    def __init__(self, replica: str) -> None:
        self._replica = replica
        self._counts: Counter[str] = Counter()
        self._told: frozenset[str] = frozenset()
        self._bell = asyncio.Event()

    @contextmanager
    def of(self, system: str | None) -> Iterator[None]:
        """One subscription more, for as long as the block lasts; None for a client that speaks for no system."""
        if system is None:
            yield
            return
        self._counts[system] += 1
        self._bell.set()
        try:
            yield
        finally:
            self._counts[system] -= 1
            self._bell.set()

    @property
    def here(self) -> frozenset[str]:
        """The systems that listen at this replica."""
        return frozenset(+self._counts)

    async def everywhere(self, session: Session) -> frozenset[str]:
        """The systems that listen at any replica. Raises RegisterUnavailable."""
        return self.here | await listeners.listening(session)

    async def keep(self, database: Database) -> None:
        """Tell the others, at once when it changes and every few seconds, for ever; take it back when cancelled."""
        try:
            while True:
                self._bell.clear()
                await self._tell(database, self.here)
                timer = asyncio.get_running_loop().call_later(EVERY, self._bell.set)
                await self._bell.wait()
                timer.cancel()
        finally:
            await asyncio.shield(self._tell(database, frozenset()))

    async def _tell(self, database: Database, systems: frozenset[str]) -> None:
        """Nothing is written for as long as nobody listens."""
        if not systems and not self._told:
            return
        try:
            async with database.working() as session:
                await listeners.tell(session, self._replica, systems, BELIEVED)
            self._told = systems
        except RegisterFailure as failure:
            logger.warning("Who listens could not be told: %s", failure.reason)
