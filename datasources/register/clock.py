"""The time that counts: the database's, so that replicas whose clocks differ agree on what is in force.

Between two looks at the database the machine's steady clock counts on, which no adjustment of its wall clock moves. A
look only corrects what it can tell from its own duration: on one machine, with one clock, nothing is ever corrected.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from datasources.register.database import Database
from datasources.register.failures import RegisterFailure
from datasources.register.leases import database_time

logger = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks: so long a clock that was set while we ran is believed at most."""
_RESOLUTION = timedelta(milliseconds=2)
"""SQLite tells milliseconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DatabaseClock:
    """Called for this moment, aware, UTC."""

    def __init__(
        self, wall: Callable[[], datetime] = lambda: datetime.now(UTC), steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._steady = steady
        self._zero = wall() - timedelta(seconds=steady())

    def __call__(self) -> datetime:
        """Now."""
        return self._zero + timedelta(seconds=self._steady())

    async def look(self, database: Database) -> None:
        """Ask the database what time it is. Raises RegisterUnavailable."""
        async with database.reading() as session:
            await database_time(session)  # the connection is made: what follows takes as long as the question
            asked = self()
            told = _EPOCH + timedelta(microseconds=await database_time(session))
            answered = self()
        unsure = (answered - asked) / 2
        ahead = told - (asked + unsure)
        if abs(ahead) > unsure + _RESOLUTION:
            self._zero += ahead
            logger.warning("This machine's clock was %.3f seconds from the database's.", -ahead.total_seconds())

    async def keep(self, database: Database) -> None:
        """Look again and again; a database out of reach is asked later."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look(database)
            except RegisterFailure as failure:
                logger.warning("The database could not be asked for the time: %s", failure.reason)
