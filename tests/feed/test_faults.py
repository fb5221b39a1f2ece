"""Servers die, gateways lose frames, databases come back from a backup: every change still reaches every consumer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from datasources.register.database import Database, Patience
from datasources.register.epoch import renew_epoch
from server.consumer.asking import Asking
from tests.feed.lossy import lossy
from tests.feed.proving import assert_equal, copied, journal_length
from tests.feed.running import Consumer, Server, serving, until
from tests.feed.writing import Writer

IDLE = "--until-idle=0.5"


async def connected(ask: Asking) -> set[str]:
    """Which systems follow now, as any replica says."""
    systems = (await ask("{ accessManagementSystems { code feed { connected } } }"))["accessManagementSystems"]
    return {each["code"] for each in systems if each["feed"]["connected"]}


async def finished(consumer: Consumer) -> None:
    """Stop the one that runs, and let it read to the end."""
    await consumer.kill()
    await consumer.start(IDLE)
    assert (await consumer.ended())["proven"]


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
        async with two.asking("RMA") as ask:
            while "UMAN" not in await connected(ask):  # noqa: ASYNC110 one tells the other by the database
                await asyncio.sleep(0.05)
        await one.kill()
        await Writer(register, seed=21).write(20)
        await consumer.kill()
        other = Consumer(two, copy)
        await other.start(IDLE)
        assert (await other.ended())["proven"]
        await assert_equal(register, copy)
    await register.close()


@pytest.mark.parametrize("acts", [150, pytest.param(5_000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
async def test_a_gateway_that_loses_and_repeats_frames_costs_queries_and_never_a_change(
    server: Server, register: Database, tmp_path: Path, acts: int
) -> None:
    """Of all frames, one in twenty is lost, and one in twenty comes twice."""
    copy = tmp_path / "copy.sqlite"
    async with lossy(server.graph, 0.05, twice=0.05) as proxy:
        consumer = Consumer(server, copy, url=proxy.url)
        await consumer.start()
        await until(lambda: journal_length(copy) >= 0, 60)
        writer = Writer(register, seed=30)
        await writer.write(acts, pause=0.01)
        while proxy.lost < 3 or proxy.repeated < 3:
            await writer.write(10, pause=0.01)
        said = await consumer.stopped()
        assert said["repairs"] > 0
        await consumer.start(IDLE)
        assert (await consumer.ended(120))["proven"]
    await assert_equal(register, copy)


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
