"""Loads many rows the fastest way each engine has: COPY on PostgreSQL, one prepared statement on SQLite.

It speaks to the drivers themselves, on one connection of the writers' pool. Parameters are written `$1` on both.
"""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, Protocol

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex

from datasources.kbo_mirror.problems import DATABASE_FAILURES, ImportUnderWay
from datasources.kbo_mirror.records import Row
from datasources.kbo_mirror.tables import Slot
from datasources.register.database import Database, Patience
from datasources.register.locks import AdvisoryLock

IMPORTING: Final = Patience(readers=1, writers=2, waiting=60.0, statement=24 * 3600.0)
"""How an import opens the database: few connections, and statements that may take as long as they need."""

_WORKING: Final = 1.0
_RESTING: Final = 0.12
"""Seconds. A writer that waits for SQLite's lock looks every tenth of a second: so long the lock is left alone."""
_NOTICE_A_LOST_CLIENT: Final = (
    "SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval'"
)
"""Else a statement of an import that was killed runs to its end, and holds the lock. PostgreSQL has it from 14 on."""
_NOTICED: Final = 3.0
_LOOK_AGAIN: Final = 0.25
_CACHE: Final = "PRAGMA cache_size = -65536"


class Bulk(Protocol):
    """One connection that loads."""

    is_postgresql: bool

    async def run(self, sql: str, *parameters: object) -> None:
        """Run one statement."""
        ...

    async def rows(self, sql: str, *parameters: object) -> Sequence[Any]:
        """The rows of one statement."""
        ...

    async def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows to a table."""
        ...

    async def rest(self) -> None:
        """Between two transactions of a long load: let others have the database for a moment, where they need it."""
        ...


class SqliteBulk:
    """Over aiosqlite."""

    is_postgresql = False

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._since = time.monotonic()

    async def run(self, sql: str, *parameters: object) -> None:
        """As Bulk says."""
        await (await self._driver.execute(sql, _numbered(parameters))).close()

    async def rows(self, sql: str, *parameters: object) -> Sequence[Any]:
        """As Bulk says."""
        return list(await self._driver.execute_fetchall(sql, _numbered(parameters)))

    async def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """As Bulk says."""
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        await (await self._driver.executemany(statement, rows)).close()

    async def rest(self) -> None:
        """As Bulk says."""
        if time.monotonic() - self._since >= _WORKING:
            await asyncio.sleep(_RESTING)
            self._since = time.monotonic()


class PostgresBulk:
    """Over asyncpg."""

    is_postgresql = True

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    async def run(self, sql: str, *parameters: object) -> None:
        """As Bulk says."""
        await self._driver.execute(sql, *parameters)

    async def rows(self, sql: str, *parameters: object) -> Sequence[Any]:
        """As Bulk says."""
        found: Sequence[Any] = await self._driver.fetch(sql, *parameters)
        return found

    async def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """As Bulk says."""
        await self._driver.copy_records_to_table(table, records=rows, columns=list(columns))

    async def rest(self) -> None:
        """As Bulk says: readers and writers of other tables never wait for us."""


@asynccontextmanager
async def bulk(database: Database) -> AsyncIterator[Bulk]:
    """The connection that loads; one at a time in all processes. Raises ImportUnderWay."""
    async with _driver(database) as driver:
        if database.is_postgresql:
            await _locked_out_of_others(driver)
            yield PostgresBulk(driver)
        else:
            with _locked(f"{make_url(database.engines[1].url).database}.kbo-import"):
                await (await driver.execute(_CACHE)).close()
                yield SqliteBulk(driver)


@asynccontextmanager
async def beside(database: Database) -> AsyncIterator[Bulk]:
    """One more connection, to PostgreSQL, for whoever has the one that loads: two statements at once."""
    async with _driver(database) as driver:
        yield PostgresBulk(driver)


@asynccontextmanager
async def _driver(database: Database) -> AsyncIterator[Any]:
    async with database.engines[1].connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            if database.is_postgresql:
                await driver.execute(_NOTICE_A_LOST_CLIENT)
                # Nobody reads what is loaded before the last transaction, and that one waits for the disk: `durable`.
                await driver.execute("SET synchronous_commit = off")
            yield driver
        finally:
            # What an interruption left open ends with the connection; a pool would hand it on. Closed here and awaited:
            # a pool gives a slow close two seconds, and lets it run on behind our back.
            with suppress(*DATABASE_FAILURES):
                await driver.close()
            await connection.invalidate()


@asynccontextmanager
async def transaction(to: Bulk, *, staging: bool = False) -> AsyncIterator[None]:
    """Everything inside, or nothing. While only staging, the database itself is not locked."""
    async with stretches(to, staging=staging):
        yield


@asynccontextmanager
async def stretches(to: Bulk, *, staging: bool = False) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """One transaction after the other, of about a second each: what is yielded ends one where it is time.

    Each end waits for the disk, so that rows are not committed a handful at a time.
    """
    begin = "BEGIN" if to.is_postgresql or staging else "BEGIN IMMEDIATE"
    since = time.monotonic()

    async def turn() -> None:
        nonlocal since
        if time.monotonic() - since >= _WORKING:
            await to.run("COMMIT")
            await to.rest()
            await to.run(begin)
            since = time.monotonic()

    await to.run(begin)
    try:
        yield turn
    except BaseException:
        with suppress(*DATABASE_FAILURES):
            await to.run("ROLLBACK")
        raise
    await to.run("COMMIT")


async def durable(to: Bulk) -> None:
    """Let the transaction under way end only once it, and all before it, are on disk."""
    if to.is_postgresql:
        await to.run("SET LOCAL synchronous_commit TO DEFAULT")


def column_names(table: Table) -> list[str]:
    """A table's columns, in the order of its rows."""
    return [column.name for column in table.columns]


def index_statements(to: Bulk, slot: Slot) -> list[tuple[str, str]]:
    """Name and statement of each plain index of a slot."""
    dialect = _dialect(postgresql if to.is_postgresql else sqlite)
    return [(str(index.name), str(CreateIndex(index).compile(dialect=dialect))) for index in slot.indexes]


def _dialect(engine: Any) -> Any:
    return engine.dialect()


def _numbered(parameters: tuple[object, ...]) -> dict[str, object]:
    return {str(place): value for place, value in enumerate(parameters, 1)}


async def _locked_out_of_others(driver: Any) -> None:
    """Take the lock; an import that was killed lets it go once PostgreSQL has noticed. Raises ImportUnderWay."""
    deadline = time.monotonic() + _NOTICED
    while not await driver.fetchval("SELECT pg_try_advisory_lock($1)", AdvisoryLock.KBO_IMPORT):
        if time.monotonic() > deadline:
            raise ImportUnderWay("Another import is loading into this database.")
        await asyncio.sleep(_LOOK_AGAIN)


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """A lock file beside the database, let go by the system whatever becomes of us."""
    with open(path, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportUnderWay("Another import is loading into this database.") from None
        yield
