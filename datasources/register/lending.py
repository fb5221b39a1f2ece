"""Open connections, lent to one session after the other.

SQLAlchemy's pool makes a connection ready for each session and sets it back after it, which takes as long as most of
our statements do. A session that ended well leaves nothing to set back; one that failed is given to the pool, which
rolls back and connects anew where it must.
"""

from __future__ import annotations

import asyncio

from datasources.register.asynchronous import AsyncConnection, AsyncEngine


class Lending:
    """The connections of one engine: at most `most` at once; whoever waits longer than `waiting` seconds is refused."""

    def __init__(self, engine: AsyncEngine, most: int, waiting: float) -> None:
        self.engine = engine
        self._waiting = waiting
        self._places = asyncio.Semaphore(most)
        self._free: list[AsyncConnection] = []
        self._closed = False

    async def lend(self) -> AsyncConnection:
        """A connection for one session, to be given back or up. Raises TimeoutError, and what connecting raises."""
        if self._places.locked():
            async with asyncio.timeout(self._waiting):
                await self._places.acquire()
        else:
            await self._places.acquire()
        try:
            while self._free:
                connection = self._free.pop()
                if _lives(connection):
                    return connection
                await connection.close()
            return await self.engine.connect()
        except BaseException:
            self._places.release()
            raise

    async def give_back(self, connection: AsyncConnection) -> None:
        """After a session that ended well, its transaction with it."""
        if self._closed:
            await self.give_up(connection)
        else:
            self._free.append(connection)
            self._places.release()

    async def give_up(self, connection: AsyncConnection) -> None:
        """After one that did not: undone, whoever is cancelled meanwhile."""
        try:
            await asyncio.shield(asyncio.ensure_future(self._gone(connection)))
        finally:
            self._places.release()

    async def _gone(self, connection: AsyncConnection) -> None:
        if self._closed:  # its pool is no more
            await connection.invalidate()
        await connection.close()

    async def close(self) -> None:
        """Give all connections up; those that are lent go when they come back."""
        self._closed = True
        while self._free:
            await self._free.pop().close()
        await self.engine.dispose()


def _lives(connection: AsyncConnection) -> bool:
    """Whether nobody hung up: asyncpg knows without asking. SQLite has no other side."""
    known = connection.sync_connection
    if known is None or known.closed or known.invalidated:
        return False
    hung_up = getattr(known.connection.driver_connection, "is_closed", None)
    return hung_up is None or not hung_up()
