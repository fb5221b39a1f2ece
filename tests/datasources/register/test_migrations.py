"""Migrations go up, down and up again, and end at the tables the code is written against."""

from __future__ import annotations

import asyncio
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from datasources.register.database import Database
from datasources.register.failures import RegisterConflict
from datasources.register.migrations import check, configuration, migrate, migrate_down, newest
from datasources.register.recording import record
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


async def test_the_newest_revision_is_the_one_that_migrations_end_at(database_url: str) -> None:
    await migrate(database_url)
    database = Database.open(database_url)
    async with database.engines[1].connect() as connection:
        heads = await connection.run_sync(lambda here: ScriptDirectory.from_config(configuration(here)).get_heads())
        stored = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    await database.close()
    assert heads == [newest()] == [stored]


async def test_a_server_on_a_database_of_its_own_version_starts_without_alembic(database_url: str) -> None:
    await migrate(database_url)
    program = (
        "import asyncio, sys; from datasources.register.migrations import migrate;"
        "asyncio.run(migrate(sys.argv[1])); print('alembic' in sys.modules)"
    )
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, database_url, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await started.communicate()
    assert (started.returncode, said.strip()) == (0, b"False")


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
