"""Constant statements, sent to PostgreSQL's driver as they were compiled once.

What SQLAlchemy does for each execution of a statement (look its compiled form up, bind, describe the result, change
greenlets) takes several times what the driver needs, and an appointment sends a dozen statements, some of them while
everybody waits for the head of the log. So those of the hot paths are compiled once and sent without it; on SQLite, and
for whatever is composed for one question, nothing changes.

A session is the same session either way: its transaction begins with its first statement, whoever sends it, its errors
are SQLAlchemy's, and whoever counts statements is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.util.concurrency import greenlet_spawn

from datasources.register.database import Session

DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]

Bind = tuple[str, Callable[[Any], Any] | None, Any]


class Direct:
    """One statement. Its answer is rows as the driver has them: no type of a column is applied to what is read.

    `values` are those of its parameters, as SQLAlchemy takes them; of one that is left out the statement's own is used.
    """

    __slots__ = ("_binds", "_statement", "_text")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._text: str | None = None
        self._binds: Sequence[Bind] = ()

    async def rows(self, session: Session, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """What it answers; nothing for one that answers no rows."""
        if session.dialect.name != "postgresql":
            result = await session.execute(self._statement, values)
            return result.all() if result.returns_rows else ()
        return await fetch(session, self.text, *self.bound(values))

    @property
    def text(self) -> str:
        """In PostgreSQL's own words, with `$1` …, for which `bound` gives values."""
        return self._text or self._compiled()

    def _compiled(self) -> str:
        compiled: Any = self._statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]
        processors = compiled._bind_processors
        self._binds = [(name, processors.get(name), compiled.params[name]) for name in compiled.positiontup or ()]
        text = self._text = str(compiled)
        return text

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        """What is sent for each parameter, in order."""
        if self._text is None:
            self._compiled()
        found = []
        for name, process, own in self._binds:
            value = values.get(name, own)
            found.append(value if process is None else process(value))
        return found


async def fetch(session: Session, text: str, *values: Any) -> Sequence[Sequence[Any]]:
    """Rows of a statement with `$1` … in PostgreSQL's own words."""
    rows: Sequence[Sequence[Any]] = await _sent(session, text, "fetch", *values)
    return rows


class _Once:
    """Gives all rows at once. Of a file asyncpg makes a class for each call, a circle that holds the rows for long."""

    __slots__ = ("_rows",)

    def __init__(self, rows: bytes) -> None:
        self._rows: bytes | None = rows

    def __aiter__(self) -> _Once:
        return self

    async def __anext__(self) -> bytes:
        rows, self._rows = self._rows, None
        if rows is None:
            raise StopAsyncIteration
        return rows


async def copy(session: Session, table: str, columns: Sequence[str], rows: bytes) -> None:
    """Append rows to a table, in the binary form of PostgreSQL's COPY: for many rows half the work of an INSERT."""
    await _sent(session, table, "copy_to_table", source=_Once(rows), columns=columns, format="binary")


async def _sent(session: Session, text: str, way: str, *values: Any, **named: Any) -> Any:
    connection: Any = session.sync_connection
    adapted = connection.connection.dbapi_connection
    connection.dispatch.before_cursor_execute(connection, None, text, values, None, False)
    try:
        if adapted._transaction is None:
            await adapted._start_transaction()
        return await getattr(adapted._connection, way)(text, *values, **named)
    except BaseException as error:
        await greenlet_spawn(_raise_as_sqlalchemy, connection, adapted, error, text)


def _raise_as_sqlalchemy(connection: Any, adapted: Any, error: BaseException, text: str) -> None:
    """What SQLAlchemy would raise, which also gives up a connection that is lost or left in the middle of an answer."""
    try:
        adapted._handle_exception(error)
    except BaseException as translated:
        connection._handle_dbapi_exception(translated, text, None, None, None)
