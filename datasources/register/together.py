"""Several statements in one trip to PostgreSQL: an appointment writes into eight tables, and each trip costs a turn.

They become parts of one WITH. All of them see what stood before any, and the order in which they are done is nobody's
promise: so none may write a row that another writes, or read what another wrote. Foreign keys are looked at when all
are done. On SQLite, which is in this process, they are sent one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from datasources.register.database import Session
from datasources.register.direct import DIALECT, Direct, fetch
from datasources.register.failures import RegisterConflict

_PARAMETER = re.compile(r"\$(\d+)")

Row = Mapping[str, Any]


class Insert:
    """Rows of one table; `instead` of those with the same id, where there are."""

    def __init__(self, table: Table, *, instead: bool = False) -> None:
        names = [column.name for column in table.c]
        taken = [name for name in names if instead and name not in table.primary_key.c]
        self._on_postgresql = Direct(_insert(postgresql.insert(table), taken))
        self._on_sqlite = _insert(sqlite.insert(table), taken)
        arrays = (f"${place}::{column.type.compile(DIALECT)}[]" for place, column in enumerate(table.c, 1))
        self._many = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({', '.join(arrays)})"  # noqa: S608 ours
        if taken:
            met = ", ".join(f"{name} = excluded.{name}" for name in taken)
            self._many += f" ON CONFLICT (id) DO UPDATE SET {met}"

    def text(self, rows: Sequence[Row]) -> str:
        """In PostgreSQL's own words: one text for one row, and one for any other number."""
        return self._on_postgresql.text if len(rows) == 1 else self._many

    def bound(self, rows: Sequence[Row]) -> list[Any]:
        """What is sent for each parameter of this text."""
        each = [self._on_postgresql.bound(row) for row in rows]
        return each[0] if len(each) == 1 else [list(column) for column in zip(*each, strict=True)]

    async def write(self, session: Session, rows: Sequence[Row]) -> None:
        """All rows, in one trip."""
        if session.dialect.name == "postgresql":
            await fetch(session, self.text(rows), *self.bound(rows))
        else:
            await session.execute(self._on_sqlite, rows)


def _insert(statement: Any, taken: Sequence[str]) -> Executable:
    made: Executable = statement
    if taken:
        made = statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in taken}
        )
    return made


class Rows(NamedTuple):
    """Rows to insert; at least one."""

    into: Insert
    rows: Sequence[Row]


class One(NamedTuple):
    """One statement. Where it is the last and `sure`, it answers a row: that it does not is a conflict."""

    statement: Direct
    values: Row
    sure: bool = False


async def together(session: Session, first: Sequence[Rows | One], last: One) -> Sequence[Sequence[Any]]:
    """What the last one answers. Raises RegisterConflict where it was to answer something and does not."""
    if session.dialect.name == "postgresql":
        rows = await _in_one_trip(session, first, last)
    else:
        for part in first:
            if isinstance(part, Rows):
                await part.into.write(session, part.rows)
            else:
                await part.statement.rows(session, part.values)
        rows = await last.statement.rows(session, last.values)
    if last.sure and not rows:
        raise RegisterConflict("written by another")
    return rows


async def _in_one_trip(session: Session, first: Sequence[Rows | One], last: One) -> Sequence[Sequence[Any]]:
    texts, values = [], []
    for part in (*first, last):
        if isinstance(part, Rows):
            texts.append(part.into.text(part.rows))
            values += part.into.bound(part.rows)
        else:
            texts.append(part.statement.text)
            values += part.statement.bound(part.values)
    return await fetch(session, _joined(tuple(texts)), *values)


@lru_cache(maxsize=256)
def _joined(texts: tuple[str, ...]) -> str:
    """One statement of all, whose parameters are numbered on."""
    numbered, before = [], 0
    for text in texts:
        pieces = _PARAMETER.split(text)  # what stands between parameters, and every second time a parameter's number
        pieces[1::2] = [f"${int(number) + before}" for number in pieces[1::2]]
        numbered.append("".join(pieces))
        before += max((int(number) for number in _PARAMETER.findall(text)), default=0)
    *parts, last = numbered
    named = ", ".join(f"part{place} AS ({part})" for place, part in enumerate(parts))
    return f"WITH {named} {last}" if parts else last
