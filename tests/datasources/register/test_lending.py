"""Connections go from one session to the next, and whatever went wrong in one stays behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from datasources.register.changes import current_head
from datasources.register.charts import chart_locked
from datasources.register.database import Database, Patience
from datasources.register.failures import RegisterConflict
from datasources.register.recording import record
from tests.datasources.register.building import change, enterprise, mandate


@pytest.mark.postgres
async def test_sessions_one_after_the_other_have_one_connection(postgres_database: Database) -> None:
    backends = set()
    for _ in range(3):
        async with postgres_database.reading() as session:
            backends.add(await session.scalar(text("SELECT pg_backend_pid()")))
    assert len(backends) == 1


@pytest.mark.postgres
async def test_whoever_is_cancelled_in_a_statement_leaves_no_answer_for_the_next(postgres_database: Database) -> None:
    url = postgres_database.engines[0].url.render_as_string(hide_password=False)
    database = Database.open(url, Patience(readers=1, writers=1))

    async def slow(kind: str) -> None:
        async with database.working() if kind == "working" else database.reading() as session:
            await session.execute(text("SELECT pg_sleep(2)"))

    for kind in ("reading", "working"):
        asked = asyncio.create_task(slow(kind))
        await asyncio.sleep(0.05)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    async with database.reading() as session:
        assert await session.scalar(text("SELECT 7")) == 7
    async with database.working() as session:
        assert (await chart_locked(session, enterprise(1))).version == 0
    await database.close()


async def test_what_failed_is_undone_before_the_connection_is_lent_again(register_url: str) -> None:
    database = Database.open(register_url, Patience(readers=1, writers=1))
    with pytest.raises(RegisterConflict):
        async with database.working() as session:
            await record(session, [change(mandate(enterprise(1)), 1), change(mandate(enterprise(1)), 2)])
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 the block is the transaction
        async with database.working() as session:
            await record(session, [change(mandate(enterprise(1)), 1)])
            raise ZeroDivisionError
    async with database.working() as session:
        assert (await chart_locked(session, enterprise(1))).version == 0
        await record(session, [change(mandate(enterprise(1)), 1)])
    async with database.reading() as session:
        assert (await current_head(session)).position == 1
    await database.close()


async def test_a_session_that_outlives_its_database_gives_its_connection_up(register_url: str) -> None:
    database = Database.open(register_url)
    async with database.reading() as session:
        await database.close()
        assert (await current_head(session)).position == 0


async def test_whoever_is_cancelled_again_and_again_leaves_nothing_half_done(register_url: str) -> None:
    database = Database.open(register_url, Patience(readers=1, writers=1))
    begun = asyncio.Event()

    async def changing() -> None:
        async with database.working() as session:
            await record(session, [change(mandate(enterprise(1)), 1)])
            begun.set()
            await asyncio.Event().wait()

    asked = asyncio.create_task(changing())
    await begun.wait()
    while not asked.done():
        asked.cancel()
        await asyncio.sleep(0)
    async with database.working() as session:
        assert (await chart_locked(session, enterprise(1))).version == 0
    assert [engine.pool.checkedout() for engine in database.engines] == [0, 1]
    await database.close()


async def test_whoever_is_cancelled_while_waiting_takes_no_place(register_url: str) -> None:
    database = Database.open(register_url, Patience(readers=1, writers=1))

    async def looking() -> None:
        async with database.reading() as session:
            await current_head(session)

    async with database.reading():
        waiting = [asyncio.create_task(looking()) for _ in range(4)]
        await asyncio.sleep(0)
        for each in waiting[::2]:
            each.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]
    await asyncio.wait_for(asyncio.gather(*waiting[1::2], looking()), 5)
    await database.close()


@pytest.mark.postgres
async def test_a_connection_that_was_hung_up_while_nobody_had_it_is_not_lent_again(postgres_database: Database) -> None:
    async with postgres_database.reading() as session:
        backend = await session.scalar(text("SELECT pg_backend_pid()"))
        driver: Any = (await session.get_raw_connection()).driver_connection
    while not driver.is_closed():
        async with postgres_database.working() as other:
            await other.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
    async with postgres_database.reading() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) != backend
