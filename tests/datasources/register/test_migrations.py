"""Migrations go up, down and up again, and end at the tables the code is written against."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, inspect, text

from datasources.register.changes import record
from datasources.register.database import Database
from datasources.register.failures import RegisterConflict
from datasources.register.migrations import check, migrate, migrate_down
from datasources.register.tables import metadata
from tests.datasources.register.building import change, enterprise, mandate


async def _tables(url: str) -> set[str]:
    database = Database.open(url)
    async with database.engines[1].connect() as connection:
        names = await connection.run_sync(lambda here: inspect(here).get_table_names())
    await database.close()
    return set(names) - {"alembic_version"}


async def test_up_down_and_up_again_ends_at_the_tables_of_the_code(database_url: str) -> None:
    await migrate(database_url)
    await check(database_url)
    assert await _tables(database_url) >= set(metadata.tables)
    await migrate_down(database_url)
    assert await _tables(database_url) == set()
    await migrate(database_url)
    await migrate(database_url)
    await check(database_url)


async def test_replicas_that_start_together_migrate_once(database_url: str) -> None:
    await asyncio.gather(*(migrate(database_url) for _ in range(4)))
    await check(database_url)


async def test_every_constraint_has_a_name(database_url: str) -> None:
    def names(connection: Connection) -> list[str | None]:
        found: list[str | None] = []
        look = inspect(connection)
        for table in metadata.tables:
            found += [one["name"] for one in look.get_check_constraints(table)]
            found += [one["name"] for one in look.get_foreign_keys(table)]
            found += [one["name"] for one in look.get_unique_constraints(table)]
            found.append(look.get_pk_constraint(table)["name"])
        return found

    await migrate(database_url)
    database = Database.open(database_url)
    async with database.engines[1].connect() as connection:
        assert None not in await connection.run_sync(names)
    await database.close()


@pytest.mark.parametrize("statement", ["UPDATE changes SET cause = 'DEATH'", "DELETE FROM changes"])
async def test_the_log_is_never_altered(database: Database, statement: str) -> None:
    async with database.working() as session:
        await record(session, [change(mandate(enterprise(1)), 1)])
    with pytest.raises(RegisterConflict):
        async with database.working() as session:
            await session.execute(text(statement))
