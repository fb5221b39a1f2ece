"""The drivers with nothing between: what the register is measured beside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiosqlite
import asyncpg


class BareSqlite:
    """SQLite through aiosqlite, nothing between."""

    name = "sqlite"
    begin = "BEGIN IMMEDIATE"
    lock = None
    close = "UPDATE head SET hash = ? WHERE id = 1"
    many = "(SELECT value FROM json_each(?))"

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[BareSqlite]:
        """One connection, as durable as ours."""
        async with aiosqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None) as connection:
            await connection.execute("PRAGMA synchronous = FULL")
            await connection.execute("PRAGMA foreign_keys = ON")
            yield cls(connection)

    async def rows(self, sql: str, *values: Any) -> Any:
        """Run one statement and fetch what it answers."""
        return await self._connection.execute_fetchall(sql, values)

    def identity(self, value: UUID) -> Any:
        """An id as it is stored."""
        return value.hex

    def keys(self, digits: list[str]) -> Any:
        """Many numbers as one parameter."""
        return "[" + ",".join(f'"{each}"' for each in digits) + "]"


class BarePostgres:
    """PostgreSQL through asyncpg, nothing between."""

    name = "postgres"
    begin = "BEGIN"
    lock = (
        "INSERT INTO enterprises (number, version) VALUES (?, 0)"
        " ON CONFLICT (number) DO UPDATE SET version = enterprises.version"
    )
    close = "UPDATE head SET hash = ? WHERE id = 1 RETURNING pg_notify('btb_changes', '')"
    many = "(SELECT unnest(?::varchar[]))"

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._written: dict[str, str] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[BarePostgres]:
        """One connection, with its cache of prepared statements."""
        connection = await asyncpg.connect(url)
        try:
            yield cls(connection)
        finally:
            await connection.close()

    async def rows(self, sql: str, *values: Any) -> Any:
        """Run one statement and fetch what it answers."""
        written = self._written.get(sql)
        if written is None:
            first, *rest = sql.split("?")
            written = first + "".join(f"${n}{part}" for n, part in enumerate(rest, 1))
            self._written[sql] = written
        if not values and not sql.startswith("SELECT"):
            return await self._connection.execute(written)
        return await self._connection.fetch(written, *values)

    def identity(self, value: UUID) -> Any:
        """An id as it is stored."""
        return value

    def keys(self, digits: list[str]) -> Any:
        """Many numbers as one parameter."""
        return digits


Bare = BareSqlite | BarePostgres
