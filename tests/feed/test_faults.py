"""Servers die, gateways lose frames, databases come back from a backup: every change still reaches every consumer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from datasources.register.changes import changes_after
from datasources.register.database import Database, Patience
from datasources.register.epoch import renew_epoch
from tests.feed.lossy import lossy
from tests.feed.proving import assert_equal, copied, everything, journal_length
from tests.feed.running import Consumer, Server, serving, until
from tests.feed.writing import Writer

IDLE = "--until-idle=0.5"


async def finished(consumer: Consumer) -> None:
    """Stop the one that runs, and let it read to the end."""
    await consumer.kill()
    await consumer.start(IDLE)
    assert (await consumer.ended())["proven"]


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
async def test_a_server_that_is_killed_while_writers_append_loses_nothing_for_anybody(
    server: Server, register: Database, tmp_path: Path, kills: int
) -> None:
    writers = [Writer(register, seed) for seed in range(10, 14)]
    consumers = [Consumer(server, tmp_path / f"{system}.sqlite", system=system) for system in ("UMAN", "RMA")]
    for consumer in consumers:
        await consumer.start()
    files = [tmp_path / "UMAN.sqlite", tmp_path / "RMA.sqlite"]
    await until(lambda: all(journal_length(file) >= 0 for file in files))
    writing = [asyncio.create_task(writer.write(10_000, pause=0.05)) for writer in writers]
    for _ in range(kills):
        before = [journal_length(file) for file in files]
        await server.kill()
        await server.start()
        await until(lambda before=before: all(journal_length(f) > b for f, b in zip(files, before, strict=True)))
    for task in writing:
        task.cancel()
    await asyncio.gather(*writing, return_exceptions=True)
    for consumer, file, system in zip(consumers, files, ("UMAN", "RMA"), strict=True):
        await finished(consumer)
        await assert_equal(register, file, system)
    recorded = {str(change.id) for change in await everything(register)}
    assert all(set(writer.acknowledged) <= recorded for writer in writers)


@pytest.mark.postgres
async def test_one_of_two_replicas_dies_and_the_other_goes_on(tmp_path: Path, postgres_url: str) -> None:
    first_folder, second_folder = tmp_path / "one", tmp_path / "two"
    first_folder.mkdir()
    second_folder.mkdir()
    shared = {"BTB_PERSON_KEYS": str(tmp_path / "person-keys")}
    register = Database.open(postgres_url, Patience(waiting=20.0))
    async with (
        serving(first_folder, postgres_url, **shared) as one,
        serving(second_folder, postgres_url, **shared) as two,
    ):
        copy = tmp_path / "copy.sqlite"
        consumer = Consumer(one, copy)
        await consumer.start()
        await until(lambda: journal_length(copy) >= 0)
        await Writer(register, seed=20).write(20)
        await until(lambda: journal_length(copy) > 0)
        await one.kill()
        await Writer(register, seed=21).write(20)
        await consumer.kill()
        other = Consumer(two, copy)
        await other.start(IDLE)
        assert (await other.ended())["proven"]
        await assert_equal(register, copy)
    await register.close()


@pytest.mark.parametrize(
    ("share", "acts"), [(0.05, 150), pytest.param(0.05, 5_000, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])]
)
async def test_a_gateway_that_loses_frames_costs_queries_and_never_a_change(
    server: Server, register: Database, tmp_path: Path, share: float, acts: int
) -> None:
    async with lossy(server.graph, share) as proxy:
        consumer = Consumer(server, tmp_path / "copy.sqlite", url=proxy.url)
        await consumer.start()
        await until(lambda: journal_length(tmp_path / "copy.sqlite") >= 0)
        writer = Writer(register, seed=30)
        while proxy.lost < 3:
            await writer.write(acts // 5, pause=0.01)
        await finished(consumer)
    await assert_equal(register, tmp_path / "copy.sqlite")


async def test_after_a_restore_old_cursors_are_refused_and_a_snapshot_makes_copies_equal_again(
    server: Server, register: Database, tmp_path: Path
) -> None:
    consumer = Consumer(server, tmp_path / "copy.sqlite")
    await Writer(register, seed=40).write(10)
    await consumer.start()
    await until(lambda: journal_length(tmp_path / "copy.sqlite") >= 0)
    await server.stop()
    async with register.working() as session:
        await renew_epoch(session)
    await Writer(register, seed=41).write(10)
    await server.start()
    await finished(consumer)
    copy = await assert_equal(register, tmp_path / "copy.sqlite")
    assert copy.journal == ()


async def test_a_token_that_expires_mid_stream_costs_a_connection_and_no_change(
    server: Server, register: Database, tmp_path: Path
) -> None:
    consumer = Consumer(server, tmp_path / "copy.sqlite", lifetime="2")
    await consumer.start()
    await until(lambda: journal_length(tmp_path / "copy.sqlite") >= 0)
    log = tmp_path / "copy.log"
    writing = asyncio.create_task(Writer(register, seed=50).write(10_000, pause=0.05))
    await until(lambda: log.read_text().count("TOKEN_EXPIRED") >= 2)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await finished(consumer)
    assert (await assert_equal(register, tmp_path / "copy.sqlite")).journal


@pytest.mark.postgres
async def test_the_naive_reader_loses_changes_which_is_why_there_is_a_position(postgres_url: str) -> None:
    """The control: `id > cursor` over a sequence, read while writers commit out of order, skips what commits late."""
    first, second, reader = [await asyncpg.connect(postgres_url) for _ in range(3)]
    await first.execute("CREATE TABLE naive (id bigserial PRIMARY KEY)")
    slow, quick = first.transaction(), second.transaction()
    await slow.start()
    await quick.start()
    await first.execute("INSERT INTO naive DEFAULT VALUES")
    await second.execute("INSERT INTO naive DEFAULT VALUES")
    await quick.commit()
    seen = [row["id"] for row in await reader.fetch("SELECT id FROM naive WHERE id > 0 ORDER BY id")]
    await slow.commit()
    seen += [row["id"] for row in await reader.fetch("SELECT id FROM naive WHERE id > $1 ORDER BY id", seen[-1])]
    assert seen == [2]
    for connection in (first, second, reader):
        await connection.close()


async def test_many_writers_at_once_and_a_reader_by_position_misses_nothing(server: Server, register: Database) -> None:
    writers = [Writer(register, seed) for seed in range(60, 72)]
    read: list[int] = []

    async def reading() -> None:
        while True:
            async with register.reading() as session:
                found = await changes_after(session, len(read), 100)
            read.extend(change.position or 0 for change in found)
            await asyncio.sleep(0)

    task = asyncio.create_task(reading())
    await asyncio.gather(*(writer.write(15) for writer in writers))
    written = sum(len(writer.acknowledged) for writer in writers)
    async with asyncio.timeout(20):
        while len(read) < written:  # noqa: ASYNC110 the reader is what is being tried
            await asyncio.sleep(0.01)
    task.cancel()
    assert read == list(range(1, written + 1))


async def test_a_clock_that_jumps_changes_no_order(server: Server, register: Database, tmp_path: Path) -> None:
    consumer = Consumer(server, tmp_path / "copy.sqlite")
    await consumer.start()
    await until(lambda: journal_length(tmp_path / "copy.sqlite") >= 0)
    for seed, jump in (
        (80, timedelta(0)),
        (81, timedelta(days=10)),
        (82, timedelta(hours=-1)),
        (80, timedelta(hours=1)),
    ):
        await Writer(register, seed, ahead=jump).write(5)
    await finished(consumer)
    assert (await assert_equal(register, tmp_path / "copy.sqlite")).journal
    assert copied(tmp_path / "copy.sqlite").repeated == 0
