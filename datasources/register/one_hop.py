"""SQLite with one trip to the driver's thread for each statement instead of four (cursor, execute, fetch, close).

aiosqlite runs SQLite in a thread of its own, and a trip there and back costs more than most of our statements do.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util import EMPTY_DICT
from sqlalchemy.util.concurrency import await_


class _Cursor(AsyncAdapt_dbapi_cursor):
    """What a statement answered, already here and whole: no cursor stays open behind it, nor any lock."""

    __slots__ = ("_answered",)

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows = deque()
        self._soft_closed_memoized = EMPTY_DICT
        self._answered: tuple[Any, int, Any] = (None, -1, None)

    @property
    def description(self) -> Any:
        """The columns answered; None for a statement that answers none."""
        return self._answered[0]

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        return self._answered[1]

    @property
    def lastrowid(self) -> Any:
        """SQLite's own number of the last row inserted."""
        return self._answered[2]

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        """Run one statement and fetch all it answers."""
        return self._run(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        """Run one statement for many rows."""
        return self._run(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def close(self) -> None:
        """Nothing is open."""
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        return

    def _run(self, step: Callable[[sqlite3.Cursor], object]) -> None:
        raw = self._connection._conn

        def there() -> tuple[Any, int, Any, list[Any]]:
            cursor = raw.cursor()
            try:
                step(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return cursor.description, cursor.rowcount, cursor.lastrowid, rows
            finally:
                cursor.close()

        try:
            *answered, rows = await_(self._connection._execute(there))
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self._answered = tuple(answered)
        self._rows = deque(rows)


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = _Cursor  # type: ignore[assignment]  # the base asks for its own class, of which it uses the protocol


class OneHop(AsyncAdapt_aiosqlite_dbapi):
    """The DBAPI to give an engine as its `module`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        """A connection whose cursors make one trip."""
        return _Connection(self, super().connect(*arg, **kw)._connection)
