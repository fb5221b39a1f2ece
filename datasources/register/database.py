"""Opens our database: SQLite for one process, PostgreSQL for several. A session lives in one `async with`, in one task.

A ReadSession commits by itself: every statement sees one moment, and two statements may see two. So whatever must agree
is read in one statement, and no reader holds a lock that a writer on SQLite would wait for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NewType, TypeAlias

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from datasources.register.asynchronous import AsyncConnection, AsyncEngine, create_async_engine
from datasources.register.failures import DATABASE_ERRORS, RegisterFailure, failure, failure_at_commit
from datasources.register.lending import Lending
from datasources.register.one_hop import OneHop

ReadSession = NewType("ReadSession", AsyncConnection)
WriteSession = NewType("WriteSession", AsyncConnection)
Session: TypeAlias = ReadSession | WriteSession

_PAST_SESSIONS = 1
"""A connection more than sessions may hold: for an import or a migration, which take theirs from the engine."""

_WAL_IS_SAFE_FROM = (3, 51, 3)
"""SQLite 3.7.0 to 3.51.2 can lose a WAL at its reset; the rollback journal cannot (sqlite.org, "WAL-reset bug")."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we wait for the database, in seconds, and how many connections we hold.

    `readers` and `writers` are connections per process, in separate pools, so that no crowd of readers keeps a writer
    out; SQLite has one writer whatever is said. `waiting` bounds the wait for a free connection, a lock and a connect;
    `statement` bounds one statement on PostgreSQL.
    """

    readers: int = 8
    writers: int = 8
    waiting: float = 5.0
    statement: float = 3.0


class InvalidDatabaseUrl(ValueError):
    """Not a URL of a SQLite file or a PostgreSQL database; the message never repeats it, for it may hold a password."""


def driver_url(url: str) -> URL:
    """The URL with the driver we use: `sqlite:///file` and `postgresql://…` are enough to write.

    Raises InvalidDatabaseUrl.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidDatabaseUrl("The database URL cannot be read.") from None
    engine = parsed.get_backend_name()
    if engine == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(drivername="sqlite+aiosqlite")
    if engine in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise InvalidDatabaseUrl("The database URL must be sqlite:///file or postgresql://host/database.")


class Database:
    """The engines of one database. Connections are made when first needed and made again after a restart."""

    def __init__(self, readers: Lending, writers: Lending) -> None:
        self._readers = readers
        self._writers = writers

    @classmethod
    def open(cls, url: str, patience: Patience | None = None) -> Database:
        """Prepare the engines; nothing is connected yet. Raises InvalidDatabaseUrl."""
        parsed, patience = driver_url(url), patience or Patience()
        sqlite = parsed.get_backend_name() == "sqlite"
        readers, writers = _sqlite(parsed, patience) if sqlite else _postgresql(parsed, patience)
        return cls(
            Lending(readers, patience.readers, patience.waiting),
            Lending(writers, 1 if sqlite else patience.writers, patience.waiting),
        )

    @property
    def is_postgresql(self) -> bool:
        """Whether other processes may share this database."""
        return self._writers.engine.dialect.name == "postgresql"

    @property
    def engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        """The reading and the writing engine, for those who count statements or watch the pools."""
        return self._readers.engine, self._writers.engine

    def tell(self, told: Callable[[], None]) -> None:
        """Call this for each statement sent."""

        # With `retval` SQLAlchemy calls it as it is; without, through a function of its own for each statement.
        def heard(_: Any, __: Any, statement: Any, parameters: Any, *more: Any) -> tuple[Any, Any]:
            told()
            return statement, parameters

        for engine in self.engines:
            event.listen(engine.sync_engine, "before_cursor_execute", heard, retval=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """A session that reads. Raises RegisterUnavailable, also where no connection comes free in time."""
        try:
            connection = await self._readers.lend()
            try:
                yield ReadSession(connection)
            except BaseException:
                await self._readers.give_up(connection)
                raise
            await self._readers.give_back(connection)
        except DATABASE_ERRORS as error:
            raise _translated(error) from None

    @asynccontextmanager
    async def working(self) -> AsyncIterator[WriteSession]:
        """A transaction: leaving the block commits, an exception undoes everything.

        Raises RegisterUnavailable, RegisterConflict (nothing written) and OutcomeUnknown (lost while committing).
        """
        try:
            connection = await self._writers.lend()
            try:
                await connection.begin()
                yield WriteSession(connection)
                try:
                    await connection.commit()
                except DATABASE_ERRORS as error:
                    raise failure_at_commit(error) from None
            except BaseException:
                await self._writers.give_up(connection)
                raise
            await self._writers.give_back(connection)
        except DATABASE_ERRORS as error:
            raise _translated(error) from None

    @asynccontextmanager
    async def noting(self) -> AsyncIterator[WriteSession]:
        """A session for one statement that writes, which on PostgreSQL is a transaction of itself: two trips less.

        Raises RegisterUnavailable, and then nobody knows whether it was written.
        """
        if self.is_postgresql:
            async with self.reading() as session:
                yield WriteSession(session)
        else:
            async with self.working() as session:
                yield session

    async def close(self) -> None:
        """Give back every connection."""
        await self._readers.close()
        await self._writers.close()


def _translated(error: Exception) -> Exception:
    translated: RegisterFailure | None = failure(error)
    return error if translated is None else translated


def _sqlite(url: URL, patience: Patience) -> tuple[AsyncEngine, AsyncEngine]:
    wal = sqlite3.sqlite_version_info >= _WAL_IS_SAFE_FROM
    pragmas = (
        f"PRAGMA busy_timeout = {int(patience.waiting * 1000)}",
        "PRAGMA foreign_keys = ON",
        f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}",
        "PRAGMA synchronous = FULL",
    )
    shared: dict[str, Any] = {
        "module": OneHop(),
        "pool_timeout": patience.waiting,
        "hide_parameters": True,
        "max_overflow": _PAST_SESSIONS,
    }
    readers = create_async_engine(
        url, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True, pool_size=patience.readers, **shared
    )
    writers = create_async_engine(url, pool_size=1, **shared)

    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver would begin a deferred transaction at the first write
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    def begin(connection: Any) -> None:
        # IMMEDIATE: a deferred transaction that writes after it has read fails at once where another wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    for engine in (readers, writers):
        event.listen(engine.sync_engine, "connect", prepare)
    event.listen(writers.sync_engine, "begin", begin)
    return readers, writers


def _postgresql(url: URL, patience: Patience) -> tuple[AsyncEngine, AsyncEngine]:
    milliseconds = str(int(patience.statement * 1000))
    shared: dict[str, Any] = {
        "pool_timeout": patience.waiting,
        "hide_parameters": True,
        "max_overflow": _PAST_SESSIONS,
        "connect_args": {
            "timeout": patience.waiting,
            "command_timeout": patience.statement + patience.waiting,
            "server_settings": {
                "application_name": "btb",
                "statement_timeout": milliseconds,
                "lock_timeout": milliseconds,
                "idle_in_transaction_session_timeout": str(int(2 * patience.waiting * 1000)),
                "jit": "off",
            },
        },
    }
    readers = create_async_engine(
        url, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True, pool_size=patience.readers, **shared
    )
    writers = create_async_engine(url, isolation_level="READ COMMITTED", pool_size=patience.writers, **shared)

    def refuse_the_dead(connection: Any, record: Any, proxy: Any) -> None:
        # asyncpg knows without asking that the server hung up; the pool then connects anew, after a restart too.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    for engine in (readers, writers):
        event.listen(engine.sync_engine, "checkout", refuse_the_dead)
    return readers, writers
