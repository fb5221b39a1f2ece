"""The disk of the database full in the middle of an import: a sentence, and the extract in use untouched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event

from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.problems import DatabaseFailed
from datasources.kbo_mirror.status import mirror_status
from datasources.kbo_mirror.synthetic import write_full, write_update
from datasources.register.database import Database
from tests.datasources.kbo_mirror.moments import NOW

_FULL = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.id / 256 / 100 % 1000 = 0 THEN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END IF;
  RETURN NEW;
END $$"""
"""What PostgreSQL says where a table cannot grow; a test cannot fill the disk of a server."""


@asynccontextmanager
async def _full_disk(database: Database, database_url: str, slot: int) -> AsyncIterator[None]:
    """Nothing more fits into the names of a slot."""
    if database.is_postgresql:
        connection = await asyncpg.connect(database_url)
        table = f"kbo_names_{slot}"
        await connection.execute(_FULL)
        await connection.execute(
            f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION disk_full()"
        )
        yield
        await connection.execute(f"DROP TRIGGER full_disk ON {table}")
        await connection.execute("DROP FUNCTION disk_full")
        await connection.close()
        return

    def fill(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 10}")
        cursor.close()

    engine = database.engines[1].sync_engine
    event.listen(engine, "connect", fill)
    yield
    event.remove(engine, "connect", fill)


def _next_full(at: Path) -> Path:
    return write_full(at / "next.zip", 3000, number=91)


def _next_update(at: Path) -> Path:
    return write_update(at / "next.zip", range(1000), new=range(2000, 3000), number=91)


@pytest.mark.parametrize(("made", "slot", "after"), [(_next_full, 1, 3000), (_next_update, 0, 3000)])
async def test_a_full_disk_is_said_and_changes_nothing(
    database: Database, database_url: str, tmp_path: Path, made: Callable[[Path], Path], slot: int, after: int
) -> None:
    await import_extract(database, write_full(tmp_path / "in-use.zip", 2000, number=90), NOW)
    before, path = await mirror_status(database), made(tmp_path)
    async with _full_disk(database, database_url, slot):
        with pytest.raises(DatabaseFailed, match="The disk of the database is full"):
            await import_extract(database, path, NOW)
        assert await mirror_status(database) == before
    assert (await import_extract(database, path, NOW)).enterprises == after
