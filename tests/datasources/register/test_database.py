"""The database fails in few ways, each a type that repeats nothing, and comes back by itself."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

import pytest
from sqlalchemy import event, text

from datasources.register.bell import listen
from datasources.register.changes import current_head
from datasources.register.charts import chart_locked
from datasources.register.database import Database, InvalidDatabaseUrl, Patience, driver_url
from datasources.register.epoch import EpochSuspect, confirm_epoch, renew_epoch, suspicion
from datasources.register.failures import OutcomeUnknown, RegisterConflict, RegisterFailure, RegisterUnavailable
from datasources.register.recording import record
from tests.datasources.register.building import NOON, change, ended, enterprise, mandate


@pytest.mark.parametrize("url", ["nonsense", "mysql://secret@host/x", "sqlite://", "sqlite:///:memory:", "://:secret@"])
def test_a_url_that_is_no_database_of_ours_is_refused_unrepeated(url: str) -> None:
    with pytest.raises(InvalidDatabaseUrl) as refusal:
        Database.open(url)
    assert "secret" not in str(refusal.value)


def test_urls_need_not_name_a_driver() -> None:
    assert driver_url("postgresql://host/btb").drivername == "postgresql+asyncpg"
    assert driver_url("sqlite:///btb.sqlite").drivername == "sqlite+aiosqlite"


async def test_an_exception_undoes_everything(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 the block is the transaction
        async with database.working() as session:
            await record(session, [change(mandate(enterprise(1)), 1)])
            raise ZeroDivisionError
    async with database.reading() as session:
        assert (await current_head(session)).position == 0


async def test_waiting_for_a_connection_is_bounded(register_url: str) -> None:
    database = Database.open(register_url, Patience(readers=1, writers=1, waiting=0.05))
    async with database.reading(), database.working():
        with pytest.raises(RegisterUnavailable):
            async with database.reading():
                raise AssertionError("no connection is free")
        with pytest.raises(RegisterUnavailable):
            async with database.working():
                raise AssertionError("no connection is free")
    async with database.reading(), database.working():
        pass
    await database.close()


async def test_waiting_for_a_lock_is_bounded(register_url: str) -> None:
    first = Database.open(register_url)
    second = Database.open(register_url, Patience(waiting=0.05, statement=0.05))
    async with first.working() as session:
        await chart_locked(session, enterprise(1))
        with pytest.raises(RegisterUnavailable):
            async with second.working() as late:
                await chart_locked(late, enterprise(1))
    await second.close()
    async with first.working() as session:
        assert (await chart_locked(session, enterprise(1))).version == 0
    await first.close()


async def test_errors_repeat_nothing_of_what_was_written(database: Database) -> None:
    held = mandate(enterprise(1))
    with pytest.raises(RegisterConflict) as refusal:
        async with database.working() as session:
            await record(session, [change(held, 1), change(mandate(enterprise(1)), 2)])
    shown = f"{refusal.value!r} {refusal.value.__cause__}"
    assert refusal.value.__suppress_context__
    for secret in (held.contact.email, held.enterprise.digits, str(held.person), "INSERT"):
        assert str(secret) not in shown


async def test_a_statement_that_cannot_be_is_a_bug_and_no_outage(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as failure:
        async with database.reading() as session:
            await session.execute(text("SELECT 1 AS one WHERE nowhere"))
    assert not isinstance(failure.value, RegisterFailure)


async def test_two_representatives_never_make_two_chiefs(database: Database) -> None:
    number = enterprise(1)

    async def appoint(_: int) -> None:
        async with database.working() as session:
            chart = await chart_locked(session, number)
            assert len(chart.mandates) <= 1
            gone = [change(ended(held, NOON), chart.version + 1) for held in chart.mandates]
            await record(session, [*gone, change(mandate(number), chart.version + 1 + len(gone))])

    await asyncio.gather(*(appoint(n) for n in range(40)))
    async with database.reading() as session:
        assert (await current_head(session)).position == 79


@pytest.mark.postgres
async def test_a_lost_connection_heals_by_itself(postgres_database: Database) -> None:
    number = enterprise(1)
    with pytest.raises(RegisterUnavailable):  # noqa: PT012 the block is the transaction
        async with postgres_database.working() as session:
            mine = await session.scalar(text("SELECT pg_backend_pid()"))
            await _terminate(postgres_database, mine)
            await chart_locked(session, number)
    await _terminate(postgres_database)
    for _ in range(2):
        async with postgres_database.reading() as session:
            assert (await current_head(session)).position == 0
        async with postgres_database.working() as session:
            assert (await chart_locked(session, number)).version == 0


@pytest.mark.postgres
async def test_a_connection_lost_while_committing_leaves_the_outcome_unknown(postgres_database: Database) -> None:
    with pytest.raises(OutcomeUnknown):  # noqa: PT012 the block is the transaction
        async with postgres_database.working() as session:
            await record(session, [change(mandate(enterprise(1)), 1)])
            mine = await session.scalar(text("SELECT pg_backend_pid()"))
            await _terminate(postgres_database, mine)
    async with postgres_database.reading() as session:
        assert (await current_head(session)).position in (0, 1)


async def _terminate(database: Database, pid: int | None = None) -> None:
    """End one backend, or all of this database but the one that asks; it is gone when this returns."""
    async with database.reading() as session:
        others = "pid <> pg_backend_pid() AND datname = current_database()" if pid is None else f"pid = {int(pid)}"
        await session.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"))


async def test_a_full_disk_writes_nothing_and_reads_go_on(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "full.sqlite"
    shutil.copyfile(sqlite_template, path)
    database = Database.open(f"sqlite:///{path}")
    full = [True]

    def limit(connection: object) -> None:
        pages = 1 if full[0] else 2**30
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    event.listen(database.engines[1].sync_engine, "begin", limit)
    with pytest.raises(RegisterUnavailable, match="SQLITE_FULL"):  # noqa: PT012 the block is the transaction
        async with database.working() as session:
            for n in range(500):
                await record(session, [change(mandate(enterprise(n)), 1)])
    async with database.reading() as session:
        assert (await current_head(session)).position == 0
    full[0] = False
    async with database.working() as session:
        await record(session, [change(mandate(enterprise(1)), 1)])
    await database.close()


_WRITER = """
import asyncio, sys
sys.path.insert(0, ".")
from datasources.register.recording import record
from datasources.register.charts import chart_locked
from datasources.register.database import Database, Patience
from tests.datasources.register.building import change, enterprise, mandate

async def main():
    database = Database.open(sys.argv[1], Patience(waiting=30))
    for n in range(15):
        async with database.working() as session:
            number = enterprise(int(sys.argv[2]) * 100 + n)
            chart = await chart_locked(session, number)
            await record(session, [change(mandate(number), chart.version + 1)])
    await database.close()

asyncio.run(main())
"""


async def test_processes_that_write_at_once_share_the_positions(register_url: str, database: Database) -> None:
    root = Path(__file__).parents[3]
    writers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _WRITER, register_url, str(n), cwd=root)
        for n in range(3)
    ]
    assert [await writer.wait() for writer in writers] == [0, 0, 0]
    async with database.reading() as session:
        assert (await current_head(session)).position == 45


async def test_another_history_is_told_and_an_operator_decides(database: Database) -> None:
    assert await suspicion(database) is None
    assert await suspicion(database) is None
    async with database.reading() as session:
        before = (await current_head(session)).epoch
    if database.is_postgresql:
        async with database.working() as session:
            await session.execute(text("UPDATE head SET timeline = timeline + 1"))
        assert isinstance(suspect := await suspicion(database), EpochSuspect)
        assert suspect.epoch == before
        assert suspect.was != suspect.found
        async with database.working() as session:
            await confirm_epoch(session)
        assert await suspicion(database) is None
    async with database.working() as session:
        renewed = await renew_epoch(session)
    async with database.reading() as session:
        assert (await current_head(session)).epoch == renewed != before


@pytest.mark.postgres
async def test_the_bell_rings_for_every_change(postgres_register_url: str, postgres_database: Database) -> None:
    rung = asyncio.Semaphore(0)
    listening = asyncio.create_task(listen(postgres_register_url, rung.release))
    try:
        await asyncio.wait_for(rung.acquire(), 10)
        async with postgres_database.working() as session:
            await record(session, [change(mandate(enterprise(1)), 1)])
        await asyncio.wait_for(rung.acquire(), 10)
        await _terminate(postgres_database)
        await asyncio.wait_for(rung.acquire(), 10)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
