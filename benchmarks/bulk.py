"""A register filled quickly: a million enterprises with a chief each, chained as if every one had been appointed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from os import urandom
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.appointed import NOW, REPRESENTATIVE, appointed, number
from btb.mandates import AccessManagerRole
from datasources.register.changes import chained, change_row
from datasources.register.columns import actor_text, microseconds
from datasources.register.ids import new_id
from datasources.register.payloads import payload
from datasources.register.rows import mandate_row
from datasources.register.tables import changes, mandates

_MODEL = appointed(number(1), AccessManagerRole.CHIEF, 1)


def _parted() -> tuple[bytes, ...]:
    """The payload of an appointment, parted where another one differs: id, enterprise, mandate and person."""
    assert _MODEL.mandate is not None
    said = payload(_MODEL)
    said = said.replace(str(_MODEL.id).encode(), b"\0i").replace(_MODEL.enterprise.digits.encode(), b"\0e")
    said = said.replace(str(_MODEL.mandate.id).encode(), b"\0m").replace(str(_MODEL.mandate.person).encode(), b"\0p")
    return tuple(said.split(b"\0"))


def _plain(value: Any) -> Any:
    """A value of ours as it stands in a column; ids and numbers are put in for each row."""
    if value == NOW:
        return microseconds(NOW)
    return actor_text(REPRESENTATIVE) if value == REPRESENTATIVE else value


@dataclass
class Rows:
    """Makes rows: position and hash go on from one call to the next."""

    position: int = 0
    newest: bytes = bytes(32)

    def next(self, count: int, serial: int) -> Iterator[tuple[str, list[Any], list[Any]]]:
        """So many enterprises from a serial on: the number, and the rows of mandate and change, ids as UUIDs."""
        assert _MODEL.mandate is not None
        of_mandate = [_plain(value) for value in mandate_row(_MODEL.mandate).values()]
        of_change = [_plain(value) for value in change_row(_MODEL, 0, b"", b"", b"").values()]
        names, columns = list(mandates.c.keys()), list(changes.c.keys())
        parts = _parted()
        for offset in range(count):
            made, mandate, person = new_id(), new_id(), UUID(bytes=urandom(16), version=4)
            digits = number(serial + offset).digits
            given = {b"i": made, b"e": digits, b"m": mandate, b"p": person}
            said = parts[0] + b"".join(str(given[part[:1]]).encode() + part[1:] for part in parts[1:])
            previous, self.newest = self.newest, chained(self.newest, said)
            self.position += 1
            row, change = list(of_mandate), list(of_change)
            _put(row, names, id=mandate, enterprise=digits, person=person)
            _put(change, columns, position=self.position, id=made, enterprise=digits, person=person, mandate=mandate)
            _put(change, columns, payload=said.decode(), previous_hash=previous, hash=self.newest)
            yield digits, row, change


def _put(row: list[Any], names: list[str], **values: Any) -> None:
    for name, value in values.items():
        row[names.index(name)] = value


def _hex(row: list[Any]) -> list[Any]:
    return [value.hex if isinstance(value, UUID) else value for value in row]


def fill_sqlite(path: str, rows: Rows, count: int, serial: int) -> None:
    """On SQLite, through its own driver."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for digits, mandate, change in rows.next(count, serial):
        connection.execute("INSERT INTO enterprises VALUES (?, 1)", (digits,))
        connection.execute(f"INSERT INTO mandates VALUES ({', '.join('?' * len(mandate))})", _hex(mandate))
        connection.execute(f"INSERT INTO changes VALUES ({', '.join('?' * len(change))})", _hex(change))
    connection.execute("UPDATE head SET position = ?, hash = ?", (rows.position, rows.newest))
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


async def fill_postgres(url: str, rows: Rows, count: int, serial: int) -> None:
    """On PostgreSQL, by COPY."""
    connection = await asyncpg.connect(url)
    try:
        made = list(rows.next(count, serial))
        await connection.copy_records_to_table("enterprises", records=[(digits, 1) for digits, _, _ in made])
        await connection.copy_records_to_table("mandates", records=[mandate for _, mandate, _ in made])
        await connection.copy_records_to_table("changes", records=[change for _, _, change in made])
        await connection.execute("UPDATE head SET position = $1, hash = $2", rows.position, rows.newest)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
